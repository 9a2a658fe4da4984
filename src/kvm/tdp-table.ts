import { assert } from '../engine/assert.ts';
import { probe } from '../engine/probe.ts';
import { type Geometry, type Gfn, gfn, type Level, type Pfn, pfn } from '../mm/address.ts';
import { EntryKind, RadixTable } from '../mm/radix-table.ts';
import type { AccessEpoch } from './accessed.ts';
import { EntryBits } from './entry-bits.ts';
import type { SpteMix } from './tlb-reach.ts';
import type { TranslatedFrames } from './translated-frames.ts';

/** A checker's view of a whole tree: every change of it comes through TdpTable. */
export interface TdpWatch {
  readonly frames: TranslatedFrames;
  /** A leaf is about to be written where a leaf is already. */
  replaced(table: TdpTable, index: number, pfn: number): void;
}

const ROOT_LEVEL = 4;

/** One page of the TDP page table (EPT, NPT). Models struct kvm_mmu_page; entries are SPTEs, indexed by gfn. */
export class TdpTable extends RadixTable<TdpTable> {
  /**
   * Leaves that dirty logging has taken the permission to write from: a write may take it back without mmu_lock. That is
   * EPT_SPTE_MMU_WRITABLE without PT_WRITABLE_MASK. Null: there has never been one.
   */
  #protected: Uint8Array | null = null;

  /** Leaves whose accessed bit was cleared, and when: what has touched them since has set it again. Null: there is none. */
  #agedLeaves: Map<number, AccessEpoch> | null = null;
  /** For each of frameTests, the entries under which some frame is as it says. */
  readonly #found: readonly EntryBits[];

  readonly #watch: TdpWatch | null;
  /** The grace period is over, and its memory may be anything by now. */
  isFreed = false;

  constructor(geometry: Geometry, level: Level, firstGfn: number, watch: TdpWatch | null = null) {
    super(geometry, level, firstGfn);
    this.#watch = watch;
    this.#found = frameTests.map(() => new EntryBits(geometry.entriesPerTable));
    this.#lookAtAll();
  }

  override setLeaf(index: number, frame: number, writable: boolean): void {
    if (this.#watch !== null && this.#isInTree) this.#watchLeaf(this.#watch, index, frame);
    super.setLeaf(index, frame, writable);
    if (this.#protected !== null) this.#protected[index] = 0;
    this.#agedLeaves?.delete(index);
    this.#look(index);
  }

  override fillLeaves(firstFrame: number): void {
    super.fillLeaves(firstFrame);
    if (this.#watch !== null && this.#isInTree) this.#watchMapped(this.#watch.frames);
    this.#lookAtAll();
  }

  override copyLeaves<Other extends RadixTable<Other>>(from: RadixTable<Other>): void {
    super.copyLeaves(from);
    if (this.#watch !== null && this.#isInTree) this.#watchMapped(this.#watch.frames);
    this.#lookAtAll();
  }

  override setWritable(index: number, writable: boolean): void {
    super.setWritable(index, writable);
    this.#look(index);
  }

  override clear(index: number, kind: EntryKind = EntryKind.None): void {
    if (this.#watch !== null && this.#isInTree) this.#watchCleared(this.#watch.frames, index);
    super.clear(index, kind);
    this.#agedLeaves?.delete(index);
    this.#look(index);
  }

  override link(index: number, child: TdpTable): void {
    if (this.#watch !== null && this.#isInTree) {
      this.#watchCleared(this.#watch.frames, index);
      child.#watchMapped(this.#watch.frames);
    }
    super.link(index, child);
    this.#agedLeaves?.delete(index);
    this.#look(index);
  }

  override unlink(index: number, kind: EntryKind = EntryKind.None): TdpTable {
    if (this.#watch !== null && this.#isInTree) this.child(index).#watchUnlinked(this.#watch.frames);
    const child = super.unlink(index, kind);
    this.#look(index);
    return child;
  }

  /** Linked to the root: what it maps is what guests translate by. */
  get #isInTree(): boolean {
    let top: TdpTable = this;
    while (top.parent !== null) top = top.parent;
    return top.level === ROOT_LEVEL;
  }

  #watchLeaf(watch: TdpWatch, index: number, frame: number): void {
    const isLeaf = this.kinds[index] === EntryKind.Leaf;
    if (isLeaf && this.pfns[index] === frame) return;
    if (isLeaf) {
      watch.replaced(this, index, frame);
      this.#watchCleared(watch.frames, index);
    }
    watch.frames.mapped(this.level, frame, 1);
  }

  #watchCleared(frames: TranslatedFrames, index: number): void {
    if (this.kinds[index] === EntryKind.Leaf) {
      frames.unmapped(this.level, this.firstPageOf(index), this.pfns[index] ?? 0);
    }
  }

  #watchMapped(frames: TranslatedFrames): void {
    if (this.leaves === 0) return;
    const { kinds, pfns, level, entryPages } = this;
    let first = 0;
    let count = 0;
    for (let index = 0; index < kinds.length; index++) {
      if (kinds[index] === EntryKind.Table) this.child(index).#watchMapped(frames);
      if (kinds[index] !== EntryKind.Leaf) continue;
      const frame = pfns[index] as number;
      if (count > 0 && frame === first + count * entryPages) {
        count += 1;
        continue;
      }
      if (count > 0) frames.mapped(level, first, count);
      first = frame;
      count = 1;
    }
    if (count > 0) frames.mapped(level, first, count);
  }

  #watchUnlinked(frames: TranslatedFrames): void {
    if (this.leaves === 0) return;
    const { kinds, pfns, level, firstPage, entryPages } = this;
    for (let index = 0; index < kinds.length; index++) {
      if (kinds[index] === EntryKind.Table) this.child(index).#watchUnlinked(frames);
      else if (kinds[index] === EntryKind.Leaf) {
        frames.unmapped(level, firstPage + index * entryPages, pfns[index] as number);
      }
    }
  }

  /** The first entry from `from` on under which some frame is as `test` says, or the number of entries. */
  nextEntry(test: FrameTest, from: number): number {
    return (this.#found[test.ordinal] as EntryBits).next(from);
  }

  /** All entries have changed, and none of them holds a table. */
  #lookAtAll(): void {
    if (probe !== null) return;
    for (const test of frameTests) {
      const bits = this.#found[test.ordinal] as EntryBits;
      const found = test.inTable(this);
      if (found === 0) bits.clearAll();
      else if (found === this.spanPages) bits.setAll();
      else for (let index = 0; index < this.kinds.length; index++) bits.set(index, test.ofEntry(this, index));
    }
    this.#tellParent();
  }

  /** An entry has changed. The table above learns of it if the answer for this one as a whole is another one now. */
  #look(index: number): void {
    // Only guests that skip to their next miss ask, and an exploration's steps.
    if (probe !== null) return;
    let changed = false;
    const child = this.kinds[index] === EntryKind.Table ? this.child(index) : null;
    for (const test of frameTests) {
      const isFound = child === null ? test.ofEntry(this, index) : test.inTable(child) > 0;
      if ((this.#found[test.ordinal] as EntryBits).set(index, isFound)) changed = true;
    }
    if (changed) this.#tellParent();
  }

  #tellParent(): void {
    const { parent } = this;
    if (parent !== null) parent.#look(this.geometry.index(this.firstPage, parent.level));
  }

  /** A table whose leaves translate as the leaf at `index` does, with its permission. */
  splitChild(index: number): TdpTable {
    const child = this.newChild(index);
    const frame = this.pfns[index] ?? 0;
    for (let entry = 0; entry < this.geometry.entriesPerTable; entry++) {
      child.setLeaf(entry, frame + entry * child.entryPages, this.writable[index] === 1);
      if (this.isProtected(index)) child.protect(entry);
    }
    const aged = this.#agedLeaves?.get(index);
    for (let entry = 0; aged !== undefined && entry < this.kinds.length; entry++) child.clearAccessed(entry, aged);
    return child;
  }

  /** When the accessed bit of a leaf was last seen clear; null: it is set. A fault makes leaves with the bit set. */
  accessedClearSince(index: number): AccessEpoch | null {
    return this.#agedLeaves?.get(index) ?? null;
  }

  clearAccessed(index: number, epoch: AccessEpoch): void {
    assert(this.kinds[index] === EntryKind.Leaf, 'only a leaf has an accessed bit');
    this.#agedLeaves ??= new Map();
    this.#agedLeaves.set(index, epoch);
  }

  setAccessed(index: number): void {
    this.#agedLeaves?.delete(index);
  }

  /** Write-protects a leaf for dirty logging. */
  protect(index: number): void {
    this.setWritable(index, false);
    this.#protected ??= new Uint8Array(this.geometry.entriesPerTable);
    this.#protected[index] = 1;
  }

  unprotect(index: number): void {
    this.setWritable(index, true);
    if (this.#protected !== null) this.#protected[index] = 0;
  }

  /** The leaf is read-only for dirty logging alone. */
  isProtected(index: number): boolean {
    return this.kinds[index] === EntryKind.Leaf && this.#protected !== null && this.#protected[index] === 1;
  }

  override cellContent(offset: number): number {
    return super.cellContent(offset) * 2 + (this.#protected?.[offset] === 1 ? 1 : 0);
  }

  newChild(index: number): TdpTable {
    return new TdpTable(this.geometry, this.childLevel, this.firstPageOf(index), this.#watch);
  }
}

/** The SPTE that maps a guest frame. */
export interface Spte {
  readonly level: Level;
  readonly pfn: Pfn;
  readonly writable: boolean;
}

/** One TDP root: four levels, 4 KiB to 1 GiB leaves. Models tdp_mmu_roots; there is one, valid, for one address space. */
export class TdpRoot {
  readonly geometry: Geometry;
  readonly top: TdpTable;

  constructor(geometry: Geometry, watch: TdpWatch | null = null) {
    this.geometry = geometry;
    this.top = new TdpTable(geometry, ROOT_LEVEL, 0, watch);
  }

  isMapped(frame: Gfn): boolean {
    const table = this.top.find(frame, 1);
    return table.kinds[this.geometry.index(frame, table.level)] === EntryKind.Leaf;
  }

  spte(frame: Gfn): Spte | null {
    const table = this.top.find(frame, 1);
    const index = this.geometry.index(frame, table.level);
    if (table.kinds[index] !== EntryKind.Leaf) return null;
    const base = table.pfns[index] ?? 0;
    return {
      level: table.level,
      pfn: pfn(base + frame - table.firstPageOf(index)),
      writable: table.writable[index] === 1,
    };
  }

  /** Makes the tables down to `level`: for building a world before time begins. */
  tableAt(frame: Gfn, level: Level): TdpTable {
    let table = this.top.find(frame, level);
    while (table.level > level) {
      const index = this.geometry.index(frame, table.level);
      const child = table.newChild(index);
      table.link(index, child);
      table = child;
    }
    return table;
  }

  /** 4K frames with an SPTE in [first, end). */
  mappedPages(first: Gfn, end: Gfn): number {
    return Math.max(0, end - first) - this.pagesThat(isUnmapped, first, end);
  }

  /** 4K frames in [first, end) that are as `test` says. Reads counts where a table lies wholly inside. */
  pagesThat(test: FrameTest, first: Gfn, end: Gfn): number {
    const count = (table: TdpTable): number => {
      const tableEnd = table.firstPage + table.spanPages;
      const from = Math.max(table.firstPage, first);
      const to = Math.min(tableEnd, end);
      if (from >= to) return 0;
      const all = test.inTable(table);
      if (all === 0 || all === table.spanPages) return all === 0 ? 0 : to - from;
      if (table.firstPage >= first && tableEnd <= end) return all;
      let pages = 0;
      const last = Math.ceil((to - table.firstPage) / table.entryPages);
      for (let index = Math.floor((from - table.firstPage) / table.entryPages); index < last; index++) {
        if (table.kinds[index] === EntryKind.Table) pages += count(table.child(index));
        else if (test.ofEntry(table, index)) {
          pages +=
            Math.min(table.firstPageOf(index) + table.entryPages, end) - Math.max(table.firstPageOf(index), first);
        }
      }
      return pages;
    };
    return count(this.top);
  }

  /** How much of [first, end) SPTEs of each size map. A table of 4K and 2M leaves tells both numbers by its counts. */
  mix(first: Gfn, end: Gfn): SpteMix {
    const pages = [0, 0, 0, 0, 0];
    const add = (level: Level, count: number): void => {
      pages[level] = (pages[level] ?? 0) + count;
    };
    const largePages = this.geometry.pagesPer[2];
    const count = (table: TdpTable): void => {
      if (table.mappedPages === 0) return;
      const tableEnd = table.firstPage + table.spanPages;
      if (table.level <= 2 && table.firstPage >= first && tableEnd <= end) {
        const large = (table.mappedPages - table.leaves) / (largePages - 1);
        add(1, table.leaves - large);
        add(2, large * largePages);
        return;
      }
      const from = Math.max(table.firstPage, first);
      const last = Math.ceil((Math.min(tableEnd, end) - table.firstPage) / table.entryPages);
      for (let index = Math.max(0, Math.floor((from - table.firstPage) / table.entryPages)); index < last; index++) {
        if (table.kinds[index] === EntryKind.Table) count(table.child(index));
        else if (table.kinds[index] === EntryKind.Leaf) {
          const at = table.firstPageOf(index);
          add(table.level, Math.min(at + table.entryPages, end) - Math.max(at, first));
        }
      }
    };
    count(this.top);
    const [, smallPages = 0, large = 0, hugePages = 0] = pages;
    return { smallPages, largePages: large, hugePages };
  }

  /** The first frame in [from, end) that is as `test` says, or `end`. */
  firstThat(test: FrameTest, from: Gfn, end: Gfn): Gfn {
    return gfn(Math.min(firstIn(this.top, test, from), end));
  }

  /** The frame that is as `test` says and has `rank` others before it in [first, end). The caller knows that it exists. */
  frameByRank(test: FrameTest, first: Gfn, end: Gfn, rank: number): Gfn {
    let left = rank;
    const search = (table: TdpTable): number | null => {
      const { kinds, entryPages, firstPage } = table;
      const last = Math.min(kinds.length, Math.ceil((end - firstPage) / entryPages));
      for (let index = Math.max(0, Math.floor((first - firstPage) / entryPages)); index < last; index++) {
        const from = Math.max(firstPage + index * entryPages, first);
        const to = Math.min(firstPage + (index + 1) * entryPages, end);
        if (kinds[index] === EntryKind.Table) {
          const child = table.child(index);
          const pages = test.inTable(child);
          if (to - from === entryPages && left >= pages) {
            left -= pages;
            continue;
          }
          const found = search(child);
          if (found !== null) return found;
        } else if (test.ofEntry(table, index)) {
          if (left < to - from) return from + left;
          left -= to - from;
        }
      }
      return null;
    };
    const found = search(this.top);
    assert(found !== null, 'there is a frame of that rank');
    return gfn(found);
  }
}

/** A question to which each frame answers yes or no, and each table with a count that it keeps anyway. */
export interface FrameTest {
  /** Its place in frameTests. */
  readonly ordinal: number;
  /** How many of the frames under `table`. */
  inTable(table: TdpTable): number;
  /** All frames under this entry, which is no table, or none of them. */
  ofEntry(table: TdpTable, index: number): boolean;
}

/** No access hits. */
export const isUnmapped: FrameTest = {
  ordinal: 0,
  inTable: (table) => table.spanPages - table.mappedPages,
  ofEntry: (table, index) => table.kinds[index] !== EntryKind.Leaf,
};

/** Reads hit and writes do not. */
export const isReadOnly: FrameTest = {
  ordinal: 1,
  inTable: (table) => table.mappedPages - table.writablePages,
  ofEntry: (table, index) => table.kinds[index] === EntryKind.Leaf && table.writable[index] === 0,
};

/** No write hits. */
export const isNotWritable: FrameTest = {
  ordinal: 2,
  inTable: (table) => table.spanPages - table.writablePages,
  ofEntry: (table, index) => table.kinds[index] !== EntryKind.Leaf || table.writable[index] === 0,
};

/** All of them: a table keeps for each which of its entries say yes. */
const frameTests: readonly FrameTest[] = [isUnmapped, isReadOnly, isNotWritable];

/**
 * In one table: the first frame from `from` on, or the one behind the table. Costs what the way to it has: a look at each
 * level, and a word for each 32 entries between.
 */
function firstIn(table: TdpTable, test: FrameTest, from: number): number {
  const { entryPages, firstPage } = table;
  const behind = firstPage + table.spanPages;
  let index = Math.max(0, Math.floor((from - firstPage) / entryPages));
  for (index = table.nextEntry(test, index); index < table.kinds.length; index = table.nextEntry(test, index + 1)) {
    const first = firstPage + index * entryPages;
    if (table.kinds[index] !== EntryKind.Table) return Math.max(first, from);
    // Only in the table that `from` lies in may all that is as asked lie before it.
    const found = firstIn(table.child(index), test, from);
    if (found < first + entryPages) return found;
  }
  return behind;
}
