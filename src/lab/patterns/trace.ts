import type { AccessTimes, GuestAccessPattern, GuestMemory } from '../../kvm/guest-access.ts';
import type { Kvm } from '../../kvm/kvm.ts';
import { MinHeap } from './min-heap.ts';
import { firstAtLeast, type RecordedAccesses, type TouchedPages } from './touched-pages.ts';

/**
 * Replays a recorded list of accesses, then halts. The times are the guest's own: a stall moves what comes after it by its
 * length, as it would have moved the guest that the list was recorded from, which waits for its own accesses.
 *
 * The next miss is found by index. For each page there is the list of its accesses, and of its writes; a page that has lost
 * its SPTE, or the permission to write, puts the next one of them into a heap, whose least is the next miss. What is no
 * miss any more, because an SPTE has come, is found out when it comes to the top, so that SPTEs that come cost nothing.
 */
export class TracePattern implements GuestAccessPattern, AccessTimes {
  readonly firstNs: number;
  readonly #accesses: RecordedAccesses;
  readonly #memory: GuestMemory;
  readonly #touched: TouchedPages;
  /** Accesses that may miss, none of them twice; the first access that misses is among them. */
  readonly #misses = new MinHeap();
  readonly #isQueued: Uint8Array;
  #at = 0;

  constructor(kvm: Kvm, memory: GuestMemory, accesses: RecordedAccesses, touched: TouchedPages) {
    this.#accesses = accesses;
    this.#memory = memory;
    this.firstNs = accesses.timesNs[0] ?? 0;
    this.#touched = touched;
    this.#isQueued = new Uint8Array(accesses.pages.length);
    this.#look(0, memory.pages);
    kvm.spteListeners.push((first, pages) => this.#look(memory.page(first), memory.page(first) + pages));
  }

  /** Accesses of the list. */
  get #count(): number {
    return this.#accesses.pages.length;
  }

  get haltNs(): number | null {
    return this.#at === this.#count ? Number.POSITIVE_INFINITY : null;
  }

  resume(): void {}

  nsTo(count: number): number {
    const { timesNs } = this.#accesses;
    // The halt comes with the last access.
    const last = this.#count - 1;
    return (timesNs[Math.min(this.#at + count, last)] ?? 0) - (timesNs[Math.min(this.#at, last)] ?? 0);
  }

  dueWithin(ns: number): number {
    const { timesNs } = this.#accesses;
    const untilNs = (timesNs[this.#at] ?? 0) + ns;
    return firstAtLeast(timesNs, this.#at, this.#count, untilNs) - this.#at;
  }

  page(): number {
    return this.#accesses.pages[this.#at] ?? 0;
  }

  isWrite(): boolean {
    return this.#accesses.writes[this.#at] === 1;
  }

  advance(count: number): void {
    this.#at += count;
  }

  hitsBeforeMiss(): number {
    for (;;) {
      const next = this.#misses.least;
      if (next === null) return this.#count - this.#at;
      if (next >= this.#at && this.#isMiss(next)) return next - this.#at;
      this.#misses.removeLeast();
      this.#isQueued[next] = 0;
      this.#queueMissOf(this.#touched.indexes[next] ?? 0);
    }
  }

  hitsAfterClearing(): number {
    return this.hitsBeforeMiss();
  }

  hitsAfterProtecting(): number {
    return this.hitsBeforeMiss();
  }

  hitsAfterInstalling(): number {
    return this.hitsBeforeMiss();
  }

  mark(): readonly number[] {
    return [this.#at];
  }

  /** 0 or 1: the list says it. */
  touchChance(_memory: GuestMemory, [since = 0]: readonly number[], firstPage: number, pages: number): number {
    const { from, to } = this.#touched.within(firstPage, firstPage + pages);
    for (let index = from; index < to; index++) {
      if ((this.#touched.accesses.next(index, since) ?? this.#at) < this.#at) return 1;
    }
    return 0;
  }

  #isMiss(access: number): boolean {
    const { pages, writes } = this.#accesses;
    return !this.#memory.allows(pages[access] ?? 0, writes[access] === 1);
  }

  /** SPTEs of these pages may have gone, or may no longer be written. */
  #look(firstPage: number, endPage: number): void {
    const { from, to } = this.#touched.within(firstPage, endPage);
    for (let index = from; index < to; index++) this.#queueMissOf(index);
  }

  /** The next access to that page that misses as things stand. */
  #queueMissOf(index: number): void {
    const page = this.#touched.pages[index] ?? 0;
    let next: number | null = null;
    if (!this.#memory.allows(page, false)) next = this.#touched.accesses.next(index, this.#at);
    else if (!this.#memory.allows(page, true)) next = this.#touched.writes.next(index, this.#at);
    if (next === null || this.#isQueued[next] === 1) return;
    this.#isQueued[next] = 1;
    this.#misses.add(next);
  }
}
