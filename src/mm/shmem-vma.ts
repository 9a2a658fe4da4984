import type { Hva } from './address.ts';
import type { Mm } from './mm.ts';
import type { AddressSpace } from './page-cache.ts';
import { Vma } from './vma.ts';

/** A shared mapping of a shmem file. The page cache counts 4K pages. */
export class ShmemVma extends Vma {
  readonly kind = 'shmem';
  readonly mapping: AddressSpace;

  constructor(mm: Mm, start: Hva, end: Hva, mapping: AddressSpace, pageOffset = 0) {
    super(mm, start, end, true, pageOffset);
    this.mapping = mapping;
    mapping.addVma(this);
  }

  get rmapTree(): AddressSpace {
    return this.mapping;
  }

  like(start: Hva, end: Hva, pageOffset: number, mm = this.mm): ShmemVma {
    return new ShmemVma(mm, start, end, this.mapping, pageOffset);
  }
}
