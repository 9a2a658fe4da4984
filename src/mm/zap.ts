import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf } from './address.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { removeRmap } from './rmap.ts';
import { splitHugePmd } from './split-huge-pmd.ts';
import type { Vma } from './vma.ts';
import { zapLeaf } from './zap-leaf.ts';

/**
 * Clears every leaf of [start, end) and queues its reference. The caller has opened the section that covers the range. A
 * leaf larger than the range that is left of it is split first.
 *
 * Models   unmap_page_range() and zap_pmd_range(), mm/memory.c, for anonymous and shmem memory.
 * Locks    The page table lock, once for each PTE table and each huge leaf.
 * Left out Batching of consecutive entries of one folio (6.9), swap entries, uffd-wp markers.
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
      if (isPart) yield* splitHugePmd(vma, table, index);
      else yield* zapMigrationPmd(vma, table, index);
    } else if (pageOf(at) !== table.firstPageOf(index) || entryEnd > end) {
      yield* splitHugePmd(vma, table, index);
      if (isLeftToFault(vma, table, index)) at = entryEnd;
    } else if (yield* zapHugePmd(gather, vma, table, index)) at = entryEnd;
  }
}

/**
 * A fault has mapped the huge page again since it was split: mmap_lock (R) does not keep faults out. 6.1 leaves it to the fault;
 * later kernels split it once more.
 *
 * Models pmd_none_or_trans_huge_or_clear_bad(), include/linux/pgtable.h, 6.1.
 */
const isLeftToFault = ({ mm }: Vma, table: PageTable, index: number): boolean =>
  mm.machine.kernel === '6.1' && table.kinds[index] === EntryKind.Leaf;

/**
 * Models   zap_pte_range(), mm/memory.c. Dirty pages of a file: the CPUs must have forgotten the entry before anybody can
 *          find the page clean, so each table of them is one flush under its lock. Every entry here has been written to, and
 *          hands that on to its page.
 * Returns  Where to go on: behind the table, behind the page that filled the gather, or at the same place if the table has
 *          been taken away while its lock was awaited (pte_offset_map_lock() fails).
 */
function* zapPteRange(gather: MmuGather, vma: Vma, table: PageTable, start: Hva, end: Hva): Process<Hva> {
  const { sim, costs, geometry, work } = vma.mm.machine;
  const markNs = vma.kind === 'shmem' ? costs.ptePageMarkNs : 0;
  const zapNs = costs.leafXchgNs + costs.gatherNs + markNs;
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
    } else if (table.kinds[index] === EntryKind.Migration || table.kinds[index] === EntryKind.Poison) {
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

/** Clears the migration entry of a huge page. */
function* zapMigrationPmd(vma: Vma, table: PageTable, index: number): Process<void> {
  const { sim, costs } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs + costs.leafXchgNs);
  if (table.kinds[index] === EntryKind.Migration) table.clear(index);
  yield* table.ptl.release();
}
