// All schedules, depth first. Processes are generators and cannot be copied, so a schedule that branches off is run again
// from a fresh world up to the branch. What makes that bearable is to branch seldom:
//
//   partial order   Two transitions that touch nothing in common can change places. When a transition meets one of another
//                   task that it could have come before, the state before that one is marked: the other order is explored
//                   from there, and no other (Flanagan and Godefroid, POPL 2005). Where states are not hashed, sleep sets
//                   (Godefroid 1996) keep it from exploring one order twice.
//   state hashing   A state that was explored to its end is not explored again. What was done after it is remembered, by task
//                   and cell, so that the marks for it can be set on the way that now leads to it (Yang et al., SPIN 2008).
//                   No task sleeps then: what a state was explored for would depend on who slept.
//
// docs/decisions/0042 has the argument for why nothing is missed.

import type { Found } from './explored-run.ts';
import { FUTURE_KINDS, Future, Futures } from './futures.ts';
import { KnownTransitions } from './known-transitions.ts';
import {
  AWAITED,
  CONFLICTS,
  LOCK,
  LOCK_SHARED,
  MAX_TASKS,
  RACES,
  type Recorder,
  SAVED_LENGTH,
  WRITE,
} from './recorder.ts';
import { type RememberingOptions, RememberingRun } from './remembering-run.ts';
import { resume } from './resume.ts';
import { StateTable } from './state-table.ts';

/** What a search needs to know of a run. */
export interface ExploredRun {
  readonly taskCount: number;
  /** A bit for each task that can go on. */
  readonly enabled: number;
  /** One transition. False: the run is over with it, by a failure of the model. */
  advance(task: number): boolean;
  /** Where a task stands, for the state. */
  position(task: number): number;
  /** Nobody can go on. */
  finish(): void;
}

export interface SearchOptions {
  readonly recorder: Recorder;
  /** A fresh run, which tells what it finds. */
  readonly start: (found: (one: Found) => void) => ExploredRun;
  readonly found?: (one: Found) => void;
  /** Transitions made before, where states are hashed; null: each is made for real. */
  readonly known?: KnownTransitions | null;
  readonly compare?: RememberingOptions['compare'];
  readonly reducesOrder: boolean;
  readonly hashesStates: boolean;
  readonly limits: { readonly schedules: number; readonly transitions: number; readonly depth: number };
  /** Asked before each run. */
  readonly stop: () => boolean;
}

export interface SearchCounts {
  schedules: number;
  states: number;
  transitions: number;
  replayed: number;
  depth: number;
}

export type SearchEnd = 'complete' | 'schedules' | 'transitions' | 'depth' | 'stopped';

/** A state that is explored: before which transition, and what has been decided about it. */
interface Frame {
  enabled: number;
  /** To be explored from here, explored, and not to be explored. */
  backtrack: number;
  done: number;
  sleep: number;
  keyA: number;
  keyB: number;
  /** The transition that was taken last. */
  task: number;
  /** Footprint: cells and their modes. */
  cells: readonly number[];
  modes: readonly number[];
  woken: number;
  /** By task: the footprint of its next transition, for those asleep or done. */
  readonly nexts: (Footprint | null)[];
  /** Vector clock of the transition. */
  readonly clock: Int16Array;
  /** Index of the transition before it of the same task. */
  before: number;
  readonly saved: Int32Array;
  undo: number;
  /** All that was done from here on. */
  readonly future: Future;
  /** A limit kept some of it from being explored. */
  cut: boolean;
}

interface Footprint {
  readonly cells: readonly number[];
  readonly modes: readonly number[];
}

/** What a task does first of all, once it may. */
const TAKES = LOCK | LOCK_SHARED | AWAITED;

const RACES_BY_KIND = FUTURE_KINDS.map((modes) => RACES[modes] as number);

export class ExhaustiveSearch {
  readonly counts: SearchCounts = { schedules: 0, states: 0, transitions: 0, replayed: 0, depth: 0 };
  readonly #options: SearchOptions;
  readonly #recorder: Recorder;
  readonly #frames: Frame[] = [];
  #length = 0;
  /** By cell: indices of the transitions that touched it, with their modes. */
  readonly #touches: number[][] = [];
  readonly #touchModes: number[][] = [];
  /** By task: its last transition; -1: none. */
  readonly #last = new Int32Array(MAX_TASKS).fill(-1);
  /** By task: the transition that has woken or started it. */
  readonly #wokenBy = new Int32Array(MAX_TASKS).fill(-1);
  /** States that were explored to their end, and where their futures are. */
  readonly #visited = new StateTable();
  readonly #futures = new Futures();
  /** Where states are hashed: goes back with the search. */
  #remembering: RememberingRun | null = null;
  #cutAnywhere: SearchEnd | null = null;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#recorder = options.recorder;
  }

  /** The tasks chosen so far in the run that is under way. */
  schedule(): number[] {
    return this.#frames.slice(0, this.#length).map(({ task }) => task);
  }

  run(): SearchEnd {
    const { limits, stop } = this.#options;
    do {
      if (this.counts.schedules >= limits.schedules) return 'schedules';
      if (this.counts.transitions >= limits.transitions) return 'transitions';
      if (stop()) return 'stopped';
      this.#runOnce();
    } while (this.#backUp());
    return this.#cutAnywhere ?? 'complete';
  }

  // ---- One run ---------------------------------------------------------------------------------------------------------

  #runOnce(): void {
    const { limits } = this.#options;
    const { counts } = this;
    counts.schedules += 1;
    const branch = this.#length;
    const run = this.#resume(branch);
    if (branch > 0) {
      this.#length -= 1;
      if (!this.#take(run, this.#frames[branch - 1] as Frame)) return;
    }
    for (;;) {
      if (this.#length >= limits.depth) {
        this.#cut('depth');
        return;
      }
      const frame = this.#enter(run);
      if (frame === null) return;
      if (!this.#take(run, frame)) return;
    }
  }

  #resume(branch: number): ExploredRun {
    const { recorder, start, hashesStates, found = ignore, compare } = this.#options;
    const { counts } = this;
    if (this.#remembering !== null) return this.#remembering;
    const { known = new KnownTransitions() } = this.#options;
    if (!hashesStates || known === null)
      return resume({ recorder, start: () => start(found) }, this.#frames, branch, counts);
    this.#remembering = new RememberingRun({ recorder, known, start, found, counts, compare });
    return this.#remembering;
  }

  /** A state that has not been explored: its frame, with the task to begin with; null: the run ends here. */
  #enter(run: ExploredRun): Frame | null {
    const { reducesOrder, hashesStates } = this.#options;
    const { enabled } = run;
    if (enabled === 0) {
      if (reducesOrder) this.#markBlocked(run);
      run.finish();
      return null;
    }
    const at = this.#length;
    // A state may be met again on a way that has other tasks asleep, and what it was explored for is then not what is asked:
    // with states remembered, nobody sleeps.
    const sleep = reducesOrder && !hashesStates ? this.#sleepAfter(at) : 0;
    const recorder = this.#recorder;
    if (hashesStates) {
      recorder.hashState(run);
      const future = this.#visited.get(recorder.keyA, recorder.keyB);
      if (future >= 0) {
        this.#meetAgain(future);
        return null;
      }
    }
    const awake = enabled & ~sleep;
    if (awake === 0) return null;
    const frame = this.#frames[at] ?? this.#newFrame();
    this.#frames[at] = frame;
    frame.enabled = enabled;
    frame.sleep = sleep;
    frame.done = 0;
    frame.keyA = recorder.keyA;
    frame.keyB = recorder.keyB;
    frame.cut = false;
    if (hashesStates) {
      this.#futures.reach(run.taskCount, recorder.cellCount);
      this.#futures.begin(frame.future);
    }
    frame.task = this.#first(awake);
    frame.backtrack = reducesOrder ? 1 << frame.task : enabled;
    if (hashesStates) this.counts.states += 1;
    return frame;
  }

  /** Whoever has run goes on, as long as it can: the first schedule has the fewest switches. */
  #first(awake: number): number {
    const before = this.#length === 0 ? -1 : (this.#frames[this.#length - 1] as Frame).task;
    if (before >= 0 && (awake & (1 << before)) !== 0) return before;
    return 31 - Math.clz32(awake & -awake);
  }

  #newFrame(): Frame {
    return {
      enabled: 0,
      backtrack: 0,
      done: 0,
      sleep: 0,
      keyA: 0,
      keyB: 0,
      task: 0,
      cells: [],
      modes: [],
      woken: 0,
      nexts: new Array<Footprint | null>(MAX_TASKS).fill(null),
      clock: new Int16Array(MAX_TASKS),
      before: -1,
      saved: new Int32Array(SAVED_LENGTH),
      undo: 0,
      future: new Future(),
      cut: false,
    };
  }

  /** Takes the frame's task one transition further. False: the run is over. */
  #take(run: ExploredRun, frame: Frame): boolean {
    const recorder = this.#recorder;
    const { task } = frame;
    if (this.#remembering === null) {
      recorder.save(frame.saved, 0, task);
      frame.undo = recorder.undoLength;
    }
    // Counted before it is made: what is found on the way is found by a schedule that has it.
    const at = this.#length;
    this.#length += 1;
    const goesOn = run.advance(task);
    this.counts.transitions += 1;
    const { cells, modes, woken } = this.#remembering?.last ?? { ...recorder.footprint(), woken: recorder.woken };
    frame.cells = cells;
    frame.modes = modes;
    frame.woken = woken;
    // What touches nothing might as well have come first everywhere.
    if (frame.cells.length === 0 && frame.woken === 0 && frame.done === 0 && this.#options.hashesStates) {
      frame.backtrack = 1 << task;
    }
    this.counts.depth = Math.max(this.counts.depth, this.#length);
    if (this.#options.reducesOrder) this.#order(frame, at);
    return goesOn;
  }

  // ---- Going back ------------------------------------------------------------------------------------------------------

  /** Takes transitions back until a state has another task to explore. False: there is none. */
  #backUp(): boolean {
    const { hashesStates } = this.#options;
    while (this.#length > 0) {
      const at = this.#length - 1;
      const frame = this.#frames[at] as Frame;
      this.#undo(frame);
      const bit = 1 << frame.task;
      frame.done |= bit;
      if (hashesStates) this.#addFuture(frame, frame.task, frame.cells, frame.modes);
      const left = frame.backtrack & frame.enabled & ~frame.done & ~frame.sleep;
      if (left !== 0) {
        if (!hashesStates) frame.nexts[frame.task] = { cells: frame.cells, modes: frame.modes };
        frame.task = 31 - Math.clz32(left & -left);
        return true;
      }
      this.#length -= 1;
      if (hashesStates) {
        if (!frame.cut) this.#visited.set(frame.keyA, frame.keyB, this.#futures.keep(frame.future));
        // What is done from a state on is done from the state before it on.
        const above = this.#length === 0 ? null : (this.#frames[this.#length - 1] as Frame);
        if (above !== null) this.#futures.join(above.future, frame.future);
        if (above !== null && frame.cut) above.cut = true;
      }
    }
    return false;
  }

  #cut(why: SearchEnd): void {
    this.#cutAnywhere ??= why;
    if (this.#length > 0) (this.#frames[this.#length - 1] as Frame).cut = true;
  }

  #undo(frame: Frame): void {
    if (this.#remembering !== null) this.#remembering.back();
    else this.#recorder.restore(frame.saved, 0, frame.task, frame.undo);
    const { reducesOrder, hashesStates } = this.#options;
    if (!reducesOrder) return;
    if (hashesStates) this.#futures.leave(frame.task, frame.cells);
    for (const cell of frame.cells) {
      (this.#touches[cell] as number[]).pop();
      (this.#touchModes[cell] as number[]).pop();
    }
    this.#last[frame.task] = frame.before;
    for (let others = frame.woken; others !== 0; others &= others - 1) {
      const task = 31 - Math.clz32(others & -others);
      let index = (this.#wokenBy[task] as number) - 1;
      while (index >= 0 && ((this.#frames[index] as Frame).woken & (1 << task)) === 0) index -= 1;
      this.#wokenBy[task] = index;
    }
  }

  // ---- Order -----------------------------------------------------------------------------------------------------------

  /** The transition at `at` has been made: what must come before it, and what it could have come before. */
  #order(frame: Frame, at: number): void {
    const { task, cells, modes, clock } = frame;
    const before = this.#last[task] as number;
    frame.before = before;
    copyClock(clock, before < 0 ? UNORDERED : (this.#frames[before] as Frame).clock);
    // Whoever has woken it comes before it, and could not have come after.
    const waker = this.#wokenBy[task] as number;
    if (waker > before) joinClock(clock, (this.#frames[waker] as Frame).clock);
    // A lock that it takes comes first: who had it before may not have, and what was done under it comes before in any case.
    this.#races.length = 0;
    for (let n = 0; n < cells.length; n++) {
      if (((modes[n] as number) & TAKES) !== 0) this.#collect(cells[n] as number, (modes[n] as number) & TAKES, task);
    }
    if (this.#races.length > 0) this.#reverse(task, clock);
    this.#races.length = 0;
    for (let n = 0; n < cells.length; n++) {
      const rest = (modes[n] as number) & ~TAKES;
      if (rest !== 0) this.#collect(cells[n] as number, rest, task);
    }
    if (this.#races.length > 0) this.#reverse(task, clock);
    clock[task] = at;
    this.#last[task] = at;
    for (let others = frame.woken; others !== 0; others &= others - 1) {
      this.#wokenBy[31 - Math.clz32(others & -others)] = at;
    }
    if (this.#options.hashesStates) {
      this.#futures.reach(task + 1, this.#recorder.cellCount);
      this.#futures.touch(task, cells);
    }
    for (let n = 0; n < cells.length; n++) {
      const cell = cells[n] as number;
      this.#touches[cell] ??= [];
      this.#touchModes[cell] ??= [];
      (this.#touches[cell] as number[]).push(at);
      (this.#touchModes[cell] as number[]).push(modes[n] as number);
    }
  }

  /** Earlier transitions that conflict, each as index * 2, + 1 if the order could be the other one. */
  readonly #races: number[] = [];

  /** From the latest back: each that does not come before in any case is reversed, and then all of them come before. */
  #reverse(task: number, clock: Int16Array): void {
    const races = this.#races;
    if (races.length > 1) races.sort((a, b) => b - a);
    const known = this.#known;
    copyClock(known, clock);
    for (const race of races) {
      if ((race & 1) === 0) continue;
      const index = race >> 1;
      const earlier = this.#frames[index] as Frame;
      if ((known[earlier.task] as number) >= index) continue;
      this.#mark(index, task, known);
      joinClock(known, earlier.clock);
    }
    for (const race of races) joinClock(clock, (this.#frames[race >> 1] as Frame).clock);
  }

  readonly #known = new Int16Array(MAX_TASKS);

  #collect(cell: number, modes: number, task: number): void {
    const touches = this.#touches[cell];
    if (touches === undefined) return;
    const touchModes = this.#touchModes[cell] as number[];
    const conflicts = CONFLICTS[modes] as number;
    const races = RACES[modes] as number;
    for (let n = touches.length - 1; n >= 0; n--) {
      const earlierModes = touchModes[n] as number;
      if ((earlierModes & conflicts) === 0) continue;
      const index = touches[n] as number;
      const earlier = this.#frames[index] as Frame;
      if (earlier.task === task) {
        if ((earlierModes & WRITE) !== 0) return;
        continue;
      }
      // Who waits for a change is let go by the first one. Those after it, it could have come before.
      const possible = modes !== AWAITED || (earlier.enabled & (1 << task)) !== 0;
      this.#races.push(index * 2 + (possible && (earlierModes & races) !== 0 ? 1 : 0));
      // Whatever touched it before a write comes before that in any case.
      if ((earlierModes & WRITE) !== 0) return;
    }
  }

  /**
   * The transition at `index` and a later one of `task` could come in the other order: explores that, too. `clock`: what is
   * known to come before the later one. Whoever leads there and could go on instead will do.
   */
  #mark(index: number, task: number, clock: Int16Array): void {
    const frame = this.#frames[index] as Frame;
    const may = frame.backtrack | frame.sleep;
    if ((frame.enabled & ~may) === 0 || (frame.enabled & may & (1 << task)) !== 0) return;
    let leads = 1 << task;
    for (let at = index + 1; at < this.#length; at++) {
      const other = (this.#frames[at] as Frame).task;
      if ((clock[other] as number) >= at) leads |= 1 << other;
    }
    leads &= frame.enabled;
    if ((leads & may) !== 0) return;
    if ((leads & (1 << task)) !== 0) frame.backtrack |= 1 << task;
    else if (leads !== 0) frame.backtrack |= leads & -leads;
    else frame.backtrack |= frame.enabled;
  }

  /** Nobody can go on. A task that waits for a lock might have come before whoever has it. */
  #markBlocked(run: ExploredRun): void {
    const { wanted } = this.#recorder;
    for (let task = 0; task < run.taskCount; task++) {
      const cell = this.#remembering?.wantedCell(task) ?? wanted[task]?.cell ?? -1;
      if (cell < 0) continue;
      this.#markCell(cell, RACES[LOCK] as number, task);
      if (this.#length > 0) this.#addFuture(this.#frames[this.#length - 1] as Frame, task, [cell], [LOCK]);
    }
  }

  /** `task` has touched, or would touch, a cell later on: marks the transitions on the way here that it could have come before. */
  #markCell(cell: number, races: number, task: number): void {
    const touches = this.#touches[cell];
    if (touches === undefined) return;
    const touchModes = this.#touchModes[cell] as number[];
    const last = this.#last[task] as number;
    const clock = last < 0 ? UNORDERED : (this.#frames[last] as Frame).clock;
    for (let n = touches.length - 1; n >= 0; n--) {
      const modes = touchModes[n] as number;
      if ((modes & races) === 0) continue;
      const index = touches[n] as number;
      const other = (this.#frames[index] as Frame).task;
      if (other === task || (clock[other] as number) >= index) {
        if ((modes & WRITE) !== 0) return;
        continue;
      }
      this.#mark(index, task, clock);
      if ((modes & WRITE) !== 0) return;
    }
  }

  /** The number of cells may have grown since the state was entered. */
  #addFuture({ future }: Frame, task: number, cells: readonly number[], modes: readonly number[]): void {
    this.#futures.reach(task + 1, this.#recorder.cellCount);
    this.#futures.add(future, task, cells, modes);
  }

  /** All that was done from this state on is done on this way, too. */
  #meetAgain(future: number): void {
    const above = this.#length === 0 ? null : (this.#frames[this.#length - 1] as Frame).future;
    this.#futures.joinKept(above, future);
    if (this.#options.reducesOrder) this.#futures.forEachShared(future, this.#markAgain);
  }

  readonly #markAgain = (task: number, kind: number, cell: number): void =>
    this.#markCell(cell, RACES_BY_KIND[kind] as number, task);

  /** Tasks whose next transition was explored before, and that the last transition has left as they were. */
  #sleepAfter(at: number): number {
    if (at === 0) return 0;
    const above = this.#frames[at - 1] as Frame;
    let candidates = (above.sleep | above.done) & ~(1 << above.task);
    let sleep = 0;
    const frame = this.#frames[at] ?? this.#newFrame();
    this.#frames[at] = frame;
    for (; candidates !== 0; candidates &= candidates - 1) {
      const task = 31 - Math.clz32(candidates & -candidates);
      const next = above.nexts[task] as Footprint;
      if (!isIndependent(next, above)) continue;
      sleep |= 1 << task;
      frame.nexts[task] = next;
    }
    return sleep;
  }
}

const ignore = (): void => {};

const UNORDERED = new Int16Array(MAX_TASKS).fill(-1);

function isIndependent(a: Footprint, b: Footprint): boolean {
  for (let n = 0; n < a.cells.length; n++) {
    const at = b.cells.indexOf(a.cells[n] as number);
    if (at >= 0 && ((b.modes[at] as number) & (CONFLICTS[a.modes[n] as number] as number)) !== 0) return false;
  }
  return true;
}

function copyClock(clock: Int16Array, other: Int16Array): void {
  for (let task = 0; task < MAX_TASKS; task++) clock[task] = other[task] as number;
}

function joinClock(clock: Int16Array, other: Int16Array): void {
  for (let task = 0; task < MAX_TASKS; task++) {
    if ((other[task] as number) > (clock[task] as number)) clock[task] = other[task] as number;
  }
}
