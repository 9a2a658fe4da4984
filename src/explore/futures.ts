// What is done from a state on: by task and kind of access, the cells, one bit each. A state that was explored keeps it for
// when it is met again, and most states of a way have the same future: it is kept once.

import { ADD, AWAITED, LOCK, LOCK_SHARED, MAX_TASKS, READ, UNLOCK, WRITE } from './recorder.ts';

/** Accesses that race with the same ones are of one kind. */
export const FUTURE_KINDS = [READ | LOCK_SHARED | AWAITED, WRITE | LOCK, ADD, UNLOCK] as const;

const KINDS = FUTURE_KINDS.length;
const kindsOfModes = new Uint8Array(256).map((_, modes) =>
  FUTURE_KINDS.reduce((kinds, kind, at) => ((modes & kind) === 0 ? kinds : kinds | (1 << at)), 0),
);

/** For 1024 cells. */
const WORDS = 32;
const FUTURE_CELLS = WORDS * 32;

const NOTHING = -2;
const NOT_KEPT = -1;

/** Of a state that is being explored: what has been done from it on so far. */
export class Future {
  readonly bits = new Uint32Array(MAX_TASKS * KINDS * WORDS);
  /** Where the very same is kept. */
  kept = NOTHING;
}

export class Futures {
  #tasks = 0;
  #words = 0;
  /** Futures one after another: how many pairs, and the pairs of word and bits. */
  #kept = new Uint32Array(1 << 12);
  #end = 0;

  /** No task or cell is beyond these. They only grow. */
  reach(tasks: number, cells: number): void {
    this.#tasks = Math.max(this.#tasks, tasks);
    this.#words = (cells + 31) >> 5;
    if (this.#words > WORDS) throw new Error(`a search that hashes states has at most ${FUTURE_CELLS} cells`);
  }

  begin(future: Future): void {
    const { bits } = future;
    const rows = this.#tasks * KINDS * WORDS;
    const words = this.#words;
    for (let row = 0; row < rows; row += WORDS) for (let word = row; word < row + words; word++) bits[word] = 0;
    future.kept = NOTHING;
  }

  /** A transition of `task` is part of it. */
  add(future: Future, task: number, cells: readonly number[], modes: readonly number[]): void {
    const { bits } = future;
    let isNew = 0;
    for (let n = 0; n < cells.length; n++) {
      const cell = cells[n] as number;
      const bit = 1 << (cell & 31);
      for (let kinds = kindsOfModes[modes[n] as number] as number; kinds !== 0; kinds &= kinds - 1) {
        const word = (task * KINDS + 31 - Math.clz32(kinds & -kinds)) * WORDS + (cell >> 5);
        isNew |= bit & ~(bits[word] as number);
        bits[word] = (bits[word] as number) | bit;
      }
    }
    if (isNew !== 0) future.kept = NOT_KEPT;
  }

  /** All of `later` is part of it. */
  join(future: Future, later: Future): void {
    const { bits } = future;
    const others = later.bits;
    const rows = this.#tasks * KINDS * WORDS;
    const words = this.#words;
    let isNew = 0;
    for (let row = 0; row < rows; row += WORDS) {
      for (let word = row; word < row + words; word++) {
        const other = others[word] as number;
        isNew |= other & ~(bits[word] as number);
        bits[word] = (bits[word] as number) | other;
      }
    }
    this.#joined(future, later.kept, isNew);
  }

  #joined(future: Future, kept: number, isNew: number): void {
    if (future.kept === NOTHING) future.kept = kept;
    else if (isNew !== 0) future.kept = NOT_KEPT;
  }

  /** Returns where it is. */
  keep(future: Future): number {
    if (future.kept >= 0) return future.kept;
    const { bits } = future;
    const rows = this.#tasks * KINDS * WORDS;
    const words = this.#words;
    if (this.#end + 1 + 2 * this.#tasks * KINDS * words > this.#kept.length) this.#grow();
    const kept = this.#kept;
    const at = this.#end;
    let end = at + 1;
    for (let row = 0; row < rows; row += WORDS) {
      for (let word = row; word < row + words; word++) {
        if (bits[word] === 0) continue;
        kept[end++] = word;
        kept[end++] = bits[word] as number;
      }
    }
    kept[at] = (end - at - 1) >> 1;
    this.#end = end;
    future.kept = at;
    return at;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#kept.length * 2);
    larger.set(this.#kept);
    this.#kept = larger;
  }

  /** One that is kept is part of `future`, if that is one. */
  joinKept(future: Future | null, at: number): void {
    if (future === null) return;
    const { bits } = future;
    const kept = this.#kept;
    const end = at + 1 + 2 * (kept[at] as number);
    let isNew = 0;
    for (let n = at + 1; n < end; n += 2) {
      const word = kept[n] as number;
      const other = kept[n + 1] as number;
      isNew |= other & ~(bits[word] as number);
      bits[word] = (bits[word] as number) | other;
    }
    this.#joined(future, at, isNew);
  }

  /** Tells each access of one that is kept to a cell that another task has touched on the present way. */
  forEachShared(at: number, tell: (task: number, kind: number, cell: number) => void): void {
    const kept = this.#kept;
    const end = at + 1 + 2 * (kept[at] as number);
    for (let n = at + 1; n < end; n += 2) {
      const word = kept[n] as number;
      const row = (word / WORDS) | 0;
      const task = (row / KINDS) | 0;
      const column = word % WORDS;
      let bits = (kept[n + 1] as number) & this.#touchedByOthers(task, column);
      for (; bits !== 0; bits &= bits - 1) tell(task, row % KINDS, column * 32 + 31 - Math.clz32(bits & -bits));
    }
  }

  // ---- The present way -------------------------------------------------------------------------------------------------

  /** By task and cell: how often it is touched, and whether it is. */
  readonly #touches = new Int16Array(MAX_TASKS * FUTURE_CELLS);
  readonly #touched = new Uint32Array(MAX_TASKS * WORDS);

  touch(task: number, cells: readonly number[]): void {
    for (let n = 0; n < cells.length; n++) {
      const cell = cells[n] as number;
      const at = task * FUTURE_CELLS + cell;
      if (this.#touches[at] === 0) this.#touched[at >> 5] = (this.#touched[at >> 5] as number) | (1 << (cell & 31));
      this.#touches[at] = (this.#touches[at] as number) + 1;
    }
  }

  /** Takes a touch() back. */
  leave(task: number, cells: readonly number[]): void {
    for (let n = 0; n < cells.length; n++) {
      const cell = cells[n] as number;
      const at = task * FUTURE_CELLS + cell;
      this.#touches[at] = (this.#touches[at] as number) - 1;
      if (this.#touches[at] === 0) this.#touched[at >> 5] = (this.#touched[at >> 5] as number) & ~(1 << (cell & 31));
    }
  }

  #touchedByOthers(task: number, column: number): number {
    let bits = 0;
    for (let other = 0; other < this.#tasks; other++) {
      if (other !== task) bits |= this.#touched[other * WORDS + column] as number;
    }
    return bits;
  }
}
