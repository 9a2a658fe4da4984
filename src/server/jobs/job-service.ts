// The life of a job: queued, running, and then succeeded, failed or cancelled. Jobs of a kind start in the order in which they
// came, as many at once as their kind says. What happens in one goes into its event log, for the sockets. It is told to nobody
// before it is stored; what a process has left unfinished, the next one takes up.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { lastValueFrom, mergeMap, type Observable, Subject } from 'rxjs';
import { InvalidInput } from '../../lab/invalid-input.ts';
import type { Topic } from '../../lab/run-types.ts';
import { EdgeError, type EdgeErrorCode } from '../errors.ts';
import { EventLog } from '../event-log.ts';
import type { EventSubscriber } from '../event-subscriber.ts';
import { questionHash } from '../store/question.ts';
import { currentTrace, inSpan } from '../tracing.ts';
import {
  isFinished,
  type JobLabels,
  type JobOutcome,
  type JobPage,
  type JobQuery,
  type JobStatus,
  type JobStore,
  type JobSummary,
  type Progress,
  type StoredJob,
  type UnfinishedJob,
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
  readonly labels: (plan: Plan) => JobLabels;
  /**
   * All that its result follows from, as plain data: whoever asks the same gets the same result. Absent: every one is a new look
   * at the world. Such a job is not begun again either when the process that was at it has gone.
   */
  readonly asks?: (plan: Plan) => unknown;
  /** Whether this result is the one that everybody would get; yes, if absent. */
  readonly isLasting?: (result: Result) => boolean;
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
  /** What was done of it by a process that has gone, by place in the plan. */
  readonly parts: () => ReadonlyMap<number, unknown>;
  /** Keeps what is done of it, for a process that comes after this one. */
  readonly savePart: (place: number, part: unknown) => void;
}

/** What is told of a job to who counts them. */
export interface JobChange {
  readonly kind: string;
  readonly id: string;
  readonly status: JobStatus;
}

export interface JobCounts {
  readonly kind: string;
  readonly queued: number;
  readonly running: number;
}

/** What there is of a job beside what is stored. */
interface Live<Plan> {
  readonly id: string;
  readonly plan: Plan;
  progress: Progress;
  begun: boolean;
  /** What asked for it, to whoever traces that. */
  readonly askedBy: unknown;
  readonly log: EventLog;
  readonly abort: AbortController;
  readonly subscribers: Set<EventSubscriber>;
}

/** Pause before the end of a job is stored once more, after it could not be. */
const RETRY_MS = 2000;
/** A job that was begun so often without getting anywhere is what ends the process, most likely, and would do so for ever. */
const ATTEMPTS_MAX = 40;

export class JobService<Plan, Spec, Result> {
  readonly #kind: JobKind<Plan, Result>;
  readonly #store: JobStore<Spec, Result>;
  readonly #logger: FastifyBaseLogger;
  /** Unfinished ones, and finished ones whose log is kept; oldest first. */
  readonly #live = new Map<string, Live<Plan>>();
  readonly #submitted = new Subject<Live<Plan>>();
  readonly #ended$ = new Subject<JobChange>();
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

  /** Jobs as they finish. */
  get ended$(): Observable<JobChange> {
    return this.#ended$;
  }

  counts(): JobCounts {
    const unfinished = [...this.#live.values()].filter(({ log }) => !log.ended);
    const running = unfinished.filter(({ begun }) => begun).length;
    return { kind: this.#kind.name, queued: unfinished.length - running, running };
  }

  /** Takes a job in, stores it, and returns at once. `fresh`: it is computed even if there is a result. */
  submit(plan: Plan, spec: Spec, { fresh = false } = {}): JobSummary {
    const { name, tooMany, limits, assertPossible, steps, labels } = this.#kind;
    assertPossible?.();
    if (this.#unfinished >= limits.unfinished) {
      throw new EdgeError(
        tooMany,
        `${this.#unfinished} ${name}s are queued or running. Wait for one to finish, or cancel one.`,
        { headers: { 'retry-after': '5' } },
      );
    }
    const total = steps(plan);
    const id = randomUUID();
    const createdAt = new Date().toISOString();
    const question = this.#questionOf(plan);
    const job = this.#store.add({ id, createdAt, total, spec, labels: labels(plan), question, fresh });
    this.#store.afterwards(() => {
      this.#logger.info({ [name]: id, steps: total, status: job.status }, `${name} taken in`);
      if (!isFinished(job.status)) this.#enqueue(id, plan, job.progress);
    });
    return job;
  }

  /**
   * Takes up what the process before this one has left: it goes on with the parts that it had, or fails if it cannot. `planOf`
   * throws InvalidInput for what this version no longer takes, which becomes the error `invalid`.
   */
  resume(planOf: (spec: Spec) => Plan, invalid: EdgeErrorCode): void {
    for (const job of this.#store.unfinished()) {
      try {
        this.#resumeOne(job, planOf);
      } catch (error) {
        const known =
          error instanceof InvalidInput ? new EdgeError(invalid, error.message, { errors: error.errors }) : error;
        this.#logger.error({ [this.#kind.name]: job.id, err: error }, `${this.#kind.name} cannot go on`);
        const progress = { done: 0, total: job.total };
        const failed = { status: 'failed', error: this.#asEdgeError(known).toProblem(), progress } as const;
        this.#store.finish(job.id, failed, new Date().toISOString());
      }
    }
  }

  /** Cancels it if it is unfinished, else forgets it. Returns the cancelled one, or null if it is gone. */
  remove(id: string): JobSummary | null {
    const live = this.#live.get(id);
    if (isFinished(this.get(id).status)) {
      this.#store.delete(id);
      live?.log.forget();
      this.#live.delete(id);
      return null;
    }
    if (live !== undefined) {
      this.#finish(live, { status: 'cancelled', progress: live.progress });
      live.abort.abort();
    }
    return this.get(id);
  }

  get(id: string): StoredJob<Spec, Result> {
    const job = this.#store.get(id);
    if (job === undefined) throw this.#notFound(id);
    return job;
  }

  /** As JSON. An EdgeError where there is none. */
  resultOf(id: string): string {
    const found = this.#store.resultOf(id);
    if (found === undefined) throw this.#notFound(id);
    if (found.text === null) throw new EdgeError('RESULT_MISSING', `The ${this.#kind.name} is ${found.status}.`);
    return found.text;
  }

  /** Null: the cursor is none of this list. */
  list(query: JobQuery): JobPage<JobSummary> | null {
    return this.#store.list(query);
  }

  /** For what is said to a socket: one that was deleted under it is told that. */
  statusOf(id: string): JobStatus | 'deleted' {
    return this.#store.statusOf(id) ?? 'deleted';
  }

  /** The events of a job. One whose events are no longer kept has an empty log that has ended. */
  log(id: string): EventLog {
    if (this.#store.statusOf(id) === undefined) throw this.#notFound(id);
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

  /** Puts down everything that is unfinished, for the next process. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    for (const live of this.#live.values()) {
      if (live.log.ended) continue;
      live.abort.abort();
      live.log.end();
      this.#unlessStoreFails(live, () => this.#store.requeue(live.id, this.#planned(live.plan, true)));
    }
    this.#submitted.complete();
    await this.#drained;
  }

  #resumeOne(job: UnfinishedJob<Spec>, planOf: (spec: Spec) => Plan): void {
    const { name, asks } = this.#kind;
    if (asks === undefined) throw new EdgeError('INTERRUPTED', `The service ended while the ${name} was unfinished.`);
    if (job.attempts >= ATTEMPTS_MAX) {
      throw new EdgeError('INTERRUPTED', `The service has ended ${job.attempts} times while it was at the ${name}.`);
    }
    const plan = planOf(job.spec);
    this.#store.requeue(job.id, this.#planned(plan, false));
    const { progress } = this.get(job.id);
    this.#logger.info({ [name]: job.id, progress }, `${name} goes on`);
    this.#enqueue(job.id, plan, progress);
  }

  #planned(plan: Plan, calmly: boolean): { question: string | null; total: number; calmly: boolean } {
    return { question: this.#questionOf(plan), total: this.#kind.steps(plan), calmly };
  }

  #questionOf(plan: Plan): string | null {
    const { name, asks } = this.#kind;
    return asks === undefined ? null : questionHash(name, asks(plan));
  }

  #enqueue(id: string, plan: Plan, progress: Progress): void {
    const abort = new AbortController();
    const live: Live<Plan> = {
      id,
      plan,
      progress,
      begun: false,
      askedBy: currentTrace(),
      log: new EventLog(),
      abort,
      subscribers: new Set(),
    };
    this.#live.set(id, live);
    this.#unfinished++;
    this.#submitted.next(live);
  }

  /** Never rejects: what goes wrong becomes the outcome of this job. */
  async #carryOut(live: Live<Plan>): Promise<void> {
    const { id, log, subscribers } = live;
    const { signal } = live.abort;
    if (signal.aborted) return; // cancelled while it waited
    live.begun = true;
    if (this.#unlessStoreFails(live, () => this.#store.reuse(id))) {
      this.#ended(live, 'succeeded');
      return;
    }
    this.#unlessStoreFails(live, () => this.#store.begin(id));
    const context: JobContext = {
      signal,
      log,
      topics: () => new Set([...subscribers].flatMap(({ topics }) => [...topics])),
      advance: (done) => this.#advance(live, done),
      parts: () => this.#store.parts(id),
      savePart: (place, part) => void this.#unlessStoreFails(live, () => this.#store.savePart(id, place, part)),
    };
    const { name, labels } = this.#kind;
    const { scenario, schemes } = labels(live.plan);
    const attributes = {
      'stallscope.job.id': id,
      ...(scenario === null ? {} : { 'stallscope.scenario': scenario }),
      'stallscope.schemes': schemes,
    };
    const outcome = await inSpan(
      { name, attributes, parent: live.askedBy },
      () => this.#outcomeOf(live, context),
      ({ status }) => status === 'failed',
    );
    if (!signal.aborted) await this.#finishAtLast(live, outcome);
  }

  async #outcomeOf(live: Live<Plan>, context: JobContext): Promise<JobOutcome<Result>> {
    const { name, carryOut, isLasting } = this.#kind;
    try {
      const result = await carryOut(live.plan, context);
      return { status: 'succeeded', result, lasting: isLasting?.(result) ?? true, progress: live.progress };
    } catch (error) {
      const known = this.#asEdgeError(error);
      if (!context.signal.aborted) this.#logger.error({ [name]: live.id, err: known }, `${name} failed`);
      return { status: 'failed', error: known.toProblem(), progress: live.progress };
    }
  }

  /** While the store has no room the job keeps its place among those that run, so that no more is computed than can be kept. */
  async #finishAtLast(live: Live<Plan>, outcome: JobOutcome<Result>): Promise<void> {
    const { signal } = live.abort;
    while (!signal.aborted) {
      try {
        this.#finish(live, outcome);
        return;
      } catch (error) {
        this.#logger.error({ [this.#kind.name]: live.id, err: error }, 'the store cannot keep the end of this job yet');
      }
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #advance(live: Live<Plan>, done: number): Progress {
    live.progress = { done, total: this.#kind.steps(live.plan) };
    if (!live.abort.signal.aborted) this.#unlessStoreFails(live, () => this.#store.advance(live.id, done));
    return live.progress;
  }

  #asEdgeError(error: unknown): EdgeError {
    const known = error instanceof EdgeError ? error : (this.#kind.asEdgeError?.(error) ?? null);
    return known ?? new EdgeError('INTERNAL', undefined, { cause: error });
  }

  /** For what can be done without: it is lost when the process is killed, and nothing else is. */
  #unlessStoreFails<T>({ id }: Live<Plan>, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#logger.error({ [this.#kind.name]: id, err: error }, 'the store does not take what is done so far');
      return undefined;
    }
  }

  #notFound(id: string): EdgeError {
    return new EdgeError('NOT_FOUND', `There is no ${this.#kind.name} ${id}.`);
  }

  #finish(live: Live<Plan>, outcome: JobOutcome<Result>): void {
    this.#store.finish(live.id, outcome, new Date().toISOString());
    this.#ended(live, outcome.status);
  }

  #ended(live: Live<Plan>, status: JobStatus): void {
    this.#unfinished--;
    live.log.end();
    this.#evictLogs();
    const { name } = this.#kind;
    this.#logger.info({ [name]: live.id, status }, `${name} finished`);
    this.#ended$.next({ kind: name, id: live.id, status });
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
