import type { Process } from '../../engine/process.ts';
import { type Hva, hva, isAligned, PAGE_SIZE } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { freePgtables } from '../free-pgtables.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import { dropRegistrations } from '../userfaultfd.ts';
import { beginUserfaultChange, type ChangeEvent, completeUserfaultChange } from '../userfaultfd-changes.ts';
import type { Vma } from '../vma.ts';
import { splitVma } from '../vma-split.ts';
import { unmapSingleVma } from '../zap-page-range.ts';

/**
 * munmap() of a range: mappings that reach beyond it are cut, and what lies inside goes. A memslot over it stays, and KVM_RUN
 * of a vCPU that touches it returns -EFAULT.
 *
 * Models    do_vmi_align_munmap() and unmap_region(), mm/mmap.c: cut and detach under mmap_lock (W), downgrade, then
 *           unmap_vmas() and free_pgtables().
 * Locks     mmap_lock (W), from the detach on (R). For hugetlb vma_lock (W) and i_mmap_rwsem (W) around the zap; i_mmap_rwsem
 *           (W), or anon_vma.rwsem (W), again to leave the file or the pages.
 * Order     One section {UNMAP} around the zap of all mappings; range_end; tables; tlb_finish_mmu().
 * Returns   0, also where nothing was mapped; -EINVAL if the range is not aligned, or cuts a huge page of hugetlb.
 */
export function* munmap(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  if (!isAligned(start, PAGE_SIZE) || !isAligned(end, PAGE_SIZE) || start >= end) return Errno.EINVAL;
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const vmas = yield* cutOut(mm, start, end);
  if (typeof vmas === 'string' || vmas.length === 0) {
    yield* mm.mmapLock.releaseWrite();
    return typeof vmas === 'string' ? vmas : 0;
  }
  const changes = beginUserfaultChange(mm, 'unmap', start, end);
  for (const vma of vmas) mm.detach(vma);
  dropRegistrations(mm, start, end, null);
  yield* mm.mmapLock.downgrade();
  yield* unmapRegion(mm, vmas);
  yield* mm.mmapLock.releaseRead();
  yield* completeUserfaultChange(changes);
  return 0;
}

/**
 * munmap() for who holds mmap_lock (W), and keeps it: of what mremap() has moved away, or moves to. The caller completes
 * `changes` when it holds the lock no more.
 *
 * Models do_vmi_munmap(), mm/mmap.c, mm/vma.c; do_munmap().
 */
export function* unmapLocked(mm: Mm, start: Hva, end: Hva, changes: ChangeEvent[]): Process<Result> {
  const vmas = yield* cutOut(mm, start, end);
  if (typeof vmas === 'string') return vmas;
  if (vmas.length === 0) return 0;
  changes.push(...beginUserfaultChange(mm, 'unmap', start, end));
  for (const vma of vmas) mm.detach(vma);
  dropRegistrations(mm, start, end, null);
  yield* unmapRegion(mm, vmas);
  return 0;
}

/** The mappings that make up [start, end), in order. Those at its ends keep what lies outside: there the new one is inside. */
function* cutOut(mm: Mm, start: Hva, end: Hva): Process<Vma[] | Errno> {
  const first = mm.firstVmaIn(start, end);
  if (first !== undefined && first.start < start) {
    const result = yield* splitVma(first, start, 'upper');
    if (result !== 0) return result;
  }
  const vmas: Vma[] = [];
  for (let vma = mm.firstVmaIn(start, end); vma !== undefined; vma = mm.firstVmaIn(vma.end, end)) {
    if (vma.end > end) {
      const result = yield* splitVma(vma, end, 'lower');
      if (result !== 0) return result;
      vma = mm.firstVmaIn(vmas.at(-1)?.end ?? start, end);
      if (vma === undefined) break;
    }
    vmas.push(vma);
  }
  return vmas;
}

/**
 * Unmaps mappings that have been detached, and frees the tables that were theirs alone.
 *
 * Models unmap_region(), mm/mmap.c, mm/vma.c.
 */
export function* unmapRegion(mm: Mm, vmas: readonly Vma[]): Process<void> {
  const gather = new MmuGather(mm);
  const start = vmas[0]?.start ?? hva(0);
  const end = vmas.at(-1)?.end ?? start;
  const section = yield* mm.notifiers.rangeStart('unmap', start, end);
  for (const vma of vmas) yield* unmapSingleVma(gather, vma, vma.start, vma.end);
  yield* mm.notifiers.rangeEnd(section);
  for (const vma of vmas) yield* unlinkVma(vma);
  for (const vma of vmas) yield* freePgtables(gather, vma, vma.start, vma.end);
  yield* gather.finish();
}

/**
 * Whoever walks the mappings of the file or of its pages, as truncation and migration do, has gone through before the tables
 * go.
 *
 * Models unlink_file_vma(), unlink_anon_vmas(), mm/mmap.c, mm/rmap.c.
 */
function* unlinkVma(vma: Vma): Process<void> {
  const { sim, costs } = vma.mm.machine;
  const { rmapTree } = vma;
  const { rmapRwsem } = rmapTree;
  yield* rmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  rmapTree.removeVma(vma);
  yield* rmapRwsem.releaseWrite();
}
