// Transitions that have been made before. What a task does is decided by what it knows and by what it finds in the cells that it
// touches: the same task with the same history, that finds the same, leaves the same behind. So a transition is made for
// real once; after that, what it changes is written down again, without a world.
//
// It rests on what the reductions rest on: all that one task can learn of another is in a cell (docs/decisions/0042).

import type { Found } from './explored-run.ts';
import type { Recorder } from './recorder.ts';

/** Where a task stands between two transitions. */
export interface Standing {
  /** One of the states of exploring-simulation.ts. */
  readonly state: number;
  /** The same, for the hash of the state: with what it watches. */
  readonly position: number;
  /** The lock that it wants: twice its cell, + 1 for write; -1: none. */
  readonly lock: number;
  /** Pairs of cell and content: it goes on when one has changed. */
  readonly watched: readonly number[];
}

/** What a task knows. Its locals are decided by it. */
interface Knowledge {
  readonly task: number;
  readonly historyA: number;
  readonly historyB: number;
  /** Objects that it has made: those that it makes next are numbered by it. */
  readonly made: number;
  readonly lock: number;
  readonly position: number;
}

export interface KnownTransition extends Knowledge {
  /** The footprint, in order of first touch. */
  readonly cells: readonly number[];
  readonly modes: readonly number[];
  /** Pairs: what it has found where. Cells of objects that it has made itself are not among them. */
  readonly found: readonly number[];
  /** Pairs: what it has left where. */
  readonly left: readonly number[];
  /** The changes of the hash of all contents. */
  readonly sharedA: number;
  readonly sharedB: number;
  readonly nextA: number;
  readonly nextB: number;
  readonly nextMade: number;
  /** Histories outside of the procedures that forget and that it is in: pairs. */
  readonly outside: readonly number[];
  readonly woken: number;
  readonly standing: Standing;
  readonly goesOn: boolean;
  readonly findings: readonly Found[];
}

/** More are made for real each time. */
const KNOWN_MAX = 500_000;

export class KnownTransitions {
  readonly #byHistory = new Map<number, KnownTransition[]>();
  #count = 0;

  find(recorder: Recorder, task: number, { lock, position }: Standing): KnownTransition | null {
    const historyA = recorder.historyA[task] as number;
    const all = this.#byHistory.get(historyA);
    if (all === undefined) return null;
    const historyB = recorder.historyB[task] as number;
    const made = recorder.made[task] as number;
    for (let n = 0; n < all.length; n++) {
      const known = all[n] as KnownTransition;
      if (known.historyB !== historyB || known.task !== task || known.made !== made) continue;
      if (known.lock !== lock || known.position !== position) continue;
      if (findsTheSame(known.found, recorder.contents)) return known;
    }
    return null;
  }

  add(known: KnownTransition): void {
    if (this.#count >= KNOWN_MAX) return;
    this.#count += 1;
    const all = this.#byHistory.get(known.historyA);
    if (all === undefined) this.#byHistory.set(known.historyA, [known]);
    else all.push(known);
  }
}

function findsTheSame(found: readonly number[], contents: Int32Array): boolean {
  for (let n = 0; n < found.length; n += 2) {
    if (contents[found[n] as number] !== found[n + 1]) return false;
  }
  return true;
}
