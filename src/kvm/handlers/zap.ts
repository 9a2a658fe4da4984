import type { Process } from '../../engine/process.ts';
import type { Gfn } from '../../mm/address.ts';
import type { Kvm } from '../kvm.ts';
import type { Memslot } from '../memslot.ts';
import { kvmFlushRemoteTlbs } from '../tlb.ts';

/**
 * Zaps the leaves, as range_start would, but with no section open: vCPUs refault at once and find the larger host
 * mapping. They wait only for mmu_lock, which is held for write for the whole walk where it is not broken for them.
 *
 * Models nothing that exists; the walk is that of kvm_tdp_mmu_unmap_gfn_range().
 */
export function* zapLeafs(kvm: Kvm, slot: Memslot, first: Gfn, end: Gfn): Process<void> {
  // Under dirty logging the refaults would stay small.
  if (slot.dirtyLogging) return;
  yield* kvm.writeLock();
  const flush = yield* kvm.mmu.zapCollapsible(kvm, slot, first, end);
  if (flush) yield* kvmFlushRemoteTlbs(kvm);
  yield* kvm.writeUnlock();
}
