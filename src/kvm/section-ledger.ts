// A second book of the sections that a VM is in, kept from the notifications alone. invalidation.ts is what KVM goes by, two
// counts and a hull; here every section stands by itself, so that the one can be held against the other.

import type { Gfn } from '../mm/address.ts';

/** Frames of a memslot that a section covers. */
export interface SectionRange {
  readonly first: Gfn;
  readonly end: Gfn;
}

export class SectionLedger {
  /** Sections that overlap a memslot, from the first look at the hull in range_start to range_end. */
  readonly #open = new Map<number, readonly SectionRange[]>();
  /** All sections of the mm that KVM has been told of, memslot or not. */
  active = 0;
  /** Sections that overlapped a memslot and have ended. */
  closed = 0;

  /** Called by who holds mmu_lock for write, as the counts are changed. */
  opened(section: number, ranges: readonly SectionRange[]): void {
    this.#open.set(section, ranges);
  }

  ended(section: number): void {
    if (this.#open.delete(section)) this.closed += 1;
  }

  get openCount(): number {
    return this.#open.size;
  }

  *ranges(): IterableIterator<SectionRange> {
    for (const ranges of this.#open.values()) yield* ranges;
  }

  /** Does a section that is open cover any of `pages` frames from `first`? Exactly, where the hull covers what lies between two. */
  covers(first: Gfn, pages: number): boolean {
    if (this.#open.size === 0) return false;
    for (const range of this.ranges()) if (first < range.end && first + pages > range.first) return true;
    return false;
  }
}
