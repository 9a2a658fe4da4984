import type { Process } from '../../src/engine/process.ts';
import type { Level } from '../../src/mm/address.ts';
import type { Result } from '../../src/mm/errno.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import { notifierSchemes } from '../../src/mm/notifier-schemes/index.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { madvCollapse } from '../../src/mm/operations/madv-collapse.ts';
import type { TestWorld } from './world.ts';

export const hgmVersions: readonly HgmVersion[] = ['rfc1', 'rfc2', 'v1', 'v2'];
export const notifierIds = Object.keys(notifierSchemes) as readonly NotifierId[];

export interface CollapseOptions {
  readonly scheme?: NotifierId;
  /** Pages of the range; all of the VMA when absent. */
  readonly first?: number;
  readonly end?: number;
  readonly maxLevel?: Level;
  /** Pages of one section under range-chunked; those of a 2M entry when absent. */
  readonly chunkPages?: number;
}

/** madvise(MADV_COLLAPSE) on the world's VMA: all of it, with one section around all, unless told otherwise. */
export function collapse(world: TestWorld, options: CollapseOptions = {}): Process<Result> {
  const { scheme = 'range', first = 0, end = world.pages, maxLevel } = options;
  const { geometry } = world.machine;
  return madvCollapse({
    mm: world.mm,
    start: world.at(first),
    end: world.at(end),
    scheme: notifierSchemes[scheme],
    chunkBytes: (options.chunkPages ?? geometry.pagesPer[2]) * geometry.entryBytes(1),
    ...(maxLevel === undefined ? {} : { maxLevel }),
  });
}
