import { RwSemaphore } from '../engine/locks/rw-semaphore.ts';
import type { Hva } from './address.ts';
import { anonVmaRwsemClass } from './locks.ts';
import type { Mm } from './mm.ts';
import { Vma } from './vma.ts';

/** Private memory without a file. Its anon_vma is its own: nothing here shares pages by fork. */
export class AnonymousVma extends Vma {
  readonly kind = 'anonymous';
  readonly mapping = null;
  /** anon_vma->rwsem: read by rmap walks, write by collapse. */
  readonly anonVmaRwsem: RwSemaphore;

  constructor(mm: Mm, start: Hva, end: Hva) {
    super(mm, start, end, false);
    this.anonVmaRwsem = new RwSemaphore(mm.machine.sim, anonVmaRwsemClass);
  }
}
