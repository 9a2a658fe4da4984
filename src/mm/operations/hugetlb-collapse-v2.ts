import type { Process } from '../../engine/process.ts';
import type { Result } from '../errno.ts';
import type { HugetlbCollapse } from './hugetlb-collapse.ts';
import { collapseEntries } from './hugetlb-collapse-entries.ts';

/**
 * Models    hugetlb_collapse(), mm/hugetlb.c, HGM series v2 (18 February 2023).
 * Context   Sleeps. The caller holds mmap_lock for read; it is dropped and taken again for write, and the caller
 *           holds it for read again on return.
 * Locks     mmap_lock (W) alone. Neither hugetlb vma_lock nor i_mmap_rwsem, so rmap and truncation walkers are not
 *           excluded from the tables that it frees: docs/fidelity.md.
 * Returns   0; -EBUSY at the first page that is not migratable. A poisoned page is skipped, and its -EHWPOISON is lost
 *           unless it was the last one.
 * Order     Section, entries, range_end, then tlb_finish_mmu(): most references drop in forced flushes inside of the
 *           section, the last batch outside. No cond_resched.
 */
export function* hugetlbCollapseV2(collapse: HugetlbCollapse): Process<Result> {
  const { mm } = collapse.vma;
  const { sim, costs } = mm.machine;
  yield* mm.mmapLock.releaseRead();
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);

  yield* collapse.scheme.begin(collapse);
  const result = yield* collapseEntries(collapse);
  yield* collapse.scheme.end(collapse);
  yield* collapse.gather.finish();

  yield* mm.mmapLock.releaseWrite();
  yield* collapse.scheme.finished(collapse);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  return result;
}
