import type { GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';
import { type FrameTest, isReadOnly, isUnmapped } from '../../kvm/tdp-table.ts';
import type { Writes } from './writes.ts';

/**
 * Every access `stride` pages after the last, round and round. Misses are found by arithmetic.
 *
 * Which page an access goes to is fixed, whether it writes is drawn. Only on a read-only page does that matter, so what is
 * drawn is how many visits to such pages are reads before one is a write. Visits that have not been made may be drawn
 * again at any time: they do not remember. What must not be drawn again is the write that a miss was found for.
 */
export class StridePattern implements GuestAccessPattern {
  readonly #pages: number;
  readonly #stride: number;
  readonly #writes: Writes;
  /** Accesses until the pattern comes back to the same page, and what turns a distance in pages into steps. */
  readonly #cycle: number;
  readonly #gcd: number;
  readonly #stepsPerGcd: number;
  #page: number;
  /** Accesses so far. */
  #made = 0;
  /** Whether the access that is due writes, once it is decided. */
  #isWrite: boolean | null = null;
  /** The next miss was found for a write to a read-only page. */
  #missWrites = false;

  constructor(pages: number, stridePages: number, startPage: number, writes: Writes) {
    this.#pages = pages;
    this.#stride = stridePages % pages;
    this.#page = startPage % pages;
    this.#writes = writes;
    this.#gcd = this.#stride === 0 ? pages : greatestCommonDivisor(this.#stride, pages);
    this.#cycle = pages / this.#gcd;
    this.#stepsPerGcd = modularInverse(this.#stride / this.#gcd, this.#cycle);
  }

  get writeFraction(): number {
    return this.#writes.fraction;
  }

  page(): number {
    return this.#page;
  }

  isWrite(): boolean {
    this.#isWrite ??= this.#missWrites || this.#writes.next();
    return this.#isWrite;
  }

  advance(count: number): void {
    if (count === 0) return;
    this.#page = this.#pageAfter(count % this.#cycle);
    this.#made += count;
    this.#isWrite = null;
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    this.#missWrites = false;
    if (this.#isWrite !== null && !memory.allows(this.#page, this.#isWrite)) {
      this.#missWrites = this.#isWrite;
      return 0;
    }
    const unmapped = memory.unmappedPages === 0 ? Number.POSITIVE_INFINITY : this.#stepsTo(memory, isUnmapped, 0);
    if (this.#writes.fraction === 0 || memory.pagesThat(isReadOnly) === 0) return unmapped;
    const written = this.#stepsToWrite(memory, unmapped);
    this.#missWrites = written < unmapped;
    return Math.min(written, unmapped);
  }

  hitsAfterClearing(memory: GuestMemory, hits: number, firstPage: number, pages: number): number {
    const first = pages > 1 ? this.#hitsToUnmapped(memory) : this.#stepsToPage(firstPage);
    if (first < hits) this.#missWrites = false;
    return Math.min(hits, first);
  }

  hitsAfterProtecting(memory: GuestMemory, hits: number, firstPage: number, pages: number): number {
    if (this.#writes.fraction === 0) return hits;
    let next = Number.POSITIVE_INFINITY;
    if (pages > 1) next = this.#stepsToWrite(memory, hits);
    else {
      const steps = this.#stepsToPage(firstPage);
      const isDecided = steps === 0 && this.#isWrite !== null;
      if (isDecided && this.#isWrite === true) next = 0;
      else next = steps + (this.#writes.readsBeforeWrite() + (isDecided ? 1 : 0)) * this.#cycle;
    }
    if (next < hits) this.#missWrites = true;
    return Math.min(hits, next);
  }

  hitsAfterInstalling(_memory: GuestMemory, hits: number): number {
    return hits;
  }

  mark(): readonly number[] {
    return [this.#made];
  }

  /** 0 or 1: how many steps ago a page was visited is arithmetic, as the next visit is. */
  touchChance(_memory: GuestMemory, [since = 0]: readonly number[], firstPage: number, pages: number): number {
    const made = this.#made - since;
    if (made === 0) return 0;
    for (let page = firstPage; page < firstPage + pages; page++) {
      const ago = this.#stepsToPage(this.#page, page);
      if ((ago === 0 ? this.#cycle : ago) <= made) return 1;
    }
    return 0;
  }

  #hitsToUnmapped(memory: GuestMemory): number {
    return memory.unmappedPages === 0 ? Number.POSITIVE_INFINITY : this.#stepsTo(memory, isUnmapped, 0);
  }

  #pageAfter(steps: number): number {
    return (this.#page + steps * this.#stride) % this.#pages;
  }

  /** Steps to the next visit of that page, from the one that is due or from another; Infinity: it is never visited. */
  #stepsToPage(page: number, from = this.#page): number {
    const distance = (page - from + this.#pages) % this.#pages;
    if (distance % this.#gcd !== 0) return Number.POSITIVE_INFINITY;
    return ((distance / this.#gcd) * this.#stepsPerGcd) % this.#cycle;
  }

  /** Steps to the first visit, `from` or more steps away, of a page of which `test` is true; Infinity: there is none. */
  #stepsTo(memory: GuestMemory, test: FrameTest, from: number): number {
    let page = this.#pageAfter(from % this.#cycle);
    const rounds = this.#stride / this.#gcd;
    // Fewer pages than times through the memory: page by page, it is known when each is visited.
    if (memory.pagesThat(test) < rounds) return from + this.#stepsToAny(memory, test, page);
    for (let hits = from; hits < from + this.#cycle; ) {
      const found = memory.firstThat(test, page);
      if (found === page) return hits;
      // To the first access at or behind that page, or behind the end of memory.
      const steps = this.#stride === 0 ? this.#cycle : Math.ceil((found - page) / this.#stride);
      hits += steps;
      page = (page + steps * this.#stride) % this.#pages;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Steps from `page` to the first visit of a page of which `test` is true; Infinity: none is visited. */
  #stepsToAny(memory: GuestMemory, test: FrameTest, page: number): number {
    let steps = Number.POSITIVE_INFINITY;
    for (let at = memory.firstThat(test, 0); at < this.#pages; at = memory.firstThat(test, at + 1)) {
      steps = Math.min(steps, this.#stepsToPage(at, page));
    }
    return steps;
  }

  /** Steps to the first visit of a read-only page that writes, or any number from `limit` on. */
  #stepsToWrite(memory: GuestMemory, limit: number): number {
    let reads = this.#writes.readsBeforeWrite();
    // A visit that is decided is a read: it would have been the miss.
    const from = this.#isWrite === null ? 0 : 1;
    let visits = 0;
    let skipped = false;
    for (let at = from; ; at++) {
      at = this.#stepsTo(memory, isReadOnly, at);
      if (at >= limit) return at;
      if (at >= from + this.#cycle && !skipped) {
        // A whole round of reads: all that follow are like it.
        const rounds = Math.floor(reads / visits);
        reads -= rounds * visits;
        at += rounds * this.#cycle;
        skipped = true;
      }
      if (reads === 0 || at >= limit) return at;
      reads -= 1;
      visits += 1;
    }
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** x with a * x = 1 modulo m; a and m have no common factor. */
function modularInverse(a: number, m: number): number {
  if (m === 1) return 0;
  let [r, s] = [m, a % m];
  let [x, y] = [0, 1];
  while (s > 1) {
    const q = Math.floor(r / s);
    [r, s] = [s, r - q * s];
    [x, y] = [y, x - q * y];
  }
  return ((y % m) + m) % m;
}
