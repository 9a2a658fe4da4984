import type { Process } from '../../engine/process.ts';
import type { Result } from '../errno.ts';
import type { HugetlbCollapse } from './hugetlb-collapse.ts';
import { collapseEntries } from './hugetlb-collapse-entries.ts';

/**
 * Models    hugetlb_collapse(), mm/hugetlb.c, HGM RFC v2 (21 October 2022), as its cover letter describes it: page table
 *           walks are excluded by the hugetlb vma_lock alone, read to walk, write to collapse. Its code was not read;
 *           the order of section, lock and flush is taken from v1.
 * Context   Sleeps. The caller holds mmap_lock for read throughout.
 * Locks     hugetlb vma_lock (W). i_mmap_rwsem is not taken, so rmap walkers are not excluded.
 * Returns   As v1.
 */
export function* hugetlbCollapseRfc2(collapse: HugetlbCollapse): Process<Result> {
  const { vma, scheme } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* scheme.begin(collapse);
  yield* vma.hugetlbLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);

  const result = yield* collapseEntries(collapse);

  yield* vma.hugetlbLock.releaseWrite();
  yield* collapse.gather.finish();
  yield* scheme.end(collapse);
  yield* scheme.finished(collapse);
  return result;
}
