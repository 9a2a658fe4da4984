// Whether the guest has accessed a range: what reclaim, idle page tracking and khugepaged ask, since the host's own page table
// knows nothing of accesses through SPTEs.

import type { Process } from '../engine/process.ts';
import { gfn } from '../mm/address.ts';
import type { AgingNotificationType } from '../mm/mmu-notifier.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { Kvm } from './kvm.ts';
import type { SlotRange } from './memslot.ts';
import type { TdpTable } from './tdp-table.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/**
 * Tests the accessed bit of every leaf SPTE in the ranges, and clears it unless only a test was asked for.
 *
 * Models    kvm_mmu_notifier_test_young(), kvm_mmu_notifier_clear_young(), kvm_mmu_notifier_clear_flush_young(),
 *           virt/kvm/kvm_main.c.
 * Context   Does not sleep: the caller holds a page table lock.
 * Locks     mmu_lock (W) up to 6.12, never broken, if a memslot overlaps; none since 6.15, which walks under RCU and clears by
 *           atomics.
 * Returns   Whether the range is young.
 * Left out  The flush of clear_flush_young in 6.18: x86 elides it (KVM_ELIDE_TLB_FLUSH_IF_YOUNG). SPTEs without accessed bits.
 */
export function* kvmAgeRanges(kvm: Kvm, ranges: readonly SlotRange[], type: AgingNotificationType): Process<boolean> {
  if (ranges.length === 0) return false;
  const lockless = kvm.machine.kernel === '6.18';
  if (!lockless) yield* kvm.writeLock();
  let isYoung = false;
  for (const { first, end } of ranges) {
    if (yield* kvm.mmu.ageGfnRange(kvm, first, end, type === 'test-young')) isYoung = true;
  }
  // With mmu_lock held, as all flushes of a notifier.
  if (isYoung && type === 'clear-flush-young' && !lockless) yield* kvmFlushRemoteTlbs(kvm);
  if (!lockless) yield* kvm.writeUnlock();
  return isYoung;
}

/**
 * Leaf by leaf, as the tree has them.
 *
 * Models kvm_tdp_mmu_age_gfn_range(), kvm_tdp_mmu_test_age_gfn(), arch/x86/kvm/mmu/tdp_mmu.c.
 */
export function* tdpMmuAgeGfnRange(kvm: Kvm, first: number, end: number, testOnly: boolean): Process<boolean> {
  const { sim, costs, work, geometry } = kvm.machine;
  let isYoung = false;
  for (let at: number = first; at < end; ) {
    const table = kvm.tdp.top.find(at, 1);
    const index = geometry.index(at, table.level);
    // The entries on the way down, once for each table, and this one.
    const visits = at === first || index === 0 ? 4 - table.level : 1;
    work.spteEntriesVisited += visits;
    if (!sim.elapse(visits * costs.spteVisitNs)) yield visits * costs.spteVisitNs;
    at = table.firstPageOf(index) + table.entryPages;
    if (table.kinds[index] !== EntryKind.Leaf || !isAccessed(kvm, table, index)) continue;
    isYoung = true;
    if (testOnly) continue;
    if (!sim.elapse(costs.atomicHotNs)) yield costs.atomicHotNs;
    work.sptesAged += 1;
    // Without mmu_lock a fault or a zap may have been faster.
    if (table.kinds[index] === EntryKind.Leaf) table.clearAccessed(index, kvm.accesses.now());
  }
  return isYoung;
}

/** The accessed bit, as it is at this moment: what has been touched since it was cleared has set it. */
export function isAccessed(kvm: Kvm, table: TdpTable, index: number): boolean {
  const since = table.accessedClearSince(index);
  if (since === null) return true;
  if (kvm.accesses.since(since, gfn(table.firstPageOf(index)), table.entryPages)) {
    table.setAccessed(index);
    return true;
  }
  // What has been asked about once is not asked about again: a chance that was drawn must not be drawn anew.
  table.clearAccessed(index, kvm.accesses.now());
  return false;
}

/** The guest's accesses through the SPTE, which nobody sees in the host's own page table, are told of its pages. */
export function tellAccessed(kvm: Kvm, table: TdpTable, index: number): void {
  if (!isAccessed(kvm, table, index)) return;
  const first = table.pfns[index] ?? 0;
  for (let frame = first; frame < first + table.entryPages; frame++) kvm.machine.memory.touch(frame);
}
