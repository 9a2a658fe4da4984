import type { Process } from '../engine/process.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';

/** Queues a detached table and all tables below it. Models hugetlb_free_range(), free_pte_range(), mm/hugetlb.c, HGM series. */
export function* hugetlbFreeRange(gather: MmuGather, table: PageTable): Process<void> {
  if (table.level > 1) {
    for (let index = 0; index < table.geometry.entriesPerTable; index++) {
      if (table.kinds[index] === EntryKind.Table) yield* hugetlbFreeRange(gather, table.child(index));
    }
  }
  if (gather.removeTable()) yield* gather.tableFlush();
}
