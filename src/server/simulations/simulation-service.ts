// The live simulations of a service: made, found by their ids, and ended, by a caller or because nobody comes any more.

import type { FastifyBaseLogger } from 'fastify';
import { InvalidInput } from '../../lab/invalid-input.ts';
import type { Library } from '../../lab/library.ts';
import type { LiveSpec } from '../../lab/live/live-types.ts';
import { liveMemoryNeed } from '../../lab/live/memory-need.ts';
import { readLiveRequest } from '../../lab/live/request.ts';
import { refusing } from '../error-handler.ts';
import { EdgeError } from '../errors.ts';
import type { EventLog } from '../event-log.ts';
import type { EventSubscriber } from '../event-subscriber.ts';
import { pageOf } from '../paging.ts';
import { LiveSession, type SimulationView } from './live-session.ts';
import { DEFAULT_SIMULATION_LIMITS, type SimulationLimits } from './simulation-limits.ts';
import { ThreadDied } from './simulation-thread.ts';
import { SimulationThreads } from './simulation-threads.ts';

/** Of so many that have ended for idleness the service still knows that it was so. */
const REMEMBERED_MAX = 256;

export class SimulationService {
  readonly limits: SimulationLimits;
  readonly #library: Library;
  readonly #logger: FastifyBaseLogger;
  readonly #threads: SimulationThreads;
  /** In the order of their creation. `order` never comes twice, so that a cursor outlives a deletion. */
  readonly #sessions = new Map<string, { session: LiveSession; order: number }>();
  readonly #endedIdle = new Set<string>();
  #nextOrder = 1;
  #creating = 0;
  #stopped = false;

  /** `workerFile`: another thread than the one that runs the model. */
  constructor(library: Library, logger: FastifyBaseLogger, limits: Partial<SimulationLimits> = {}, workerFile?: URL) {
    this.#library = library;
    this.#logger = logger;
    this.limits = { ...DEFAULT_SIMULATION_LIMITS, ...limits };
    this.#threads = new SimulationThreads(this.limits.memoryBytes, workerFile);
  }

  /** Simulations there are, and threads, in use or spare. */
  get counts(): { readonly simulations: number; readonly threads: number } {
    return { simulations: this.#sessions.size, threads: this.#threads.count };
  }

  async create(document: unknown): Promise<SimulationView> {
    if (this.#stopped) throw new EdgeError('STOPPING');
    const spec = refusing('SIMULATION_INVALID', () => this.#read(document));
    const { simulations, memoryBytes } = this.limits;
    if (this.#sessions.size + this.#creating >= simulations) {
      throw new EdgeError('TOO_MANY_SIMULATIONS', `There are ${simulations}. Delete one that is no longer needed.`);
    }
    const need = liveMemoryNeed(spec);
    if (need > memoryBytes) {
      const detail = `It would take some ${need} bytes, of ${memoryBytes}. Less memory, fewer VMs or processes, larger folios or fewer records take less.`;
      throw new EdgeError('SIMULATION_TOO_LARGE', detail);
    }
    const thread = this.#threads.take();
    const session: LiveSession = new LiveSession(spec, thread, this.limits, () => this.#endIdle(session.id));
    this.#creating++;
    let view: SimulationView;
    try {
      view = await session.create(memoryBytes);
    } catch (error) {
      const unused = session.dispose();
      const refusal = error instanceof ThreadDied ? this.#refusalOf(error) : error;
      if (unused !== null) void this.#threads.giveBack(unused, new EdgeError('STOPPING'));
      throw refusal;
    } finally {
      this.#creating--;
    }
    this.#sessions.set(session.id, { session, order: this.#nextOrder++ });
    this.#logger.info({ simulation: session.id, scenario: spec.scenario.name }, 'simulation created');
    return view;
  }

  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  find(id: string): LiveSession {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found.session;
    if (!this.#endedIdle.has(id)) throw new EdgeError('NOT_FOUND', `There is no simulation ${id}.`);
    const idle = `nobody had called or watched it for ${this.limits.idleMs / 1000} s`;
    throw new EdgeError('NOT_FOUND', `The simulation ${id} has been ended: ${idle}.`);
  }

  /** Newest first. */
  async list(query: {
    limit: number;
    cursor?: string;
  }): Promise<{ items: SimulationView[]; nextCursor: string | null }> {
    const newestFirst = [...this.#sessions.values()].reverse();
    const { items, nextCursor } = pageOf(newestFirst, ({ order }) => backwards(order), query);
    const views = await Promise.all(items.map(({ session }) => this.#viewOf(session)));
    return { items: views.filter((view) => view !== null), nextCursor };
  }

  /** Null: it has been ended meanwhile. */
  async #viewOf(session: LiveSession): Promise<SimulationView | null> {
    try {
      return await session.view();
    } catch (error) {
      if (this.#sessions.has(session.id)) throw error;
      return null;
    }
  }

  /** Ends it at once, whatever it does. */
  remove(id: string): void {
    this.#end(id, new EdgeError('NOT_FOUND', `The simulation ${id} has been deleted.`));
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const id of [...this.#sessions.keys()]) this.#end(id, new EdgeError('STOPPING'));
    await this.#threads.stop();
  }

  // What a socket needs.

  get(id: string): LiveSession {
    return this.find(id);
  }

  log(id: string): EventLog {
    return this.find(id).log;
  }

  statusOf(id: string): string {
    return this.#sessions.get(id)?.session.status ?? 'deleted';
  }

  join(id: string, subscriber: EventSubscriber): void {
    this.find(id).join(subscriber);
  }

  leave(id: string, subscriber: EventSubscriber): void {
    this.#sessions.get(id)?.session.leave(subscriber);
  }

  named(id: string): void {
    this.#sessions.get(id)?.session.switchTopics();
  }

  /** `why`: said to those who wait for an answer of it. */
  #end(id: string, why: EdgeError): void {
    const session = this.find(id);
    this.#sessions.delete(id);
    const thread = session.dispose();
    if (thread !== null) void this.#threads.giveBack(thread, why);
    this.#logger.info({ simulation: id }, 'simulation ended');
  }

  #read(document: unknown): LiveSpec {
    const spec = readLiveRequest(document, this.#library);
    const { events } = this.limits;
    if (spec.scenario.limits.events > events) {
      const message = `must be ${events} at most in a live simulation, got ${spec.scenario.limits.events}`;
      throw new InvalidInput('simulation', [{ path: 'limits.events', message }]);
    }
    return spec;
  }

  #refusalOf(death: ThreadDied): EdgeError {
    if (this.#stopped) return new EdgeError('STOPPING');
    const { memoryBytes } = this.limits;
    return death.reason === 'out-of-memory'
      ? new EdgeError('SIMULATION_TOO_LARGE', `At virtual time 0 it takes more than ${memoryBytes} bytes.`)
      : new EdgeError('WORKER_DIED', `The simulation: ${death.message}`, { cause: death });
  }

  #endIdle(id: string): void {
    this.remove(id);
    this.#endedIdle.add(id);
    const [oldest] = this.#endedIdle;
    if (this.#endedIdle.size > REMEMBERED_MAX && oldest !== undefined) this.#endedIdle.delete(oldest);
  }
}

/** A key that ascends from the newest to the oldest. */
const backwards = (order: number): string => String(Number.MAX_SAFE_INTEGER - order).padStart(16, '0');
