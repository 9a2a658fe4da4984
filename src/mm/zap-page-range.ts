import type { Process } from '../engine/process.ts';
import type { Hva } from './address.ts';
import { unmapHugepageRange } from './hugetlb-unmap.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { MmuGather } from './mmu-gather.ts';
import type { Vma } from './vma.ts';
import { unmapPageRange } from './zap.ts';

/**
 * A section around the zap of part of one mapping, the flush behind it.
 *
 * Models   zap_page_range_single(), mm/memory.c.
 * Locks    Of hugetlb the vma_lock (W) and i_mmap_rwsem (W): around the zap in 6.1, and since 6.7 around section and flush
 *          (hugetlb_zap_begin(), hugetlb_zap_end()), so that no fault comes in between. The caller holds what keeps the
 *          mapping alive: mmap_lock or i_mmap_rwsem.
 * Order    Section, zap, range_end, then tlb_finish_mmu().
 */
export function* zapPageRange(vma: Vma, start: Hva, end: Hva): Process<void> {
  const gather = new MmuGather(vma.mm);
  const outside = vma instanceof HugetlbVma && vma.mm.machine.kernel !== '6.1';
  if (outside) yield* hugetlbZapBegin(vma);
  const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
  yield* unmapSingleVma(gather, vma, start, end, !outside);
  yield* vma.mm.notifiers.rangeEnd(section);
  yield* gather.finish();
  if (outside) yield* hugetlbZapEnd(vma);
}

/**
 * Unmaps a part of one mapping inside of a section of the caller's. `takesLocks`: hugetlb's are taken here.
 *
 * Models unmap_single_vma() and, for hugetlb, __unmap_hugepage_range_final(), mm/memory.c, mm/hugetlb.c.
 */
export function* unmapSingleVma(gather: MmuGather, vma: Vma, start: Hva, end: Hva, takesLocks = true): Process<void> {
  if (!(vma instanceof HugetlbVma)) {
    yield* unmapPageRange(gather, vma, start, end);
    return;
  }
  if (takesLocks) yield* hugetlbZapBegin(vma);
  yield* unmapHugepageRange(gather, vma, start, end);
  if (takesLocks) yield* hugetlbZapEnd(vma);
}

function* hugetlbZapBegin(vma: HugetlbVma): Process<void> {
  yield* vma.hugetlbLock.acquireWrite();
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  yield* vma.mm.machine.sim.spend(2 * vma.mm.machine.costs.rwsemNs);
}

function* hugetlbZapEnd(vma: HugetlbVma): Process<void> {
  yield* vma.mapping.iMmapRwsem.releaseWrite();
  yield* vma.hugetlbLock.releaseWrite();
}
