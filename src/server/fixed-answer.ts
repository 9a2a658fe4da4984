// An answer that stays the same while the service runs is encoded once, and once more for clients that take it compressed: both
// take longer than all the rest of sending it.

import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

export function fixedAnswer(value: unknown): (request: FastifyRequest, reply: FastifyReply) => void {
  const plain = Buffer.from(JSON.stringify(value));
  const compressed = gzipSync(plain, { level: 9 });
  return ({ headers }, reply) => {
    reply.header('vary', 'accept-encoding').type('application/json; charset=utf-8');
    if (takesGzip(headers['accept-encoding'])) reply.header('content-encoding', 'gzip').send(compressed);
    else reply.send(plain);
  };
}

/** RFC 9110, 12.5.3, as far as it concerns gzip: what is named counts for more than `*`, and a weight of 0 is a no. */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of String(accepted ?? '').split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((text) => text.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice('q='.length)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
