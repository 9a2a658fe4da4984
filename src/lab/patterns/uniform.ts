import type { RandomStream } from '../../engine/random.ts';
import type { GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';

/**
 * Every access to a page drawn from all pages alike. The run of hits before a miss is geometric, with the share of pages
 * that have no SPTE; that share changes while the vCPU runs. One exponential number is drawn for each miss and used up by
 * the hazard of each access, whatever the hazard is by then: exact, and independent of how often the share changes. The
 * page that misses is then uniform among those without an SPTE.
 */
export class UniformPattern implements GuestAccessPattern {
  readonly #stream: RandomStream;
  readonly #pages: number;
  /** The page of the access that is due, once it is decided. */
  #page: number | null = null;
  #budget: number;
  #hazard = 0;
  #skips = false;

  constructor(pages: number, stream: RandomStream) {
    this.#pages = pages;
    this.#stream = stream;
    this.#budget = stream.exponential();
  }

  page(memory: GuestMemory): number {
    if (this.#page === null) {
      const unmapped = this.#skips ? memory.unmappedPages : 0;
      if (unmapped > 0) {
        this.#page = memory.unmappedByRank(this.#stream.integer(unmapped));
        this.#budget = this.#stream.exponential();
      } else {
        this.#page = this.#stream.integer(this.#pages);
      }
    }
    return this.#page;
  }

  advance(count: number): void {
    if (count === 0) return;
    const drawn = this.#page === null ? count : count - 1;
    this.#page = null;
    if (drawn > 0 && this.#hazard > 0) this.#budget = Math.max(0, this.#budget - drawn * this.#hazard);
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    this.#skips = true;
    const unmapped = memory.unmappedPages;
    if (this.#page !== null && !memory.isMapped(this.#page)) return 0;
    const decided = this.#page === null ? 0 : 1;
    this.#hazard = -Math.log1p(-unmapped / this.#pages);
    if (this.#hazard === 0) return Number.POSITIVE_INFINITY;
    return decided + Math.floor(this.#budget / this.#hazard);
  }

  hitsAfterClearing(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }

  hitsAfterInstalling(memory: GuestMemory): number {
    return this.hitsBeforeMiss(memory);
  }
}
