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
import { KnownTransitions } from './known-transitions.ts';
import {
  ADD,
  AWAITED,
  CONFLICTS,
  LOCK,
  LOCK_SHARED,
  MAX_TASKS,
  RACES,
  READ,
  type Recorder,
  SAVED_LENGTH,
  UNLOCK,
  WRITE,
} from './recorder.ts';
import { type RememberingOptions, RememberingRun } from './remembering-run.ts';
import { resume } from './resume.ts';

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
  /** Transitions made before; used where states are hashed. */
  readonly known?: KnownTransitions;
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
  key: number;
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
  /** All that was done from here on: by task, cells read, written and added to. */
  future: Uint32Array;
  /** A limit kept some of it from being explored. */
  cut: boolean;
}

interface Footprint {
  readonly cells: readonly number[];
  readonly modes: readonly number[];
}

/** All that was done from a state on: pairs of word and bits. */
type Future = readonly number[];

/** What a task does first of all, once it may. */
const TAKES = LOCK | LOCK_SHARED | AWAITED;

const WORDS = 32;
const FUTURE_WORDS = MAX_TASKS * 4 * WORDS;

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
  readonly #visited = new Map<number, Future>();
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
    const { recorder, start, hashesStates, known = new KnownTransitions(), found = ignore, compare } = this.#options;
    const { counts } = this;
    if (!hashesStates) return resume({ recorder, start: () => start(found) }, this.#frames, branch, counts);
    this.#remembering ??= new RememberingRun({ recorder, known, start, found, counts, compare });
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
    let key = 0;
    if (hashesStates) {
      key = this.#recorder.stateKey(run.taskCount, (task) => run.position(task));
      const visited = this.#visited.get(key);
      if (visited !== undefined) {
        this.#meetAgain(visited);
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
    frame.key = key;
    frame.cut = false;
    this.#tasks = Math.max(this.#tasks, run.taskCount);
    this.#forEachWord((word) => {
      frame.future[word] = 0;
    });
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
      key: 0,
      task: 0,
      cells: [],
      modes: [],
      woken: 0,
      nexts: new Array<Footprint | null>(MAX_TASKS).fill(null),
      clock: new Int16Array(MAX_TASKS),
      before: -1,
      saved: new Int32Array(SAVED_LENGTH),
      undo: 0,
      future: new Uint32Array(FUTURE_WORDS),
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
      if (hashesStates) addFuture(frame.future, frame.task, frame);
      const left = frame.backtrack & frame.enabled & ~frame.done & ~frame.sleep;
      if (left !== 0) {
        frame.nexts[frame.task] = { cells: frame.cells, modes: frame.modes };
        frame.task = 31 - Math.clz32(left & -left);
        return true;
      }
      this.#length -= 1;
      if (hashesStates) {
        if (!frame.cut) this.#visit(frame);
        this.#remember(frame.future);
        if (frame.cut && this.#length > 0) (this.#frames[this.#length - 1] as Frame).cut = true;
      }
    }
    return false;
  }

  /** What is done from a state on is done from the state before it on. */
  #remember(future: Uint32Array): void {
    if (this.#length === 0) return;
    const above = (this.#frames[this.#length - 1] as Frame).future;
    this.#forEachWord((word) => {
      above[word] = ((above[word] as number) | (future[word] as number)) >>> 0;
    });
  }

  #cut(why: SearchEnd): void {
    this.#cutAnywhere ??= why;
    if (this.#length > 0) (this.#frames[this.#length - 1] as Frame).cut = true;
  }

  #undo(frame: Frame): void {
    if (this.#remembering !== null) this.#remembering.back();
    else this.#recorder.restore(frame.saved, 0, frame.task, frame.undo);
    if (!this.#options.reducesOrder) return;
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
    if (before >= 0) clock.set((this.#frames[before] as Frame).clock);
    else clock.fill(-1);
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
    known.set(clock);
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
    let leads = 1 << task;
    for (let at = index + 1; at < this.#length; at++) {
      const other = (this.#frames[at] as Frame).task;
      if ((clock[other] as number) >= at) leads |= 1 << other;
    }
    leads &= frame.enabled;
    if ((leads & (frame.backtrack | frame.sleep)) !== 0) return;
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
      if (this.#length > 0)
        addFuture((this.#frames[this.#length - 1] as Frame).future, task, { cells: [cell], modes: [LOCK] });
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

  /** Tasks that any run has had so far. */
  #tasks = 0;

  /** Words of a future that can be anything but 0. */
  #forEachWord(visit: (word: number) => void): void {
    const words = (this.#recorder.cellCount + 31) >> 5;
    for (let row = 0; row < this.#tasks * FUTURE_MODES.length; row++) {
      for (let word = row * WORDS; word < row * WORDS + words; word++) visit(word);
    }
  }

  /** Explored to its end. */
  #visit(frame: Frame): void {
    const future: number[] = [];
    this.#forEachWord((word) => {
      if (frame.future[word] !== 0) future.push(word, frame.future[word] as number);
    });
    this.#visited.set(frame.key, future);
  }

  /** All that was done from this state on is done on this way, too. */
  #meetAgain(future: Future): void {
    const { reducesOrder } = this.#options;
    const above = this.#length === 0 ? null : (this.#frames[this.#length - 1] as Frame).future;
    for (let n = 0; n < future.length; n += 2) {
      const word = future[n] as number;
      let bits = future[n + 1] as number;
      if (above !== null) above[word] = ((above[word] as number) | bits) >>> 0;
      if (!reducesOrder) continue;
      const kind = Math.floor(word / WORDS);
      const races = RACES[FUTURE_MODES[kind % 4] as number] as number;
      for (; bits !== 0; bits &= bits - 1) {
        this.#markCell((word % WORDS) * 32 + 31 - Math.clz32(bits & -bits), races, Math.floor(kind / 4));
      }
    }
  }

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

const FUTURE_MODES = [READ | LOCK_SHARED | AWAITED, WRITE | LOCK, ADD, UNLOCK] as const;

function addFuture(future: Uint32Array, task: number, { cells, modes }: Footprint): void {
  for (let n = 0; n < cells.length; n++) {
    const mode = modes[n] as number;
    const cell = cells[n] as number;
    const bit = 1 << (cell & 31);
    for (let kind = 0; kind < FUTURE_MODES.length; kind++) {
      if ((mode & (FUTURE_MODES[kind] as number)) === 0) continue;
      const word = (task * 4 + kind) * WORDS + (cell >> 5);
      future[word] = ((future[word] as number) | bit) >>> 0;
    }
  }
}

function isIndependent(a: Footprint, b: Footprint): boolean {
  for (let n = 0; n < a.cells.length; n++) {
    const at = b.cells.indexOf(a.cells[n] as number);
    if (at >= 0 && ((b.modes[at] as number) & (CONFLICTS[a.modes[n] as number] as number)) !== 0) return false;
  }
  return true;
}

function joinClock(clock: Int16Array, other: Int16Array): void {
  for (let task = 0; task < clock.length; task++) {
    if ((other[task] as number) > (clock[task] as number)) clock[task] = other[task] as number;
  }
}
