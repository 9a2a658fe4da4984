import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, pageOf } from './address.ts';
import { entryFreed } from './hugetlb-rmap.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import type { Vma } from './vma.ts';

/**
 * Takes every table that no mapping needs any more out of the tree and queues it: those in [start, end), and those that
 * reach beyond it where no other mapping lies. Nothing is mapped there any more.
 * Where hugetlb counts by the hstate-level entry, this is where the page is uncounted.
 *
 * Models   free_pgtables() and free_pgd_range(), mm/memory.c: floor and ceiling are the neighbours.
 * Locks    The caller has made the range unreachable: its mapping is detached, from the mm and from its file.
 */
export function* freePgtables(gather: MmuGather, detached: Vma, start: Hva, end: Hva): Process<void> {
  yield* freeBelow(gather, detached, detached.mm.pageTables.root, pageOf(start), pageOf(end));
}

function* freeBelow(gather: MmuGather, detached: Vma, table: PageTable, first: number, end: number): Process<void> {
  const isHstate = detached instanceof HugetlbVma && table.level === detached.hstateLevel;
  for (let index = 0; index < table.geometry.entriesPerTable; index++) {
    if (table.kinds[index] !== EntryKind.Table) continue;
    const page = table.firstPageOf(index);
    const pageEnd = page + table.entryPages;
    if (page >= end || pageEnd <= first) continue;
    const child = table.child(index);
    if (child.level > 1) yield* freeBelow(gather, detached, child, first, end);
    if (detached.mm.vmas.some((vma) => pageOf(vma.start) < pageEnd && pageOf(vma.end) > page)) continue;
    assert(child.leaves === 0, 'what a mapping mapped is zapped before its tables go');
    if (isHstate) yield* entryFreed(gather, detached, table, index);
    table.unlink(index);
    if (gather.removeTable()) yield* gather.tableFlush();
  }
}
