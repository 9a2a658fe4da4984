import type { RandomStream } from '../../engine/random.ts';
import type { GuestMemory } from '../../kvm/guest-access.ts';
import { isReadOnly, isUnmapped } from '../../kvm/tdp-table.ts';
import { type DrawnAccess, RandomPattern } from './random-pattern.ts';
import type { Writes } from './writes.ts';

/** Every access to a page drawn from all pages alike. */
export class UniformPattern extends RandomPattern {
  readonly #pages: number;

  constructor(pages: number, stream: RandomStream, writes: Writes) {
    super(stream, writes);
    this.#pages = pages;
  }

  protected missShare(memory: GuestMemory): number {
    return (memory.unmappedPages + this.writes.fraction * memory.pagesThat(isReadOnly)) / this.#pages;
  }

  protected share(_firstPage: number, pages: number): number {
    return pages / this.#pages;
  }

  protected drawMiss(memory: GuestMemory): DrawnAccess | null {
    const unmapped = memory.unmappedPages;
    const readOnly = this.writes.fraction === 0 ? 0 : memory.pagesThat(isReadOnly);
    if (unmapped + readOnly === 0) return null;
    const writes = this.writes.fraction * readOnly;
    if (writes > 0 && this.stream.next() * (unmapped + writes) < writes) {
      return { page: memory.pageByRank(isReadOnly, this.stream.integer(readOnly)), isWrite: true };
    }
    return { page: memory.pageByRank(isUnmapped, this.stream.integer(unmapped)), isWrite: null };
  }

  protected drawPage(): number {
    return this.stream.integer(this.#pages);
  }
}
