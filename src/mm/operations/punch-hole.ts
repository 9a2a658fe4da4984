import { lockClass } from '../../engine/locks/lock-class.ts';
import { WaitQueue } from '../../engine/locks/wait-queue.ts';
import type { Process } from '../../engine/process.ts';
import { type Hva, isAligned, PAGE_SIZE } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { hugetlbVmdeleteList, removeInodeHugepages } from '../hugetlb-truncate.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { AddressSpace } from '../page-cache.ts';
import { shmemUndoRange } from '../shmem-truncate.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { unmapMappingPages } from '../unmap-mapping.ts';
import type { Vma } from '../vma.ts';

/** No lock: faults in a hole that is being punched sleep here. */
const shmemFallocClass = lockClass('shmem_falloc_waitq', 'sleeping');

/**
 * fallocate(FALLOC_FL_PUNCH_HOLE) on the file that `vma` maps, or has mapped, for the pages that it shows in [start, end). The size stays: a
 * fault in the hole of a shmem file finds a new page of zeroes; of a hugetlb file it finds none, as the pool has no page
 * beyond those that the file had.
 *
 * Models    shmem_fallocate() and hugetlbfs_punch_hole(), mm/shmem.c, fs/hugetlbfs/inode.c.
 * Context   Sleeps. mmap_lock is not taken: it goes by the file.
 * Locks     The inode's rwsem (W) around everything; the rest as in truncate(). Shmem: faults in the hole wait until it is
 *           through.
 * Returns   0; -EINVAL for memory without a file. Of hugetlb only whole huge pages inside of the range go.
 * Left out  The parts of pages that are zeroed.
 */
export function* punchHole(vma: Vma, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  yield* sim.spend(costs.syscallNs);
  const { mapping } = vma;
  const aligned = isAligned(start, PAGE_SIZE) && isAligned(end, PAGE_SIZE) && start < end;
  if (mapping === null || !aligned || vma.pageIndex(start) < 0) return Errno.EINVAL;
  yield* mapping.inodeRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  if (vma instanceof HugetlbVma) {
    const first = Math.ceil(vma.pageIndex(start) / vma.hugePages);
    const last = Math.floor(vma.pageIndex(end) / vma.hugePages);
    if (first < last) yield* hugetlbPunchHole(vma, mapping, first, last);
  }
  if (vma instanceof ShmemVma) {
    yield* shmemPunchHole(vma, mapping, vma.pageIndex(start), vma.pageIndex(end));
  }
  yield* mapping.inodeRwsem.releaseWrite();
  return 0;
}

function* hugetlbPunchHole(vma: HugetlbVma, mapping: AddressSpace, first: number, end: number): Process<void> {
  yield* hugetlbVmdeleteList(vma.mm.machine, mapping, first, end);
  yield* removeInodeHugepages(vma, first, end);
}

function* shmemPunchHole(vma: ShmemVma, mapping: AddressSpace, first: number, end: number): Process<void> {
  const { machine } = vma.mm;
  const waiters = new WaitQueue(machine.sim, shmemFallocClass, mapping);
  mapping.hole = { first, end, waiters };
  yield* unmapMappingPages(machine, mapping, first, end);
  yield* shmemUndoRange(machine, mapping, first, end);
  mapping.hole = null;
  waiters.wakeAll();
}
