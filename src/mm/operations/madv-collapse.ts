import type { Process } from '../../engine/process.ts';
import type { Hva, Level } from '../address.ts';
import { AnonymousVma } from '../anonymous-vma.ts';
import { Errno, type Result } from '../errno.ts';
import { type HgmVersion, HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import type { NotifierScheme } from '../notifier-schemes/notifier-scheme.ts';
import { ShmemVma } from '../shmem-vma.ts';
import type { Vma } from '../vma.ts';
import { type CollapseProtection, HugetlbCollapse } from './hugetlb-collapse.ts';
import { hugetlbCollapseRfc1 } from './hugetlb-collapse-rfc1.ts';
import { hugetlbCollapseRfc2 } from './hugetlb-collapse-rfc2.ts';
import { hugetlbCollapseV1 } from './hugetlb-collapse-v1.ts';
import { hugetlbCollapseV2 } from './hugetlb-collapse-v2.ts';
import { madviseCollapse } from './madvise-collapse.ts';
import { madviseWalkVmas } from './madvise-walk.ts';

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
  /** Of hugetlb memory; see HugetlbCollapseOptions. */
  readonly protection?: CollapseProtection;
}

/**
 * madvise(MADV_COLLAPSE), by what the mapping is made of.
 *
 * Models    madvise_vma_behavior() in mm/madvise.c, and the call of hugetlb_collapse() in mm/hugetlb.c, HGM series.
 * Locks     mmap_lock (R); what comes below it, and where it is dropped, depends on the memory and on the version.
 * Returns   0, also where nothing had to be collapsed; -EINVAL in a private mapping of hugetlb; -ENOMEM if a part of the range
 *           is not mapped. Several mappings are collapsed one after the other, each with sections of its own.
 */
export function* madvCollapse(options: MadvCollapseOptions): Process<Result> {
  const { mm } = options;
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const result = yield* madviseWalkVmas(mm, options.start, options.end, (vma, start, end) =>
    collapseVma({ ...options, start, end }, vma),
  );
  yield* mm.mmapLock.releaseRead();
  return result;
}

function* collapseVma(options: MadvCollapseOptions, vma: Vma): Process<Result> {
  if (vma instanceof AnonymousVma || vma instanceof ShmemVma) {
    return yield* madviseCollapse(vma, options.start, options.end, options.scheme.id);
  }
  if (!(vma instanceof HugetlbVma) || !vma.shared) return Errno.EINVAL;
  if (!vma.highGranularity) return 0;
  return yield* hugetlbCollapse[vma.hgmVersion](new HugetlbCollapse({ ...options, vma }));
}
