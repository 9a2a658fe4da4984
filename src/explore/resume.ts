import type { ExploredRun, SearchCounts } from './exhaustive-search.ts';
import type { Recorder } from './recorder.ts';

interface Resumable {
  readonly recorder: Recorder;
  readonly start: () => ExploredRun;
}

/** A fresh run that has gone the way of the first `length` frames but for the last of them, which has another task to take now. */
export function resume(
  { recorder, start }: Resumable,
  frames: readonly { readonly task: number }[],
  length: number,
  counts: SearchCounts,
): ExploredRun {
  const way = frames.slice(0, Math.max(0, length - 1));
  recorder.repeats = way.length > 0;
  const run = start();
  for (const { task } of way) run.advance(task);
  counts.replayed += way.length;
  recorder.repeats = false;
  return run;
}
