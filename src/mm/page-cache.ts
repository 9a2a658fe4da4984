import type { LockClass } from '../engine/locks/lock-class.ts';
import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { WaitQueue } from '../engine/locks/wait-queue.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Folio } from './folio.ts';
import { iMmapRwsemClass, inodeRwsemClass } from './locks.ts';
import type { Machine } from './machine.ts';
import type { RmapTree, Vma } from './vma.ts';

/** Indices with a cell of their own: a file that is explored has no more. */
const INDEX_CELLS = 16;

/**
 * The page cache of one file, and who maps it.
 *
 * Models struct address_space. hugetlbfs indexes it by whole huge pages, shmem by 4K pages; a large folio of shmem is one
 * multi-index entry, which is found at every index that it covers.
 */
export class AddressSpace implements RmapTree, Probed {
  /** Held for read by rmap walks, for write by truncation and, in HGM v1, by collapse. */
  readonly iMmapRwsem: RwSemaphore;
  /** i_rwsem of the inode: held for write by whoever changes the size of the file or takes pages out of it. */
  readonly inodeRwsem: RwSemaphore;
  readonly #vmas: Vma[] = [];
  #endIndex = Number.POSITIVE_INFINITY;
  #hole: { readonly first: number; readonly end: number; readonly waiters: WaitQueue } | null = null;
  readonly #folios = new Map<number, Folio>();
  /** The VMAs, size and hole, then the indices: a small file has no more than these. */
  readonly #cell = cellsFor(this, 2 + INDEX_CELLS);

  /** `lockClass`: hugetlbfs has its own, as hugetlbfs_i_mmap_rwsem_key, since its order to the folio lock differs. */
  constructor(machine: Machine, lockClass: LockClass = iMmapRwsemClass) {
    this.inodeRwsem = new RwSemaphore(machine.sim, inodeRwsemClass, this);
    this.iMmapRwsem = new RwSemaphore(machine.sim, lockClass, this);
  }

  /** The interval tree i_mmap: all VMAs of the file. */
  get vmas(): readonly Vma[] {
    if (probe !== null) probe.read(this.#cell, this.cellContent(0));
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

  /** The first index that lies wholly beyond i_size. Faults from there on fail; the page cache has nothing there. */
  get endIndex(): number {
    if (probe !== null) probe.read(this.#cell + 1, this.cellContent(1));
    return this.#endIndex;
  }

  set endIndex(index: number) {
    if (probe !== null) probe.write(this.#cell + 1);
    this.#endIndex = index;
  }

  /** Indices out of which somebody is punching a hole, and who waits until that is done. Models struct shmem_falloc. */
  get hole(): { readonly first: number; readonly end: number; readonly waiters: WaitQueue } | null {
    if (probe !== null) probe.read(this.#cell + 1, this.cellContent(1));
    return this.#hole;
  }

  set hole(hole: { readonly first: number; readonly end: number; readonly waiters: WaitQueue } | null) {
    if (probe !== null) probe.write(this.#cell + 1);
    this.#hole = hole;
  }

  cellContent(offset: number): number {
    if (offset === 0) return this.#vmas.reduce((content, { cell }) => content * 31 + cell, 7);
    if (offset === 1)
      return (Number.isFinite(this.#endIndex) ? this.#endIndex + 1 : 0) * 2 + (this.#hole === null ? 0 : 1);
    return this.#folios.get(offset - 2)?.firstPfn ?? 0;
  }

  #cellOf(index: number): number {
    return this.#cell + 2 + (index % INDEX_CELLS);
  }

  get rmapRwsem(): RwSemaphore {
    return this.iMmapRwsem;
  }

  folio(index: number): Folio | undefined {
    if (probe !== null) probe.read(this.#cellOf(index), this.cellContent(2 + index));
    return this.#folios.get(index);
  }

  /** Puts a folio at `index`, and at the indices behind it that it covers if the file counts 4K pages. */
  add(index: number, folio: Folio, indices = 1): void {
    for (let at = index; at < index + indices; at++) {
      if (probe !== null) probe.write(this.#cellOf(at));
      this.#folios.set(at, folio);
    }
    folio.cached = { mapping: this, index };
  }

  /**
   * Puts `folio` at `indices` from `index` on in the place of whatever is there. It covers them and maybe others: its own
   * first index is `first`.
   */
  replace(index: number, indices: number, folio: Folio, first: number): void {
    for (let at = index; at < index + indices; at++) {
      if (probe !== null) probe.write(this.#cellOf(at));
      const old = this.#folios.get(at);
      if (old !== undefined && old !== folio) old.cached = null;
      this.#folios.set(at, folio);
    }
    folio.cached = { mapping: this, index: first };
  }

  remove(index: number, indices = 1): void {
    const folio = this.#folios.get(index);
    if (folio !== undefined) folio.cached = null;
    for (let at = index; at < index + indices; at++) {
      if (probe !== null) probe.write(this.#cellOf(at));
      this.#folios.delete(at);
    }
  }

  /** Folios of which some index lies in [first, end), in order of index: a large one that begins before `first` as well. */
  foliosIn(first: number, end: number): Folio[] {
    this.#readAll();
    const found = new Map<number, Folio>();
    for (const [index, folio] of this.#folios) {
      if (index >= first && index < end) found.set(folio.cached?.index ?? index, folio);
    }
    return [...found].sort(([a], [b]) => a - b).map(([, folio]) => folio);
  }

  /** By index; a multi-index entry comes once, at its first index. */
  *folios(): IterableIterator<[number, Folio]> {
    this.#readAll();
    for (const [index, folio] of this.#folios) if (folio.cached?.index === index) yield [index, folio];
  }

  #readAll(): void {
    if (probe === null) return;
    for (let index = 0; index < INDEX_CELLS; index++) probe.read(this.#cellOf(index), this.cellContent(2 + index));
  }
}
