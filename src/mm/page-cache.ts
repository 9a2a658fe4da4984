import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { Folio } from './folio.ts';
import { iMmapRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';

/**
 * The page cache of one hugetlbfs file.
 *
 * Models struct address_space; hugetlbfs indexes it by whole huge pages, so there is one folio an index.
 */
export class AddressSpace {
  /** Held for read by rmap walks, for write by truncation and, in HGM v1, by collapse. */
  readonly iMmapRwsem: RwSemaphore;
  readonly #folios = new Map<number, Folio>();

  constructor(machine: Machine) {
    this.iMmapRwsem = new RwSemaphore(machine.sim, iMmapRwsemClass);
  }

  folio(index: number): Folio | undefined {
    return this.#folios.get(index);
  }

  add(index: number, folio: Folio): void {
    this.#folios.set(index, folio);
  }

  remove(index: number): void {
    this.#folios.delete(index);
  }

  folios(): IterableIterator<[number, Folio]> {
    return this.#folios.entries();
  }
}
