// The error path of the mapcount schemes that count the hstate-level entry: a walk may fill it before the page is known.

import type { Process } from '../engine/process.ts';
import { type Hva, pageOf } from './address.ts';
import { hugetlbFreeRange } from './hugetlb-free-range.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { MmuGather } from './mmu-gather.ts';
import { EntryKind } from './radix-table.ts';

/** A present hstate-level entry is a count, so there must be none that was not counted. */
export function countsEntries(vma: HugetlbVma): boolean {
  const { mapcount } = vma.mm;
  return mapcount.counts === 'pages' && mapcount.countsEntries;
}

/**
 * Takes back the hstate-level entry that a walk has filled and that was not counted. The caller keeps others from mapping
 * anything below it: by the fault mutex, or since the mm is not born yet.
 */
export function* undoEntry(vma: HugetlbVma, address: Hva): Process<void> {
  const { sim, costs, geometry } = vma.mm.machine;
  const table = vma.mm.pageTables.lowestTable(address, vma.hstateLevel);
  const index = geometry.index(pageOf(address), table.level);
  const isMine = table.level === vma.hstateLevel && table.kinds[index] === EntryKind.Table;
  if (!isMine || table.child(index).leaves > 0) return;
  const gather = new MmuGather(vma.mm);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs + costs.leafXchgNs);
  const detached = table.unlink(index);
  yield* table.ptl.release();
  yield* hugetlbFreeRange(gather, detached);
  yield* gather.finish();
}
