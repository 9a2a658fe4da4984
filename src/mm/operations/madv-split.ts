import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import type { Vma } from '../vma.ts';
import { isolateVma } from '../vma-split.ts';
import { madviseWalkVmas } from './madvise-walk.ts';

/**
 * madvise(MADV_SPLIT): allows high-granularity mapping. It splits nothing by itself and cannot be undone.
 *
 * Models    madvise_split(), mm/madvise.c, HGM series v1 and v2, and madvise_update_vma(), which cuts the mapping at the ends of
 *           the range.
 * Locks     mmap_lock (W), and what splitVma() takes.
 * Returns   0; -EINVAL if the range is of other memory, or cuts a huge page; -ENOMEM if a part of it is not mapped.
 * Left out  Unsharing of PMD tables: none are shared here.
 */
export function* madvSplit(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const result = yield* madviseWalkVmas(mm, start, end, splitPart);
  yield* mm.mmapLock.releaseWrite();
  return result;
}

function* splitPart(vma: Vma, start: Hva, end: Hva): Process<Result> {
  if (!(vma instanceof HugetlbVma) || !vma.shared) return Errno.EINVAL;
  if (vma.highGranularity) return 0;
  const part = yield* isolateVma(vma, start, end);
  if (typeof part === 'string') return part;
  vma.highGranularity = true;
  return 0;
}
