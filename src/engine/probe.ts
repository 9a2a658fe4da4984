// Where an exploration looks into a run. What several tasks can see is divided into cells: an entry of a page table, a count
// of a folio, a lock. A class whose objects are shared numbers its cells when it is made, and tells the probe what is read
// and written. There is a probe only while an exploration runs: elsewhere all of this is one comparison with null.
//
//   readonly #cell = cellsFor(this, 1);
//   get refcount(): number {
//     if (probe !== null) probe.read(this.#cell);
//     ...

import type { Lock } from './locks/lock.ts';
import type { Operation } from './process.ts';
import type { Task } from './task.ts';

export interface Probed {
  /** A number for what the cell holds: the same for the same content. `offset` counts the object's own cells. */
  cellContent(offset: number): number;
}

export interface Probe {
  /** Numbers the cells of a new object; returns the first of `count`. */
  cells(owner: Probed, count: number): number;
  /** A multiple of `unit` above `from`, not given out before, whatever others were given meanwhile. */
  number(from: number, unit: number): number;
  /**
   * Called before the access. `learned`: what the task may act upon from here on, the value itself or what it is asked about
   * it. A write tells nothing: whoever looks at what was there before, reads.
   */
  read(cell: number, learned: number): void;
  write(cell: number): void;
  /** A change that commutes with others of its kind and tells nothing: a count goes up. */
  add(cell: number): void;
  /** What an add has told the task after all, where none of those that it commutes with could have made it another. */
  learn(learned: number): void;
  /**
   * A procedure begins, and ends: what the task has learned inside of it, it forgets, but for `learned`, what it takes with it.
   * For procedures whose result is all that their caller knows of them.
   */
  enter(): void;
  leave(learned: number): void;
  /** The task wants the lock: it goes on when a scheduler has given it. */
  acquire(lock: Lock, task: Task, info: number): Operation;
  released(lock: Lock, write: boolean): Operation;
  /** A trylock, and what came of it. */
  tried(lock: Lock, taken: boolean): boolean;
  /** Somebody waits for the lock. */
  isWanted(lock: Lock): boolean;
}

export let probe: Probe | null = null;

/** For the length of an exploration; null ends it. */
export function setProbe(next: Probe | null): void {
  probe = next;
}

/** A number for a result, as leave() takes it. */
export function numberOf(result: unknown): number {
  if (typeof result === 'number') return result;
  if (typeof result !== 'string') return result === null || result === undefined ? -1 : result === true ? 1 : 0;
  let number = result.length;
  for (let at = 0; at < result.length; at++) number = (Math.imul(number, 31) + result.charCodeAt(at)) | 0;
  return number;
}

export const cellsFor = (owner: Probed, count: number): number => (probe === null ? -1 : probe.cells(owner, count));
