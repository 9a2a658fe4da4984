import type { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { Hva } from './address.ts';
import { AnonVma } from './anon-vma.ts';
import type { Mm } from './mm.ts';
import { Vma } from './vma.ts';

/** Private memory without a file. */
export class AnonymousVma extends Vma {
  readonly kind = 'anonymous';
  readonly mapping = null;
  readonly rmapTree: AnonVma;

  constructor(mm: Mm, start: Hva, end: Hva, pageOffset = 0, anonVma = new AnonVma(mm.machine)) {
    super(mm, start, end, false, pageOffset);
    this.rmapTree = anonVma;
    anonVma.addVma(this);
  }

  get anonVmaRwsem(): RwSemaphore {
    return this.rmapTree.rmapRwsem;
  }

  like(start: Hva, end: Hva, pageOffset: number, mm = this.mm): AnonymousVma {
    return new AnonymousVma(mm, start, end, pageOffset, this.rmapTree);
  }
}
