// An answer that stays the same while the service runs is encoded once, and once more for clients that take it compressed: both
// take longer than all the rest of sending it.

import { gzipSync } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';

const ENCODINGS = ['gzip', 'identity'];

export function fixedAnswer(value: unknown): (request: FastifyRequest, reply: FastifyReply) => void {
  const plain = Buffer.from(JSON.stringify(value));
  const compressed = gzipSync(plain, { level: 9 });
  return ({ headers }, reply) => {
    reply.header('vary', 'accept-encoding').type('application/json; charset=utf-8');
    const encoding = negotiate(headers['accept-encoding'] ?? 'identity', ENCODINGS);
    if (encoding === 'gzip') reply.header('content-encoding', 'gzip').send(compressed);
    else reply.send(plain);
  };
}
