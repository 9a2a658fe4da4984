// Moves what is mapped at one address to another one in the same mm: whole tables where both are aligned to what a table
// spans, entry by entry where they are not.

import type { Process } from '../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE, pageOf } from './address.ts';
import type { Mm } from './mm.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { isHugePmd, splitHugePmd } from './split-huge-pmd.ts';
import { cpuTlbShootdown } from './tlb.ts';
import type { Vma } from './vma.ts';

/** Two page table locks of one class: the second is annotated, as by spin_lock_nested(). */
const NESTED = 1;

/**
 * Moves the entries of [start, end) to `to`. Nobody is counted anew: a page stays as often mapped as it was, and rmap finds
 * it by its number, at the new place as at the old.
 *
 * Models    move_page_tables(), mm/mremap.c.
 * Locks     mmap_lock (W) is the caller's. For a whole table i_mmap_rwsem (W) or anon_vma.rwsem (W), so that no rmap walk is
 *           inside of it; entries go without, since walks come to the old mapping first and to the new one after it.
 * Order     One section {UNMAP} over the old range. The CPUs forget it before its page table locks are dropped, so that no
 *           write through an old translation comes after a change at the new place.
 */
export function* movePageTables(old: Vma, start: Hva, end: Hva, to: Hva): Process<void> {
  const { mm } = old;
  const { sim, costs, geometry } = mm.machine;
  const section = yield* mm.notifiers.rangeStart('unmap', start, end);
  for (let at = start; at < end; ) {
    if (!sim.elapse(costs.condReschedNs)) yield costs.condReschedNs;
    const target = hva(to + (at - start));
    const table = mm.pageTables.lowestTable(at, 1);
    const index = geometry.index(pageOf(at), table.level);
    if (table.level > 1 && table.kinds[index] === EntryKind.None) {
      at = hva(Math.min((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE, end));
    } else if (extent(mm, 3, at, end, target) === geometry.entryBytes(3) && isTable(mm, at, 3)) {
      if (yield* moveTable(old, at, target, 3)) at = hva(at + geometry.entryBytes(3));
    } else {
      at = hva(at + (yield* moveBlock(old, at, end, target)));
    }
  }
  yield* mm.notifiers.rangeEnd(section);
}

/** How much of [at, end) one entry of `level` holds at both places. Models get_extent(), mm/mremap.c. */
function extent(mm: Mm, level: Level, at: Hva, end: Hva, target: Hva): number {
  const bytes = mm.machine.geometry.entryBytes(level);
  return Math.min(bytes - (at % bytes), end - at, bytes - (target % bytes));
}

function isTable(mm: Mm, at: Hva, level: Level): boolean {
  const table = mm.pageTables.lowestTable(at, level);
  return table.level === level && table.kinds[mm.machine.geometry.index(pageOf(at), level)] === EntryKind.Table;
}

/** What lies under one PMD entry on both sides. Returns the bytes that are through: 0 if somebody has changed the entry. */
function* moveBlock(old: Vma, at: Hva, end: Hva, target: Hva): Process<number> {
  const { mm } = old;
  const { geometry } = mm.machine;
  const bytes = extent(mm, 2, at, end, target);
  const whole = bytes === geometry.entryBytes(2);
  if (isTable(mm, at, 2) && whole) {
    return (yield* moveTable(old, at, target, 2)) ? bytes : 0;
  }
  const table = mm.pageTables.lowestTable(at, 2);
  const index = geometry.index(pageOf(at), table.level);
  if (table.level === 2 && isHugePmd(table, index)) {
    if (whole) return (yield* moveEntries(mm, at, target, 2, 1)) ? bytes : 0;
    yield* splitHugePmd(old, table, index);
  }
  yield* moveEntries(mm, at, target, 1, bytes / PAGE_SIZE);
  return bytes;
}

/**
 * Hangs the table below an entry of `level` to another place: two writes, whatever it maps. False: khugepaged has taken the
 * table away meanwhile.
 *
 * Models move_normal_pmd(), move_normal_pud(), mm/mremap.c, and take_rmap_locks() around them.
 */
function* moveTable(old: Vma, at: Hva, target: Hva, level: 2 | 3): Process<boolean> {
  const { mm } = old;
  const { sim, costs, geometry } = mm.machine;
  const to = yield* allocateTables(mm, target, level);
  const { rmapRwsem } = old.rmapTree;
  yield* rmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const from = mm.pageTables.lowestTable(at, level);
  yield* lockBoth(mm, from, to);
  const same = isTable(mm, at, level);
  if (same) {
    const child = from.unlink(geometry.index(pageOf(at), level));
    child.rebase(pageOf(target));
    to.link(geometry.index(pageOf(target), level), child);
    yield* sim.spend(costs.leafXchgNs + costs.pteInstallNs);
    yield* cpuTlbShootdown(mm);
  }
  yield* unlockBoth(from, to);
  yield* rmapRwsem.releaseWrite();
  return same;
}

/**
 * Moves `count` entries that lie side by side in one table to another one. Holes stay holes; what is not present, as an entry
 * of a page under migration, moves without a flush. False: a huge entry has been split while its lock was awaited.
 *
 * Models move_ptes(), move_huge_pmd(), mm/mremap.c.
 */
function* moveEntries(mm: Mm, at: Hva, target: Hva, level: 1 | 2, count: number): Process<boolean> {
  const { sim, costs, work, geometry } = mm.machine;
  const { pageTables } = mm;
  const entryNs = costs.leafXchgNs + costs.pteInstallNs;
  const first = geometry.index(pageOf(at), level);
  const toFirst = geometry.index(pageOf(target), level);
  let from = pageTables.lowestTable(at, level);
  if (from.level !== level) return true;
  let to = yield* allocateTables(mm, target, level);
  yield* lockBoth(mm, from, to);
  // A table of a file that is empty may be taken away by khugepaged before its lock is taken.
  while (pageTables.lowestTable(at, level) !== from || pageTables.lowestTable(target, level) !== to) {
    yield* unlockBoth(from, to);
    from = pageTables.lowestTable(at, level);
    if (from.level !== level) return true;
    to = yield* allocateTables(mm, target, level);
    yield* lockBoth(mm, from, to);
  }
  if (from.kinds[first] === EntryKind.Table) {
    yield* unlockBoth(from, to);
    return false;
  }
  let flush = false;
  for (let entry = 0; entry < count; entry++) {
    if (from.kinds[first + entry] === EntryKind.None) continue;
    if (moveEntry(from, first + entry, to, toFirst + entry)) flush = true;
    work.leafClears += 1;
    if (!sim.elapse(entryNs)) yield entryNs;
  }
  if (flush) yield* cpuTlbShootdown(mm);
  yield* unlockBoth(from, to);
  return true;
}

/** Moves one entry with what its table keeps beside it. True: it was present. */
export function moveEntry(from: PageTable, index: number, to: PageTable, toIndex: number): boolean {
  const kind = from.kind(index);
  const frame = from.pfns[index] ?? 0;
  const writable = from.writable[index] === 1;
  const protectedByUser = from.isUffdWp(index);
  from.clear(index);
  to.setLeaf(toIndex, frame, writable);
  if (protectedByUser) to.setUffdWp(toIndex, true);
  if (kind !== EntryKind.Leaf) to.clear(toIndex, kind);
  return kind === EntryKind.Leaf;
}

function* lockBoth(mm: Mm, from: PageTable, to: PageTable): Process<void> {
  const { sim, costs, work } = mm.machine;
  yield* from.ptl.acquire();
  if (to.ptl !== from.ptl) yield* to.ptl.acquire(NESTED);
  const locks = to.ptl === from.ptl ? 1 : 2;
  work.ptlAcquisitions += locks;
  yield* sim.spend(locks * costs.ptlNs);
}

function* unlockBoth(from: PageTable, to: PageTable): Process<void> {
  if (to.ptl !== from.ptl) yield* to.ptl.release();
  yield* from.ptl.release();
}

/** The table of `level` for `address`, made where it is missing: nobody else maps anything there. Models alloc_new_pmd(), mm/mremap.c. */
function* allocateTables(mm: Mm, address: Hva, level: Level): Process<PageTable> {
  const { sim, costs, geometry } = mm.machine;
  for (;;) {
    const table = mm.pageTables.lowestTable(address, level);
    if (table.level === level) return table;
    const index = geometry.index(pageOf(address), table.level);
    yield* sim.spend(costs.tableAllocNs);
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs + costs.pteInstallNs);
    // A fault beside it, in a mapping that shares the table above, may have been faster.
    if (table.kinds[index] === EntryKind.None) table.link(index, mm.pageTables.newTable(table, index));
    yield* table.ptl.release();
  }
}
