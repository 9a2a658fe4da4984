// Memslots change rarely and are read everywhere, so an update makes a copy and swaps it in. A notifier section must see the
// same slots at its start and at its end: while one is open anywhere in the mm, the swap waits.

import type { Process } from '../engine/process.ts';
import type { Kvm } from './kvm.ts';

/**
 * Makes a change of memslots visible to everybody. `publish` does the change, at the moment of the swap.
 *
 * Models    kvm_swap_active_memslots(), virt/kvm/kvm_main.c.
 * Context   Sleeps, uninterruptibly, for as long as any section of the mm is open; then for the readers of the old slots: a
 *           vCPU that sleeps in its fault is one, for as long as it sleeps.
 * Locks     slots_lock, held by the caller. mn_invalidate_lock around the count and the swap.
 * Left out  Slots that are INVALID for the time of a removal or a move: flags alone change here. slots_arch_lock: nobody
 *           else takes it.
 */
export function* swapActiveMemslots(kvm: Kvm, publish: () => void): Process<void> {
  const { sim, costs } = kvm.machine;
  sim.lockdep.assertHeld(kvm.slotsLock, 'write');
  yield* kvm.mnInvalidateLock.acquire();
  yield* sim.spend(costs.ptlNs);
  while (kvm.invalidation.mnActiveInvalidateCount > 0) {
    yield* kvm.mnInvalidateLock.release();
    // Pairs with the wake in range_end. The count is looked at between the unlock and the sleep, as the kernel sets its
    // state before the unlock: a wake in between is not lost.
    if (kvm.invalidation.mnActiveInvalidateCount > 0) yield* kvm.memslotsUpdateWait.wait();
    yield* kvm.mnInvalidateLock.acquire();
    yield* sim.spend(costs.ptlNs);
  }
  publish();
  yield* kvm.mnInvalidateLock.release();
  yield* sim.spend(costs.srcuSyncNs);
  yield* kvm.srcu.synchronize();
}
