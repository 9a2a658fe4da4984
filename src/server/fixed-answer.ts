// An answer that stays the same while the service runs is encoded once, and once more for clients that take it compressed: both
// take longer than all the rest of sending it.

import { gzipSync } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';

const ENCODINGS = ['gzip', 'identity'];

type Answer = (request: FastifyRequest, reply: FastifyReply) => void;

export function fixedAnswer(value: unknown): Answer {
  const plain = Buffer.from(JSON.stringify(value));
  const compressed = gzipSync(plain, { level: 9 });
  return ({ headers }, reply) => {
    reply.header('vary', 'accept-encoding').type('application/json; charset=utf-8');
    const encoding = negotiate(headers['accept-encoding'] ?? 'identity', ENCODINGS);
    if (encoding === 'gzip') reply.header('content-encoding', 'gzip').send(compressed);
    else reply.send(plain);
  };
}

/** The same for what is large, or only known when the service is whole: made when the first one asks. */
export function lateFixedAnswer(make: () => unknown): Answer {
  let answer: Answer | undefined;
  return (request, reply) => {
    answer ??= fixedAnswer(make());
    answer(request, reply);
  };
}
