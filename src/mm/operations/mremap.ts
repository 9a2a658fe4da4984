import type { Process } from '../../engine/process.ts';
import { type Hva, hva, isAligned, PAGE_SIZE } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { moveHugetlbPageTables } from '../hugetlb-move.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { movePageTables } from '../move-page-tables.ts';
import { type ChangeEvent, completeUserfaultChange, moveRegistrations } from '../userfaultfd-changes.ts';
import type { Vma } from '../vma.ts';
import { unmapLocked } from './munmap.ts';

/**
 * mremap(MREMAP_MAYMOVE | MREMAP_FIXED) of a range to `to`, at its size: the same pages at another address. Null: to a place
 * that is free. A memslot over the old range stays; a vCPU that touches it gets -EFAULT until something is mapped there again.
 *
 * Models    mremap_to(), move_vma() and copy_vma(), mm/mremap.c, mm/mmap.c.
 * Locks     mmap_lock (W) from the start to the end: faults of the whole mm wait. Under it what moves the tables takes, and
 *           i_mmap_rwsem or anon_vma.rwsem (W) to make the new mapping known.
 * Order     What is mapped at `to` goes; the new mapping, behind the old one for whoever comes from a page; the entries, in one
 *           section; then munmap() of the old range, in a section {UNMAP} of its own. Readers of a userfaultfd that asks for moves
 *           or unmaps are told of those that were made, when mmap_lock is dropped, and waited for.
 * Returns   0; -EFAULT if the range is not inside one mapping; -EINVAL if it is not aligned, cuts a huge page of hugetlb, or
 *           overlaps its target.
 * Left out  Growing, shrinking and MREMAP_DONTUNMAP. Ranges over several mappings, which 6.17 can move. Merging with a mapping
 *           that the target touches, for which alone the kernel takes the rmap locks around single entries.
 */
export function* mremap(mm: Mm, start: Hva, end: Hva, to: Hva | null): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const changes: ChangeEvent[] = [];
  const result = yield* mremapTo(mm, start, end, to ?? freePlace(mm), changes);
  yield* mm.mmapLock.releaseWrite();
  yield* completeUserfaultChange(changes);
  return result;
}

function* mremapTo(mm: Mm, start: Hva, end: Hva, to: Hva, changes: ChangeEvent[]): Process<Result> {
  const toEnd = hva(to + (end - start));
  if (!isAligned(start, PAGE_SIZE) || !isAligned(end, PAGE_SIZE) || !isAligned(to, PAGE_SIZE)) return Errno.EINVAL;
  if (start < toEnd && to < end) return Errno.EINVAL;
  const vma = mm.findVma(start);
  if (vma === undefined || end > vma.end) return Errno.EFAULT;
  if (vma instanceof HugetlbVma) {
    const cuts = [start, end].some((at) => vma.hugePageStart(at) !== at);
    if (cuts || !isAligned(to, vma.hugePageSize)) return Errno.EINVAL;
  }
  const unmapped = yield* unmapLocked(mm, to, toEnd, changes);
  if (unmapped !== 0) return unmapped;
  yield* moveVma(vma, start, end, to);
  changes.push(...moveRegistrations(mm, start, end, to));
  return yield* unmapLocked(mm, start, end, changes);
}

function* moveVma(vma: Vma, start: Hva, end: Hva, to: Hva): Process<void> {
  const { mm } = vma;
  const toEnd = hva(to + (end - start));
  const { rmapRwsem } = vma.rmapTree;
  yield* rmapRwsem.acquireWrite();
  yield* mm.machine.sim.spend(mm.machine.costs.rwsemNs);
  const fresh = vma.like(to, toEnd, vma.pageIndex(start));
  fresh.writable = vma.writable;
  mm.link(fresh);
  yield* rmapRwsem.releaseWrite();
  if (vma instanceof HugetlbVma && fresh instanceof HugetlbVma) {
    yield* moveHugetlbPageTables(vma, start, end, fresh, to);
  } else {
    yield* movePageTables(vma, start, end, to);
  }
}

/**
 * Behind everything that is mapped, at a boundary of the entries that hold 1 GiB: what is aligned stays so, and its tables
 * move whole.
 *
 * Models get_unmapped_area(), mm/mmap.c, which goes from the top down.
 */
function freePlace(mm: Mm): Hva {
  const unit = mm.machine.geometry.entryBytes(3);
  const last = mm.vmas.reduce((highest, { end }) => Math.max(highest, end), 0);
  return hva(Math.ceil(last / unit) * unit);
}
