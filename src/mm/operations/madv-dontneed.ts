import type { Process } from '../../engine/process.ts';
import { type Hva, isAligned } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { unmapHugepageRange } from '../hugetlb-unmap.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import type { Vma } from '../vma.ts';
import { unmapPageRange } from '../zap.ts';

/**
 * madvise(MADV_DONTNEED): drops what is mapped in the range; the tables stay. Anonymous pages are freed with their last
 * reference, those of a file stay in the page cache.
 *
 * Models    madvise_dontneed_single_vma() and zap_page_range_single(), mm/madvise.c, mm/memory.c.
 * Locks     mmap_lock (R); for hugetlb also vma_lock (W) and i_mmap_rwsem (W), as __unmap_hugepage_range_final() does.
 * Order     Section, zap, range_end, then tlb_finish_mmu().
 * Returns   0; -EINVAL if the range is not inside one mapping, or not whole huge pages of hugetlb.
 */
export function* madvDontneed(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  let result: Result = Errno.EINVAL;
  if (vma !== undefined && vma.covers(start, end) && isWholePages(vma, start, end)) {
    result = 0;
    yield* zapRange(vma, start, end);
  }
  yield* mm.mmapLock.releaseRead();
  return result;
}

/** A section around the zap, the flush behind it. Models zap_page_range_single(). */
function* zapRange(vma: Vma, start: Hva, end: Hva): Process<void> {
  const { sim, costs } = vma.mm.machine;
  const gather = new MmuGather(vma.mm);
  const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
  if (vma instanceof HugetlbVma) {
    yield* vma.hugetlbLock.acquireWrite();
    yield* vma.mapping.iMmapRwsem.acquireWrite();
    yield* sim.spend(2 * costs.rwsemNs);
    yield* unmapHugepageRange(gather, vma, start, end);
    yield* vma.mapping.iMmapRwsem.releaseWrite();
    yield* vma.hugetlbLock.releaseWrite();
  } else {
    yield* unmapPageRange(gather, vma, start, end);
  }
  yield* vma.mm.notifiers.rangeEnd(section);
  yield* gather.finish();
}

export function isWholePages(vma: Vma, start: Hva, end: Hva): boolean {
  if (!(vma instanceof HugetlbVma)) return true;
  return isAligned(start - vma.start, vma.hugePageSize) && isAligned(end - vma.start, vma.hugePageSize);
}
