import type { Process } from '../../engine/process.ts';
import type { Gfn } from '../../mm/address.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import { handleRemovedPt } from '../tdp-mmu.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';
import { forEachCollapsible, type Region } from './collapsed-handler.ts';

/**
 * Takes the whole table of a region out of the tree: one cmpxchg and one flush, whatever the region holds. vCPUs in the
 * region fault once; all others go on.
 *
 * Models   tdp_mmu_zap_spte_atomic() as kvm_tdp_mmu_zap_collapsible_sptes() calls it, arch/x86/kvm/mmu/tdp_mmu.c. 6.1
 *          tears the subtree down while the entry is still frozen, so vCPUs that meet it go round for all of that time;
 *          from 6.10 on (C1) it is torn down after the entry is free again.
 * Locks    mmu_lock (R).
 */
export function* cutNonLeaf(kvm: Kvm, slot: Memslot, first: Gfn, end: Gfn): Process<void> {
  yield* forEachCollapsible(kvm, slot, first, end, (region) => cutRegion(kvm, region));
}

function* cutRegion(kvm: Kvm, { table, index, firstGfn }: Region): Process<void> {
  const { sim, costs, kernel } = kvm.machine;
  yield* sim.spend(costs.atomicHotNs);
  // A vCPU may have put the huge SPTE in place while the cmpxchg was on its way.
  if (table.kinds[index] !== EntryKind.Table) return;
  const removed = table.unlink(index, EntryKind.Frozen);
  kvm.spteCleared(firstGfn, table.entryPages);
  if (kernel === '6.1') yield* handleRemovedPt(kvm, removed);
  yield* kvmFlushRemoteTlbs(kvm);
  table.clear(index);
  if (kernel !== '6.1') yield* handleRemovedPt(kvm, removed);
}
