import type { Process } from '../../engine/process.ts';
import { type Hva, hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { userfaultfdRemove } from '../userfaultfd-changes.ts';
import type { Vma } from '../vma.ts';
import { zapPageRange } from '../zap-page-range.ts';
import { madviseWalkVmas } from './madvise-walk.ts';

/**
 * madvise(MADV_DONTNEED): drops what is mapped in the range; the tables stay. Anonymous pages are freed with their last
 * reference, those of a file stay in the page cache.
 *
 * Models    madvise_dontneed_free() and madvise_dontneed_single_vma(), mm/madvise.c.
 * Locks     mmap_lock (R), and what zapPageRange() takes.
 * Returns   0; -ENOMEM if a part of the range is not mapped, the others being dropped; -EINVAL if it does not start at a huge
 *           page of hugetlb. An end inside of one is rounded down.
 */
export function* madvDontneed(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const result = yield* madviseWalkVmas(mm, start, end, dontneedVma);
  yield* mm.mmapLock.releaseRead();
  return result;
}

function* dontneedVma(vma: Vma, start: Hva, end: Hva): Process<Result> {
  if (wholePagesEnd(vma, start) !== start) return Errno.EINVAL;
  const zapEnd = wholePagesEnd(vma, end);
  if (zapEnd <= start) return 0;
  if (!(yield* userfaultfdRemove(vma, start, zapEnd))) {
    yield* zapPageRange(vma, start, zapEnd);
    return 0;
  }
  // mmap_lock was dropped: what is mapped at the start by now is taken, as far as it reaches.
  const found = vma.mm.findVma(start);
  if (found === undefined) return Errno.ENOMEM;
  if (wholePagesEnd(found, start) !== start) return Errno.EINVAL;
  const foundEnd = wholePagesEnd(found, zapEnd < found.end ? zapEnd : found.end);
  if (foundEnd > start) yield* zapPageRange(found, start, foundEnd);
  return 0;
}

/** Huge pages of hugetlb go as a whole. */
function wholePagesEnd(vma: Vma, end: Hva): Hva {
  return vma instanceof HugetlbVma ? hva(end - ((end - vma.start) % vma.hugePageSize)) : end;
}
