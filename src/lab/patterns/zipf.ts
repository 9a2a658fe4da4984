import type { RandomStream } from '../../engine/random.ts';
import type { GuestMemory } from '../../kvm/guest-access.ts';
import type { Kvm } from '../../kvm/kvm.ts';
import { type DrawnAccess, RandomPattern } from './random-pattern.ts';
import { WeightTree } from './weight-tree.ts';
import type { Writes } from './writes.ts';
import { ZipfReach } from './zipf-tlb.ts';

/** 2^32 divided by the golden section, to the next prime (Knuth, 6.4): scatters the popular pages. */
const SCATTER = 2_654_435_761;

/**
 * How popular each page of a memory is, and how much of that would miss at this moment. The k-th most popular page weighs
 * 1 / k^exponent. vCPUs that share the memory share this.
 */
export class ZipfMemory {
  readonly #memory: GuestMemory;
  readonly #weights: Float64Array;
  readonly all: WeightTree;
  readonly unmapped: WeightTree;
  readonly readOnly: WeightTree;
  readonly reach: ZipfReach;

  constructor(kvm: Kvm, memory: GuestMemory, exponent: number) {
    this.#memory = memory;
    this.#weights = new Float64Array(memory.pages);
    this.all = new WeightTree(memory.pages);
    this.unmapped = new WeightTree(memory.pages);
    this.readOnly = new WeightTree(memory.pages);
    let page = 0;
    const step = scatterStep(memory.pages);
    for (let rank = 1; rank <= memory.pages; rank++) {
      const weight = rank ** -exponent;
      this.#weights[page] = weight;
      this.all.set(page, weight);
      page = (page + step) % memory.pages;
    }
    this.reach = new ZipfReach(kvm, memory, this.#weights, () => this.all.total - this.unmapped.total);
    this.#look(0, memory.pages);
    kvm.spteListeners.push((first, pages) => {
      const from = Math.max(memory.page(first), 0);
      const to = Math.min(memory.page(first) + pages, memory.pages);
      if (from < to) this.#look(from, to);
    });
  }

  /** Of some pages together. */
  weight(firstPage: number, pages: number): number {
    let sum = 0;
    for (let page = firstPage; page < firstPage + pages; page++) sum += this.#weights[page] ?? 0;
    return sum;
  }

  #look(from: number, to: number): void {
    for (let page = from; page < to; page++) {
      const weight = this.#weights[page] ?? 0;
      const spte = this.#memory.spte(page);
      this.unmapped.set(page, spte === null ? weight : 0);
      this.readOnly.set(page, spte !== null && !spte.writable ? weight : 0);
      this.reach.mapped(page, spte?.level ?? 0);
    }
  }
}

/** From one rank's page to the next one's: coprime to the size of the memory, so that every page has one rank. */
function scatterStep(pages: number): number {
  let step = SCATTER % pages;
  while (greatestCommonDivisor(step, pages) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Every access to a page drawn by popularity: few pages often, most of them seldom. */
export class ZipfPattern extends RandomPattern {
  readonly #zipf: ZipfMemory;

  constructor(zipf: ZipfMemory, stream: RandomStream, writes: Writes) {
    super(stream, writes);
    this.#zipf = zipf;
  }

  protected missShare(): number {
    const { all, unmapped, readOnly } = this.#zipf;
    return Math.min(1, (unmapped.total + this.writes.fraction * readOnly.total) / all.total);
  }

  protected share(firstPage: number, pages: number): number {
    return this.#zipf.weight(firstPage, pages) / this.#zipf.all.total;
  }

  protected drawMiss(): DrawnAccess | null {
    const { unmapped, readOnly } = this.#zipf;
    const writes = this.writes.fraction * readOnly.total;
    const missing = unmapped.total + writes;
    if (missing === 0) return null;
    if (writes > 0 && this.stream.next() * missing < writes) {
      return { page: readOnly.find(this.stream.next() * readOnly.total), isWrite: true };
    }
    return { page: unmapped.find(this.stream.next() * unmapped.total), isWrite: null };
  }

  protected drawPage(): number {
    const { all } = this.#zipf;
    return all.find(this.stream.next() * all.total);
  }
}
