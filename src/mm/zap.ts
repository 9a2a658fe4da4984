import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import type { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import { migrationEntryWait } from './migrate.ts';
import type { Mm } from './mm.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { removeRmap } from './rmap.ts';
import { cpuTlbShootdown } from './tlb.ts';
import type { Vma } from './vma.ts';

/**
 * Clears every leaf of [start, end) and queues its reference. The caller has opened the section that covers the range. A
 * leaf larger than the range that is left of it is split first.
 *
 * Models   unmap_page_range() and zap_pmd_range(), mm/memory.c, for anonymous and shmem memory.
 * Locks    The page table lock, once for each PTE table and each huge leaf.
 * Left out Batching of consecutive entries of one folio (6.9), swap entries, uffd-wp markers. A part of an anonymous huge
 *          page under migration: the kernel splits its migration entry, here the zap waits until it has moved.
 */
export function* unmapPageRange(gather: MmuGather, vma: Vma, start: Hva, end: Hva): Process<void> {
  const { geometry } = vma.mm.machine;
  for (let at = start; at < end; ) {
    const table = vma.mm.pageTables.lowestTable(at, 1);
    const index = geometry.index(pageOf(at), table.level);
    const entryEnd = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    if (table.level === 1) at = yield* zapPteRange(gather, vma, table, at, end);
    else if (table.kinds[index] === EntryKind.None) at = entryEnd;
    else if (table.kinds[index] === EntryKind.Migration) {
      const isPart = pageOf(at) !== table.firstPageOf(index) || entryEnd > end;
      if (isPart && vma.kind === 'anonymous') yield* migrationEntryWait(vma, at);
      else yield* zapMigrationPmd(vma, table, index);
    } else if (pageOf(at) !== table.firstPageOf(index) || entryEnd > end) yield* splitHugePmd(vma, table, index);
    else if (yield* zapHugePmd(gather, vma, table, index)) at = entryEnd;
  }
}

/**
 * Models   zap_pte_range(), mm/memory.c. Dirty pages of a file: the CPUs must have forgotten the entry before anybody can
 *          find the page clean, so each table of them is one flush under its lock. Every entry here has been written to.
 * Returns  Where to go on: behind the table, behind the page that filled the gather, or at the same place if the table has
 *          been taken away while its lock was awaited (pte_offset_map_lock() fails).
 */
function* zapPteRange(gather: MmuGather, vma: Vma, table: PageTable, start: Hva, end: Hva): Process<Hva> {
  const { sim, costs, geometry, work } = vma.mm.machine;
  const zapNs = costs.leafXchgNs + costs.gatherNs;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  if (vma.mm.pageTables.lowestTable(start, 1) !== table) {
    yield* table.ptl.release();
    return start;
  }
  let at = start;
  let full = false;
  let dirtyFile = false;
  for (let index = geometry.index(pageOf(at), 1); index < geometry.entriesPerTable && at < end && !full; index++) {
    if (table.kinds[index] === EntryKind.Leaf) {
      const { folio, page } = zapLeaf(vma, table, index);
      const mapNs = removeRmap(folio, page, 1);
      if (!sim.elapse(zapNs + mapNs)) yield zapNs + mapNs;
      full = gather.removePage(folio);
      dirtyFile ||= vma.kind === 'shmem';
    } else if (table.kinds[index] === EntryKind.Migration) {
      // It has given its count and its reference back; who migrates finds nothing to restore.
      table.clear(index);
      if (!sim.elapse(costs.leafXchgNs)) yield costs.leafXchgNs;
    }
    at = hva(at + PAGE_SIZE);
  }
  if (full || dirtyFile) yield* gather.flushTlb();
  yield* table.ptl.release();
  if (full || dirtyFile) yield* gather.forcedFlush();
  return at;
}

/** Models zap_huge_pmd(), mm/huge_memory.c. False: somebody else has split or emptied the entry meanwhile. */
function* zapHugePmd(gather: MmuGather, vma: Vma, table: PageTable, index: number): Process<boolean> {
  const { sim, costs, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const present = table.kinds[index] === EntryKind.Leaf;
  let full = false;
  if (present) {
    const { folio, page } = zapLeaf(vma, table, index);
    yield* sim.spend(costs.leafXchgNs + costs.gatherNs + removeRmap(folio, page, table.level));
    full = gather.removePage(folio);
  }
  yield* table.ptl.release();
  if (full) yield* gather.forcedFlush();
  return present;
}

/** Clears the migration entry of a huge page: of a file also for a part of its range, as a fault finds the rest again. */
function* zapMigrationPmd(vma: Vma, table: PageTable, index: number): Process<void> {
  const { sim, costs } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs + costs.leafXchgNs);
  if (table.kinds[index] === EntryKind.Migration) table.clear(index);
  yield* table.ptl.release();
}

function zapLeaf(vma: Vma, table: PageTable, index: number): { folio: Folio; page: number } {
  const frame = table.pfns[index] ?? 0;
  const folio = vma.mm.machine.memory.folioOf(pfn(frame));
  assert(folio !== undefined, 'a mapped frame belongs to a folio');
  table.clear(index);
  vma.mm.machine.work.leafClears += 1;
  return { folio, page: frame - folio.firstPfn };
}

/**
 * Takes a PMD leaf apart, so that a part of its range can change. Anonymous memory: the entry becomes a table of leaves to
 * the same pages. A file: the entry is cleared, all of it; whoever needs the rest faults it in from the page cache.
 *
 * Models    __split_huge_pmd(), __split_huge_pmd_locked(), mm/huge_memory.c: a section over the whole huge page, since KVM's
 *           huge SPTE must be gone before a part of it changes; the CPUs forget the entry under its lock.
 * Returns   With the entry split, or changed by somebody else.
 * Left out  The deposited table, which was paid for when the huge page was mapped.
 */
function* splitHugePmd(vma: Vma, table: PageTable, index: number): Process<void> {
  const { mm } = vma;
  const { sim, costs, work } = mm.machine;
  const start = hva(table.firstPageOf(index) * PAGE_SIZE);
  const section = yield* mm.notifiers.rangeStart('clear', start, hva(start + table.entryPages * PAGE_SIZE));
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  if (table.kinds[index] === EntryKind.Leaf) {
    const writable = table.writable[index] === 1;
    const { folio, page } = zapLeaf(vma, table, index);
    yield* sim.spend(costs.leafXchgNs + removeRmap(folio, page, table.level));
    yield* cpuTlbShootdown(mm);
    if (vma.kind === 'anonymous') yield* mapPieces(mm, table, index, folio, page, writable);
    else yield* sim.spend(putMapping(folio, sim.current.cpu));
  }
  yield* table.ptl.release();
  yield* mm.notifiers.rangeEnd(section);
}

/** The entry becomes a table of leaves to the pages of `folio` from `first` on; they share one more atomic on its count. */
function* mapPieces(
  mm: Mm,
  table: PageTable,
  index: number,
  folio: Folio,
  first: number,
  writable: boolean,
): Process<void> {
  const { sim, costs, work, kernel } = mm.machine;
  const child = mm.pageTables.newTable(table, index);
  const entries = child.geometry.entriesPerTable;
  for (let entry = 0; entry < entries; entry++) {
    const page = first + entry * child.entryPages;
    child.setLeaf(entry, folio.firstPfn + page, writable);
    folio.subpageMapcounts[page] = (folio.subpageMapcounts[page] ?? 0) + 1;
  }
  // The entry's own reference stays, for one of the leaves.
  folio.changeRefs(entries - 1);
  work.refAtomics += 1;
  const atomics = entries + (kernel === '6.1' ? 0 : 1);
  work.mapcountAtomics += atomics;
  table.link(index, child);
  yield* sim.spend(entries * costs.pteInstallNs + atomics * costs.subpageMapcountNs);
}
