// Comparisons as jobs: the runs of those that have started share the threads of the pool.

import type { FastifyBaseLogger } from 'fastify';
import { filter, from, fromEvent, lastValueFrom, map, mergeMap, type Observable, takeUntil, tap, toArray } from 'rxjs';
import type { ComparisonPlan, ComparisonRequest } from '../lab/comparison.ts';
import type { ComparisonResult } from '../lab/result.ts';
import type { RunResult, Topic } from '../lab/run-types.ts';
import { summarize } from '../lab/summary.ts';
import type { JobStore } from './jobs/job.ts';
import { type JobContext, type JobKind, type JobLimits, JobService } from './jobs/job-service.ts';
import type { PooledRun, WorkerPool } from './worker-pool.ts';

export type ComparisonService = JobService<ComparisonPlan, ComparisonRequest, ComparisonResult>;
type ComparisonStore = JobStore<ComparisonRequest, ComparisonResult>;

/** Topics that every run streams. The others cost more than the run itself: one has to ask for them. */
const DEFAULT_TOPICS: readonly Topic[] = ['stall', 'notifier', 'operation', 'finding', 'progress'];

export function comparisonService(
  pool: WorkerPool,
  store: ComparisonStore,
  logger: FastifyBaseLogger,
  limits: JobLimits,
): ComparisonService {
  const kind: JobKind<ComparisonPlan, ComparisonResult> = {
    name: 'comparison',
    tooMany: 'TOO_MANY_COMPARISONS',
    atOnce: pool.threads,
    limits,
    steps: ({ runs }) => runs.length,
    labels: ({ scenario, schemes }) => ({ scenario: scenario.name, schemes }),
    // The runs follow from the rest, in the order of the plan.
    asks: ({ runs: _, ...asked }) => asked,
    carryOut: (plan, context) => carryOut(pool, plan, context),
  };
  return new JobService(kind, store, logger);
}

interface RunPart {
  readonly result: RunResult;
  readonly wallMs: number;
}

interface FinishedRun extends RunPart {
  readonly index: number;
}

async function carryOut(pool: WorkerPool, plan: ComparisonPlan, context: JobContext): Promise<ComparisonResult> {
  const before = [...context.parts()].map(([index, part]): FinishedRun => ({ index, ...(part as RunPart) }));
  const missing = [...plan.runs.entries()].filter(([index]) => !before.some((run) => run.index === index));
  let done = before.length;
  const finished = await lastValueFrom(
    from(missing).pipe(
      // As many as there are threads, so that the subscribers' topics are asked for when a run really starts.
      mergeMap(([index, run]) => runOne(pool, plan, { index, run }, context, () => ++done), pool.threads),
      toArray(),
      takeUntil(fromEvent(context.signal, 'abort')),
    ),
  );
  const inPlanOrder = [...before, ...finished].sort((a, b) => a.index - b.index);
  return summarize(
    plan,
    inPlanOrder.map(({ result }) => result),
    inPlanOrder.map(({ wallMs }) => wallMs),
  );
}

function runOne(
  pool: WorkerPool,
  plan: ComparisonPlan,
  { index, run }: { readonly index: number; readonly run: ComparisonPlan['runs'][number] },
  { log, topics, advance, savePart }: JobContext,
  count: () => number,
): Observable<FinishedRun> {
  const { scheme, mapcount, seed } = run;
  const label = { scheme, mapcount, repetition: seed - plan.seed };
  const pooled: PooledRun = { input: run, label, topics: [...new Set([...DEFAULT_TOPICS, ...topics()])] };
  return pool.run(pooled).pipe(
    tap((update) => {
      if (update.kind === 'records') log.appendBatch(update.batch);
    }),
    filter((update) => update.kind === 'outcome'),
    map(({ result, wallMs }) => ({ index, result, wallMs })),
    tap(({ result, wallMs }) => {
      savePart(index, { result, wallMs } satisfies RunPart);
      log.append({ topic: 'progress', simTimeNs: result.simulatedNs, ...label, runs: advance(count()) });
    }),
  );
}
