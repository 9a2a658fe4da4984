// Sweeps as jobs: one at a time, since each has work for all threads; comparisons share them with it, run by run.

import type { FastifyBaseLogger } from 'fastify';
import { from, fromEvent, ignoreElements, lastValueFrom, mergeMap, type Observable, takeUntil, tap } from 'rxjs';
import type { Topic } from '../lab/run-types.ts';
import type { SweepPlan, SweepRequest, SweepRun } from '../lab/sweep.ts';
import { type SweepResult, SweepSummary } from '../lab/sweep-result.ts';
import { type JobContext, type JobKind, JobService } from './jobs/job-service.ts';
import { MemoryStore } from './jobs/memory-store.ts';
import type { WorkerPool } from './worker-pool.ts';

export type SweepService = JobService<SweepPlan, SweepRequest, SweepResult>;

const UNFINISHED_MAX = 16;
const FINISHED_MAX = 64;
const LOGS_MAX = 8;

/** Of a run among thousands nobody wants to hear more, unless he says so. */
const DEFAULT_TOPICS: readonly Topic[] = ['finding'];

export function sweepService(pool: WorkerPool, logger: FastifyBaseLogger): SweepService {
  const kind: JobKind<SweepPlan, SweepResult> = {
    name: 'sweep',
    tooMany: 'TOO_MANY_SWEEPS',
    atOnce: 1,
    limits: { unfinished: UNFINISHED_MAX, logs: LOGS_MAX },
    steps: ({ runs }) => runs.length,
    carryOut: (plan, context) => carryOut(pool, plan, context),
  };
  return new JobService(kind, new MemoryStore(FINISHED_MAX), logger);
}

async function carryOut(pool: WorkerPool, plan: SweepPlan, context: JobContext): Promise<SweepResult> {
  const summary = new SweepSummary(plan);
  let done = 0;
  const runs = from(plan.runs.entries()).pipe(
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
  { log, topics, advance }: JobContext,
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
      log.append({ topic: 'progress', simTimeNs: result.simulatedNs, ...label, runs: advance(count()) });
    }),
    ignoreElements(),
  );
}
