// One socket that follows one log. It reads the log at its own pace: while its socket has enough to send, it
// waits, and the log goes on without it. So a slow client costs the run nothing and is told what it has lost.

import { asyncScheduler, auditTime, merge, Subject, Subscription } from 'rxjs';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Topic } from '../lab/run-types.ts';
import { EdgeError } from './errors.ts';
import { type EventLog, type LogPosition, TOPICS } from './event-log.ts';

/** What of a WebSocket is used here. */
export interface FrameSocket {
  readonly bufferedAmount: number;
  send(frame: Buffer, options: { binary: false }, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
}

export interface SubscriberOptions {
  /** Events are collected for so long before a frame is cut. */
  readonly flushMs: number;
  /** Time that a client has to subscribe before it gets every topic. */
  readonly graceMs: number;
  /** With more than this waiting in its socket, a client is slow. */
  readonly bufferedBytes: number;
}

export const DEFAULT_SUBSCRIBER_OPTIONS: SubscriberOptions = { flushMs: 10, graceMs: 100, bufferedBytes: 256 * 1024 };

const SubscribeMessage = Type.Object(
  {
    type: Type.Literal('subscribe'),
    topics: Type.Optional(Type.Array(Type.Enum([...TOPICS]), { description: 'Topics to send. Default: all.' })),
    sinceSeq: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Send what comes after this number. Default: go on from here.' }),
    ),
  },
  { additionalProperties: false },
);

export class EventSubscriber {
  readonly #log: EventLog;
  readonly #socket: FrameSocket;
  readonly #options: SubscriberOptions;
  readonly #status: () => string;
  readonly #woken = new Subject<void>();
  readonly #subscriptions = new Subscription();
  #topics: ReadonlySet<Topic> = new Set(TOPICS);
  #named: ReadonlySet<Topic> = new Set();
  #position: LogPosition;
  #started = false;
  #waitsForSocket = false;
  #closed = false;

  constructor(log: EventLog, socket: FrameSocket, status: () => string, options = DEFAULT_SUBSCRIBER_OPTIONS) {
    this.#log = log;
    this.#socket = socket;
    this.#status = status;
    this.#options = options;
    this.#position = log.positionAt(0);
    // The clock that must not be here is that of a run; a socket lives in real time.
    this.#subscriptions.add(
      merge(log.appended$.pipe(auditTime(options.flushMs, asyncScheduler)), this.#woken).subscribe(() => this.#pump()),
    );
    this.#subscriptions.add(log.appended$.subscribe({ complete: () => this.#woken.next() }));
    this.#subscriptions.add(asyncScheduler.schedule(() => this.#start(), options.graceMs));
  }

  get topics(): ReadonlySet<Topic> {
    return this.#topics;
  }

  /** Topics that the client has asked for by name; none, until it has. */
  get named(): ReadonlySet<Topic> {
    return this.#named;
  }

  /** Takes a message of the client; returns whether it named topics. One that is not understood is answered and changes nothing. */
  receive(text: string): boolean {
    if (this.#closed) return false;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    if (!Check(SubscribeMessage, message)) {
      const problem = new EdgeError(
        'REQUEST_INVALID',
        `A message is {"type":"subscribe","topics":[...],"sinceSeq":n}; topics are ${TOPICS.join(', ')}.`,
      ).toProblem();
      this.#send(Buffer.from(JSON.stringify({ type: 'error', problem })));
      return false;
    }
    const names = message.topics !== undefined;
    if (names) this.#named = this.#topics = new Set(message.topics);
    if (message.sinceSeq !== undefined) this.#position = this.#log.positionAt(message.sinceSeq);
    this.#start();
    return names;
  }

  /** The service stops: says so and leaves, whatever was still to be sent. */
  goAway(): void {
    this.#finish(1001, 'the service is stopping');
  }

  /** The socket is gone. */
  dispose(): void {
    this.#closed = true;
    this.#subscriptions.unsubscribe();
  }

  #start(): void {
    this.#started = true;
    this.#woken.next();
  }

  #pump(): void {
    if (!this.#started || this.#closed) return;
    while (this.#socket.bufferedAmount < this.#options.bufferedBytes) {
      const piece = this.#log.read(this.#position, this.#topics);
      if (piece === null) {
        if (this.#log.ended) this.#finish(1000, 'it has ended');
        return;
      }
      this.#position = piece.next;
      if (piece.frame !== null) this.#send(piece.frame);
    }
    this.#waitsForSocket = true;
  }

  #send(frame: Buffer): void {
    this.#socket.send(frame, { binary: false }, (error) => {
      if (error || !this.#waitsForSocket) return;
      this.#waitsForSocket = false;
      this.#woken.next();
    });
  }

  #finish(code: number, reason: string): void {
    if (this.#closed) return;
    this.#send(Buffer.from(JSON.stringify({ type: 'end', status: this.#status() })));
    this.#socket.close(code, reason);
    this.dispose();
  }
}
