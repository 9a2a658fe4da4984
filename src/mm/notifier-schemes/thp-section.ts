// What the notifier schemes mean to a THP collapse, whose sections are 2 MiB or one page, and short, already today: range,
// range-chunked and narrow are the same there. The schemes without a section leave it out even where the collapse moves
// the data to other pages. That is the hazard of such a scheme, not one of the model: KVM keeps SPTEs to pages that are
// copied and freed, and its checker says so.

import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import type { Mm } from '../mm.ts';
import type { NotifierSection } from '../mmu-notifier.ts';
import type { NotifierId } from './notifier-scheme.ts';

const hasSection: Readonly<Record<NotifierId, boolean>> = {
  range: true,
  'range-chunked': true,
  narrow: true,
  'post-collapse': false,
  none: false,
};

/** range_start of a THP collapse, where the scheme has one; else null. Pairs with closeThpSection. */
export function* openThpSection(scheme: NotifierId, mm: Mm, start: Hva, end: Hva): Process<NotifierSection | null> {
  return hasSection[scheme] ? yield* mm.notifiers.rangeStart('clear', start, end) : null;
}

export function* closeThpSection(mm: Mm, section: NotifierSection | null): Process<void> {
  if (section !== null) yield* mm.notifiers.rangeEnd(section);
}

/** [start, end) has become one leaf and the locks are released: the moment at which post-collapse tells KVM. */
export function* thpCollapsed(scheme: NotifierId, mm: Mm, start: Hva, end: Hva): Process<void> {
  if (scheme === 'post-collapse') yield* mm.notifiers.collapsed(start, end);
}
