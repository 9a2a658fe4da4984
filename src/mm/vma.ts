import { assert } from '../engine/assert.ts';
import type { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import { type Hva, hva, isAligned, PAGE_SIZE } from './address.ts';
import type { Mm } from './mm.ts';
import type { AddressSpace } from './page-cache.ts';

/** The way from a page to its entries: who may map it, and the lock under which that does not change. */
export interface RmapTree {
  readonly rmapRwsem: RwSemaphore;
  readonly vmas: readonly Vma[];
  addVma(vma: Vma): void;
  removeVma(vma: Vma): void;
}

/** A mapping of an address space, of one of the kinds that a VM's memory can be. Models struct vm_area_struct. */
export abstract class Vma implements Probed {
  abstract readonly kind: 'hugetlb' | 'anonymous' | 'shmem';
  /** The file that is mapped; null: anonymous memory. */
  abstract readonly mapping: AddressSpace | null;
  /** The file, or the anon_vma. */
  abstract readonly rmapTree: RmapTree;
  readonly mm: Mm;
  readonly shared: boolean;
  // Limits change where a mapping is cut: under mmap_lock (W) and the locks of those who come by way of the pages, see vma-split.ts.
  #start: Hva;
  #end: Hva;
  #pageOffset: number;
  #writable = true;
  readonly cell = cellsFor(this, 1);

  constructor(mm: Mm, start: Hva, end: Hva, shared: boolean, pageOffset = 0) {
    assert(start < end, 'a VMA is not empty');
    this.mm = mm;
    this.#start = start;
    this.#end = end;
    this.shared = shared;
    this.#pageOffset = pageOffset;
  }

  get start(): Hva {
    if (probe !== null) probe.read(this.cell, this.#start);
    return this.#start;
  }

  set start(start: Hva) {
    if (probe !== null) probe.write(this.cell);
    this.#start = start;
  }

  get end(): Hva {
    if (probe !== null) probe.read(this.cell, this.#end);
    return this.#end;
  }

  set end(end: Hva) {
    if (probe !== null) probe.write(this.cell);
    this.#end = end;
  }

  /**
   * vm_pgoff: the 4K page of the file that `start` shows. Of anonymous memory it numbers the pages for rmap: a part of a
   * mapping, or one that was moved, keeps the numbers of its pages.
   */
  get pageOffset(): number {
    if (probe !== null) probe.read(this.cell, this.#pageOffset);
    return this.#pageOffset;
  }

  set pageOffset(page: number) {
    if (probe !== null) probe.write(this.cell);
    this.#pageOffset = page;
  }

  /** VM_WRITE. */
  get writable(): boolean {
    if (probe !== null) probe.read(this.cell, this.#writable ? 1 : 0);
    return this.#writable;
  }

  set writable(writable: boolean) {
    if (probe !== null) probe.write(this.cell);
    this.#writable = writable;
  }

  cellContent(): number {
    const limits = Math.floor(this.#start / PAGE_SIZE) * 4099 + Math.floor(this.#end / PAGE_SIZE);
    return (limits * 4099 + this.#pageOffset) * 2 + (this.#writable ? 1 : 0);
  }

  contains(address: Hva): boolean {
    return address >= this.start && address < this.end;
  }

  /** Checks a range that userspace has passed: page aligned, not empty, inside of this mapping. */
  covers(start: Hva, end: Hva): boolean {
    const aligned = isAligned(start, PAGE_SIZE) && isAligned(end, PAGE_SIZE);
    return aligned && start < end && start >= this.start && end <= this.end;
  }

  /** Number of the 4K page at `address` in the file. Models linear_page_index(), include/linux/pagemap.h. */
  pageIndex(address: Hva): number {
    return this.pageOffset + Math.floor((address - this.start) / PAGE_SIZE);
  }

  /** Where 4K page `index` of the file would be, inside of the mapping or not. Models vma_address(), mm/internal.h. */
  addressOf(index: number): Hva {
    return hva(this.start + (index - this.pageOffset) * PAGE_SIZE);
  }

  /** What __split_vma() allocates: a VMA like this one over a part of its range, in the file's tree but not in the mm's list. */
  partOf(start: Hva, end: Hva): Vma {
    const part = this.like(start, end, this.pageIndex(start));
    part.writable = this.writable;
    return part;
  }

  /** What dup_mmap() makes of it in the mm of a child: the same part of the same memory, in the file's tree. */
  copyFor(child: Mm): Vma {
    const copy = this.like(this.start, this.end, this.pageOffset, child);
    copy.writable = this.writable;
    return copy;
  }

  /** A VMA of the same kind and over the same memory, in the same mm unless another one is given. */
  abstract like(start: Hva, end: Hva, pageOffset: number, mm?: Mm): Vma;
}
