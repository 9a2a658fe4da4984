// A run that makes a transition for real only where none like it has been made before. It keeps what a search looks at, which
// is what the cells hold and where the tasks stand, and takes back its last transition when it is asked to. A world of
// generators cannot go back: a fresh one follows to where something new is to be seen.

import type { ExploredRun, SearchCounts } from './exhaustive-search.ts';
import type { Found } from './explored-run.ts';
import { PARKED, READY, WANTS, WATCHES } from './exploring-simulation.ts';
import type { KnownTransition, KnownTransitions, Standing } from './known-transitions.ts';
import { MAX_TASKS, type Recorder, SAVED_LENGTH, SAVED_MADE } from './recorder.ts';

export interface RememberingOptions {
  readonly recorder: Recorder;
  readonly known: KnownTransitions;
  /** A fresh world; it tells what it finds. */
  readonly start: (found: (one: Found) => void) => ExploredRun;
  readonly found: (one: Found) => void;
  readonly counts: SearchCounts;
  /** For who does not believe it: each known transition is made for real all the same, and both are handed over. */
  readonly compare?: ((known: KnownTransition, again: KnownTransition) => void) | undefined;
}

/** What takes a transition back. */
interface Step {
  task: number;
  readonly saved: Int32Array;
  undo: number;
  standing: Standing;
  woken: number;
  taskCount: number;
}

const AT_START: Standing = { state: READY, position: READY, lock: -1, watched: [] };

export class RememberingRun implements ExploredRun {
  taskCount: number;
  readonly #options: RememberingOptions;
  readonly #recorder: Recorder;
  readonly #standings: Standing[] = new Array<Standing>(MAX_TASKS).fill(AT_START);
  readonly #steps: Step[] = [];
  #length = 0;
  /** The world, if it has gone a part of the present way, and how far. */
  #real: ExploredRun | null;
  #realLength = 0;
  /** What the world has found in the transition that it makes. */
  #findings: Found[] = [];
  /** What is found at rest, by state. */
  readonly #ends = new Map<number, readonly Found[]>();
  /** The first schedule is made for real throughout: only there is the order of locks looked at. */
  #isFirst = true;

  constructor(options: RememberingOptions) {
    this.#options = options;
    this.#recorder = options.recorder;
    this.#recorder.rewind();
    this.#real = this.#freshWorld();
    this.#recorder.survey();
    this.taskCount = this.#real.taskCount;
  }

  #freshWorld(): ExploredRun {
    return this.#options.start((one) => this.#findings.push(one));
  }

  // ---- What a search asks ----------------------------------------------------------------------------------------------

  get enabled(): number {
    let enabled = 0;
    for (let task = 0; task < this.taskCount; task++) if (this.#canGoOn(task)) enabled |= 1 << task;
    return enabled;
  }

  #canGoOn(task: number): boolean {
    const { state, lock, watched } = this.#standings[task] as Standing;
    const { contents } = this.#recorder;
    if (state === READY) return true;
    if (state === WANTS) {
      const holders = contents[lock >> 1] as number;
      return (lock & 1) === 1 ? holders === 0 : (holders & 1) === 0;
    }
    if (state !== WATCHES) return false;
    for (let at = 0; at < watched.length; at += 2) {
      if (contents[watched[at] as number] !== watched[at + 1]) return true;
    }
    return false;
  }

  position(task: number): number {
    return (this.#standings[task] as Standing).position;
  }

  /** The cell of the lock that a task waits for; -1: it waits for none. */
  wantedCell(task: number): number {
    return (this.#standings[task] as Standing).lock >> 1;
  }

  // ---- Going on --------------------------------------------------------------------------------------------------------

  /** The transition that was made last. */
  last: KnownTransition | null = null;

  advance(task: number): boolean {
    const { known: all, found, compare } = this.#options;
    const recorder = this.#recorder;
    const standing = this.#standings[task] as Standing;
    const step = this.#steps[this.#length] ?? newStep();
    this.#steps[this.#length] = step;
    step.task = task;
    step.standing = standing;
    step.taskCount = this.taskCount;
    step.undo = recorder.undoLength;
    recorder.save(step.saved, 0, task);
    let known = this.#isFirst ? null : all.find(recorder, task, standing);
    if (known === null) known = this.#makeForReal(task, standing);
    else if (compare !== undefined) compare(known, this.#makeForReal(task, standing));
    else recorder.repeat(known);
    this.last = known;
    step.woken = known.woken;
    this.#length += 1;
    this.#standings[task] = known.standing;
    for (let others = known.woken; others !== 0; others &= others - 1) {
      this.#standings[31 - Math.clz32(others & -others)] = AT_START;
    }
    for (const one of known.findings) found(one);
    return known.goesOn;
  }

  #makeForReal(task: number, { lock, position }: Standing): KnownTransition {
    const recorder = this.#recorder;
    const real = this.#follow();
    const historyA = recorder.historyA[task] as number;
    const historyB = recorder.historyB[task] as number;
    const made = recorder.made[task] as number;
    const { sharedA, sharedB } = recorder;
    this.#findings = [];
    const goesOn = real.advance(task);
    this.#realLength += 1;
    if (!goesOn) this.#real = null;
    const { cells, modes, found, left } = recorder.footprint();
    const known: KnownTransition = {
      ...{ task, historyA, historyB, made, lock, position, cells, modes, found, left },
      sharedA: sharedA ^ recorder.sharedA,
      sharedB: sharedB ^ recorder.sharedB,
      nextA: recorder.historyA[task] as number,
      nextB: recorder.historyB[task] as number,
      nextMade: recorder.made[task] as number,
      outside: recorder.outsideOf(task),
      woken: recorder.woken,
      standing: goesOn ? recorder.standing : AT_START,
      goesOn,
      findings: this.#findings,
    };
    // A new task is numbered by how many there are, and what is found in the first schedule may be of the order of locks.
    const startsNone = real.taskCount === this.taskCount;
    this.taskCount = real.taskCount;
    if (startsNone && (!this.#isFirst || known.findings.length === 0)) this.#options.known.add(known);
    return known;
  }

  /** The world, where this run is now. */
  #follow(): ExploredRun {
    const recorder = this.#recorder;
    recorder.repeats = true;
    if (this.#real === null) {
      this.#real = this.#freshWorld();
      this.#realLength = 0;
    }
    this.#options.counts.replayed += this.#length - this.#realLength;
    // It numbers what it makes as when it was there.
    for (let at = this.#length - 1; at >= this.#realLength; at--) {
      const { task, saved } = this.#steps[at] as Step;
      recorder.made[task] = saved[SAVED_MADE] as number;
    }
    for (; this.#realLength < this.#length; this.#realLength++) {
      this.#real.advance((this.#steps[this.#realLength] as Step).task);
    }
    recorder.repeats = false;
    return this.#real;
  }

  finish(): void {
    const key = this.#recorder.stateKey(this);
    let findings = this.#ends.get(key);
    if (findings === undefined) {
      const real = this.#follow();
      this.#findings = [];
      real.finish();
      this.#real = null;
      findings = this.#findings;
      this.#ends.set(key, findings);
    }
    for (const one of findings) this.#options.found(one);
  }

  // ---- Going back ------------------------------------------------------------------------------------------------------

  /** Takes the last transition back. */
  back(): void {
    this.#isFirst = false;
    this.#length -= 1;
    const { task, saved, undo, standing, woken, taskCount } = this.#steps[this.#length] as Step;
    this.#recorder.restore(saved, 0, task, undo);
    this.#standings[task] = standing;
    this.taskCount = taskCount;
    for (let others = woken; others !== 0; others &= others - 1) {
      this.#standings[31 - Math.clz32(others & -others)] = ASLEEP;
    }
    if (this.#realLength > this.#length) this.#real = null;
  }
}

/** How a wake-up has found a task. */
const ASLEEP: Standing = { state: PARKED, position: PARKED, lock: -1, watched: [] };

const newStep = (): Step => ({
  task: 0,
  saved: new Int32Array(SAVED_LENGTH),
  undo: 0,
  standing: AT_START,
  woken: 0,
  taskCount: 0,
});
