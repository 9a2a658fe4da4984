// For questions that are too large to search to the end: many schedules, drawn at random.

import { RandomStream } from '../engine/random.ts';
import type { ExploredRun, SearchCounts, SearchEnd } from './exhaustive-search.ts';
import type { Recorder } from './recorder.ts';

export interface RandomSearchOptions {
  readonly recorder: Recorder;
  readonly start: () => ExploredRun;
  readonly seed: number;
  /** Null: each step goes to any task, all alike. Else PCT with that many ordering constraints. */
  readonly bugDepth: number | null;
  readonly limits: { readonly schedules: number; readonly transitions: number; readonly depth: number };
  readonly stop: () => boolean;
}

/** Draws who goes next. */
interface Policy {
  next(enabled: number, step: number): number;
}

export class RandomSearch {
  readonly counts: SearchCounts = { schedules: 0, states: 0, transitions: 0, replayed: 0, depth: 0 };
  readonly #options: RandomSearchOptions;
  readonly #random: RandomStream;
  #schedule: number[] = [];

  constructor(options: RandomSearchOptions) {
    this.#options = options;
    this.#random = new RandomStream(options.seed, 'schedules');
  }

  schedule(): number[] {
    return this.#schedule.slice();
  }

  run(): SearchEnd {
    const { limits, stop } = this.#options;
    for (;;) {
      if (this.counts.schedules >= limits.schedules) return 'schedules';
      if (this.counts.transitions >= limits.transitions) return 'transitions';
      if (stop()) return 'stopped';
      this.#runOnce();
    }
  }

  #runOnce(): void {
    const { start, limits, bugDepth, recorder } = this.#options;
    const { counts } = this;
    counts.schedules += 1;
    recorder.rewind();
    const run = start();
    this.#schedule = [];
    const policy = bugDepth === null ? this.#anyTask() : this.#priorities(bugDepth);
    for (;;) {
      const { enabled } = run;
      if (enabled === 0) {
        run.finish();
        return;
      }
      if (this.#schedule.length >= limits.depth) return;
      const task = policy.next(enabled, this.#schedule.length);
      this.#schedule.push(task);
      counts.transitions += 1;
      counts.depth = Math.max(counts.depth, this.#schedule.length);
      if (!run.advance(task)) return;
    }
  }

  #anyTask(): Policy {
    const random = this.#random;
    return {
      next(enabled) {
        let rank = random.integer(bitsOf(enabled));
        let left = enabled;
        while (rank-- > 0) left &= left - 1;
        return lowest(left);
      },
    };
  }

  /**
   * Each task has a priority, and the highest of those that can go on goes on. At d - 1 steps, drawn beforehand, whoever
   * would go next falls below all others. A bug that needs d constraints is met with a probability of at least
   * 1 / (n * k^(d-1)), for n tasks and k steps (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
   */
  #priorities(bugDepth: number): Policy {
    const random = this.#random;
    const priorities: number[] = [];
    const steps = Math.max(this.counts.depth, 64);
    const changes = Array.from({ length: bugDepth - 1 }, () => random.integer(steps));
    let below = 0;
    const highest = (enabled: number): number => {
      let best = -1;
      for (let left = enabled; left !== 0; left &= left - 1) {
        const task = lowest(left);
        priorities[task] ??= 1 + random.next();
        if (best === -1 || (priorities[task] as number) > (priorities[best] as number)) best = task;
      }
      return best;
    };
    return {
      next(enabled, step) {
        const task = highest(enabled);
        if (!changes.includes(step)) return task;
        below -= 1;
        priorities[task] = below;
        return highest(enabled);
      },
    };
  }
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);

function bitsOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}
