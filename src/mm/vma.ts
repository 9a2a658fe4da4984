import { assert } from '../engine/assert.ts';
import { type Hva, isAligned, PAGE_SIZE } from './address.ts';
import type { Mm } from './mm.ts';
import type { AddressSpace } from './page-cache.ts';

/** A mapping of an address space, of one of the kinds that a VM's memory can be. Models struct vm_area_struct. */
export abstract class Vma {
  abstract readonly kind: 'hugetlb' | 'anonymous' | 'shmem';
  /** The file that is mapped, from its first page on; null: anonymous memory. */
  abstract readonly mapping: AddressSpace | null;
  readonly mm: Mm;
  readonly start: Hva;
  readonly end: Hva;
  readonly shared: boolean;

  constructor(mm: Mm, start: Hva, end: Hva, shared: boolean) {
    assert(start < end, 'a VMA is not empty');
    this.mm = mm;
    this.start = start;
    this.end = end;
    this.shared = shared;
  }

  contains(address: Hva): boolean {
    return address >= this.start && address < this.end;
  }

  /** Checks a range that userspace has passed: page aligned, not empty, inside of this mapping. */
  covers(start: Hva, end: Hva): boolean {
    const aligned = isAligned(start, PAGE_SIZE) && isAligned(end, PAGE_SIZE);
    return aligned && start < end && start >= this.start && end <= this.end;
  }

  /** Number of the 4K page at `address` inside the mapping. */
  pageIndex(address: Hva): number {
    return Math.floor((address - this.start) / PAGE_SIZE);
  }
}
