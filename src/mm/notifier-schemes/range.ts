import type { Process } from '../../engine/process.ts';
import { collapseEntry, type HugetlbCollapse } from '../operations/hugetlb-collapse.ts';
import { type NotifierScheme, nothing } from './notifier-scheme.ts';

/** Today: one section around the whole operation, opened before the first entry and closed after the last. */
export const range: NotifierScheme = {
  id: 'range',
  needsFolioLock: false,
  *begin(collapse: HugetlbCollapse): Process<void> {
    collapse.section = yield* collapse.vma.mm.notifiers.rangeStart('clear', collapse.start, collapse.end);
  },
  collapseEntry,
  *end(collapse: HugetlbCollapse): Process<void> {
    yield* collapse.closeSection();
  },
  finished: nothing,
};
