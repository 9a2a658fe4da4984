import { Spinlock } from '../engine/locks/spinlock.ts';
import { probe } from '../engine/probe.ts';
import { type Geometry, type Hva, hva, type Level, PAGE_SIZE, type Pfn, pageOf, pfn } from './address.ts';
import { pageTableLockClass, pmdPtlClass, ptlClass } from './locks.ts';
import type { Machine } from './machine.ts';
import { EntryKind, RadixTable } from './radix-table.ts';

const ptlClasses = [ptlClass, ptlClass, pmdPtlClass, pageTableLockClass, pageTableLockClass] as const;

/**
 * One page of the primary page table with the lock that protects its entries.
 *
 * Models pte_lockptr(), pmd_lockptr(), include/linux/mm.h: PTE and PMD tables have a lock of their own, the levels
 * above share mm->page_table_lock.
 */
export class PageTable extends RadixTable<PageTable> {
  readonly ptl: Spinlock;
  /** Entries that carry the software bit (_PAGE_SPECIAL); made when the first one does. */
  #marks: Set<number> | null = null;

  constructor(machine: Machine, level: Level, firstPage: number, pageTableLock: Spinlock | null) {
    super(machine.geometry, level, firstPage);
    this.ptl = pageTableLock ?? new Spinlock(machine.sim, ptlClasses[level], this);
  }

  /** Entries that userspace has protected against writes (the uffd-wp bit); made when the first one is. */
  #uffdWp: Uint8Array | null = null;

  override cellContent(offset: number): number {
    const bits = (this.#marks?.has(offset) === true ? 1 : 0) + (this.#uffdWp?.[offset] === 1 ? 2 : 0);
    return super.cellContent(offset) * 4 + bits;
  }

  isUffdWp(index: number): boolean {
    if (probe !== null) probe.read(this.firstCell + index, this.#uffdWp?.[index] ?? 0);
    return this.#uffdWp?.[index] === 1;
  }

  /** Models pte_mkuffd_wp() and pte_clear_uffd_wp(). An entry that has the bit is read-only; one that loses it need not be. */
  setUffdWp(index: number, on: boolean): void {
    if (probe !== null) probe.write(this.firstCell + index);
    if (on) {
      this.#uffdWp ??= new Uint8Array(this.kinds.length);
      this.#uffdWp[index] = 1;
      if (this.kinds[index] === EntryKind.Leaf) this.setWritable(index, false);
      // A page that moves comes back as it left, and read-only by then.
      else this.writable[index] = 0;
    } else if (this.#uffdWp !== null) this.#uffdWp[index] = 0;
  }

  override setLeaf(index: number, frame: number, writable: boolean): void {
    // A migration entry keeps the bit for the leaf that comes back.
    const keeps = this.kinds[index] === EntryKind.Migration && this.isUffdWp(index);
    if (this.#uffdWp !== null && !keeps) this.#uffdWp[index] = 0;
    super.setLeaf(index, frame, writable && !keeps);
  }

  override clear(index: number, kind: EntryKind = EntryKind.None): void {
    if (this.#uffdWp !== null && kind !== EntryKind.Migration) this.#uffdWp[index] = 0;
    super.clear(index, kind);
  }

  isMarked(index: number): boolean {
    if (probe !== null) probe.read(this.firstCell + index, this.#marks?.has(index) === true ? 1 : 0);
    return this.#marks?.has(index) ?? false;
  }

  setMark(index: number, marked: boolean): void {
    if (probe !== null) probe.write(this.firstCell + index);
    this.#marks ??= new Set();
    if (marked) this.#marks.add(index);
    else this.#marks.delete(index);
  }
}

/** The host page tables of one mm: a radix tree whose tables exist only where something was mapped. */
export class PageTables {
  readonly #machine: Machine;
  readonly pageTableLock: Spinlock;
  readonly root: PageTable;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.pageTableLock = new Spinlock(machine.sim, pageTableLockClass, this);
    this.root = new PageTable(machine, 4, 0, this.pageTableLock);
  }

  get geometry(): Geometry {
    return this.#machine.geometry;
  }

  /** A new table for entry `index` of `parent`, not linked yet. */
  newTable(parent: PageTable, index: number): PageTable {
    this.#machine.work.tablesAllocated += 1;
    const level = parent.childLevel;
    const shared = level >= 3 ? this.pageTableLock : null;
    return new PageTable(this.#machine, level, parent.firstPageOf(index), shared);
  }

  /** The table that holds the entry for `address` at `level`, or the deepest one above it that exists. */
  lowestTable(address: Hva, level: Level): PageTable {
    return this.root.find(pageOf(address), level);
  }

  /** Like lowestTable, but makes what is missing: for building a world before time begins. */
  tableAt(address: Hva, level: Level): PageTable {
    let table = this.lowestTable(address, level);
    while (table.level > level) {
      const index = this.geometry.index(pageOf(address), table.level);
      const child = this.newTable(table, index);
      table.link(index, child);
      table = child;
    }
    return table;
  }

  /** What the lowest entry for `address` is. */
  kindAt(address: Hva): EntryKind {
    const table = this.lowestTable(address, 1);
    return table.kind(this.geometry.index(pageOf(address), table.level));
  }

  /** Level of the leaf that maps `address`, or 0. */
  leafLevel(address: Hva): Level | 0 {
    const table = this.lowestTable(address, 1);
    const index = this.geometry.index(pageOf(address), table.level);
    return table.kind(index) === EntryKind.Leaf ? table.level : 0;
  }

  /** The 4K frame that `address` translates to, or null where nothing is mapped. */
  translate(address: Hva): { pfn: Pfn; writable: boolean } | null {
    const page = pageOf(address);
    const table = this.lowestTable(address, 1);
    const index = this.geometry.index(page, table.level);
    if (table.kind(index) !== EntryKind.Leaf) return null;
    const frame = (table.pfns[index] ?? 0) + (page - table.firstPageOf(index));
    return { pfn: pfn(frame), writable: table.writable[index] === 1 };
  }

  /** Calls `visit` for every table of `level` that maps anything. */
  forEachTable(level: Level, visit: (table: PageTable) => void): void {
    const walk = (table: PageTable): void => {
      if (table.leaves === 0) return;
      if (table.level === level) {
        visit(table);
        return;
      }
      for (let index = 0; index < table.geometry.entriesPerTable; index++) {
        if (table.kinds[index] === EntryKind.Table) walk(table.child(index));
      }
    };
    walk(this.root);
  }

  /** Calls `visit` for every leaf of `least` or above in [start, end), in address order. Nothing may change meanwhile. */
  forEachLeaf(
    start: Hva,
    end: Hva,
    visit: (table: PageTable, index: number, address: Hva) => void,
    least: Level = 1,
  ): void {
    const first = pageOf(start);
    const last = pageOf(hva(end - 1));
    const walk = (table: PageTable): void => {
      if (table.leaves === 0 || table.level < least) return;
      for (let index = 0; index < table.geometry.entriesPerTable; index++) {
        const page = table.firstPageOf(index);
        if (page > last || page + table.entryPages <= first) continue;
        if (table.kinds[index] === EntryKind.Table) walk(table.child(index));
        else if (table.kinds[index] === EntryKind.Leaf) visit(table, index, hva(page * PAGE_SIZE));
      }
    };
    walk(this.root);
  }
}
