// The life of a job: queued, running, and then succeeded, failed or cancelled. Jobs of a kind start in the order in which they
// came, as many at once as their kind says. What happens in one goes into its event log, for the sockets.

import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { lastValueFrom, mergeMap, Subject } from 'rxjs';
import type { Topic } from '../../lab/run-types.ts';
import { EdgeError, type EdgeErrorCode } from '../errors.ts';
import { EventLog } from '../event-log.ts';
import type { EventSubscriber } from '../event-subscriber.ts';
import {
  isFinished,
  type JobPage,
  type JobQuery,
  type JobStatus,
  type JobStore,
  type Progress,
  type StoredJob,
} from './job.ts';

/** What one kind of job is. */
export interface JobKind<Plan, Result> {
  /** As people and the log call it: "comparison". */
  readonly name: string;
  /** Said when there are too many unfinished ones. */
  readonly tooMany: EdgeErrorCode;
  /** How many run at once. */
  readonly atOnce: number;
  readonly limits: JobLimits;
  /** Throws an EdgeError if none can be taken in just now. */
  readonly assertPossible?: () => void;
  /** Steps until it is done. */
  readonly steps: (plan: Plan) => number;
  /** Carries one out. When the signal is aborted nobody wants its result, but the next one waits until it has settled. */
  readonly carryOut: (plan: Plan, context: JobContext) => Promise<Result>;
  /** What a caller is told of an error. Default: INTERNAL for all but an EdgeError. */
  readonly asEdgeError?: (error: unknown) => EdgeError | null;
}

export interface JobLimits {
  /** Jobs that are queued or running. */
  readonly unfinished: number;
  /** Finished jobs whose events can still be read. */
  readonly logs: number;
}

/** What a job that is being carried out has of the service. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly log: EventLog;
  /** Topics that sockets have asked for. */
  readonly topics: () => ReadonlySet<Topic>;
  /** Says that so many steps are done; returns how far it is. Ignored when the job is over. */
  readonly advance: (done: number) => Progress;
}

/** What there is of a job beside what is stored. */
interface Live<Plan> {
  readonly id: string;
  readonly plan: Plan;
  readonly log: EventLog;
  readonly abort: AbortController;
  readonly subscribers: Set<EventSubscriber>;
}

export class JobService<Plan, Spec, Result> {
  readonly #kind: JobKind<Plan, Result>;
  readonly #store: JobStore<Spec, Result>;
  readonly #logger: FastifyBaseLogger;
  /** Unfinished ones, and finished ones whose log is kept; oldest first. */
  readonly #live = new Map<string, Live<Plan>>();
  readonly #submitted = new Subject<Live<Plan>>();
  readonly #drained: Promise<void>;
  #unfinished = 0;

  constructor(kind: JobKind<Plan, Result>, store: JobStore<Spec, Result>, logger: FastifyBaseLogger) {
    this.#kind = kind;
    this.#store = store;
    this.#logger = logger;
    this.#drained = lastValueFrom(this.#submitted.pipe(mergeMap((live) => this.#carryOut(live), kind.atOnce)), {
      defaultValue: undefined,
    });
  }

  /** Takes a job in and returns at once. */
  submit(plan: Plan, spec: Spec): StoredJob<Spec, Result> {
    const { name, tooMany, limits, assertPossible, steps } = this.#kind;
    assertPossible?.();
    if (this.#unfinished >= limits.unfinished) {
      throw new EdgeError(
        tooMany,
        `${this.#unfinished} ${name}s are queued or running. Wait for one to finish, or cancel one.`,
        { headers: { 'retry-after': '5' } },
      );
    }
    const job: StoredJob<Spec, Result> = {
      id: randomUUID(),
      status: 'queued',
      createdAt: new Date().toISOString(),
      finishedAt: null,
      progress: { done: 0, total: steps(plan) },
      spec,
      result: null,
      error: null,
    };
    const live = { id: job.id, plan, log: new EventLog(), abort: new AbortController(), subscribers: new Set<never>() };
    this.#store.add(job);
    this.#live.set(live.id, live);
    this.#unfinished++;
    this.#logger.info({ [name]: live.id, steps: job.progress.total }, `${name} queued`);
    this.#submitted.next(live);
    return job;
  }

  /** Cancels it if it is unfinished, else forgets it. Returns the cancelled one, or null if it is gone. */
  remove(id: string): StoredJob<Spec, Result> | null {
    if (isFinished(this.get(id).status)) {
      this.#store.delete(id);
      this.#live.get(id)?.log.forget();
      this.#live.delete(id);
      return null;
    }
    this.#cancel(id);
    return this.get(id);
  }

  get(id: string): StoredJob<Spec, Result> {
    const job = this.#store.get(id);
    if (job === undefined) throw new EdgeError('NOT_FOUND', `There is no ${this.#kind.name} ${id}.`);
    return job;
  }

  /** Null: the cursor is none of this list. */
  list(query: JobQuery): JobPage<StoredJob<Spec, Result>> | null {
    return this.#store.list(query);
  }

  /** For what is said to a socket: one that was deleted under it is told that. */
  statusOf(id: string): JobStatus | 'deleted' {
    return this.#store.get(id)?.status ?? 'deleted';
  }

  /** The events of a job. One whose events are no longer kept has an empty log that has ended. */
  log(id: string): EventLog {
    this.get(id);
    const log = this.#live.get(id)?.log;
    if (log !== undefined) return log;
    const empty = new EventLog();
    empty.end();
    return empty;
  }

  /** What the subscriber asks for is also recorded by what starts from now on. */
  join(id: string, subscriber: EventSubscriber): void {
    this.#live.get(id)?.subscribers.add(subscriber);
  }

  leave(id: string, subscriber: EventSubscriber): void {
    this.#live.get(id)?.subscribers.delete(subscriber);
  }

  /** Cancels everything that is unfinished. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    for (const { id } of [...this.#live.values()]) this.#cancel(id);
    this.#submitted.complete();
    await this.#drained;
  }

  #cancel(id: string): void {
    const live = this.#live.get(id);
    const job = this.#store.get(id);
    if (live === undefined || job === undefined || isFinished(job.status)) return;
    this.#finish(live, { status: 'cancelled' });
    live.abort.abort();
  }

  /** Never rejects: what goes wrong becomes the outcome of this job. */
  async #carryOut(live: Live<Plan>): Promise<void> {
    const { signal } = live.abort;
    if (signal.aborted) return; // cancelled while it waited
    this.#change(live, { status: 'running' });
    try {
      const result = await this.#kind.carryOut(live.plan, {
        signal,
        log: live.log,
        topics: () => new Set([...live.subscribers].flatMap(({ topics }) => [...topics])),
        advance: (done) => this.#advance(live, done),
      });
      if (!signal.aborted) this.#finish(live, { status: 'succeeded', result });
    } catch (error) {
      if (!signal.aborted) this.#fail(live, error);
    }
  }

  #advance(live: Live<Plan>, done: number): Progress {
    const progress = { done, total: this.#kind.steps(live.plan) };
    if (!live.abort.signal.aborted) this.#change(live, { progress });
    return progress;
  }

  #fail(live: Live<Plan>, error: unknown): void {
    const { name, asEdgeError } = this.#kind;
    const known = error instanceof EdgeError ? error : (asEdgeError?.(error) ?? null);
    const edgeError = known ?? new EdgeError('INTERNAL', undefined, { cause: error });
    this.#logger.error({ [name]: live.id, err: edgeError }, `${name} failed`);
    this.#finish(live, { status: 'failed', error: edgeError.toProblem() });
  }

  #finish(live: Live<Plan>, outcome: Partial<StoredJob<Spec, Result>> & { status: JobStatus }): void {
    this.#change(live, { ...outcome, finishedAt: new Date().toISOString() });
    this.#unfinished--;
    live.log.end();
    this.#evictLogs();
    const { name } = this.#kind;
    this.#logger.info({ [name]: live.id, status: outcome.status }, `${name} finished`);
  }

  #change(live: Live<Plan>, change: Partial<StoredJob<Spec, Result>>): void {
    this.#store.update({ ...this.get(live.id), ...change });
  }

  /** Keeps the events of the newest finished jobs. A socket that still reads an older one gets a gap. */
  #evictLogs(): void {
    const ended = [...this.#live.values()].filter(({ log }) => log.ended);
    for (const { id, log } of ended.slice(0, Math.max(0, ended.length - this.#kind.limits.logs))) {
      log.forget();
      this.#live.delete(id);
    }
  }
}
