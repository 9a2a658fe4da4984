import type { Process } from '../../engine/process.ts';
import { collapseEntry, type HugetlbCollapse } from '../operations/hugetlb-collapse.ts';
import { type NotifierScheme, nothing } from './notifier-scheme.ts';

/**
 * The proposal: no section. The pfns do not change, nothing is unmapped and no permission is reduced, so KVM's small
 * SPTEs stay right while the page tables change; it is told once, afterwards, that larger ones have become possible.
 */
export const postCollapse: NotifierScheme = {
  id: 'post-collapse',
  needsFolioLock: true,
  begin: nothing,
  collapseEntry,
  end: nothing,
  *finished(collapse: HugetlbCollapse): Process<void> {
    yield* collapse.vma.mm.notifiers.collapsed(collapse.start, collapse.end);
  },
};
