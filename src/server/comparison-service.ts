// The life of a comparison: queued, running, and then succeeded, failed or cancelled. Comparisons start in the order in
// which they came; the runs of the ones that have started share the threads of the pool.

import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import {
  catchError,
  defer,
  EMPTY,
  filter,
  from,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  Subject,
  takeUntil,
  tap,
  toArray,
} from 'rxjs';
import type { ComparisonPlan, ComparisonRequest } from '../lab/comparison.ts';
import type { ComparisonResult } from '../lab/result.ts';
import type { RunResult, Topic } from '../lab/run-types.ts';
import { summarize } from '../lab/summary.ts';
import { EdgeError } from './errors.ts';
import { EventLog } from './event-log.ts';
import type { EventSubscriber } from './event-subscriber.ts';
import { type ComparisonStatus, type ComparisonStore, isFinished, type StoredComparison } from './store.ts';
import type { PooledRun, WorkerPool } from './worker-pool.ts';

/** Topics that every run streams. The others cost more than the run itself: one has to ask for them. */
const DEFAULT_TOPICS: readonly Topic[] = ['stall', 'notifier', 'operation', 'finding', 'progress'];

export interface ServiceLimits {
  /** Comparisons that are queued or running. */
  readonly unfinished: number;
  /** Finished comparisons whose events can still be read. */
  readonly logs: number;
  /** Sockets, all comparisons together. */
  readonly subscribers: number;
}

export const DEFAULT_SERVICE_LIMITS: ServiceLimits = { unfinished: 64, logs: 8, subscribers: 256 };

/** What there is of a comparison beside what is stored. */
interface Live {
  readonly id: string;
  readonly plan: ComparisonPlan;
  readonly log: EventLog;
  readonly cancel$: Subject<void>;
  readonly subscribers: Set<EventSubscriber>;
}

interface FinishedRun {
  readonly index: number;
  readonly result: RunResult;
  readonly wallMs: number;
}

export class ComparisonService {
  readonly #pool: WorkerPool;
  readonly #store: ComparisonStore;
  readonly #logger: FastifyBaseLogger;
  readonly #limits: ServiceLimits;
  /** Unfinished ones, and finished ones whose log is kept; oldest first. */
  readonly #live = new Map<string, Live>();
  readonly #submitted = new Subject<Live>();
  readonly #drained: Promise<void>;
  #unfinished = 0;
  #subscriberCount = 0;

  constructor(pool: WorkerPool, store: ComparisonStore, logger: FastifyBaseLogger, limits = DEFAULT_SERVICE_LIMITS) {
    this.#pool = pool;
    this.#store = store;
    this.#logger = logger;
    this.#limits = limits;
    this.#drained = lastValueFrom(this.#submitted.pipe(mergeMap((live) => this.#carryOut(live), pool.threads)), {
      defaultValue: undefined,
    });
  }

  /** Takes a comparison in and returns at once. */
  submit(plan: ComparisonPlan, spec: ComparisonRequest): StoredComparison {
    if (this.#unfinished >= this.#limits.unfinished) {
      throw new EdgeError(
        'TOO_MANY_COMPARISONS',
        `${this.#unfinished} comparisons are queued or running. Wait for one to finish, or cancel one.`,
        { headers: { 'retry-after': '5' } },
      );
    }
    const comparison: StoredComparison = {
      id: randomUUID(),
      status: 'queued',
      createdAt: new Date().toISOString(),
      finishedAt: null,
      progress: { done: 0, total: plan.runs.length },
      spec,
      result: null,
      error: null,
    };
    const live: Live = {
      id: comparison.id,
      plan,
      log: new EventLog(),
      cancel$: new Subject(),
      subscribers: new Set(),
    };
    this.#store.add(comparison);
    this.#live.set(live.id, live);
    this.#unfinished++;
    this.#logger.info({ comparison: live.id, runs: plan.runs.length }, 'comparison queued');
    this.#submitted.next(live);
    return comparison;
  }

  /** Cancels it if it is unfinished, else forgets it. Returns the cancelled one, or null if it is gone. */
  remove(id: string): StoredComparison | null {
    const comparison = this.get(id);
    if (isFinished(comparison.status)) {
      this.#store.delete(id);
      this.#live.get(id)?.log.forget();
      this.#live.delete(id);
      return null;
    }
    this.#cancel(id);
    return this.get(id);
  }

  get(id: string): StoredComparison {
    const comparison = this.#store.get(id);
    if (comparison === undefined) throw new EdgeError('NOT_FOUND', `There is no comparison ${id}.`);
    return comparison;
  }

  /** For what is said to a socket: one that was deleted under it is told that. */
  statusOf(id: string): ComparisonStatus | 'deleted' {
    return this.#store.get(id)?.status ?? 'deleted';
  }

  /** The events of a comparison. One whose events are no longer kept has an empty log that has ended. */
  log(id: string): EventLog {
    this.get(id);
    const log = this.#live.get(id)?.log;
    if (log !== undefined) return log;
    const empty = new EventLog();
    empty.end();
    return empty;
  }

  /** Counts a socket in. What it subscribes to is also recorded by runs that start from now on. */
  join(id: string, subscriber: EventSubscriber): void {
    this.#subscriberCount++;
    this.#live.get(id)?.subscribers.add(subscriber);
  }

  leave(id: string, subscriber: EventSubscriber): void {
    this.#subscriberCount--;
    this.#live.get(id)?.subscribers.delete(subscriber);
  }

  get hasRoomForSubscriber(): boolean {
    return this.#subscriberCount < this.#limits.subscribers;
  }

  /** Cancels everything that is unfinished. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    for (const { id } of [...this.#live.values()]) this.#cancel(id);
    this.#submitted.complete();
    await this.#drained;
  }

  #cancel(id: string): void {
    const live = this.#live.get(id);
    const comparison = this.#store.get(id);
    if (live === undefined || comparison === undefined || isFinished(comparison.status)) return;
    this.#finish(live, { status: 'cancelled' });
    live.cancel$.next();
  }

  /** Never errors: what goes wrong becomes the outcome of this comparison. */
  #carryOut(live: Live): Observable<void> {
    return defer(() => {
      if (this.statusOf(live.id) !== 'queued') return EMPTY; // cancelled while it waited
      this.#change(live, { status: 'running' });
      return from(live.plan.runs.entries()).pipe(
        // As many as there are threads, so that the subscribers' topics are asked for when a run really starts.
        mergeMap(([index, run]) => this.#runOne(live, index, run), this.#pool.threads),
        toArray(),
        map((finished) => this.#summarize(live, finished)),
        tap((result) => this.#finish(live, { status: 'succeeded', result })),
        takeUntil(live.cancel$),
        catchError((error: unknown) => {
          this.#fail(live, error);
          return EMPTY;
        }),
        map(() => undefined),
      );
    });
  }

  #runOne(live: Live, index: number, run: ComparisonPlan['runs'][number]): Observable<FinishedRun> {
    const { scheme, mapcount, seed } = run;
    const label = { scheme, mapcount, repetition: seed - live.plan.seed };
    const pooled: PooledRun = { input: run, label, topics: this.#topicsFor(live) };
    return this.#pool.run(pooled).pipe(
      tap((update) => {
        if (update.kind === 'records') live.log.appendBatch(update.batch);
      }),
      filter((update) => update.kind === 'outcome'),
      map(({ result, wallMs }) => ({ index, result, wallMs })),
      tap(({ result }) => {
        const { progress } = this.#change(live, (comparison) => ({
          progress: { ...comparison.progress, done: comparison.progress.done + 1 },
        }));
        live.log.append({ topic: 'progress', simTimeNs: result.simulatedNs, ...label, runs: progress });
      }),
    );
  }

  #topicsFor(live: Live): Topic[] {
    const topics = new Set(DEFAULT_TOPICS);
    for (const subscriber of live.subscribers) for (const topic of subscriber.topics) topics.add(topic);
    return [...topics];
  }

  #summarize(live: Live, finished: readonly FinishedRun[]): ComparisonResult {
    const inPlanOrder = [...finished].sort((a, b) => a.index - b.index);
    return summarize(
      live.plan,
      inPlanOrder.map(({ result }) => result),
      inPlanOrder.map(({ wallMs }) => wallMs),
    );
  }

  #fail(live: Live, error: unknown): void {
    const edgeError = error instanceof EdgeError ? error : new EdgeError('INTERNAL', undefined, { cause: error });
    this.#logger.error({ comparison: live.id, err: edgeError }, 'comparison failed');
    this.#finish(live, { status: 'failed', error: edgeError.toProblem() });
  }

  #finish(live: Live, outcome: Partial<StoredComparison> & { status: ComparisonStatus }): void {
    this.#change(live, { ...outcome, finishedAt: new Date().toISOString() });
    this.#unfinished--;
    live.log.end();
    this.#evictLogs();
    this.#logger.info({ comparison: live.id, status: outcome.status }, 'comparison finished');
  }

  #change(
    live: Live,
    change: Partial<StoredComparison> | ((comparison: StoredComparison) => Partial<StoredComparison>),
  ): StoredComparison {
    const comparison = this.get(live.id);
    const changed = { ...comparison, ...(typeof change === 'function' ? change(comparison) : change) };
    this.#store.update(changed);
    return changed;
  }

  /** Keeps the events of the newest finished comparisons. A socket that still reads an older one gets a gap. */
  #evictLogs(): void {
    const ended = [...this.#live.values()].filter(({ log }) => log.ended);
    for (const { id, log } of ended.slice(0, Math.max(0, ended.length - this.#limits.logs))) {
      log.forget();
      this.#live.delete(id);
    }
  }
}
