import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import type { Folio } from './folio.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { removeRmap } from './rmap.ts';
import type { Vma } from './vma.ts';

/**
 * Clears every leaf of [start, end) and queues its reference. The caller has opened the section that covers the range. A
 * leaf larger than the range that is left of it is split first.
 *
 * Models   unmap_page_range(), zap_pte_range(), zap_huge_pmd(), __split_huge_pmd(), mm/memory.c, mm/huge_memory.c, for
 *          anonymous and shmem memory.
 * Locks    The page table lock, once for each table; dropped to flush when the gather is full.
 * Left out Batching of consecutive entries of one folio (6.9), swap entries, uffd-wp markers.
 */
export function* unmapPageRange(gather: MmuGather, vma: Vma, start: Hva, end: Hva): Process<void> {
  const { sim, costs, geometry, work } = vma.mm.machine;
  const { pageTables } = vma.mm;
  const zapNs = costs.leafXchgNs + costs.gatherNs;
  for (let at = start; at < end; ) {
    const table = pageTables.lowestTable(at, 1);
    let index = geometry.index(pageOf(at), table.level);
    const entryBytes = table.entryPages * PAGE_SIZE;
    if (table.kinds[index] === EntryKind.Leaf && (at % entryBytes !== 0 || at + entryBytes > end)) {
      yield* splitHugePmd(vma, table, index);
      continue;
    }
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs);
    work.ptlAcquisitions += 1;
    let full = false;
    for (; index < geometry.entriesPerTable && at < end && !full; index++) {
      if (table.kinds[index] === EntryKind.Table) break;
      if (table.kinds[index] === EntryKind.Leaf) {
        if (at + entryBytes > end) break;
        const folio = zapLeaf(vma, table, index);
        const mapNs = removeRmap(folio.folio, folio.page, table.level);
        if (!sim.elapse(zapNs + mapNs)) yield zapNs + mapNs;
        full = gather.removePage(folio.folio);
      }
      at = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    }
    yield* table.ptl.release();
    if (full) yield* gather.forcedFlush();
  }
}

function zapLeaf(vma: Vma, table: PageTable, index: number): { folio: Folio; page: number } {
  const { memory, work } = vma.mm.machine;
  const frame = table.pfns[index] ?? 0;
  const folio = memory.folioOf(pfn(frame));
  if (folio === undefined) throw new Error(`model assertion failed: frame ${frame} is mapped and belongs to no folio`);
  table.clear(index);
  work.leafClears += 1;
  return { folio, page: frame - folio.firstPfn };
}

/**
 * Replaces a PMD leaf by a table of leaves to the same pages, so that a part of it can go.
 *
 * Models    __split_huge_pmd(), mm/huge_memory.c: a section over the whole huge page, since KVM's huge SPTE must be gone
 *           before a part of it changes.
 * Returns   With the entry split, or changed by somebody else.
 */
export function* splitHugePmd(vma: Vma, table: PageTable, index: number): Process<void> {
  const { mm } = vma;
  const { sim, costs, memory } = mm.machine;
  const start = hva(table.firstPageOf(index) * PAGE_SIZE);
  const section = yield* mm.notifiers.rangeStart('clear', start, hva(start + table.entryPages * PAGE_SIZE));
  const child = mm.pageTables.newTable(table, index);
  yield* sim.spend(costs.tableAllocNs);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  const frame = table.pfns[index] ?? 0;
  const folio = memory.folioOf(pfn(frame));
  if (table.kinds[index] === EntryKind.Leaf && folio !== undefined) {
    const first = frame - folio.firstPfn;
    removeRmap(folio, first, table.level);
    for (let entry = 0; entry < child.geometry.entriesPerTable; entry++) {
      child.setLeaf(entry, frame + entry * child.entryPages, table.writable[index] === 1);
      countSplit(folio, first + entry * child.entryPages);
    }
    folio.changeRefs(child.geometry.entriesPerTable - 1);
    table.clear(index);
    table.link(index, child);
    yield* sim.spend(child.geometry.entriesPerTable * (costs.pteInstallNs + costs.subpageMapcountNs));
  }
  yield* table.ptl.release();
  yield* mm.notifiers.rangeEnd(section);
}

function countSplit(folio: Folio, page: number): void {
  folio.subpageMapcounts[page] = (folio.subpageMapcounts[page] ?? 0) + 1;
  folio.machine.work.mapcountAtomics += 1;
}
