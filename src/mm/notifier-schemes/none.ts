import { collapseEntry } from '../operations/hugetlb-collapse.ts';
import { type NotifierScheme, nothing } from './notifier-scheme.ts';

/** KVM is never told. As safe as post-collapse, and its SPTEs stay as small as they are. */
export const none: NotifierScheme = {
  id: 'none',
  needsFolioLock: true,
  begin: nothing,
  collapseEntry,
  end: nothing,
  finished: nothing,
};
