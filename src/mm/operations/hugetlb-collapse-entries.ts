import type { Process } from '../../engine/process.ts';
import { Errno, type Result } from '../errno.ts';
import { largestLevel, nextEntry } from '../hugetlb.ts';
import type { HugetlbCollapse } from './hugetlb-collapse.ts';

/**
 * The loop of hugetlb_collapse() over the largest entries of its range. `between` runs after each entry but the last:
 * v1 dropped a lock there.
 */
export function* collapseEntries(collapse: HugetlbCollapse, between?: () => Process<void>): Process<Result> {
  const { vma, start, end, maxLevel, scheme } = collapse;
  let result: Result = 0;
  for (let address = start; address < end; ) {
    const level = largestLevel(vma, address, end, maxLevel);
    result = yield* scheme.collapseEntry(collapse, address, level);
    address = nextEntry(vma, address, level);
    if (result !== 0 && result !== Errno.EHWPOISON) break;
    if (between !== undefined && address < end) yield* between();
  }
  return result;
}
