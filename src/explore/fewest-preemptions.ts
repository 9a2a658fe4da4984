// Looks for what a search has found once more, in order of preemptions: first all schedules in which nobody is switched away
// from as long as he can go on, then those with one such switch, with two. People follow a counterexample by its switches.

import type { ExploredRun, SearchCounts } from './exhaustive-search.ts';
import type { Found } from './explored-run.ts';
import type { KnownTransitions } from './known-transitions.ts';
import type { Recorder } from './recorder.ts';
import { MAX_TASKS, SAVED_LENGTH } from './recorder.ts';
import { RememberingRun } from './remembering-run.ts';
import { resume } from './resume.ts';

export interface PreemptionSearchOptions {
  readonly recorder: Recorder;
  /** Transitions made before, with this recorder; null: each is made for real. */
  readonly known: KnownTransitions | null;
  readonly start: (found: (one: Found) => void) => ExploredRun;
  readonly found: (one: Found) => void;
  readonly depth: number;
  /** Transitions, repeated ones counted; what is not found with them stays as it was. */
  readonly budget: number;
  /** All that was looked for has been found. */
  readonly isDone: () => boolean;
  /** Asked before each run. */
  readonly stop: () => boolean;
}

interface Frame {
  enabled: number;
  left: number;
  task: number;
  /** Preemptions that are still allowed before this transition. */
  allowed: number;
  readonly saved: Int32Array;
  undo: number;
}

const PREEMPTIONS_MAX = 6;

export class PreemptionSearch {
  readonly counts: SearchCounts = { schedules: 0, states: 0, transitions: 0, replayed: 0, depth: 0 };
  /** Preemptions that the present pass allows. */
  bound = 0;
  readonly #options: PreemptionSearchOptions;
  readonly #frames: Frame[] = [];
  #length = 0;
  /** By the task that ran last: states, with the preemptions that were left there. */
  #visited: Map<number, number>[] = [];

  #remembering: RememberingRun | null = null;

  constructor(options: PreemptionSearchOptions) {
    this.#options = options;
  }

  schedule(): number[] {
    return this.#frames.slice(0, this.#length).map(({ task }) => task);
  }

  /** Returns the bound up to which all schedules have been looked at; -1: not even those without a preemption. */
  run(): number {
    for (this.bound = 0; this.bound <= PREEMPTIONS_MAX; this.bound++) {
      if (!this.#pass()) return this.bound - 1;
      if (this.#options.isDone()) return this.bound;
    }
    return PREEMPTIONS_MAX;
  }

  /** False: the budget has not sufficed. */
  #pass(): boolean {
    const { counts } = this;
    const { budget, stop } = this.#options;
    this.#visited = Array.from({ length: MAX_TASKS + 1 }, () => new Map<number, number>());
    this.#length = 0;
    do {
      if (counts.transitions + counts.replayed > budget || stop()) return false;
      this.#runOnce();
    } while (this.#backUp());
    return true;
  }

  #runOnce(): void {
    const { depth } = this.#options;
    const { counts } = this;
    counts.schedules += 1;
    const branch = this.#length;
    const run = this.#resume(branch);
    if (branch > 0) {
      this.#length -= 1;
      if (!this.#take(run, this.#frames[branch - 1] as Frame)) return;
    }
    while (this.#length < depth) {
      const frame = this.#enter(run);
      if (frame === null || !this.#take(run, frame)) return;
    }
  }

  #resume(branch: number): ExploredRun {
    const { recorder, known, start, found } = this.#options;
    const { counts } = this;
    if (known === null) return resume({ recorder, start: () => start(found) }, this.#frames, branch, counts);
    this.#remembering ??= new RememberingRun({ recorder, known, start, found, counts });
    return this.#remembering;
  }

  #enter(run: ExploredRun): Frame | null {
    const { enabled } = run;
    if (enabled === 0) {
      run.finish();
      return null;
    }
    const at = this.#length;
    const above = at === 0 ? null : (this.#frames[at - 1] as Frame);
    const last = above === null ? MAX_TASKS : above.task;
    const allowed = above === null ? this.bound : above.allowed - this.#costOf(at - 1);
    const key = this.#options.recorder.stateKey(run);
    const visited = this.#visited[last] as Map<number, number>;
    if ((visited.get(key) ?? -1) >= allowed) return null;
    visited.set(key, allowed);
    const goesOn = last < MAX_TASKS && (enabled & (1 << last)) !== 0;
    const frame = this.#frames[at] ?? {
      enabled: 0,
      left: 0,
      task: 0,
      allowed: 0,
      saved: new Int32Array(SAVED_LENGTH),
      undo: 0,
    };
    this.#frames[at] = frame;
    frame.enabled = enabled;
    frame.allowed = allowed;
    frame.task = goesOn ? last : lowest(enabled);
    frame.left = goesOn && allowed === 0 ? 0 : enabled & ~(1 << frame.task);
    return frame;
  }

  /** 1: the transition at `at` is of another task than the one before it, which could have gone on. */
  #costOf(at: number): number {
    if (at === 0) return 0;
    const frame = this.#frames[at] as Frame;
    const last = (this.#frames[at - 1] as Frame).task;
    return last !== frame.task && (frame.enabled & (1 << last)) !== 0 ? 1 : 0;
  }

  #take(run: ExploredRun, frame: Frame): boolean {
    const { recorder } = this.#options;
    if (this.#remembering === null) {
      recorder.save(frame.saved, 0, frame.task);
      frame.undo = recorder.undoLength;
    }
    this.#length += 1;
    this.counts.transitions += 1;
    return run.advance(frame.task);
  }

  #backUp(): boolean {
    while (this.#length > 0) {
      const frame = this.#frames[this.#length - 1] as Frame;
      if (this.#remembering !== null) this.#remembering.back();
      else this.#options.recorder.restore(frame.saved, 0, frame.task, frame.undo);
      if (frame.left !== 0) {
        frame.task = lowest(frame.left);
        frame.left &= frame.left - 1;
        return true;
      }
      this.#length -= 1;
    }
    return false;
  }
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);
