import { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import type { LiveGoal, LiveProgress, LiveStall } from '../../../src/lab/live/live-types.ts';
import { readLiveRequest } from '../../../src/lab/live/request.ts';
import type { RunRecord } from '../../../src/lab/run-types.ts';

export const small = { vm: { vcpus: 2, memory: '4MiB', backing: 'hugetlb-2m', mapped: '4k' } } as const;

export const live = (
  request: Readonly<Record<string, unknown>> = small,
  onRecord?: (record: RunRecord) => void,
): LiveSimulation => new LiveSimulation(readLiveRequest({ scheme: 'range', ...request }), onRecord);

/** In slices of so many events, until the goal is reached or will not be. */
export function advance(simulation: LiveSimulation, goal: unknown, events?: number): LiveProgress {
  const read: LiveGoal = simulation.readGoal(goal);
  for (;;) {
    const progress = simulation.advance(read, events === undefined ? {} : { events });
    if (progress.reached || progress.stuck || progress.ended !== null) return progress;
  }
}

/** The closed windows and behind them the open ones, as a run closes them at its end. */
export function windowsOf(simulation: LiveSimulation): Omit<LiveStall, 'index'>[] {
  const closed: LiveStall[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const { items, next } = simulation.stalls({ fromIndex: from });
    closed.push(...items);
    from = next;
  }
  return [...closed.map(({ index: _, ...window }) => window), ...simulation.stalls().open];
}
