// Answers of some size go out compressed to those who take that: a trace of a hundred thousand stalls is some tens of megabytes of text,
// and a fifteenth of that on the way. Streams of events are left alone: each has to go out at once.

import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { App } from './app.ts';

/** Below it there is little to win. */
const SMALLEST_BYTES = 4 * 1024;
/** Most of what can be had of such text, at a rate at which it is made. */
const OPTIONS = { level: 4 } as const;
const COMPRESSIBLE = /^(application\/(problem\+)?json|text\/(html|css|csv|plain|javascript)|image\/svg\+xml)(;|$)/;

const gzipped = promisify(gzip);

export function compressAnswers(app: App): void {
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    const type = reply.getHeader('content-type');
    if (typeof type !== 'string' || !COMPRESSIBLE.test(type) || reply.hasHeader('content-encoding')) return payload;
    const isStream = payload instanceof Readable;
    if (!isStream && sizeOf(payload) < SMALLEST_BYTES) return payload;
    // Also where it is not compressed: a cache has to know that it could have been.
    addVary(reply);
    if (request.method === 'HEAD' || !takesGzip(request.headers['accept-encoding'])) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    if (!isStream) return gzipped(payload as string | Buffer, OPTIONS);
    return compressed(payload);
  });
}

/** Whoever closes one of the two closes the other. */
function compressed(source: Readable): Readable {
  const target = createGzip(OPTIONS);
  source.once('error', (error) => target.destroy(error));
  source.once('close', () => {
    if (!source.readableEnded) target.destroy();
  });
  target.once('close', () => source.destroy());
  return source.pipe(target);
}

const sizeOf = (payload: unknown): number =>
  typeof payload === 'string' ? payload.length : payload instanceof Uint8Array ? payload.byteLength : 0;

interface Headers {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

function addVary(reply: Headers): void {
  const known = String(reply.getHeader('vary') ?? '');
  if (/(^|,)\s*(\*|accept-encoding)\s*(,|$)/i.test(known)) return;
  reply.header('vary', known === '' ? 'Accept-Encoding' : `${known}, Accept-Encoding`);
}

/** By RFC 9110, 12.5.3: named, or meant by "*", and not with the weight 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const weights = new Map(
    String(header ?? '')
      .split(',')
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== '')
      .map((part) => {
        const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim());
        const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
        return [coding, weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
