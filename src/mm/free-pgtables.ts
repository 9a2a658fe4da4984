import type { Process } from '../engine/process.ts';
import { type Hva, pageOf } from './address.ts';
import type { Mm } from './mm.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';

/**
 * Takes every table that lies wholly in [start, end) out of the tree and queues it. Nothing is mapped there any more.
 *
 * Models   free_pgtables() and free_pgd_range(), mm/memory.c.
 * Locks    The caller has made the range unreachable: its mapping is detached.
 */
export function* freePgtables(gather: MmuGather, mm: Mm, start: Hva, end: Hva): Process<void> {
  yield* freeBelow(gather, mm.pageTables.root, pageOf(start), pageOf(end));
}

function* freeBelow(gather: MmuGather, table: PageTable, first: number, end: number): Process<void> {
  for (let index = 0; index < table.geometry.entriesPerTable; index++) {
    if (table.kinds[index] !== EntryKind.Table) continue;
    const page = table.firstPageOf(index);
    if (page >= end || page + table.entryPages <= first) continue;
    const child = table.child(index);
    if (child.level > 1) yield* freeBelow(gather, child, first, end);
    if (page < first || page + table.entryPages > end || !isEmpty(child)) continue;
    table.unlink(index);
    if (gather.removeTable()) yield* gather.tableFlush();
  }
}

const isEmpty = (table: PageTable): boolean => table.kinds.every((kind) => kind === EntryKind.None);
