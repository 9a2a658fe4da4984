import type { WebSocket } from 'ws';
import type { Frame, FrameSink } from './event-subscriber.ts';

/** Frames as text messages of a WebSocket. */
export class SocketSink implements FrameSink {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send({ json }: Frame, done: (error?: Error) => void): void {
    this.#socket.send(json, { binary: false }, done);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
