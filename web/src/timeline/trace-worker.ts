// The thread beside the page in which a trace is fetched and taken apart. It answers one question and is then ended by who asked it.

import type { Timeline } from './timeline.ts';
import { buffersOf } from './timeline.ts';
import { TimelineBuilder } from './timeline-builder.ts';
import { TraceText } from './trace-text.ts';

export type TraceQuestion =
  | { readonly path: string; readonly token: string | undefined; readonly file?: never }
  | { readonly file: Blob; readonly path?: never };

export type TraceAnswer =
  | { readonly type: 'progress'; readonly bytes: number; readonly stalls: number }
  | { readonly type: 'refused'; readonly status: number; readonly retryAfter: string | null; readonly body: string }
  | { readonly type: 'failed'; readonly message: string; readonly isUnreachable: boolean }
  | { readonly type: 'timeline'; readonly timeline: Timeline };

const own = globalThis as unknown as {
  onmessage: ((event: MessageEvent<TraceQuestion>) => void) | null;
  postMessage(answer: TraceAnswer, transfer?: ArrayBuffer[]): void;
};

own.onmessage = ({ data }) => {
  void answer(data);
};

async function answer(question: TraceQuestion): Promise<void> {
  let stream: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  if (question.file !== undefined) stream = question.file.stream();
  else {
    try {
      const headers: HeadersInit = question.token === undefined ? {} : { authorization: `Bearer ${question.token}` };
      const response = await fetch(question.path, { headers });
      if (!response.ok) return await refuse(response);
      stream = response.body;
    } catch (error) {
      return own.postMessage({ type: 'failed', message: String(error), isUnreachable: true });
    }
  }
  if (stream !== null) await read(stream, question.file === undefined);
}

async function refuse(response: Response): Promise<void> {
  const retryAfter = response.headers.get('retry-after');
  own.postMessage({ type: 'refused', status: response.status, retryAfter, body: await response.text() });
}

const TOLD_EVERY_BYTES = 1_000_000;

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, isRemote: boolean): Promise<void> {
  const builder = new TimelineBuilder();
  const text = new TraceText(builder);
  const decoder = new TextDecoder();
  let [bytes, told] = [0, 0];
  try {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      text.push(decoder.decode(value, { stream: true }));
      if (bytes - told < TOLD_EVERY_BYTES) continue;
      told = bytes;
      own.postMessage({ type: 'progress', bytes, stalls: builder.stalls });
    }
    text.end();
    const timeline = builder.finish();
    own.postMessage({ type: 'timeline', timeline }, buffersOf(timeline));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A stream that breaks throws an error of the network; what our own reading throws is about the text.
    own.postMessage({ type: 'failed', message, isUnreachable: isRemote && error instanceof TypeError });
  }
}
