// Explorations as jobs: each has a thread of the pool for itself, beside the runs of comparisons.

import type { FastifyBaseLogger } from 'fastify';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';
import type { ExplorationPlan, ExplorationRequest } from '../explore/exploration-request.ts';
import type { ExplorationResult } from '../explore/exploration-types.ts';
import { type JobContext, type JobKind, JobService } from './jobs/job-service.ts';
import { MemoryStore } from './jobs/memory-store.ts';
import type { WorkerPool } from './worker-pool.ts';

export type ExplorationService = JobService<ExplorationPlan, ExplorationRequest, ExplorationResult>;

const UNFINISHED_MAX = 16;
const FINISHED_MAX = 64;
const LOGS_MAX = 8;
const NS_PER_MS = 1e6;

export function explorationService(pool: WorkerPool, logger: FastifyBaseLogger): ExplorationService {
  const kind: JobKind<ExplorationPlan, ExplorationResult> = {
    name: 'exploration',
    tooMany: 'TOO_MANY_EXPLORATIONS',
    atOnce: pool.threads,
    limits: { unfinished: UNFINISHED_MAX, logs: LOGS_MAX },
    // Those that it may explore; a search that comes to its end before has explored fewer.
    steps: ({ options }) => options.limits.transitions,
    carryOut: (plan, context) => carryOut(pool, plan, context),
  };
  return new JobService(kind, new MemoryStore(FINISHED_MAX), logger);
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
