// One live simulation as the service has it: its thread, what happened in it, who watches it, and when somebody last did.

import { randomUUID } from 'node:crypto';
import type { LiveSpec } from '../../lab/live/live-types.ts';
import type { Topic } from '../../lab/run-types.ts';
import { EdgeError } from '../errors.ts';
import { EventLog } from '../event-log.ts';
import type { EventSubscriber } from '../event-subscriber.ts';
import type { RecordBatch } from '../run-messages.ts';
import type { SimulationLimits } from './simulation-limits.ts';
import type { AdvanceOutcome, CallName, ProgressEvent, SimulationCalls, ThreadView } from './simulation-messages.ts';
import { type SimulationThread, ThreadDied, type ThreadListener } from './simulation-thread.ts';

/** Why a simulation goes on no more. `died`: its thread did, and nothing of it can be looked at. */
type SessionEnd = NonNullable<ThreadView['ended']> | 'died';

/** What a caller is told of a simulation. */
export interface SimulationView extends Omit<ThreadView, 'mode' | 'ended'> {
  readonly id: string;
  readonly createdAt: string;
  readonly status: ThreadView['mode'];
  readonly ended: SessionEnd | null;
}

export interface Advanced {
  /** Null: it goes on. */
  readonly outcome: AdvanceOutcome | null;
  readonly view: SimulationView;
}

/** Topics that every simulation tells. The others cost more than the simulation itself: one has to ask for them. */
const DEFAULT_TOPICS: readonly Topic[] = ['stall', 'notifier', 'operation', 'finding', 'progress'];

export class LiveSession implements ThreadListener {
  readonly id = randomUUID();
  readonly createdAt = new Date().toISOString();
  readonly log: EventLog;
  readonly #spec: LiveSpec;
  readonly #idleMs: number;
  readonly #subscribers = new Set<EventSubscriber>();
  readonly #fellIdle: () => void;
  #thread: SimulationThread | null;
  #death: ThreadDied | null = null;
  /** As it was when somebody last looked: what there is to tell of one whose thread has died. */
  #last: ThreadView | null = null;
  #topics: readonly Topic[] = [];
  #usedMs = Date.now();
  /** Calls that have not been answered: somebody waits, or an advance goes on. */
  #underWay = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(spec: LiveSpec, thread: SimulationThread, limits: SimulationLimits, fellIdle: () => void) {
    this.#spec = { ...spec, topics: [...new Set([...DEFAULT_TOPICS, ...spec.topics])] };
    this.#topics = this.#spec.topics;
    this.#thread = thread;
    this.#idleMs = limits.idleMs;
    this.#fellIdle = fellIdle;
    this.log = new EventLog({ events: limits.logEvents, bytes: limits.logCharacters });
    thread.listener = this;
  }

  /** Builds the world. Rejects if that cannot be done; there is no simulation then. */
  async create(memoryBytes: number): Promise<SimulationView> {
    this.#last = await this.#asked('create', { spec: this.#spec, memoryBytes });
    this.#watchIdleness();
    return this.#told(this.#last);
  }

  /** Whether there will be a trace of it. */
  get isRecorded(): boolean {
    return this.#spec.record !== null;
  }

  get status(): string {
    return this.log.ended ? 'ended' : 'live';
  }

  async view(): Promise<SimulationView> {
    if (this.#thread !== null) {
      try {
        this.#last = await this.#asked('view', null);
      } catch (error) {
        if (!(error instanceof ThreadDied)) throw error;
      }
    }
    return this.#told(this.#last!);
  }

  /** Asks the thread. Rejects with SIMULATION_ENDED if there is none any more. */
  async call<C extends CallName>(name: C, ask: SimulationCalls[C]['ask']): Promise<SimulationCalls[C]['answer']> {
    try {
      return await this.#asked(name, ask);
    } catch (error) {
      throw error instanceof ThreadDied ? this.#gone() : error;
    }
  }

  /** Answers when the advance is over, or after `waitMs` if it is not. */
  async advance(goal: unknown, waitMs: number): Promise<Advanced> {
    const over = this.#asked('advance', goal).then(
      ({ outcome, view }): Advanced => ({ outcome, view: this.#told(view) }),
      async (error: unknown): Promise<Advanced> => {
        if (!(error instanceof ThreadDied) || this.#last === null) throw error;
        return { outcome: 'ended', view: this.#told(this.#last) };
      },
    );
    over.catch(() => undefined);
    if (this.#death !== null) throw this.#gone();
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, waitMs);
    // The thread answers in order: one that refuses the advance has said so before it answers the question behind it.
    const stillGoing = timer.promise.then(async (): Promise<Advanced> => ({ outcome: null, view: await this.view() }));
    stillGoing.catch(() => undefined);
    try {
      return await Promise.race([over, stillGoing]);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Lets time flow, or stand. */
  async paced(speed: number): Promise<SimulationView> {
    return this.#told(await this.call('pace', speed));
  }

  join(subscriber: EventSubscriber): void {
    this.#subscribers.add(subscriber);
  }

  leave(subscriber: EventSubscriber): void {
    this.#subscribers.delete(subscriber);
    this.#touch();
    this.switchTopics();
  }

  /** Tells what the sockets have asked for by name, and no more. */
  switchTopics(): void {
    const named = [...this.#subscribers].flatMap((subscriber) => [...subscriber.topics]);
    const wanted = [...new Set([...this.#spec.topics, ...named])];
    if (wanted.length === this.#topics.length && wanted.every((topic) => this.#topics.includes(topic))) return;
    this.#topics = wanted;
    // One that has ended tells nothing more, whatever is asked for.
    this.#thread?.call('topics', wanted).catch(() => undefined);
  }

  records(batch: RecordBatch): void {
    this.log.appendBatch(batch);
  }

  event(event: ProgressEvent): void {
    this.log.append({ topic: 'progress', ...event });
    if (event.event === 'ended') this.log.end();
  }

  died(death: ThreadDied): void {
    this.#death = death;
    this.#thread = null;
    const { simTimeNs } = this.#last ?? { simTimeNs: 0 };
    this.log.append({ topic: 'progress', simTimeNs, event: 'ended', ended: death.reason, message: death.message });
    this.log.end();
  }

  /** It is over. Returns the thread, which may be given back. */
  dispose(): SimulationThread | null {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.log.end();
    // Who watches gets what there is, but nobody keeps it for ever by not reading.
    if (this.#subscribers.size > 0) setTimeout(() => this.log.forget(), FORGET_MS).unref();
    const thread = this.#thread;
    this.#thread = null;
    return thread;
  }

  async #asked<C extends CallName>(name: C, ask: SimulationCalls[C]['ask']): Promise<SimulationCalls[C]['answer']> {
    if (this.#thread === null) throw this.#death ?? new EdgeError('NOT_FOUND', `There is no simulation ${this.id}.`);
    this.#underWay++;
    try {
      return await this.#thread.call(name, ask);
    } finally {
      this.#underWay--;
      this.#touch();
    }
  }

  #told(view: ThreadView): SimulationView {
    const { mode, ended, endMessage, ...rest } = view;
    const death = this.#death;
    return {
      id: this.id,
      createdAt: this.createdAt,
      status: death === null ? mode : 'ended',
      ended: death?.reason ?? ended,
      endMessage: death?.message ?? endMessage,
      ...rest,
    };
  }

  #gone(): EdgeError {
    const why = this.#death?.reason === 'out-of-memory' ? 'it ran out of memory' : 'its thread died';
    return new EdgeError('SIMULATION_ENDED', `The simulation has ended: ${why}, and there is nothing left to look at.`);
  }

  #touch(): void {
    this.#usedMs = Date.now();
  }

  /** A call need not move the timer: it looks whether there was one, and goes on waiting. */
  #watchIdleness(): void {
    const idleMs = this.#underWay > 0 || this.#subscribers.size > 0 ? 0 : Date.now() - this.#usedMs;
    if (idleMs >= this.#idleMs) this.#fellIdle();
    else this.#idleTimer = setTimeout(() => this.#watchIdleness(), this.#idleMs - idleMs).unref();
  }
}

const FORGET_MS = 5_000;
