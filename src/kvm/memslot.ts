import { assert } from '../engine/assert.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import { type Geometry, type Gfn, gfn, type Hva, hva, type Level, PAGE_SIZE, pageOf } from '../mm/address.ts';
import type { DirtyBitmap } from './dirty-bitmap.ts';

/** Guest frames of one memslot. */
export interface SlotRange {
  readonly slot: Memslot;
  readonly first: Gfn;
  readonly end: Gfn;
}

/** A linear map from guest frames to host virtual addresses. Models struct kvm_memory_slot. */
export class Memslot implements Probed {
  readonly baseGfn: Gfn;
  readonly pages: number;
  readonly userspaceAddr: Hva;
  #dirtyLogging = false;
  readonly #cell = cellsFor(this, 1);
  /** What has been written since it was last read; null: logging is off. */
  dirtyBitmap: DirtyBitmap | null = null;

  constructor(baseGfn: Gfn, pages: number, userspaceAddr: Hva) {
    assert(pages > 0, 'a memslot is not empty');
    this.baseGfn = baseGfn;
    this.pages = pages;
    this.userspaceAddr = userspaceAddr;
  }

  /** KVM_MEM_LOG_DIRTY_PAGES: no new SPTE is larger than 4K. */
  get dirtyLogging(): boolean {
    if (probe !== null) probe.read(this.#cell, this.#dirtyLogging ? 1 : 0);
    return this.#dirtyLogging;
  }

  set dirtyLogging(on: boolean) {
    if (probe !== null) probe.write(this.#cell);
    this.#dirtyLogging = on;
  }

  cellContent(): number {
    return this.#dirtyLogging ? 1 : 0;
  }

  /** A frame may be written from now on: with logging on, it counts as written. */
  markDirty(frame: Gfn): void {
    this.dirtyBitmap?.mark(frame - this.baseGfn);
  }

  get endGfn(): Gfn {
    return gfn(this.baseGfn + this.pages);
  }

  hva(frame: Gfn): Hva {
    return hva(this.userspaceAddr + (frame - this.baseGfn) * PAGE_SIZE);
  }

  /** The guest frames of this slot whose memory lies in [start, end), or null if there are none. */
  overlap(start: Hva, end: Hva): { first: Gfn; end: Gfn } | null {
    const slotEnd = this.userspaceAddr + this.pages * PAGE_SIZE;
    const from = Math.max(start, this.userspaceAddr);
    const to = Math.min(end, slotEnd);
    if (from >= to) return null;
    const toGfn = (address: number): Gfn => gfn(this.baseGfn + pageOf(hva(address)) - pageOf(this.userspaceAddr));
    return { first: toGfn(from), end: gfn(toGfn(to - 1) + 1) };
  }

  /**
   * The largest SPTE that may map `frame`: it must lie inside the slot, and gfn and hva must be congruent. With dirty
   * logging there are only small ones, as kvm_mmu_hugepage_adjust() has it.
   *
   * Models kvm_lpage_info.disallow_lpage, set up by kvm_alloc_memslot_metadata(), arch/x86/kvm/x86.c.
   */
  maxLevel(frame: Gfn, geometry: Geometry): Level {
    if (this.dirtyLogging) return 1;
    for (let level: Level = 3; level > 1; level = (level - 1) as Level) {
      const pages = geometry.pagesPer[level];
      const first = frame - (frame % pages);
      const congruent = (this.baseGfn - pageOf(this.userspaceAddr)) % pages === 0;
      if (congruent && first >= this.baseGfn && first + pages <= this.endGfn) return level;
    }
    return 1;
  }
}
