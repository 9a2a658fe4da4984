import type { ServerResponse } from 'node:http';
import type { Frame, FrameSink } from './event-subscriber.ts';

/** A browser that has lost its connection waits for so long before it comes back. */
const RETRY_MS = 2000;

/** Id of the very last frame: who comes back with it in `Last-Event-ID` has seen everything. */
export const END_ID = 'end';

/** Frames as Server-Sent Events: `event` is the type of the frame, `data` the same JSON as on a socket. */
export class SseSink implements FrameSink {
  readonly #response: ServerResponse;

  /** Sends the head of the answer, so that the client knows at once that it is connected. */
  constructor(response: ServerResponse) {
    this.#response = response;
    response.write(`: connected\nretry: ${RETRY_MS}\n\n`);
  }

  get bufferedAmount(): number {
    return this.#response.writableLength;
  }

  send({ type, seq, json }: Frame, done: (error?: Error) => void): void {
    const head = Buffer.from(`event: ${type}\nid: ${seq ?? END_ID}\ndata: `);
    this.#response.write(Buffer.concat([head, json, SEPARATOR]), (error) => done(error ?? undefined));
  }

  close(): void {
    this.#response.end();
  }

  terminate(): void {
    this.#response.destroy();
  }
}

const SEPARATOR = Buffer.from('\n\n');
