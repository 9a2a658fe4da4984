import type { GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';

/** Every access `stride` pages after the last, round and round. Misses are found by arithmetic. */
export class StridePattern implements GuestAccessPattern {
  readonly #pages: number;
  readonly #stride: number;
  /** Accesses until the pattern comes back to the same page, and what turns a distance in pages into steps. */
  readonly #cycle: number;
  readonly #gcd: number;
  readonly #stepsPerGcd: number;
  #page: number;

  constructor(pages: number, stridePages: number, startPage: number) {
    this.#pages = pages;
    this.#stride = stridePages % pages;
    this.#page = startPage % pages;
    this.#gcd = this.#stride === 0 ? pages : greatestCommonDivisor(this.#stride, pages);
    this.#cycle = pages / this.#gcd;
    this.#stepsPerGcd = modularInverse(this.#stride / this.#gcd, this.#cycle);
  }

  page(): number {
    return this.#page;
  }

  advance(count: number): void {
    this.#page = (this.#page + (count % this.#cycle) * this.#stride) % this.#pages;
  }

  hitsBeforeMiss(memory: GuestMemory): number {
    if (memory.unmappedPages === 0) return Number.POSITIVE_INFINITY;
    let page = this.#page;
    for (let hits = 0; hits < this.#cycle; ) {
      const unmapped = memory.firstUnmapped(page);
      if (unmapped === page) return hits;
      // To the first access at or behind that page, or behind the end of memory.
      const steps = this.#stride === 0 ? this.#cycle : Math.ceil((unmapped - page) / this.#stride);
      hits += steps;
      page = (page + steps * this.#stride) % this.#pages;
    }
    return Number.POSITIVE_INFINITY;
  }

  hitsAfterClearing(memory: GuestMemory, hits: number, firstPage: number, pages: number): number {
    if (pages > 1) return Math.min(hits, this.hitsBeforeMiss(memory));
    const distance = (firstPage - this.#page + this.#pages) % this.#pages;
    if (distance % this.#gcd !== 0) return hits;
    const steps = ((distance / this.#gcd) * this.#stepsPerGcd) % this.#cycle;
    return Math.min(hits, steps);
  }

  hitsAfterInstalling(_memory: GuestMemory, hits: number): number {
    return hits;
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
