import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import { anonVmaRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { RmapTree, Vma } from './vma.ts';

/**
 * Who may map the pages of an anonymous mapping: the way from a page to its entries. The halves of a mapping that was cut,
 * and its copy at another place while it moves, share one.
 *
 * Models struct anon_vma, include/linux/rmap.h, with the interval tree of its VMAs. Its lock is that of the root.
 */
export class AnonVma implements RmapTree {
  /** anon_vma->rwsem: read by rmap walks, write by collapse. */
  readonly rmapRwsem: RwSemaphore;
  readonly vmas: Vma[] = [];

  constructor(machine: Machine) {
    this.rmapRwsem = new RwSemaphore(machine.sim, anonVmaRwsemClass);
  }
}
