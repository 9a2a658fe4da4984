// One client that follows one job, by WebSocket or by Server-Sent Events. It reads the log at its own pace: while its
// socket has enough to send, it waits, and the log goes on without it. So a slow client costs the run nothing and is
// told what it has lost, and one that takes nothing at all is let go.

import { asyncScheduler, auditTime, interval, merge, Subject, Subscription } from 'rxjs';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Topic } from '../lab/run-types.ts';
import { EdgeError } from './errors.ts';
import { type EventLog, type LogPosition, TOPICS } from './event-log.ts';

/** One message to a client. */
export interface Frame {
  readonly type: 'events' | 'gap' | 'heartbeat' | 'error' | 'end';
  /** A client that has this frame goes on after this number. Null: nothing comes after it. */
  readonly seq: number | null;
  readonly json: Buffer;
}

/** What of a connection is used here. */
export interface FrameSink {
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** Calls back when the frame has left, or never will. */
  send(frame: Frame, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  /** Ends the connection, whatever is still to be sent. */
  terminate(): void;
}

export interface SubscriberOptions {
  /** Events are collected for so long before a frame is cut. */
  readonly flushMs: number;
  /** Time that a client has to subscribe before it gets every topic. */
  readonly graceMs: number;
  /** With more than this waiting in its socket, a client is slow. */
  readonly bufferedBytes: number;
  /** Without a frame for so long, a client gets a heartbeat. */
  readonly heartbeatMs: number;
  /** A client that takes nothing of what waits for it for so long is stuck, and let go. */
  readonly stuckMs: number;
  /** Time that a client has to leave when the service stops. */
  readonly leaveMs: number;
  /** Messages that a client may send in a minute. */
  readonly messagesPerMinute: number;
}

const DEFAULT_SUBSCRIBER_OPTIONS: SubscriberOptions = {
  flushMs: 10,
  graceMs: 100,
  bufferedBytes: 256 * 1024,
  heartbeatMs: 15_000,
  stuckMs: 30_000,
  leaveMs: 1000,
  messagesPerMinute: 60,
};

/** It looks after its client so many times in the shorter of its two times. */
const LOOKS = 3;
const MINUTE_MS = 60_000;

/** Codes with which a WebSocket closes. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

const SubscribeMessage = Type.Object(
  {
    type: Type.Literal('subscribe'),
    topics: Type.Optional(
      Type.Array(Type.Enum([...TOPICS]), {
        maxItems: TOPICS.length,
        uniqueItems: true,
        description: 'Topics to send. Default: all.',
      }),
    ),
    sinceSeq: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Send what comes after this number. Default: go on from here.' }),
    ),
  },
  { additionalProperties: false },
);

interface Wish {
  readonly topics?: readonly Topic[] | undefined;
  readonly sinceSeq?: number | undefined;
}

/** Counts what goes to clients, all together. */
export interface StreamMeter {
  sent(events: number): void;
  dropped(events: number): void;
  stuck(): void;
}

const NO_METER: StreamMeter = { sent() {}, dropped() {}, stuck() {} };

export class EventSubscriber {
  readonly #log: EventLog;
  readonly #sink: FrameSink;
  readonly #options: SubscriberOptions;
  readonly #status: () => string;
  readonly #meter: StreamMeter;
  readonly #woken = new Subject<void>();
  readonly #reading = new Subscription();
  /** Ends with the connection: also a client that was told the end may be stuck. */
  readonly #watch: Subscription;
  readonly #lookMs: number;
  #asked: ReadonlySet<Topic> = new Set();
  #topics: ReadonlySet<Topic> = new Set(TOPICS);
  #position: LogPosition;
  #started = false;
  #waitsForSocket = false;
  #closed = false;
  #sentAtMs = performance.now();
  /** Looks in a row at which something waited and nothing had been taken. Not a time: when the service itself was late, that is nobody else's. */
  #looksInVain = 0;
  #messages = { sinceMs: performance.now(), count: 0 };

  constructor(
    log: EventLog,
    sink: FrameSink,
    status: () => string,
    options: Partial<SubscriberOptions> = {},
    meter: StreamMeter = NO_METER,
  ) {
    this.#log = log;
    this.#sink = sink;
    this.#status = status;
    this.#options = { ...DEFAULT_SUBSCRIBER_OPTIONS, ...options };
    this.#meter = meter;
    this.#position = log.positionAt(0);
    const { flushMs, graceMs, heartbeatMs, stuckMs } = this.#options;
    // The clock that must not be here is that of a run; a socket lives in real time.
    this.#reading.add(
      merge(log.appended$.pipe(auditTime(flushMs, asyncScheduler)), this.#woken).subscribe(() => this.#pump()),
    );
    this.#reading.add(log.appended$.subscribe({ complete: () => this.#woken.next() }));
    this.#reading.add(asyncScheduler.schedule(() => this.#start(), graceMs));
    this.#lookMs = Math.ceil(Math.min(heartbeatMs, stuckMs) / LOOKS);
    this.#watch = interval(this.#lookMs).subscribe(() => this.#look());
  }

  /** Topics that the client has asked for by name. */
  get topics(): ReadonlySet<Topic> {
    return this.#asked;
  }

  /** Takes a message of the client; returns whether it named topics. One that is not understood is answered and changes nothing. */
  receive(text: string): boolean {
    if (this.#closed) return false;
    if (this.#isFlooded()) {
      this.#refuse(new EdgeError('RATE_LIMITED', `The limit is ${this.#options.messagesPerMinute} messages a minute.`));
      this.#leave(POLICY_VIOLATION, 'too many messages');
      return false;
    }
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    if (Check(SubscribeMessage, message)) {
      this.subscribe(message);
      return message.topics !== undefined;
    }
    this.#refuse(
      new EdgeError(
        'REQUEST_INVALID',
        `A message is {"type":"subscribe","topics":[...],"sinceSeq":n}; topics, each once, are ${TOPICS.join(', ')}.`,
      ),
    );
    return false;
  }

  /** From now on these topics, from after that number: each as it was if it is not said. */
  subscribe({ topics, sinceSeq }: Wish): void {
    if (topics !== undefined) {
      // In one order, whatever the client's, so that clients who want the same share frames.
      this.#asked = new Set(TOPICS.filter((topic) => topics.includes(topic)));
      this.#topics = this.#asked;
    }
    if (sinceSeq !== undefined) this.#position = this.#log.positionAt(sinceSeq);
    const isAhead = sinceSeq !== undefined && sinceSeq > this.#log.lastSeq && !this.#log.ended;
    // The log has been begun anew since: the client learns where it stands now.
    if (isAhead) this.#beat();
    this.#start();
  }

  /** The service stops: says so and leaves, whatever was still to be sent. */
  goAway(): void {
    this.#finish(GOING_AWAY, 'the service is stopping');
    this.#watch.add(asyncScheduler.schedule(() => this.#sink.terminate(), this.#options.leaveMs));
  }

  /** The connection is gone. */
  dispose(): void {
    this.#closed = true;
    this.#reading.unsubscribe();
    this.#watch.unsubscribe();
  }

  #start(): void {
    this.#started = true;
    this.#woken.next();
  }

  #pump(): void {
    if (!this.#started || this.#closed) return;
    while (this.#sink.bufferedAmount < this.#options.bufferedBytes) {
      const piece = this.#log.read(this.#position, this.#topics);
      if (piece === null) {
        if (this.#log.ended) this.#finish(NORMAL, 'it has ended');
        return;
      }
      this.#position = piece.next;
      if (piece.frame === null) continue;
      if (piece.type === 'gap') this.#meter.dropped(piece.count);
      else this.#meter.sent(piece.count);
      this.#send(piece.type, piece.frame);
    }
    this.#waitsForSocket = true;
  }

  #look(): void {
    const now = performance.now();
    if (this.#sink.bufferedAmount > 0) {
      this.#looksInVain++;
      if (this.#looksInVain * this.#lookMs <= this.#options.stuckMs) return;
      this.#meter.stuck();
      this.#sink.terminate();
    } else if (this.#started && !this.#closed && now - this.#sentAtMs >= this.#options.heartbeatMs) this.#beat();
  }

  /** Also says how far the client is: everything up to this number has been sent, or was not asked for. */
  #beat(): void {
    this.#send('heartbeat', encode({ type: 'heartbeat', lastSeq: this.#position.seq }));
  }

  #refuse(error: EdgeError): void {
    this.#send('error', encode({ type: 'error', problem: error.toProblem() }));
  }

  #isFlooded(): boolean {
    const now = performance.now();
    if (now - this.#messages.sinceMs >= MINUTE_MS) this.#messages = { sinceMs: now, count: 0 };
    return ++this.#messages.count > this.#options.messagesPerMinute;
  }

  #send(type: Frame['type'], json: Buffer, seq: number | null = this.#position.seq): void {
    this.#sentAtMs = performance.now();
    if (this.#sink.bufferedAmount === 0) this.#looksInVain = 0;
    this.#sink.send({ type, seq, json }, (error) => {
      this.#looksInVain = 0;
      if (error || !this.#waitsForSocket) return;
      this.#waitsForSocket = false;
      this.#woken.next();
    });
  }

  #finish(code: number, reason: string): void {
    if (this.#closed) return;
    this.#send('end', encode({ type: 'end', status: this.#status() }), code === NORMAL ? null : this.#position.seq);
    this.#leave(code, reason);
  }

  #leave(code: number, reason: string): void {
    this.#closed = true;
    this.#reading.unsubscribe();
    this.#sink.close(code, reason);
  }
}

const encode = (frame: object): Buffer => Buffer.from(JSON.stringify(frame));
