import type { Process } from '../../engine/process.ts';
import type { Hva, Level } from '../address.ts';
import type { Result } from '../errno.ts';
import { nextEntry } from '../hugetlb.ts';
import { collapseEntry, type HugetlbCollapse, releaseDetached, swapEntry } from '../operations/hugetlb-collapse.ts';
import { type NotifierScheme, nothing } from './notifier-scheme.ts';

/**
 * A section only around the swap of the top entry: the huge leaf is counted first and takes the place of the table
 * pointer in one write. The leaves below are unmapped, uncounted and freed outside of the section.
 */
export const narrow: NotifierScheme = {
  id: 'narrow',
  needsFolioLock: false,
  begin: nothing,
  *collapseEntry(collapse: HugetlbCollapse, address: Hva, level: Level): Process<Result> {
    if (collapse.isCollapsed(address, level)) return 0;
    const end = nextEntry(collapse.vma, address, level);
    collapse.section = yield* collapse.vma.mm.notifiers.rangeStart('clear', address, end);
    const swapped = yield* swapEntry(collapse, address, level);
    // No page to map: what is there is unmapped, and all of that belongs into the section.
    if (swapped === null) yield* collapseEntry(collapse, address, level);
    yield* collapse.closeSection();
    if (typeof swapped === 'string') return swapped;
    if (swapped !== null) yield* releaseDetached(collapse, swapped, address);
    return 0;
  },
  end: nothing,
  finished: nothing,
};
