import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { hugetlbVmdeleteList, removeInodeHugepages } from '../hugetlb-truncate.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { AddressSpace } from '../page-cache.ts';
import { shmemUndoRange } from '../shmem-truncate.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { unmapMappingPages } from '../unmap-mapping.ts';
import type { Vma } from '../vma.ts';

/**
 * ftruncate() of the file that `vma` maps, or has mapped, to the offset that it shows at `start`. What lies beyond is unmapped everywhere
 * and freed with its last reference; a fault there fails from the moment that the size has changed.
 *
 * Models    do_truncate(), shmem_setattr(), hugetlbfs_setattr() and hugetlb_vmtruncate(), fs/open.c, mm/shmem.c,
 *           fs/hugetlbfs/inode.c. Of shmem the mappings are zapped once before and once after the pages go.
 * Context   Sleeps. mmap_lock is not taken: it goes by the file.
 * Locks     The inode's rwsem (W) around everything. Shmem: i_mmap_rwsem (R) around the zaps, the folio locks. HugeTLB:
 *           i_mmap_rwsem (W), vma_lock (W, tried), fault mutexes, folio locks.
 * Returns   0; -EINVAL for memory without a file, and for a part of a huge page of hugetlb.
 * Left out  Growing; the part of a page that is zeroed; dirty accounting and timestamps.
 */
export function* truncate(vma: Vma, start: Hva): Process<Result> {
  const { machine } = vma.mm;
  const { sim, costs } = machine;
  yield* sim.spend(costs.syscallNs);
  const { mapping } = vma;
  if (mapping === null || vma.pageIndex(start) < 0) return Errno.EINVAL;
  if (vma instanceof HugetlbVma && vma.hugePageStart(start) !== start) return Errno.EINVAL;
  yield* mapping.inodeRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  if (vma instanceof HugetlbVma) yield* hugetlbVmtruncate(vma, mapping, vma.cacheIndex(start));
  if (vma instanceof ShmemVma) yield* shmemTruncate(vma, mapping, vma.pageIndex(start));
  yield* mapping.inodeRwsem.releaseWrite();
  return 0;
}

function* hugetlbVmtruncate(vma: HugetlbVma, mapping: AddressSpace, first: number): Process<void> {
  mapping.endIndex = Math.min(mapping.endIndex, first);
  yield* hugetlbVmdeleteList(vma.mm.machine, mapping, first, Number.POSITIVE_INFINITY);
  yield* removeInodeHugepages(vma, first, Number.POSITIVE_INFINITY);
}

function* shmemTruncate(vma: ShmemVma, mapping: AddressSpace, first: number): Process<void> {
  const { machine } = vma.mm;
  mapping.endIndex = Math.min(mapping.endIndex, first);
  yield* unmapMappingPages(machine, mapping, first, Number.POSITIVE_INFINITY);
  yield* shmemUndoRange(machine, mapping, first, Number.POSITIVE_INFINITY);
  // Once more, for private copies that faults have made meanwhile. There are none of a shared mapping, but KVM is told.
  yield* unmapMappingPages(machine, mapping, first, Number.POSITIVE_INFINITY);
}
