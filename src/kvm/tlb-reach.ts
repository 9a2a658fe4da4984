// What small SPTEs cost a guest that takes no fault at all: a TLB entry of 4 KiB reaches 4 KiB, so that more accesses miss
// the TLB, and each miss walks more levels. The price is an expectation beside the run. It does not slow the guest's clock:
// a vCPU makes its accesses thinkNs apart whatever maps them, so that schemes are compared on the same accesses, and what
// the TLB would have taken from it is told in guest.throughputLoss.

import type { Geometry } from '../mm/address.ts';
import type { KvmCosts } from './costs.ts';
import type { GuestMemory } from './guest-access.ts';
import type { Kvm } from './kvm.ts';

/**
 * Translations that one CPU's TLB holds, 4K and 2M in the same entries: the second-level data TLB of AMD's Zen 2 (WikiChip:
 * 2048 entries, unified for 4 KiB and 2 MiB). Other server CPUs have 1536 to 3072. Confidence L as a number for a host
 * that is not named.
 */
export const TLB_ENTRIES = 2048;

/** The SPTEs of a stretch of guest memory, by size. */
export interface SpteMix {
  /** 4K frames under SPTEs of each size. */
  readonly smallPages: number;
  readonly largePages: number;
  readonly hugePages: number;
}

/**
 * What one access to a mapped frame takes longer, on average, than under 1G SPTEs.
 *
 * The accesses are spread evenly over what is mapped: strides and uniform ones are. A 2M translation then serves 512 times the accesses of a 4K one
 * and is the last to be evicted, so 2M translations fill the TLB first and 4K ones share what is left. 1G translations
 * are few, and the costs are measured against them. The guest's own pages count as no smaller than the SPTEs.
 */
export function tlbMissExtraNs(mix: SpteMix, geometry: Geometry, costs: KvmCosts): number {
  const { smallPages, largePages, hugePages } = mix;
  const mapped = smallPages + largePages + hugePages;
  if (mapped === 0) return 0;
  const largeEntries = largePages / geometry.pagesPer[2];
  const left = Math.max(0, TLB_ENTRIES - largeEntries);
  const missed = (pages: number, entries: number, room: number): number =>
    pages === 0 ? 0 : pages * Math.max(0, 1 - room / entries);
  const extraNs =
    missed(smallPages, smallPages, left) * costs.tlbMissExtra4kNs +
    missed(largePages, largeEntries, TLB_ENTRIES) * costs.tlbMissExtra2mNs;
  return extraNs / mapped;
}

/** What the TLB misses of one vCPU's accesses would have cost it. */
export interface TlbAccount {
  /** Of all accesses so far. */
  readonly extraNs: number;
  /** `count` accesses have been made under the SPTEs as they were looked at last. */
  touched(count: number): void;
  /** SPTEs may have come, gone or changed their size. */
  look(): void;
}

/** Adds up, access by access, what the SPTE sizes of one vCPU's memory cost it if it touches all of it alike. */
export class TlbReach implements TlbAccount {
  extraNs = 0;
  readonly #kvm: Kvm;
  readonly #memory: GuestMemory;
  #perTouchNs = 0;
  #seenChanges = Number.NEGATIVE_INFINITY;

  constructor(kvm: Kvm, memory: GuestMemory) {
    this.#kvm = kvm;
    this.#memory = memory;
  }

  touched(count: number): void {
    this.extraNs += count * this.#perTouchNs;
  }

  /** The mix is taken anew once that concerns 1/256 of the memory. */
  look(): void {
    const { spteChanges, machine } = this.#kvm;
    if (spteChanges === this.#seenChanges || spteChanges - this.#seenChanges < this.#memory.pages / 256) return;
    this.#seenChanges = spteChanges;
    this.#perTouchNs = tlbMissExtraNs(this.#memory.spteMix, machine.geometry, machine.costs);
  }
}
