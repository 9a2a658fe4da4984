import type { RandomStream } from '../../engine/random.ts';
import type { GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';
import type { Writes } from './writes.ts';

/** An access; null: whether it writes is still to be drawn. */
export interface DrawnAccess {
  readonly page: number;
  readonly isWrite: boolean | null;
}

/**
 * Accesses that are drawn one by one, all from one distribution over pages. The run of hits before a miss is geometric, with
 * the share of accesses that miss: those to a page that has no SPTE, and the writes among those to a read-only one. That
 * share changes while the vCPU runs. One exponential number is drawn for each miss and used up by the hazard of each
 * access, whatever the hazard is by then: exact, and independent of how often the share changes. The access that misses is
 * then drawn among those that do.
 */
export abstract class RandomPattern implements GuestAccessPattern {
  protected readonly stream: RandomStream;
  protected readonly writes: Writes;
  /** The page of the access that is due, and whether it writes, once they are decided. */
  #page: number | null = null;
  #isWrite: boolean | null = null;
  #budget: number;
  #hazard = 0;
  #skips = false;
  #made = 0;

  constructor(stream: RandomStream, writes: Writes) {
    this.stream = stream;
    this.writes = writes;
    this.#budget = stream.exponential();
  }

  /** The chance of an access to miss, 0 to 1; 0 only if none can. */
  protected abstract missShare(memory: GuestMemory): number;
  /** The part of all accesses that go to these pages. */
  protected abstract share(firstPage: number, pages: number): number;
  /** One of the accesses that miss; null: there are none. */
  protected abstract drawMiss(memory: GuestMemory): DrawnAccess | null;
  /** The page of any access. */
  protected abstract drawPage(): number;

  get writeFraction(): number {
    return this.writes.fraction;
  }

  page(memory: GuestMemory): number {
    if (this.#page === null) {
      const miss = this.#skips ? this.drawMiss(memory) : null;
      if (miss !== null) {
        this.#isWrite = miss.isWrite;
        this.#budget = this.stream.exponential();
      }
      this.#page = miss?.page ?? this.drawPage();
    }
    return this.#page;
  }

  isWrite(): boolean {
    this.#isWrite ??= this.writes.next();
    return this.#isWrite;
  }

  advance(count: number): void {
    if (count === 0) return;
    this.#made += count;
    const drawn = this.#page === null ? count : count - 1;
    this.#page = null;
    this.#isWrite = null;
    if (drawn > 0 && this.#hazard > 0) this.#budget = Math.max(0, this.#budget - drawn * this.#hazard);
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    this.#skips = true;
    if (this.#page !== null && !memory.allows(this.#page, this.isWrite())) return 0;
    const decided = this.#page === null ? 0 : 1;
    this.#hazard = -Math.log1p(-this.missShare(memory));
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

  mark(): readonly number[] {
    return [this.#made];
  }

  /**
   * What the accesses since then leave to chance. They have hit, so the pages share what does not miss at this moment; which
   * pages missed in between, and were touched by the access that faulted them in, is not gone into.
   */
  touchChance(memory: GuestMemory, [since = 0]: readonly number[], firstPage: number, pages: number): number {
    const made = this.#made - since;
    const share = Math.min(1, this.share(firstPage, pages) / (1 - this.missShare(memory)));
    return made === 0 ? 0 : -Math.expm1(made * Math.log1p(-share));
  }
}
