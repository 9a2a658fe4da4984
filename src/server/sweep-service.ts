// Sweeps as jobs: one at a time, since each has work for all threads; comparisons share them with it, run by run.

import type { FastifyBaseLogger } from 'fastify';
import { from, fromEvent, ignoreElements, lastValueFrom, mergeMap, type Observable, takeUntil, tap } from 'rxjs';
import type { ComparisonPlan } from '../lab/comparison.ts';
import type { RunResult, Topic } from '../lab/run-types.ts';
import type { PlannedPoint, SweepPlan, SweepRequest, SweepRun } from '../lab/sweep.ts';
import { type SweepResult, SweepSummary } from '../lab/sweep-result.ts';
import type { JobLabels, JobStore } from './jobs/job.ts';
import { type JobContext, type JobKind, JobService } from './jobs/job-service.ts';
import type { WorkerPool } from './worker-pool.ts';

export type SweepService = JobService<SweepPlan, SweepRequest, SweepResult>;

const UNFINISHED_MAX = 16;
const LOGS_MAX = 8;

/** Of a run among thousands nobody wants to hear more, unless he says so. */
const DEFAULT_TOPICS: readonly Topic[] = ['finding'];

export function sweepService(
  pool: WorkerPool,
  store: JobStore<SweepRequest, SweepResult>,
  logger: FastifyBaseLogger,
): SweepService {
  const kind: JobKind<SweepPlan, SweepResult> = {
    name: 'sweep',
    tooMany: 'TOO_MANY_SWEEPS',
    atOnce: 1,
    limits: { unfinished: UNFINISHED_MAX, logs: LOGS_MAX },
    steps: ({ runs }) => runs.length,
    labels: ({ points }) => labelsOf(points.map(({ plan }) => plan)),
    // The runs follow from the rest, in the order of the plan.
    asks: ({ axes, points, histograms }) => ({ axes, histograms, points: points.map(askedAt) }),
    carryOut: (plan, context) => carryOut(pool, plan, context),
  };
  return new JobService(kind, store, logger);
}

const askedAt = ({ at, plan: { runs: _, ...asked } }: PlannedPoint): unknown => ({ at, ...asked });

const labelsOf = (plans: readonly ComparisonPlan[]): JobLabels => ({
  scenario: plans[0]?.scenario.name ?? null,
  schemes: [...new Set(plans.flatMap(({ schemes }) => schemes))],
});

interface RunPart {
  readonly result: RunResult;
  readonly wallMs: number;
}

async function carryOut(pool: WorkerPool, plan: SweepPlan, context: JobContext): Promise<SweepResult> {
  const summary = new SweepSummary(plan);
  const before = context.parts() as ReadonlyMap<number, RunPart>;
  for (const [index, { result, wallMs }] of before) summary.add(index, result, wallMs);
  let done = before.size;
  const missing = [...plan.runs.entries()].filter(([index]) => !before.has(index));
  const runs = from(missing).pipe(
    mergeMap(([index, run]) => runOne(pool, plan, { index, run }, context, summary, () => ++done), pool.threads),
    takeUntil(fromEvent(context.signal, 'abort')),
  );
  await lastValueFrom(runs, { defaultValue: undefined });
  return summary.result();
}

function runOne(
  pool: WorkerPool,
  { points }: SweepPlan,
  { index, run: { point, run } }: { readonly index: number; readonly run: SweepRun },
  { log, topics, advance, savePart }: JobContext,
  summary: SweepSummary,
  count: () => number,
): Observable<never> {
  const { scheme, mapcount, seed } = run;
  const label = { point, scheme, mapcount, repetition: seed - (points[point]?.plan.seed ?? seed) };
  return pool.run({ input: run, label, topics: [...new Set([...DEFAULT_TOPICS, ...topics()])] }).pipe(
    tap((update) => {
      if (update.kind === 'records') {
        log.appendBatch(update.batch);
        return;
      }
      const { result, wallMs } = update;
      summary.add(index, result, wallMs);
      savePart(index, { result, wallMs } satisfies RunPart);
      log.append({ topic: 'progress', simTimeNs: result.simulatedNs, ...label, runs: advance(count()) });
    }),
    ignoreElements(),
  );
}
