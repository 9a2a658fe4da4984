// How a trace goes out: as a stream, to a client that may leave in the middle or not read at all.

import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { TraceSchema } from './schemas.ts';

/** A client that has taken nothing for so long has gone, as far as its trace is concerned. */
const UNREAD_MS_MAX = 60_000;

export const traceContent = {
  description: 'The trace, in the JSON format of Chrome.',
  content: { 'application/json': { schema: Type.Unsafe<Readable>(TraceSchema) } },
};

/** Aborted when the client goes before its answer is complete. */
export function abandoned({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** `name`: of the file, in parts. */
export function sendTrace(reply: FastifyReply, stream: Readable, name: readonly string[]): FastifyReply {
  const { raw } = reply;
  raw.setTimeout(UNREAD_MS_MAX, () => raw.destroy());
  return reply
    .type('application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${fileName(name)}.trace.json"`)
    .send(stream);
}

const fileName = (parts: readonly string[]): string => parts.join('-').replaceAll(/[^A-Za-z0-9._-]+/g, '-');
