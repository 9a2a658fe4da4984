import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from './address.ts';
import { hugetlbFullWalk } from './hugetlb.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { EntryKind } from './radix-table.ts';
import { cpuTlbShootdown } from './tlb.ts';

/**
 * Gives every leaf of [start, end) the permission that the mapping has by now.
 *
 * Models    hugetlb_change_protection(), mm/hugetlb.c, with the full walk of the HGM series for each leaf.
 * Locks     vma_lock (W) and i_mmap_rwsem (W), both inside of the section; the page table lock of each leaf.
 * Order     Section {PROTECTION_VMA} over all of the range, locks, leaves, CPU flush, unlock, range_end: other than for small
 *           pages the flush comes before the end.
 * Left out  Shared PMD tables; poisoned entries.
 */
export function* hugetlbChangeProtection(vma: HugetlbVma, start: Hva, end: Hva): Process<void> {
  const { mm } = vma;
  const { sim, costs, work } = mm.machine;
  const section = yield* mm.notifiers.rangeStart('protection', start, end);
  if (!vma.writable) mm.pagesProtected(start, end);
  yield* vma.hugetlbLock.acquireWrite();
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(2 * costs.rwsemNs);
  for (let at = start; at < end; ) {
    if (!sim.elapse(costs.hgmWalkNs)) yield costs.hgmWalkNs;
    const { table, index } = hugetlbFullWalk(vma, at);
    at = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    if (table.kinds[index] === EntryKind.None) continue;
    yield* table.ptl.acquire();
    work.ptlAcquisitions += 1;
    let ns = costs.ptlNs;
    if (table.kinds[index] === EntryKind.Leaf) {
      table.setWritable(index, vma.writable && !table.isUffdWp(index));
      work.leavesProtected += 1;
      ns += costs.leafXchgNs + costs.pteInstallNs;
    } else if (table.kinds[index] === EntryKind.Migration) {
      table.writable[index] = 0;
      ns += costs.pteInstallNs;
    }
    if (!sim.elapse(ns)) yield ns;
    yield* table.ptl.release();
  }
  yield* cpuTlbShootdown(mm);
  yield* vma.mapping.iMmapRwsem.releaseWrite();
  yield* vma.hugetlbLock.releaseWrite();
  yield* mm.notifiers.rangeEnd(section);
}
