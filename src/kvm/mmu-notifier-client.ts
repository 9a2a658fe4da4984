// KVM's side of the notifier chain. A mapping here is a copy of one in mm; a copy may only be used if no invalidation
// was open while it was made, and everything below protects that one sentence.

import { assertNever } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Gfn, type Hva, PAGE_SIZE, pageOf } from '../mm/address.ts';
import type { AgingNotificationType, MmuNotification } from '../mm/mmu-notifier.ts';
import { kvmAgeRanges } from './aging.ts';
import {
  checkFolioGivenAway,
  checkPagesLeave,
  checkPagesProtected,
  checkSectionEmpty,
  checkSectionStillEmpty,
  checkSections,
} from './checkers.ts';
import type { CollapsedHandler } from './handlers/collapsed-handler.ts';
import type { Kvm } from './kvm.ts';
import type { SlotRange } from './memslot.ts';
import { pfnCachesInvalidateStart } from './pfn-cache.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/**
 * Subscribes a VM to its mm. Returns the function that unsubscribes it.
 *
 * Models kvm_mmu_notifier_ops, virt/kvm/kvm_main.c, and, for `collapsed`, the proposed notifier.
 */
export function registerKvm(kvm: Kvm, handler: CollapsedHandler): () => void {
  const client = new MmuNotifierClient(kvm, handler);
  const inEachSlot = (check: (kvm: Kvm, first: Gfn, end: Gfn) => void) => (start: Hva, end: Hva) => {
    for (const slot of kvm.memslots) {
      const found = slot.overlap(start, end);
      if (found !== null) check(kvm, found.first, found.end);
    }
  };
  if (kvm.checks !== null) {
    kvm.mm.watchPages(inEachSlot(checkPagesLeave));
    kvm.mm.watchProtection(inEachSlot(checkPagesProtected));
    kvm.machine.folioWatchers.push((folio, why) => checkFolioGivenAway(kvm, folio, why));
  }
  return kvm.mm.notifiers.register((notification) => client.notified(notification));
}

/**
 * What a section adds to the hull: 6.1 takes its range in host addresses as it is, later kernels the guest frames of every
 * memslot that it meets, and of several the interval around them.
 */
function hullOf({ machine }: Kvm, { start, end }: MmuNotification, overlaps: readonly SlotRange[]) {
  if (machine.kernel === '6.1') return { first: pageOf(start), end: Math.ceil(end / PAGE_SIZE) };
  return { first: Math.min(...overlaps.map((o) => o.first)), end: Math.max(...overlaps.map((o) => o.end)) };
}

class MmuNotifierClient {
  readonly #kvm: Kvm;
  readonly #handler: CollapsedHandler;

  constructor(kvm: Kvm, handler: CollapsedHandler) {
    this.#kvm = kvm;
    this.#handler = handler;
  }

  notified(notification: MmuNotification): void {
    switch (notification.type) {
      case 'invalidate-range-start':
        notification.waitUntil(this.#rangeStart(notification));
        break;
      case 'invalidate-range-end':
        notification.waitUntil(this.#rangeEnd(notification));
        break;
      case 'collapsed':
        notification.waitUntil(this.#collapsed(notification));
        break;
      case 'test-young':
      case 'clear-young':
      case 'clear-flush-young':
        notification.waitUntil(this.#age(notification, notification.type));
        break;
      case 'release':
        notification.waitUntil(this.#kvm.mmu.zapAll(this.#kvm));
        break;
      default:
        assertNever(notification.type);
    }
  }

  #overlaps({ start, end }: MmuNotification): SlotRange[] {
    const overlaps: SlotRange[] = [];
    for (const slot of this.#kvm.memslots) {
      const found = slot.overlap(start, end);
      if (found !== null) overlaps.push({ slot, ...found });
    }
    return overlaps;
  }

  /**
   * Models    kvm_mmu_notifier_invalidate_range_start(), virt/kvm/kvm_main.c, steps 1 to 8 of reference B.2.
   * Locks     mn_invalidate_lock; gpc_lock and under it those of pfn caches, if there are any; then mmu_lock (W), if a memslot overlaps, until the SPTEs are gone and flushed. Only the
   *           zap may break it.
   * Left out  Non-blockable sections, guest_memory_reclaimed (SEV only).
   */
  *#rangeStart(notification: MmuNotification): Process<void> {
    const kvm = this.#kvm;
    const { sim, costs } = kvm.machine;
    yield* sim.spend(costs.notifierCallNs);
    yield* this.#changeActiveCount(1);
    yield* pfnCachesInvalidateStart(kvm, notification.start, notification.end);
    const srcu = kvm.srcu.readLock();
    const overlaps = this.#overlaps(notification);
    if (overlaps.length > 0) yield* this.#invalidate(notification, overlaps);
    kvm.srcu.readUnlock(srcu);
  }

  *#invalidate(notification: MmuNotification, overlaps: readonly SlotRange[]): Process<void> {
    const kvm = this.#kvm;
    yield* kvm.writeLock();
    // Raised before the first SPTE goes: a fault from now on is thrown away, even while the zap has dropped the lock.
    const hull = hullOf(kvm, notification, overlaps);
    kvm.invalidation.begin(hull.first, hull.end);
    kvm.checks?.sections.opened(notification.section, overlaps);
    let flush = false;
    for (const { first, end } of overlaps) {
      if (yield* kvm.mmu.unmapGfnRange(kvm, first, end)) flush = true;
    }
    if (flush) yield* kvmFlushRemoteTlbs(kvm);
    for (const { first, end } of overlaps) checkSectionEmpty(kvm, first, end);
    checkSections(kvm);
    yield* kvm.writeUnlock();
  }

  /**
   * Models kvm_mmu_notifier_invalidate_range_end(), virt/kvm/kvm_main.c: no zap, no flush, but mmu_lock (W) once more,
   * behind the vCPUs that spin for it.
   */
  *#rangeEnd(notification: MmuNotification): Process<void> {
    const kvm = this.#kvm;
    const { sim, costs } = kvm.machine;
    yield* sim.spend(costs.notifierCallNs);
    const srcu = kvm.srcu.readLock();
    const overlaps = this.#overlaps(notification);
    if (overlaps.length > 0) {
      yield* kvm.writeLock();
      for (const { first, end } of overlaps) checkSectionStillEmpty(kvm, first, end);
      kvm.checks?.sections.ended(notification.section);
      kvm.invalidation.end();
      checkSections(kvm);
      kvm.stats.seqBumps += 1;
      yield* kvm.writeUnlock();
    }
    kvm.srcu.readUnlock(srcu);
    yield* this.#changeActiveCount(-1);
  }

  *#age(notification: MmuNotification, type: AgingNotificationType): Process<boolean> {
    const { sim, costs } = this.#kvm.machine;
    yield* sim.spend(costs.notifierCallNs);
    const srcu = this.#kvm.srcu.readLock();
    const isYoung = yield* kvmAgeRanges(this.#kvm, this.#overlaps(notification), type);
    this.#kvm.srcu.readUnlock(srcu);
    return isYoung;
  }

  *#collapsed(notification: MmuNotification): Process<void> {
    const { sim, costs } = this.#kvm.machine;
    yield* sim.spend(costs.notifierCallNs);
    const srcu = this.#kvm.srcu.readLock();
    for (const { slot, first, end } of this.#overlaps(notification)) yield* this.#handler(this.#kvm, slot, first, end);
    this.#kvm.srcu.readUnlock(srcu);
  }

  /** Sections that are open, memslot or not: while there are any, memslots may not change. */
  *#changeActiveCount(delta: 1 | -1): Process<void> {
    const { invalidation, mnInvalidateLock, memslotsUpdateWait, machine } = this.#kvm;
    yield* mnInvalidateLock.acquire();
    yield* machine.sim.spend(machine.costs.ptlNs);
    invalidation.changeActive(delta);
    if (this.#kvm.checks !== null) this.#kvm.checks.sections.active += delta;
    yield* mnInvalidateLock.release();
    // Pairs with the wait in kvm_swap_active_memslots(): the last section that closes lets memslots change.
    if (invalidation.mnActiveInvalidateCount === 0) memslotsUpdateWait.wakeAll();
  }
}
