// Who may not map what: the count of open sections, the sequence of closed ones, and one hull around all that are open.
// mmu_lock protects every write; the early check reads without it and may be wrong, which is why it is asked again.

import { assert } from '../engine/assert.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Task } from '../engine/task.ts';
import type { Gfn } from '../mm/address.ts';

/**
 * What the hull counts in: frames of the guest, since 6.8, or pages of host addresses before. A frame is translated to it;
 * one that no memslot has is NaN, which nothing covers.
 */
export type HullUnit = (frame: Gfn) => number;

/** Models the mmu_invalidate_* and mn_* fields of struct kvm and the predicates over them, virt/kvm/kvm_main.c. */
export class Invalidation implements Probed {
  readonly #sim: Simulation;
  readonly #unit: HullUnit;
  #mnActiveInvalidateCount = 0;
  #mmuInvalidateInProgress = 0;
  #mmuInvalidateSeq = 0;
  /** In an exploration: what is in progress, the count of the mm's sections, the sequence. */
  readonly cell = cellsFor(this, 3);
  // invariant: meaningful only while mmuInvalidateInProgress > 0; only grows until it is 0 again
  #hullStart = 0;
  #hullEnd = 0;
  #spinning: Task[] = [];
  #refreshing: Task[] = [];

  constructor(sim: Simulation, unit: HullUnit = (frame) => frame) {
    this.#sim = sim;
    this.#unit = unit;
  }

  /** Open sections of the mm, whether or not they overlap a memslot. */
  get mnActiveInvalidateCount(): number {
    if (probe !== null) probe.read(this.cell + 1, this.#mnActiveInvalidateCount);
    return this.#mnActiveInvalidateCount;
  }

  set mnActiveInvalidateCount(count: number) {
    if (probe !== null) probe.write(this.cell + 1);
    this.#mnActiveInvalidateCount = count;
  }

  /** Open sections that overlap a memslot. */
  get mmuInvalidateInProgress(): number {
    if (probe !== null) probe.read(this.cell, this.#mmuInvalidateInProgress);
    return this.#mmuInvalidateInProgress;
  }

  set mmuInvalidateInProgress(count: number) {
    if (probe !== null) probe.write(this.cell);
    this.#mmuInvalidateInProgress = count;
  }

  /** Sections closed so far. VM-wide: a fault anywhere that is under way notices. */
  get mmuInvalidateSeq(): number {
    if (probe !== null) probe.read(this.cell + 2, this.#mmuInvalidateSeq);
    return this.#mmuInvalidateSeq;
  }

  set mmuInvalidateSeq(seq: number) {
    if (probe !== null) probe.write(this.cell + 2);
    this.#mmuInvalidateSeq = seq;
  }

  cellContent(offset: number): number {
    if (offset === 1) return this.#mnActiveInvalidateCount;
    const hull = this.#mmuInvalidateInProgress === 0 ? 0 : this.#hullStart * 4099 + this.#hullEnd;
    return offset === 2 ? this.#mmuInvalidateSeq : hull * 8 + this.#mmuInvalidateInProgress;
  }

  /** kvm_mmu_invalidate_begin() and _range_add(), in units of the hull. The caller holds mmu_lock for write. */
  begin(first: number, end: number): void {
    if (probe !== null) probe.write(this.cell);
    this.#mmuInvalidateInProgress += 1;
    if (this.#mmuInvalidateInProgress === 1) {
      this.#hullStart = first;
      this.#hullEnd = end;
    } else {
      this.#hullStart = Math.min(this.#hullStart, first);
      this.#hullEnd = Math.max(this.#hullEnd, end);
    }
  }

  /** kvm_mmu_invalidate_end(). The caller holds mmu_lock for write. */
  end(): void {
    // The sequence moves before the count drops, so a fault that sees zero also sees the move.
    if (probe !== null) {
      probe.write(this.cell);
      probe.write(this.cell + 2);
    }
    this.#mmuInvalidateSeq += 1;
    this.#mmuInvalidateInProgress -= 1;
    assert(this.#mmuInvalidateInProgress >= 0, 'invalidate_range_end pairs with a start');
    if (this.#mmuInvalidateInProgress > 0) return;
    const spinning = this.#spinning;
    this.#spinning = [];
    for (const task of spinning) this.#sim.wake(task);
  }

  /** Models mmu_invalidate_retry_gfn(), in 6.1 mmu_invalidate_retry_hva(), and, read without mmu_lock, its unsafe form: throw the fault away? */
  retryGfn(seq: number, frame: Gfn): boolean {
    return this.isInvalidating(frame, 1) || this.mmuInvalidateSeq !== seq;
  }

  /**
   * Models mmu_notifier_retry_cache(), virt/kvm/pfncache.c: blind to ranges, and to memslots as well, since the count is that
   * of the whole mm.
   */
  retryCache(seq: number): boolean {
    return this.mnActiveInvalidateCount > 0 || this.mmuInvalidateSeq !== seq;
  }

  /** Is any of `pages` frames from `first` inside the hull of open sections? */
  isInvalidating(first: Gfn, pages: number): boolean {
    const covered = this.#covers(first, pages);
    if (probe !== null) probe.read(this.cell, covered ? 1 : 0);
    return covered;
  }

  #covers(first: Gfn, pages: number): boolean {
    if (this.#mmuInvalidateInProgress === 0) return false;
    const at = this.#unit(first);
    return at < this.#hullEnd && at + pages > this.#hullStart;
  }

  /**
   * Puts down the calling vCPU until no section is open. Not a thing that KVM has: a vCPU that runs into the early check
   * goes round and round without touching anything shared, so the model skips its laps and counts them afterwards.
   */
  spinUntilNoneOpen(task: Task): void {
    this.#spinning.push(task);
  }

  /** The same for whoever refreshes a pfn cache: until no section of the mm is open, memslot or not. */
  spinUntilNoneActive(task: Task): void {
    this.#refreshing.push(task);
  }

  /** mn_active_invalidate_count goes up or down. The caller holds mn_invalidate_lock. */
  changeActive(delta: 1 | -1): void {
    if (probe !== null) probe.write(this.cell + 1);
    this.#mnActiveInvalidateCount += delta;
    assert(this.#mnActiveInvalidateCount >= 0, 'mn_active_invalidate_count is not negative');
    if (this.#mnActiveInvalidateCount > 0) return;
    const refreshing = this.#refreshing;
    this.#refreshing = [];
    for (const task of refreshing) this.#sim.wake(task);
  }
}
