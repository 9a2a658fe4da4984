import type { Process } from '../engine/process.ts';
import type { Hva } from './address.ts';
import { unmapHugepageRange } from './hugetlb-unmap.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { MmuGather } from './mmu-gather.ts';
import type { MmuNotifyEvent } from './mmu-notifier.ts';
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
  yield* zapSection(gather, vma, start, end, 'clear', !outside);
  yield* gather.finish();
  if (outside) yield* hugetlbZapEnd(vma);
}

/**
 * The section and what it is for, without the flush. `takesLocks`: hugetlb's are taken inside.
 *
 * Models unmap_single_vma() and, for hugetlb, __unmap_hugepage_range_final(), mm/memory.c, mm/hugetlb.c.
 */
export function* zapSection(
  gather: MmuGather,
  vma: Vma,
  start: Hva,
  end: Hva,
  event: MmuNotifyEvent,
  takesLocks = true,
): Process<void> {
  const section = yield* vma.mm.notifiers.rangeStart(event, start, end);
  if (vma instanceof HugetlbVma) {
    if (takesLocks) yield* hugetlbZapBegin(vma);
    yield* unmapHugepageRange(gather, vma, start, end);
    if (takesLocks) yield* hugetlbZapEnd(vma);
  } else {
    yield* unmapPageRange(gather, vma, start, end);
  }
  yield* vma.mm.notifiers.rangeEnd(section);
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
