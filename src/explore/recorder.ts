// What one transition of a task reads and writes, what the cells hold, and the hash of the state that follows. It lives as
// long as the search: a schedule that is repeated up to where it branches off finds everything as it was left there.
//
// The state has two parts. What is shared: the content of each cell. What a task keeps to itself, its locals and where it
// stands, cannot be read out of a generator; but it is decided by what the task has read so far, so the hash of that
// history stands for it. Where a guest begins an access its few locals are known, and its history is forgotten.

import type { Lock } from '../engine/locks/lock.ts';
import type { Probe, Probed } from '../engine/probe.ts';
import { completion, type Operation, PARK_ONCE, StepOperation, suspension } from '../engine/process.ts';
import type { Task } from '../engine/task.ts';
import type { KnownTransition, Standing } from './known-transitions.ts';

/** What a transition does with a cell; several at once are or-ed. */
export const READ = 1;
export const WRITE = 2;
export const ADD = 4;
/** Of locks. Nobody can be made to take a lock before its holder has dropped it: an order, and no race. */
export const LOCK_SHARED = 8;
export const LOCK = 16;
export const UNLOCK_SHARED = 32;
export const UNLOCK = 64;
/** A task that waits for the cell to change has gone on. */
export const AWAITED = 128;

const conflictsOf: readonly [mode: number, conflicts: number][] = [
  [READ, WRITE | ADD],
  [WRITE, READ | WRITE | ADD | AWAITED | LOCK | LOCK_SHARED | UNLOCK | UNLOCK_SHARED],
  [ADD, READ | WRITE | AWAITED],
  [LOCK_SHARED, LOCK | UNLOCK | WRITE],
  [LOCK, LOCK | LOCK_SHARED | UNLOCK | UNLOCK_SHARED | WRITE],
  [UNLOCK_SHARED, LOCK | UNLOCK | WRITE],
  [UNLOCK, LOCK | LOCK_SHARED | UNLOCK | UNLOCK_SHARED | WRITE],
  [AWAITED, WRITE | ADD],
];
/** By the modes of one transition: those of another one that do not commute with them. */
export const CONFLICTS = new Uint8Array(256).map((_, modes) =>
  conflictsOf.reduce((all, [mode, conflicts]) => ((modes & mode) === 0 ? all : all | conflicts), 0),
);

/** By the modes of the later transition: those of an earlier one that it could have come before. */
export const RACES = new Uint8Array(256).map((_, modes) =>
  conflictsOf.reduce((all, [mode, conflicts]) => {
    if ((modes & mode) === 0) return all;
    // Whoever had it before has dropped it before it was taken; only a trylock could have come in between.
    if (mode === UNLOCK || mode === UNLOCK_SHARED) return all | WRITE;
    const isLock = (mode & (LOCK | LOCK_SHARED)) !== 0;
    return all | (isLock ? conflicts & ~(UNLOCK | UNLOCK_SHARED) : conflicts);
  }, 0),
);

/** What may leave a cell with something else in it. */
const CHANGES = WRITE | ADD | LOCK | LOCK_SHARED | UNLOCK | UNLOCK_SHARED;

const MAX_CELLS = 4096;
const ENTERED_MAX = 12;
/** What save() needs, and where in it is how many objects the task has made. */
export const SAVED_MADE = 5;
export const SAVED_LENGTH = 6 + 2 * ENTERED_MAX;
export const MAX_TASKS = 12;

/** Ends a chunk and no more: somebody else may run here. */
const POINT: Operation = new StepOperation<void>(suspension(0), completion<void>(undefined));

const mix = (hash: number, value: number): number => {
  let mixed = Math.imul(hash ^ value, 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca77);
  return mixed ^ (mixed >>> 13);
};

export class Recorder implements Probe {
  /** Repeats what has been recorded: only whether a chunk touches anything is asked. */
  repeats = false;
  /** Nothing of what happens counts: a world is built, or looked at. */
  muted = true;
  /** The chunk that runs has touched nothing yet. */
  quiet = true;
  task = 0;

  /** Cells of this transition, in order of first touch, with their modes. */
  readonly touched = new Int32Array(MAX_CELLS);
  touchedCount = 0;
  readonly modes = new Uint8Array(MAX_CELLS);
  /** Tasks that this transition has woken. */
  woken = 0;

  readonly owners: Probed[] = [];
  readonly offsets = new Uint8Array(MAX_CELLS);
  cellCount = 0;

  #stamp = 0;
  readonly #stamps = new Int32Array(MAX_CELLS);
  readonly #numbers = new Map<number, number>();
  /** Objects made by each task in this run; the last one counts those of the world before time begins. */
  readonly made = new Int32Array(MAX_TASKS + 1);
  /** What each cell is known to hold. */
  readonly contents = new Int32Array(MAX_CELLS);
  readonly #known = new Uint8Array(MAX_CELLS);
  readonly historyA = new Int32Array(MAX_TASKS);
  readonly historyB = new Int32Array(MAX_TASKS);
  sharedA = 0;
  sharedB = 0;
  /** What undoes the transitions so far: triples of cell, content, known. */
  readonly #undo: number[] = [];

  // ---- The life of a run -----------------------------------------------------------------------------------------------

  startRun(): void {
    this.made.fill(0);
    this.wanted.fill(null);
    this.task = MAX_TASKS;
    this.muted = true;
  }

  /** A transition of `task` begins. */
  begin(task: number): void {
    this.task = task;
    this.muted = false;
    this.quiet = true;
    if (this.repeats) return;
    this.#stamp += 1;
    this.touchedCount = 0;
    this.woken = 0;
    this.#created.length = 0;
    // Each transition is a place of its own to stand at.
    this.historyA[task] = mix(this.historyA[task] as number, 0x1b873593);
    this.historyB[task] = mix(this.historyB[task] as number, 0x1b873593);
  }

  /** It is over: what it has written is looked at. */
  end(): void {
    this.muted = true;
    if (this.repeats) return;
    this.#left.length = 0;
    for (let at = 0; at < this.touchedCount; at++) {
      const cell = this.touched[at] as number;
      const before = this.contents[cell] as number;
      this.#found[at] = before;
      if (((this.modes[cell] as number) & CHANGES) === 0) continue;
      const now = this.#read(cell);
      if (now === before) continue;
      this.#undo.push(cell, before);
      this.contents[cell] = now;
      this.#left.push(cell, now);
      this.sharedA ^= mix(mix(0x1234567, cell), before) ^ mix(mix(0x1234567, cell), now);
      this.sharedB ^= mix(mix(0x7654321, cell), before) ^ mix(mix(0x7654321, cell), now);
    }
  }

  // ---- What has been made before ---------------------------------------------------------------------------------------

  /** Where the transition has left its task; told by the simulation. */
  standing: Standing = { state: 0, position: 0, lock: -1, watched: [] };
  /** Cells numbered in this transition, or before time begins. */
  readonly #created: number[] = [];
  /** What each touched cell held before. */
  readonly #found = new Int32Array(MAX_CELLS);
  /** Pairs of cell and content: what has changed. */
  readonly #left: number[] = [];

  /** As before the first run, but for the numbers of cells. */
  rewind(): void {
    this.repeats = false;
    this.#takeBack(0);
    this.#created.length = 0;
    this.historyA.fill(0);
    this.historyB.fill(0);
    this.#entered.fill(0);
    this.sharedA = 0;
    this.sharedB = 0;
  }

  /** Looks into all cells that are new. */
  survey(): void {
    for (const cell of this.#created) {
      if (this.#known[cell] === 1) continue;
      this.#known[cell] = 1;
      this.contents[cell] = this.#read(cell);
    }
  }

  /** Of the transition that was made last. */
  footprint(): Pick<KnownTransition, 'cells' | 'modes' | 'found' | 'left'> {
    const cells = Array.from(this.touched.subarray(0, this.touchedCount));
    const modes = cells.map((cell) => this.modes[cell] as number);
    const found = cells.flatMap((cell, at) => (this.#created.includes(cell) ? [] : [cell, this.#found[at] as number]));
    this.survey();
    const left = this.#left.slice();
    for (const cell of this.#created) if (!cells.includes(cell)) left.push(cell, this.contents[cell] as number);
    return { cells, modes, found, left };
  }

  outsideOf(task: number): readonly number[] {
    const first = task * ENTERED_MAX * 2;
    return Array.from(this.#outside.subarray(first, first + 2 * (this.#entered[task] as number)));
  }

  /** What the transition has changed is changed again. */
  repeat(known: KnownTransition): void {
    const { task, left, outside } = known;
    for (let n = 0; n < left.length; n += 2) {
      const cell = left[n] as number;
      this.#undo.push(cell, this.contents[cell] as number);
      this.contents[cell] = left[n + 1] as number;
    }
    this.sharedA ^= known.sharedA;
    this.sharedB ^= known.sharedB;
    this.historyA[task] = known.nextA;
    this.historyB[task] = known.nextB;
    this.made[task] = known.nextMade;
    this.#entered[task] = outside.length >> 1;
    for (let n = 0; n < outside.length; n++) this.#outside[task * ENTERED_MAX * 2 + n] = outside[n] as number;
  }

  // ---- Saving and going back --------------------------------------------------------------------------------------------

  get undoLength(): number {
    return this.#undo.length;
  }

  /** Into `saved` from `at` on: what restore() takes. */
  save(saved: Int32Array, at: number, task: number): void {
    saved[at] = this.sharedA;
    saved[at + 1] = this.sharedB;
    saved[at + 2] = this.historyA[task] as number;
    saved[at + 3] = this.historyB[task] as number;
    const depth = this.#entered[task] as number;
    saved[at + 4] = depth;
    saved[at + SAVED_MADE] = this.made[task] as number;
    const first = task * ENTERED_MAX * 2;
    for (let n = 0; n < 2 * depth; n++) saved[at + 6 + n] = this.#outside[first + n] as number;
  }

  restore(saved: Int32Array, at: number, task: number, undoLength: number): void {
    this.sharedA = saved[at] as number;
    this.sharedB = saved[at + 1] as number;
    this.historyA[task] = saved[at + 2] as number;
    this.historyB[task] = saved[at + 3] as number;
    const depth = saved[at + 4] as number;
    this.#entered[task] = depth;
    this.made[task] = saved[at + SAVED_MADE] as number;
    const first = task * ENTERED_MAX * 2;
    for (let n = 0; n < 2 * depth; n++) this.#outside[first + n] = saved[at + 6 + n] as number;
    this.#takeBack(undoLength);
  }

  #takeBack(undoLength: number): void {
    while (this.#undo.length > undoLength) {
      const content = this.#undo.pop() as number;
      this.contents[this.#undo.pop() as number] = content;
    }
  }

  keyA = 0;
  keyB = 0;

  /** Two numbers for the state. A position tells what a task is up to that it has not read, such as having ended. */
  hashState(run: { readonly taskCount: number; position(task: number): number }): void {
    let a = this.sharedA;
    let b = this.sharedB;
    for (let task = 0; task < run.taskCount; task++) {
      const at = run.position(task);
      a ^= mix(mix(this.historyA[task] as number, task + 1), at);
      b ^= mix(mix(this.historyB[task] as number, task + 101), at);
    }
    this.keyA = a;
    this.keyB = b;
  }

  /** The same as one number, of 53 bits. */
  stateKey(run: { readonly taskCount: number; position(task: number): number }): number {
    this.hashState(run);
    return (this.keyA >>> 0) * 0x200000 + ((this.keyB >>> 0) & 0x1fffff);
  }

  /** The task is where its locals are known, and `locals` is all of them. */
  forget(locals: number): void {
    if (this.repeats) return;
    this.#entered[this.task] = 0;
    this.historyA[this.task] = mix(0x2468ace, locals);
    this.historyB[this.task] = mix(0x13579bd, locals);
  }

  // ---- Probe ------------------------------------------------------------------------------------------------------------

  cells(owner: Probed, count: number): number {
    const made = this.made[this.task] as number;
    this.made[this.task] = made + 1;
    const key = (this.task * 65_536 + made) * 64 + count;
    let first = this.#numbers.get(key);
    if (first === undefined) {
      first = this.cellCount;
      this.cellCount += count;
      if (this.cellCount > MAX_CELLS) throw new Error(`an exploration has at most ${MAX_CELLS} cells`);
      this.#numbers.set(key, first);
      for (let offset = 0; offset < count; offset++) this.offsets[first + offset] = offset;
    }
    for (let offset = 0; offset < count; offset++) {
      this.owners[first + offset] = owner;
      if (this.repeats) continue;
      this.#known[first + offset] = 0;
      this.#created.push(first + offset);
    }
    return first;
  }

  /** The one cell of something that has a name of its own, whoever comes to it first. */
  named(name: number, owner: Probed): number {
    const key = -1 - name;
    let cell = this.#numbers.get(key);
    if (cell === undefined) {
      cell = this.cellCount++;
      if (this.cellCount > MAX_CELLS) throw new Error(`an exploration has at most ${MAX_CELLS} cells`);
      this.#numbers.set(key, cell);
    }
    this.owners[cell] = owner;
    return cell;
  }

  number(from: number, unit: number): number {
    const made = this.made[this.task] as number;
    this.made[this.task] = made + 1;
    // Room for 4096 numbers of each task, of the largest unit there is.
    return from + ((this.task + 1) * 4096 + made) * 64 - ((((this.task + 1) * 4096 + made) * 64 + from) % unit);
  }

  read(cell: number, learned: number): void {
    this.#touch(cell, READ);
    this.learn(learned);
  }

  learn(learned: number): void {
    if (this.muted || this.repeats) return;
    const { task } = this;
    this.historyA[task] = mix(this.historyA[task] as number, learned);
    this.historyB[task] = mix((this.historyB[task] as number) ^ 0x5bd1e995, learned);
  }

  write(cell: number): void {
    this.#touch(cell, WRITE);
  }

  add(cell: number): void {
    this.#touch(cell, ADD);
  }

  enter(): void {
    if (this.muted || this.repeats) return;
    const { task } = this;
    const depth = this.#entered[task] as number;
    if (depth >= ENTERED_MAX) throw new Error('procedures that forget are nested too deep');
    this.#outside[(task * ENTERED_MAX + depth) * 2] = this.historyA[task] as number;
    this.#outside[(task * ENTERED_MAX + depth) * 2 + 1] = this.historyB[task] as number;
    this.#entered[task] = depth + 1;
  }

  leave(learned: number): void {
    if (this.muted || this.repeats) return;
    const { task } = this;
    const depth = (this.#entered[task] as number) - 1;
    this.#entered[task] = depth;
    this.historyA[task] = mix(this.#outside[(task * ENTERED_MAX + depth) * 2] as number, learned ^ 0x3c6ef372);
    this.historyB[task] = mix(this.#outside[(task * ENTERED_MAX + depth) * 2 + 1] as number, learned ^ 0x2545f491);
  }

  /** By task: the histories outside of the procedures that it is in. */
  readonly #outside = new Int32Array(MAX_TASKS * ENTERED_MAX * 2);
  readonly #entered = new Int32Array(MAX_TASKS);

  acquire(lock: Lock, task: Task, info: number): Operation {
    task.waitInfo = info;
    this.wanted[task.id] = lock;
    return PARK_ONCE;
  }

  /** What each task waits for that is a lock. */
  readonly wanted: (Lock | null)[] = new Array(MAX_TASKS).fill(null);

  admitted(lock: Lock, write: boolean): void {
    this.#touch(lock.cell, write ? LOCK : LOCK_SHARED);
  }

  released(lock: Lock, write: boolean): Operation {
    this.#touch(lock.cell, write ? UNLOCK : UNLOCK_SHARED);
    return POINT;
  }

  tried(lock: Lock, taken: boolean): boolean {
    this.#touch(lock.cell, WRITE);
    this.read(lock.cell, taken ? 1 : 0);
    return taken;
  }

  isWanted(lock: Lock): boolean {
    this.read(lock.cell + 1, lock.waiters > 0 ? 1 : 0);
    return lock.waiters > 0;
  }

  awaited(cell: number): void {
    this.#touch(cell, AWAITED);
  }

  /** What the cell holds now, whatever has been recorded of it. */
  contentNow(cell: number): number {
    return this.#read(cell);
  }

  #touch(cell: number, mode: number): void {
    if (this.muted) return;
    this.quiet = false;
    if (this.repeats) return;
    if (this.#known[cell] === 0) {
      this.#known[cell] = 1;
      this.contents[cell] = this.#read(cell);
    }
    let before = 0;
    if (this.#stamps[cell] === this.#stamp) before = this.modes[cell] as number;
    else {
      this.#stamps[cell] = this.#stamp;
      this.touched[this.touchedCount++] = cell;
    }
    this.modes[cell] = before | mode;
  }

  #read(cell: number): number {
    const { muted } = this;
    this.muted = true;
    const content = (this.owners[cell] as Probed).cellContent(this.offsets[cell] as number) | 0;
    this.muted = muted;
    return content;
  }
}
