// An answer that stays the same while the service runs is encoded once, and once more for clients that take it compressed: both
// take longer than all the rest of sending it.

import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from './compression.ts';

export function fixedAnswer(value: unknown): (request: FastifyRequest, reply: FastifyReply) => void {
  const plain = Buffer.from(JSON.stringify(value));
  const compressed = gzipSync(plain, { level: 9 });
  return ({ headers }, reply) => {
    reply.header('vary', 'accept-encoding').type('application/json; charset=utf-8');
    if (takesGzip(headers['accept-encoding'])) reply.header('content-encoding', 'gzip').send(compressed);
    else reply.send(plain);
  };
}
