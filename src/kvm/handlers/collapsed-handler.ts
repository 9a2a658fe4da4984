import type { Process } from '../../engine/process.ts';
import { type Gfn, gfn, type Level } from '../../mm/address.ts';
import { hostMappingLevel } from '../../mm/gup.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import type { TdpTable } from '../tdp-table.ts';

/**
 * What KVM does when it is told that the host mapping of [first, end) has grown. Any of them may run at any time, twice,
 * or not at all: they remove mappings, or make ones that the host allows at that moment.
 */
export type CollapsedHandler = (kvm: Kvm, slot: Memslot, first: Gfn, end: Gfn) => Process<void>;

/** A non-leaf SPTE whose place a leaf of `level` can take. */
export interface Region {
  readonly table: TdpTable;
  readonly index: number;
  readonly level: Level;
  readonly firstGfn: Gfn;
}

/**
 * Walks the regions of [first, end) that the host maps with one leaf and KVM with a table, under mmu_lock (R), which it
 * drops between two of them for a writer that waits. Calls `visit` for each.
 *
 * Models the walks of kvm_tdp_mmu_zap_collapsible_sptes() and recover_huge_pages_range(), arch/x86/kvm/mmu/tdp_mmu.c.
 */
export function* forEachCollapsible(
  kvm: Kvm,
  slot: Memslot,
  first: Gfn,
  end: Gfn,
  visit: (region: Region) => Process<void>,
): Process<void> {
  const { sim, costs, geometry, work } = kvm.machine;
  yield* kvm.readLock();
  for (let at: number = first; at < end; ) {
    yield* sim.spend(costs.spteVisitNs + costs.condReschedNs + costs.hostLevelNs);
    work.spteEntriesVisited += 1;
    const level = Math.min(slot.maxLevel(gfn(at), geometry), hostMappingLevel(kvm.mm, slot.hva(gfn(at)))) as Level;
    const table = kvm.tdp.top.find(at, level);
    const index = geometry.index(at, table.level);
    const firstGfn = gfn(table.firstPageOf(index));
    if (level > 1 && table.level === level && table.kinds[index] === EntryKind.Table) {
      yield* visit({ table, index, level, firstGfn });
    }
    at = firstGfn + Math.max(table.entryPages, geometry.pagesPer[Math.max(level, 2)] ?? 1);
    at -= at % (geometry.pagesPer[2] ?? 1);
    if (kvm.needBreak && at < end) {
      work.lockBreaks += 1;
      yield* kvm.readUnlock();
      yield* kvm.readLock();
    }
  }
  yield* kvm.readUnlock();
}
