import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, isAligned, PAGE_SIZE } from './address.ts';
import { Errno, type Result } from './errno.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { splitHugePmdAddress } from './split-huge-pmd.ts';
import type { Vma } from './vma.ts';

/**
 * Cuts a mapping in two at `at`, which lies inside of it. `vma` goes on as one half, and what was found by its address
 * before may be the other now: whoever drops mmap_lock looks again.
 *
 * Models    __split_vma(), mm/vma.c, mm/mmap.c, with hugetlb_vm_op_split() and hugetlb_vm_op_open(), mm/hugetlb.c, and
 *           vma_prepare(), vma_complete(). `fresh` says which half is the new VMA (new_below).
 * Locks     mmap_lock (W) is the caller's. i_mmap_rwsem (W) or anon_vma.rwsem (W) while the limits change, so that nobody
 *           who comes from the page sees both halves, or none.
 * Order     A huge PMD over the cut is split first: in 6.1 before these locks, later under them.
 * Returns   0; -EINVAL inside of a huge page of hugetlb.
 * Left out  Merging: halves that are alike again stay two. The allocation of the VMA, a microsecond before any lock.
 */
export function* splitVma(vma: Vma, at: Hva, fresh: 'upper' | 'lower' = 'upper'): Process<Result> {
  const { mm } = vma;
  mm.machine.sim.lockdep.assertHeld(mm.mmapLock, 'write');
  assert(at > vma.start && at < vma.end && isAligned(at, PAGE_SIZE), 'a cut lies inside of the mapping');
  if (vma instanceof HugetlbVma && vma.hugePageStart(at) !== at) return Errno.EINVAL;
  const early = mm.machine.kernel === '6.1';
  if (early) yield* splitHugePmdAddress(vma, at);
  yield* vma.rmapTree.rmapRwsem.acquireWrite();
  yield* mm.machine.sim.spend(mm.machine.costs.rwsemNs);
  if (!early) yield* splitHugePmdAddress(vma, at);
  if (fresh === 'upper') {
    mm.link(vma.partOf(at, vma.end));
    vma.end = at;
  } else {
    mm.link(vma.partOf(vma.start, at));
    vma.pageOffset = vma.pageIndex(at);
    vma.start = at;
  }
  yield* vma.rmapTree.rmapRwsem.releaseWrite();
  return 0;
}

/**
 * Cuts so that [start, end) of `vma` is a VMA of its own. Returns that one.
 *
 * Models vma_modify(), mm/vma.c; in 6.1 the two calls of split_vma() that its callers make.
 */
export function* isolateVma(vma: Vma, start: Hva, end: Hva): Process<Vma | Errno> {
  if (start > vma.start) {
    const result = yield* splitVma(vma, start, 'lower');
    if (result !== 0) return result;
  }
  if (end < vma.end) {
    const result = yield* splitVma(vma, end, 'upper');
    if (result !== 0) return result;
  }
  return vma;
}
