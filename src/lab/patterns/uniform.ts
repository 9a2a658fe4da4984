import type { RandomStream } from '../../engine/random.ts';
import type { GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';
import { isReadOnly, isUnmapped } from '../../kvm/tdp-table.ts';
import type { Writes } from './writes.ts';

/**
 * Every access to a page drawn from all pages alike. The run of hits before a miss is geometric, with the share of accesses
 * that miss: those to a page that has no SPTE, and the writes among those to a read-only one. That share changes while the
 * vCPU runs. One exponential number is drawn for each miss and used up by the hazard of each access, whatever the hazard is
 * by then: exact, and independent of how often the share changes. The access that misses is then drawn among those that do.
 */
export class UniformPattern implements GuestAccessPattern {
  readonly #stream: RandomStream;
  readonly #pages: number;
  readonly #writes: Writes;
  /** The page of the access that is due, and whether it writes, once they are decided. */
  #page: number | null = null;
  #isWrite: boolean | null = null;
  #budget: number;
  #hazard = 0;
  #skips = false;

  constructor(pages: number, stream: RandomStream, writes: Writes) {
    this.#pages = pages;
    this.#stream = stream;
    this.#writes = writes;
    this.#budget = stream.exponential();
  }

  page(memory: GuestMemory): number {
    if (this.#page === null) {
      if (this.#skips) this.#drawMiss(memory);
      this.#page ??= this.#stream.integer(this.#pages);
    }
    return this.#page;
  }

  isWrite(): boolean {
    this.#isWrite ??= this.#writes.next();
    return this.#isWrite;
  }

  advance(count: number): void {
    if (count === 0) return;
    const drawn = this.#page === null ? count : count - 1;
    this.#page = null;
    this.#isWrite = null;
    if (drawn > 0 && this.#hazard > 0) this.#budget = Math.max(0, this.#budget - drawn * this.#hazard);
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    this.#skips = true;
    if (this.#page !== null && !memory.allows(this.#page, this.isWrite())) return 0;
    const decided = this.#page === null ? 0 : 1;
    const missing = memory.unmappedPages + this.#writes.fraction * memory.pagesThat(isReadOnly);
    this.#hazard = -Math.log1p(-missing / this.#pages);
    if (this.#hazard === 0) return Number.POSITIVE_INFINITY;
    return decided + Math.floor(this.#budget / this.#hazard);
  }

  hitsAfterClearing(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  hitsAfterProtecting(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  hitsAfterInstalling(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  /** The access that is due misses: which one it is, if any can. */
  #drawMiss(memory: GuestMemory): void {
    const unmapped = memory.unmappedPages;
    const readOnly = this.#writes.fraction === 0 ? 0 : memory.pagesThat(isReadOnly);
    if (unmapped + readOnly === 0) return;
    const writes = this.#writes.fraction * readOnly;
    if (writes > 0 && this.#stream.next() * (unmapped + writes) < writes) {
      this.#page = memory.pageByRank(isReadOnly, this.#stream.integer(readOnly));
      this.#isWrite = true;
    } else {
      this.#page = memory.pageByRank(isUnmapped, this.#stream.integer(unmapped));
    }
    this.#budget = this.#stream.exponential();
  }
}
