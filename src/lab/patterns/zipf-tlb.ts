import type { GuestMemory } from '../../kvm/guest-access.ts';
import type { Kvm } from '../../kvm/kvm.ts';
import { TLB_ENTRIES, type TlbAccount } from '../../kvm/tlb-reach.ts';

/** Pages or regions whose popularity is within this factor of one another count as equally popular: 8 to an octave. */
const POPULARITY_STEP = 2 ** (1 / 8);
const BISECTIONS = 60;

/** Translations of one size, in groups of equal popularity. */
class PopularityGroups {
  readonly #groupOf: Uint16Array;
  /** Mean popularity of the members of each group, and how many pages of members are mapped with this size. */
  readonly means: Float64Array;
  readonly mappedPages: Float64Array;

  constructor(weights: Float64Array) {
    const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
    const group = (weight: number): number => Math.floor(Math.log(largest / weight) / Math.log(POPULARITY_STEP));
    this.#groupOf = Uint16Array.from(weights, group);
    const groups = this.#groupOf.reduce((most, index) => Math.max(most, index), 0) + 1;
    const members = new Uint32Array(groups);
    this.means = new Float64Array(groups);
    for (const [index, weight] of weights.entries()) {
      const of = this.#groupOf[index] ?? 0;
      members[of] = (members[of] ?? 0) + 1;
      this.means[of] = (this.means[of] ?? 0) + weight;
    }
    for (const [of, count] of members.entries()) this.means[of] = (this.means[of] ?? 0) / Math.max(1, count);
    this.mappedPages = new Float64Array(groups);
  }

  add(member: number, pages: number): void {
    const of = this.#groupOf[member] ?? 0;
    this.mappedPages[of] = (this.mappedPages[of] ?? 0) + pages;
  }
}

/**
 * What one access by popularity takes longer, on average, than under 1G SPTEs: popular translations stay in the TLB.
 *
 * The TLB holds those used last. An access to a translation with the chance p misses if none of the accesses since its last
 * use, of which there are about as many as it takes to touch all that the TLB holds, went to it: with the chance exp(-p n),
 * where n solves "entries = sum over translations of 1 - exp(-p n)" (H. Che, Y. Tung, Z. Wang, Hierarchical web caching
 * systems, 2002). That n is one number and no distribution is the approximation in it.
 */
export class ZipfReach {
  /** Under the SPTEs as they were looked at last. */
  perTouchNs = 0;
  readonly #kvm: Kvm;
  readonly #memory: GuestMemory;
  readonly #levels: Uint8Array;
  readonly #small: PopularityGroups;
  readonly #large: PopularityGroups;
  readonly #firstRegion: number;
  readonly #regionPages: number;
  readonly #mappedWeight: () => number;
  #seenChanges = Number.NEGATIVE_INFINITY;

  /** @param mappedWeight of all pages that have an SPTE, together */
  constructor(kvm: Kvm, memory: GuestMemory, weights: Float64Array, mappedWeight: () => number) {
    this.#kvm = kvm;
    this.#memory = memory;
    this.#mappedWeight = mappedWeight;
    this.#levels = new Uint8Array(memory.pages);
    this.#regionPages = kvm.machine.geometry.pagesPer[2];
    this.#firstRegion = Math.floor(memory.frame(0) / this.#regionPages);
    const regions = new Float64Array(this.#regionOf(memory.pages - 1) + 1);
    for (const [page, weight] of weights.entries()) {
      const region = this.#regionOf(page);
      regions[region] = (regions[region] ?? 0) + weight;
    }
    this.#small = new PopularityGroups(weights);
    this.#large = new PopularityGroups(regions);
  }

  #regionOf(page: number): number {
    return Math.floor(this.#memory.frame(page) / this.#regionPages) - this.#firstRegion;
  }

  /** Which size of SPTE maps a page now; 0: none. */
  mapped(page: number, level: number): void {
    const before = this.#levels[page] ?? 0;
    if (before === level) return;
    this.#levels[page] = level;
    this.#count(page, before, -1);
    this.#count(page, level, 1);
  }

  #count(page: number, level: number, pages: number): void {
    if (level === 1) this.#small.add(page, pages);
    else if (level === 2) this.#large.add(this.#regionOf(page), pages);
  }

  /** Taken anew once SPTEs of 1/256 of the memory have changed, as for accesses that are spread evenly. */
  look(): void {
    const { spteChanges } = this.#kvm;
    if (spteChanges === this.#seenChanges || spteChanges - this.#seenChanges < this.#memory.pages / 256) return;
    this.#seenChanges = spteChanges;
    this.perTouchNs = this.#missNs();
  }

  #missNs(): number {
    const { tlbMissExtra4kNs, tlbMissExtra2mNs } = this.#kvm.machine.costs;
    const all = this.#mappedWeight();
    const translations = [
      ...this.#translations(this.#small, 1, all, tlbMissExtra4kNs),
      ...this.#translations(this.#large, this.#regionPages, all, tlbMissExtra2mNs),
    ];
    if (translations.reduce((sum, { count }) => sum + count, 0) <= TLB_ENTRIES) return 0;
    const held = (accesses: number): number =>
      translations.reduce((sum, { count, chance }) => sum - count * Math.expm1(-chance * accesses), 0);
    let [few, many] = [0, TLB_ENTRIES];
    while (held(many) < TLB_ENTRIES) many *= 2;
    for (let round = 0; round < BISECTIONS; round++) {
      const middle = (few + many) / 2;
      if (held(middle) < TLB_ENTRIES) few = middle;
      else many = middle;
    }
    return translations.reduce(
      (sum, { count, chance, missNs }) => sum + count * chance * Math.exp(-chance * many) * missNs,
      0,
    );
  }

  /** Groups of translations of `span` pages each, with the chance of an access to go to one of them. */
  #translations(groups: PopularityGroups, span: number, all: number, missNs: number) {
    return [...groups.means].flatMap((mean, of) => {
      const count = (groups.mappedPages[of] ?? 0) / span;
      return count === 0 ? [] : [{ count, chance: mean / all, missNs }];
    });
  }
}

/** Adds up, access by access, what the SPTE sizes of one vCPU's memory cost it if it touches it by popularity. */
export class ZipfTlb implements TlbAccount {
  extraNs = 0;
  readonly #reach: ZipfReach;
  #perTouchNs = 0;

  constructor(reach: ZipfReach) {
    this.#reach = reach;
  }

  touched(count: number): void {
    this.extraNs += count * this.#perTouchNs;
  }

  look(): void {
    this.#reach.look();
    this.#perTouchNs = this.#reach.perTouchNs;
  }
}
