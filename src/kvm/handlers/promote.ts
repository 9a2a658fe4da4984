import type { Process } from '../../engine/process.ts';
import { type Gfn, gfn } from '../../mm/address.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import type { AccessEpoch } from '../accessed.ts';
import { checkInstall } from '../checkers.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import { handleRemovedPt } from '../tdp-mmu.ts';
import type { TdpTable } from '../tdp-table.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import { forEachCollapsible, type Region } from './collapsed-handler.ts';

/** Whose permission a huge SPTE gets: the host mapping's, or that of the first SPTE that it replaces. */
type Permission = 'host' | 'first-leaf';

/**
 * Puts a huge SPTE in the place of the table, in one cmpxchg. No vCPU faults: before the flush guests translate through
 * the old small or the new huge SPTE, to the same page.
 *
 * Models   recover_huge_pages_range(), arch/x86/kvm/mmu/tdp_mmu.c, 6.13, with one test more: no open section may touch the
 *          region. 6.13 does without, because a present leaf shows that no section has finished zapping it; here the
 *          requirement is code. A region without a present leaf is left to the next fault. 6.13 copies the permission of
 *          the first leaf, as the end of dirty logging does; the answer to a collapse takes the host's.
 * Locks    mmu_lock (R). One flush for all regions at the end.
 */
export function* promoteInPlace(
  kvm: Kvm,
  slot: Memslot,
  first: Gfn,
  end: Gfn,
  permission: Permission = 'host',
): Process<void> {
  let flush = false;
  yield* forEachCollapsible(kvm, slot, first, end, function* (region) {
    if (yield* promoteRegion(kvm, slot, region, permission)) flush = true;
  });
  if (flush) yield* kvmFlushRemoteTlbs(kvm);
}

function* promoteRegion(
  kvm: Kvm,
  slot: Memslot,
  { table, index, firstGfn }: Region,
  permission: Permission,
): Process<boolean> {
  const { sim, costs } = kvm.machine;
  yield* sim.spend(costs.tdpMapNs + costs.atomicHotNs);
  if (table.kinds[index] !== EntryKind.Table) return false;
  if (kvm.invalidation.isInvalidating(firstGfn, table.entryPages)) return false;
  const leaf = firstLeaf(table.child(index));
  const host = kvm.mm.pageTables.translate(slot.hva(firstGfn));
  if (leaf === null || host === null) return false;
  const removed = table.unlink(index);
  const writable = permission === 'host' ? host.writable : leaf.writable || leaf.isProtected;
  table.setLeaf(index, leaf.pfn - (leaf.gfn - firstGfn), writable);
  if (permission === 'first-leaf' && leaf.isProtected) table.protect(index);
  if (leaf.clearSince !== null) table.clearAccessed(index, leaf.clearSince);
  checkInstall(kvm, slot, firstGfn, table.entryPages, null);
  kvm.spteInstalled(firstGfn, table.entryPages);
  yield* handleRemovedPt(kvm, removed);
  return true;
}

interface FirstLeaf {
  readonly gfn: Gfn;
  readonly pfn: number;
  readonly writable: boolean;
  readonly isProtected: boolean;
  /** Its accessed bit, which the huge SPTE takes over. */
  readonly clearSince: AccessEpoch | null;
}

function firstLeaf(table: TdpTable): FirstLeaf | null {
  if (table.leaves === 0) return null;
  for (let index = 0; index < table.geometry.entriesPerTable; index++) {
    if (table.kinds[index] === EntryKind.Leaf) {
      return {
        gfn: gfn(table.firstPageOf(index)),
        pfn: table.pfns[index] ?? 0,
        writable: table.writable[index] === 1,
        isProtected: table.isProtected(index),
        clearSince: table.accessedClearSince(index),
      };
    }
    if (table.kinds[index] === EntryKind.Table) {
      const found = firstLeaf(table.child(index));
      if (found !== null) return found;
    }
  }
  return null;
}
