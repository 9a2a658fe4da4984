import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';

/**
 * madvise(MADV_SPLIT): allows high-granularity mapping. It splits nothing by itself and cannot be undone.
 *
 * Models    madvise_split(), mm/madvise.c, HGM series v1 and v2.
 * Locks     mmap_lock (W).
 * Returns   0; -EINVAL if the range is not a whole shared hugetlb mapping.
 * Left out  Splitting the VMA: the range must be the whole one. Unsharing of PMD tables: none are shared here.
 */
export function* madvSplit(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  const fits = vma instanceof HugetlbVma && vma.covers(start, end) && start === vma.start && end === vma.end;
  if (fits && vma.shared) vma.highGranularity = true;
  yield* mm.mmapLock.releaseWrite();
  return fits && vma.shared ? 0 : Errno.EINVAL;
}
