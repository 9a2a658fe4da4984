import type { Process } from '../../engine/process.ts';
import type { Hva, Level } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { type HgmVersion, HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import type { NotifierScheme } from '../notifier-schemes/notifier-scheme.ts';
import { HugetlbCollapse } from './hugetlb-collapse.ts';
import { hugetlbCollapseRfc1 } from './hugetlb-collapse-rfc1.ts';
import { hugetlbCollapseRfc2 } from './hugetlb-collapse-rfc2.ts';
import { hugetlbCollapseV1 } from './hugetlb-collapse-v1.ts';
import { hugetlbCollapseV2 } from './hugetlb-collapse-v2.ts';

const hugetlbCollapse: Readonly<Record<HgmVersion, (collapse: HugetlbCollapse) => Process<Result>>> = {
  rfc1: hugetlbCollapseRfc1,
  rfc2: hugetlbCollapseRfc2,
  v1: hugetlbCollapseV1,
  v2: hugetlbCollapseV2,
};

export interface MadvCollapseOptions {
  readonly mm: Mm;
  readonly start: Hva;
  readonly end: Hva;
  readonly scheme: NotifierScheme;
  readonly chunkBytes: number;
  readonly maxLevel?: Level;
}

/**
 * madvise(MADV_COLLAPSE) on a hugetlb mapping.
 *
 * Models    madvise_collapse() in mm/khugepaged.c and hugetlb_collapse() in mm/hugetlb.c, HGM series.
 * Locks     mmap_lock (R); what comes below it depends on the version.
 * Returns   0, also where nothing had to be collapsed; -EINVAL if the range is not inside one shared mapping.
 * Left out  Anonymous and shmem memory.
 */
export function* madvCollapse(options: MadvCollapseOptions): Process<Result> {
  const { mm, start, end } = options;
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  let result: Result = 0;
  if (!(vma instanceof HugetlbVma) || !vma.covers(start, end) || !vma.shared) {
    result = Errno.EINVAL;
  } else if (vma.highGranularity) {
    result = yield* hugetlbCollapse[vma.hgmVersion](new HugetlbCollapse({ ...options, vma }));
  }
  yield* mm.mmapLock.releaseRead();
  return result;
}
