import { Mutex } from '../engine/locks/mutex.ts';
import type { Simulation } from '../engine/simulation.ts';
import { hugetlbFaultMutexClass } from './locks.ts';
import type { AddressSpace } from './page-cache.ts';

/**
 * The mutexes under which all faults on one huge page queue up, whatever process they come from. One table for the machine.
 *
 * Models hugetlb_fault_mutex_hash(), mm/hugetlb.c: the table has the power of two at or above
 * 8 times the possible CPUs. The hash is ours: it needs no secrecy, only to be the same every time.
 */
export class HugetlbFaultMutexes {
  readonly #sim: Simulation;
  readonly #size: number;
  readonly #mutexes: Mutex[] = [];
  readonly #mappingIds = new Map<AddressSpace, number>();

  constructor(sim: Simulation, cpus: number) {
    this.#sim = sim;
    this.#size = 2 ** Math.ceil(Math.log2(8 * cpus));
  }

  /** `index`: of the huge page in the file. */
  of(mapping: AddressSpace, index: number): Mutex {
    let id = this.#mappingIds.get(mapping);
    if (id === undefined) {
      id = this.#mappingIds.size;
      this.#mappingIds.set(mapping, id);
    }
    const slot = (id * 31 + index) % this.#size;
    this.#mutexes[slot] ??= new Mutex(this.#sim, hugetlbFaultMutexClass, { spinsOnOwner: true }, this);
    return this.#mutexes[slot];
  }

  /** Place of a mutex in the table. */
  slotOf(mutex: Mutex): number {
    return this.#mutexes.indexOf(mutex);
  }
}
