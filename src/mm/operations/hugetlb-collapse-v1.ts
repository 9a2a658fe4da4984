import type { Process } from '../../engine/process.ts';
import type { Result } from '../errno.ts';
import type { HugetlbCollapse } from './hugetlb-collapse.ts';
import { collapseEntries } from './hugetlb-collapse-entries.ts';

/**
 * Models    hugetlb_collapse(), mm/hugetlb.c, HGM series v1 (5 January 2023).
 * Context   Sleeps. The caller holds mmap_lock for read throughout.
 * Locks     hugetlb vma_lock (W), then i_mmap_rwsem (W), both taken with the section open: whoever holds them makes the
 *           vCPUs wait too. Between two entries the vma_lock is dropped for cond_resched and taken again under
 *           i_mmap_rwsem, the other way round. Lockdep reports it: docs/locking.md. Flagged in review, gone in v2.
 * Returns   As v2; the test for migration comes first, so a poisoned page ends the call with -EBUSY.
 * Order     Section, locks, entries, unlock, tlb_finish_mmu(), range_end: every reference drops inside of the section.
 */
export function* hugetlbCollapseV1(collapse: HugetlbCollapse): Process<Result> {
  const { vma, scheme } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* scheme.begin(collapse);
  yield* vma.hugetlbLock.acquireWrite();
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(2 * costs.rwsemNs);

  const result = yield* collapseEntries(collapse, function* relockVma() {
    yield* vma.hugetlbLock.releaseWrite();
    yield* sim.spend(costs.condReschedNs);
    yield* vma.hugetlbLock.acquireWrite();
    yield* sim.spend(costs.rwsemNs);
  });

  yield* vma.mapping.iMmapRwsem.releaseWrite();
  yield* vma.hugetlbLock.releaseWrite();
  yield* collapse.gather.finish();
  yield* scheme.end(collapse);
  yield* scheme.finished(collapse);
  return result;
}
