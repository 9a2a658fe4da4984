import type { Process } from '../../engine/process.ts';
import type { Result } from '../errno.ts';
import type { HugetlbCollapse } from './hugetlb-collapse.ts';
import { collapseEntries } from './hugetlb-collapse-entries.ts';

/**
 * Models    hugetlb_collapse(), mm/hugetlb.c, HGM RFC v1 (24 June 2022).
 * Context   Sleeps. The caller holds mmap_lock for read throughout.
 * Locks     i_mmap_rwsem (W), which its walkers hold for read, taken before the section opens, as by RFC v1's caller; the
 *           folio lock while the subtree of a page is freed.
 * Returns   As v1.
 * Order     Section, entries, tlb_finish_mmu(), range_end.
 * Left out  Its reference counting, which is known to be wrong: references follow the mapcount scheme of the run.
 */
export function* hugetlbCollapseRfc1(collapse: HugetlbCollapse): Process<Result> {
  const { vma, scheme } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  yield* scheme.begin(collapse);

  const result = yield* collapseEntries(collapse);

  yield* collapse.gather.finish();
  yield* scheme.end(collapse);
  yield* vma.mapping.iMmapRwsem.releaseWrite();
  yield* scheme.finished(collapse);
  return result;
}
