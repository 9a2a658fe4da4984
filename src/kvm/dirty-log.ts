import type { Process } from '../engine/process.ts';
import { PAGE_SIZE } from '../mm/address.ts';
import { DirtyBitmap } from './dirty-bitmap.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import { swapActiveMemslots } from './memslot-update.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/**
 * Starts dirty logging of a memslot: from now on the first write to each 4K page is noticed.
 *
 * Models    kvm_vm_ioctl_set_memory_region() with KVM_MEM_LOG_DIRTY_PAGES, kvm_set_memslot(), and of
 *           kvm_mmu_slot_apply_flags() the branch that turns logging on, arch/x86/kvm/x86.c.
 * Context   Sleeps.
 * Locks     slots_lock around all of it; under it mmu_lock (R), first for the split, then for the protection.
 * Order     The flag is published before the first SPTE is split or protected: a fault in between makes small SPTEs.
 *           One flush at the end, also where nothing was found to protect.
 * Left out  KVM_DIRTY_LOG_INITIALLY_SET, dirty rings. Reading the log is dirty-log-harvest.ts.
 */
export function* dirtyLogEnable(kvm: Kvm, slot: Memslot): Process<0> {
  const { sim, costs } = kvm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* kvm.slotsLock.acquire();
  yield* sim.spend(costs.mutexNs);
  if (!slot.dirtyLogging) {
    // Two bitmaps of a bit for each page, zeroed.
    yield* sim.spend(2 * Math.ceil(slot.pages / 8 / PAGE_SIZE) * costs.zeroPageNs);
    yield* swapActiveMemslots(kvm, () => {
      slot.dirtyLogging = true;
      slot.dirtyBitmap = new DirtyBitmap(slot.pages);
    });
    yield* kvm.mmu.startDirtyLogging(kvm, slot);
    yield* kvmFlushRemoteTlbs(kvm);
  }
  yield* kvm.slotsLock.release();
  return 0;
}

/**
 * Ends dirty logging of a memslot and makes its mappings large again where the host's are.
 *
 * Models    kvm_vm_ioctl_set_memory_region() without KVM_MEM_LOG_DIRTY_PAGES, and of kvm_mmu_slot_apply_flags() the branch
 *           that turns logging off: kvm_mmu_zap_collapsible_sptes() up to 6.12, kvm_mmu_recover_huge_pages() from 6.13 on.
 *           SPTEs that nothing makes large stay write-protected until they are written.
 * Locks     slots_lock around all of it; under it mmu_lock (R).
 */
export function* dirtyLogDisable(kvm: Kvm, slot: Memslot): Process<0> {
  const { sim, costs } = kvm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* kvm.slotsLock.acquire();
  yield* sim.spend(costs.mutexNs);
  if (slot.dirtyLogging) {
    yield* swapActiveMemslots(kvm, () => {
      slot.dirtyLogging = false;
      slot.dirtyBitmap = null;
    });
    yield* kvm.mmu.stopDirtyLogging(kvm, slot);
  }
  yield* kvm.slotsLock.release();
  return 0;
}
