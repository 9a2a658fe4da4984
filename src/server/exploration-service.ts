// Explorations as jobs: each has a thread of the pool for itself, beside the runs of comparisons.

import type { FastifyBaseLogger } from 'fastify';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import type { ExplorationPlan, ExplorationRequest } from '../explore/exploration-request.ts';
import type { ExplorationResult } from '../explore/exploration-types.ts';
import type { JobStore } from './jobs/job.ts';
import { type JobContext, type JobKind, JobService } from './jobs/job-service.ts';
import type { WorkerPool } from './worker-pool.ts';

export type ExplorationService = JobService<ExplorationPlan, ExplorationRequest, ExplorationResult>;

const UNFINISHED_MAX = 16;
const LOGS_MAX = 8;
const NS_PER_MS = 1e6;

export function explorationService(
  pool: WorkerPool,
  store: JobStore<ExplorationRequest, ExplorationResult>,
  logger: FastifyBaseLogger,
): ExplorationService {
  const kind: JobKind<ExplorationPlan, ExplorationResult> = {
    name: 'exploration',
    tooMany: 'TOO_MANY_EXPLORATIONS',
    atOnce: pool.threads,
    limits: { unfinished: UNFINISHED_MAX, logs: LOGS_MAX },
    // Those that it may explore; a search that comes to its end before has explored fewer.
    steps: ({ options }) => options.limits.transitions,
    labels: ({ question }) => ({ scenario: null, schemes: [question.scheme] }),
    asks: ({ question, options }) => ({ question, options }),
    // One that the clock has ended says as much of the machine as of the question.
    isLasting: ({ endedBy }) => endedBy !== 'stopped',
    carryOut: (plan, context) => carryOut(pool, plan, context),
  };
  return new JobService(kind, store, logger);
}

async function carryOut(pool: WorkerPool, plan: ExplorationPlan, context: JobContext): Promise<ExplorationResult> {
  const { signal, log, advance } = context;
  const { question, options, timeNs } = plan;
  const most = options.limits.transitions;
  const last = await lastValueFrom(
    pool.explore({ question, options, timeMs: timeNs / NS_PER_MS }).pipe(
      tap((update) => {
        if (update.kind === 'outcome') return;
        const { progress } = update;
        log.append({ topic: 'progress', ...progress, explored: advance(Math.min(progress.transitions, most)) });
      }),
      takeUntil(fromEvent(signal, 'abort')),
    ),
  );
  if (last.kind !== 'outcome') throw new Error('an exploration ended without a result');
  const { result } = last;
  for (const { kind, class: of, message, counterexample } of result.findings) {
    log.append({ topic: 'finding', kind, class: of, message, length: counterexample.length });
  }
  advance(Math.min(result.transitions, most));
  return result;
}
