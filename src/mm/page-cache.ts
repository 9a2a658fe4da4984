import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { Folio } from './folio.ts';
import { iMmapRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { Vma } from './vma.ts';

/**
 * The page cache of one file, and who maps it.
 *
 * Models struct address_space. hugetlbfs indexes it by whole huge pages, shmem by 4K pages; a large folio of shmem is one
 * multi-index entry, which is found at every index that it covers.
 */
export class AddressSpace {
  /** Held for read by rmap walks, for write by truncation and, in HGM v1, by collapse. */
  readonly iMmapRwsem: RwSemaphore;
  /** The interval tree i_mmap: all VMAs of the file. */
  readonly vmas: Vma[] = [];
  readonly #folios = new Map<number, Folio>();

  constructor(machine: Machine) {
    this.iMmapRwsem = new RwSemaphore(machine.sim, iMmapRwsemClass);
  }

  folio(index: number): Folio | undefined {
    return this.#folios.get(index);
  }

  /** Puts a folio at `index`, and at the indices behind it that it covers if the file counts 4K pages. */
  add(index: number, folio: Folio, indices = 1): void {
    for (let at = index; at < index + indices; at++) this.#folios.set(at, folio);
    folio.cached = { mapping: this, index };
  }

  remove(index: number, indices = 1): void {
    const folio = this.#folios.get(index);
    if (folio !== undefined) folio.cached = null;
    for (let at = index; at < index + indices; at++) this.#folios.delete(at);
  }

  /** By index; a multi-index entry comes once, at its first index. */
  *folios(): IterableIterator<[number, Folio]> {
    for (const [index, folio] of this.#folios) if (folio.cached?.index === index) yield [index, folio];
  }
}
