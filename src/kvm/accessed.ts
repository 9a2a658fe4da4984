// The accessed bits of SPTEs. Guest accesses are not stepped one by one, so no bit is set at the access that would set it: a
// bit that aging has cleared remembers when, and whoever asks for it later asks each vCPU whether it has touched the pages
// since. A VM whose SPTEs nobody ages pays nothing: every SPTE that a fault has made is accessed.

import type { Simulation } from '../engine/simulation.ts';
import type { Gfn } from '../mm/address.ts';

/** A vCPU that can say what it has touched since a certain moment. */
export interface Accessor {
  /** What it has touched so far, as hasTouched takes it. */
  accessMark(): readonly number[];
  hasTouched(first: Gfn, pages: number, mark: readonly number[]): boolean;
  /** The same for writes, for checkers: whatever has to be drawn for it comes from a stream of its own. */
  hasWritten(first: Gfn, pages: number, mark: readonly number[]): boolean;
}

/** A moment, as the marks of all vCPUs. */
export interface AccessEpoch {
  readonly marks: readonly (readonly number[])[];
}

/**
 * What the vCPUs of a VM have touched since some moment.
 *
 * Left out  The TLB: a CPU that holds a translation with the bit set does not set it again until it has let go of it. Here
 *           the next access sets the bit, whether or not whoever cleared it has flushed.
 */
export class AccessHistory {
  readonly #sim: Simulation;
  readonly #accessors: Accessor[] = [];
  #epoch: AccessEpoch | null = null;
  #epochNs = -1;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  add(accessor: Accessor): void {
    this.#accessors.push(accessor);
  }

  /** The present moment. */
  now(): AccessEpoch {
    if (this.#epoch === null || this.#epochNs !== this.#sim.now) {
      this.#epoch = { marks: this.#accessors.map((accessor) => accessor.accessMark()) };
      this.#epochNs = this.#sim.now;
    }
    return this.#epoch;
  }

  /** Whether a vCPU has touched one of these frames since then. */
  since({ marks }: AccessEpoch, first: Gfn, pages: number): boolean {
    return this.#accessors.some((accessor, index) => accessor.hasTouched(first, pages, marks[index] ?? []));
  }

  /** Whether a vCPU has written to one of these frames since then. */
  wroteSince({ marks }: AccessEpoch, first: Gfn, pages: number): boolean {
    return this.#accessors.some((accessor, index) => accessor.hasWritten(first, pages, marks[index] ?? []));
  }
}
