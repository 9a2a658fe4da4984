import type { LockClass } from '../engine/locks/lock-class.ts';
import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { WaitQueue } from '../engine/locks/wait-queue.ts';
import type { Folio } from './folio.ts';
import { iMmapRwsemClass, inodeRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { RmapTree, Vma } from './vma.ts';

/**
 * The page cache of one file, and who maps it.
 *
 * Models struct address_space. hugetlbfs indexes it by whole huge pages, shmem by 4K pages; a large folio of shmem is one
 * multi-index entry, which is found at every index that it covers.
 */
export class AddressSpace implements RmapTree {
  /** Held for read by rmap walks, for write by truncation and, in HGM v1, by collapse. */
  readonly iMmapRwsem: RwSemaphore;
  /** i_rwsem of the inode: held for write by whoever changes the size of the file or takes pages out of it. */
  readonly inodeRwsem: RwSemaphore;
  /** The interval tree i_mmap: all VMAs of the file. */
  readonly vmas: Vma[] = [];
  /** The first index that lies wholly beyond i_size. Faults from there on fail; the page cache has nothing there. */
  endIndex = Number.POSITIVE_INFINITY;
  /** Indices out of which somebody is punching a hole, and who waits until that is done. Models struct shmem_falloc. */
  hole: { readonly first: number; readonly end: number; readonly waiters: WaitQueue } | null = null;
  readonly #folios = new Map<number, Folio>();

  /** `lockClass`: hugetlbfs has its own, as hugetlbfs_i_mmap_rwsem_key, since its order to the folio lock differs. */
  constructor(machine: Machine, lockClass: LockClass = iMmapRwsemClass) {
    this.inodeRwsem = new RwSemaphore(machine.sim, inodeRwsemClass);
    this.iMmapRwsem = new RwSemaphore(machine.sim, lockClass);
  }

  get rmapRwsem(): RwSemaphore {
    return this.iMmapRwsem;
  }

  folio(index: number): Folio | undefined {
    return this.#folios.get(index);
  }

  /** Puts a folio at `index`, and at the indices behind it that it covers if the file counts 4K pages. */
  add(index: number, folio: Folio, indices = 1): void {
    for (let at = index; at < index + indices; at++) this.#folios.set(at, folio);
    folio.cached = { mapping: this, index };
  }

  /**
   * Puts `folio` at `indices` from `index` on in the place of whatever is there. It covers them and maybe others: its own
   * first index is `first`.
   */
  replace(index: number, indices: number, folio: Folio, first: number): void {
    for (let at = index; at < index + indices; at++) {
      const old = this.#folios.get(at);
      if (old !== undefined && old !== folio) old.cached = null;
      this.#folios.set(at, folio);
    }
    folio.cached = { mapping: this, index: first };
  }

  remove(index: number, indices = 1): void {
    const folio = this.#folios.get(index);
    if (folio !== undefined) folio.cached = null;
    for (let at = index; at < index + indices; at++) this.#folios.delete(at);
  }

  /** Folios of which some index lies in [first, end), in order of index: a large one that begins before `first` as well. */
  foliosIn(first: number, end: number): Folio[] {
    const found = new Map<number, Folio>();
    for (const [index, folio] of this.#folios) {
      if (index >= first && index < end) found.set(folio.cached?.index ?? index, folio);
    }
    return [...found].sort(([a], [b]) => a - b).map(([, folio]) => folio);
  }

  /** By index; a multi-index entry comes once, at its first index. */
  *folios(): IterableIterator<[number, Folio]> {
    for (const [index, folio] of this.#folios) if (folio.cached?.index === index) yield [index, folio];
  }
}
