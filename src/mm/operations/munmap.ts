import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { freePgtables } from '../free-pgtables.ts';
import { unmapHugepageRange } from '../hugetlb-unmap.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import { unmapPageRange } from '../zap.ts';

/**
 * munmap() of one whole mapping.
 *
 * Models    do_vmi_align_munmap() and unmap_region(), mm/mmap.c: detach under mmap_lock (W), downgrade, then unmap_vmas() and
 *           free_pgtables().
 * Locks     mmap_lock (W), from the detach on (R). For hugetlb vma_lock (W) and i_mmap_rwsem (W) around the zap.
 * Order     One section {UNMAP} around the zap; range_end; tables; tlb_finish_mmu().
 * Returns   0; -EINVAL if the range is not exactly one mapping: splitting of mappings is left out.
 */
export function* munmap(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  if (vma === undefined || vma.start !== start || vma.end !== end) {
    yield* mm.mmapLock.releaseWrite();
    return Errno.EINVAL;
  }
  mm.detach(vma);
  yield* mm.mmapLock.downgrade();
  const gather = new MmuGather(mm);
  const section = yield* mm.notifiers.rangeStart('unmap', start, end);
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
  yield* mm.notifiers.rangeEnd(section);
  yield* freePgtables(gather, mm, start, end);
  yield* gather.finish();
  yield* mm.mmapLock.releaseRead();
  return 0;
}
