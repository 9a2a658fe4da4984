import { filter, from, lastValueFrom, map, mergeMap, tap } from 'rxjs';
import type { RunSpec } from '../lab/comparison.ts';
import type { RunResult } from '../lab/run-types.ts';
import { WorkerPool } from '../server/worker-pool.ts';
import { progressBar } from './progress-bar.ts';

/** Carries out runs in worker threads, with a bar. `take` is told of each as it ends, by its place in the list. */
export async function carryOutRuns(
  runs: readonly RunSpec[],
  threads: number | undefined,
  take: (index: number, result: RunResult, wallMs: number) => void,
): Promise<void> {
  const pool = new WorkerPool({ threads, runs: runs.length });
  const bar = progressBar(process.stderr, runs.length, 'runs');
  try {
    await lastValueFrom(
      from(runs.entries()).pipe(
        mergeMap(([index, input]) => {
          const label = { scheme: input.scheme, mapcount: input.mapcount, seed: input.seed };
          return pool.run({ input, label, topics: [] }).pipe(
            filter((update) => update.kind === 'outcome'),
            map((outcome) => ({ index, outcome })),
          );
        }, pool.threads),
        tap(({ index, outcome }) => {
          take(index, outcome.result, outcome.wallMs);
          bar.advance();
        }),
      ),
    );
  } finally {
    bar.clear();
    await pool.close();
  }
}
