import type { Hva } from './address.ts';
import type { Mm } from './mm.ts';
import type { AddressSpace } from './page-cache.ts';
import { Vma } from './vma.ts';

/** A shared mapping of a shmem file from its first page on. The page cache counts 4K pages. */
export class ShmemVma extends Vma {
  readonly kind = 'shmem';
  readonly mapping: AddressSpace;

  constructor(mm: Mm, start: Hva, end: Hva, mapping: AddressSpace) {
    super(mm, start, end, true);
    this.mapping = mapping;
    mapping.vmas.push(this);
  }
}
