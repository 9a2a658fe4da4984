import type { Process } from '../../engine/process.ts';
import type { Hva, Level } from '../address.ts';
import type { Result } from '../errno.ts';
import type { HugetlbCollapse } from '../operations/hugetlb-collapse.ts';

export type NotifierId = 'range' | 'range-chunked' | 'narrow' | 'post-collapse' | 'none';

/**
 * What mm tells the secondary MMUs about a collapse, and when. hugetlb_collapse() in each of its versions takes its
 * locks and walks its range; at these points it asks the scheme. A scheme is stateless: sections live in the collapse.
 */
export interface NotifierScheme {
  readonly id: NotifierId;
  /**
   * Nothing tells KVM while the tables change, so nothing else may free, move or truncate the page meanwhile: the
   * collapse holds the folio lock (conditions of reference I.2).
   */
  readonly needsFolioLock: boolean;
  /** Before the first entry changes; the locks of the version are as that version has them at range_start. */
  begin(collapse: HugetlbCollapse): Process<void>;
  /** Makes one leaf of `level` at `address` out of whatever smaller ones are there. */
  collapseEntry(collapse: HugetlbCollapse, address: Hva, level: Level): Process<Result>;
  /** After the last entry; before or after tlb_finish_mmu(), as the version has range_end. */
  end(collapse: HugetlbCollapse): Process<void>;
  /** The page tables are switched, the TLBs flushed, the version's own locks released. */
  finished(collapse: HugetlbCollapse): Process<void>;
}

/** For the points at which a scheme has nothing to say. */
export function* nothing(): Process<void> {}
