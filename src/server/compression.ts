// Answers of some size go out compressed to those who take that: a trace of a hundred thousand stalls is some tens of megabytes of text,
// and a fifteenth of that on the way. Streams of events never pass here: each has to go out at once.

import compress from '@fastify/compress';
import type { App } from './app.ts';

/** Below it there is little to win. */
const SMALLEST_BYTES = 4 * 1024;
/** Most of what can be had of such text, at a rate at which it is made. */
const LEVEL = 4;
const COMPRESSIBLE = /^(application\/(problem\+)?json|text\/(html|css|csv|plain|javascript)|image\/svg\+xml)(;|$)/;

export async function compressAnswers(app: App): Promise<void> {
  await app.register(compress, {
    threshold: SMALLEST_BYTES,
    encodings: ['gzip'],
    zlibOptions: { level: LEVEL },
    customTypes: COMPRESSIBLE,
    // A small body of a stranger could be a large one in disguise.
    globalDecompression: false,
  });
}
