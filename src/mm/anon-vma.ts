import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import { anonVmaRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { RmapTree, Vma } from './vma.ts';

/**
 * Who may map the pages of an anonymous mapping: the way from a page to its entries. The halves of a mapping that was cut,
 * its copy at another place while it moves, and those of the children that its mm has forked share one.
 *
 * Models struct anon_vma, include/linux/rmap.h, with the interval tree of its VMAs. Its lock is that of the root. A child gets
 *        an anon_vma of its own beside, for the pages that it alone has; nobody here looks for the mappings of these.
 */
export class AnonVma implements RmapTree, Probed {
  /** anon_vma->rwsem: read by rmap walks, write by collapse. */
  readonly rmapRwsem: RwSemaphore;
  readonly #vmas: Vma[] = [];
  readonly #cell = cellsFor(this, 1);

  constructor(machine: Machine) {
    this.rmapRwsem = new RwSemaphore(machine.sim, anonVmaRwsemClass, this);
  }

  get vmas(): readonly Vma[] {
    if (probe !== null) probe.read(this.#cell, this.cellContent());
    return this.#vmas;
  }

  addVma(vma: Vma): void {
    if (probe !== null) probe.write(this.#cell);
    this.#vmas.push(vma);
  }

  removeVma(vma: Vma): void {
    if (probe !== null) probe.write(this.#cell);
    this.#vmas.splice(this.#vmas.indexOf(vma), 1);
  }

  cellContent(): number {
    return this.#vmas.reduce((content, { cell }) => content * 31 + cell, 7);
  }
}
