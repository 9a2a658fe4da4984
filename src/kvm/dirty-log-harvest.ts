// Reading the dirty log: what has been written since the last time is told and write-protected anew, so that the next write to
// it is noticed again.

import type { Process } from '../engine/process.ts';
import { PAGE_SIZE } from '../mm/address.ts';
import type { Kvm } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import { kvmFlushRemoteTlbs } from './tlb.ts';

/** Pages that userspace clears with one KVM_CLEAR_DIRTY_LOG: QEMU's clear_bitmap_shift of 18. */
const CLEAR_PAGES = 2 ** 18;

/**
 * Reads the log of a slot and clears it. With `manualProtect` (KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) the one ioctl only copies,
 * and others clear piece by piece.
 *
 * Models    kvm_get_dirty_log_protect(), kvm_clear_dirty_log_protect(), virt/kvm/kvm_main.c;
 *           kvm_arch_mmu_enable_log_dirty_pt_masked(), arch/x86/kvm/mmu/mmu.c.
 * Context   Sleeps.
 * Locks     slots_lock around each ioctl; under it mmu_lock (W), for the whole of the bitmap or of the piece, and never broken.
 * Order     The bits are taken and the SPTEs protected under one hold of mmu_lock, the flush after it: a write that comes through
 *           a TLB before the flush is one of the round that is being read.
 * Returns   Pages that were dirty.
 * Left out  KVM_DIRTY_LOG_INITIALLY_SET, where clearing is what splits and protects for the first time. Page modification
 *           logging, which clears dirty bits in the place of permissions: the host here has none (AMD).
 */
export function* harvestDirtyLog(kvm: Kvm, slot: Memslot, manualProtect: boolean): Process<number> {
  const { sim, costs } = kvm.machine;
  const piece = manualProtect ? CLEAR_PAGES : slot.pages;
  if (manualProtect) {
    yield* sim.spend(costs.syscallNs);
    yield* kvm.slotsLock.acquire();
    yield* sim.spend(costs.mutexNs + copyNs(kvm, slot.pages));
    yield* kvm.slotsLock.release();
  }
  let dirty = 0;
  for (let first = 0; first < slot.pages; first += piece) {
    yield* sim.spend(costs.syscallNs);
    yield* kvm.slotsLock.acquire();
    // Without manual protection the second bitmap is zeroed before, and copied to userspace after.
    const pages = Math.min(piece, slot.pages - first);
    yield* sim.spend(costs.mutexNs + (manualProtect ? copyNs(kvm, pages) : zeroNs(kvm, pages)));
    dirty += yield* protectDirty(kvm, slot, first, pages);
    if (!manualProtect) yield* sim.spend(copyNs(kvm, pages));
    yield* kvm.slotsLock.release();
  }
  return dirty;
}

/** A VMM thread that harvests every so often until logging ends: the rounds of a pre-copy migration, without their network. */
export function* harvestPeriodically(kvm: Kvm, slot: Memslot, everyNs: number, manualProtect: boolean): Process<void> {
  for (;;) {
    yield everyNs;
    if (!slot.dirtyLogging) return;
    const dirty = yield* harvestDirtyLog(kvm, slot, manualProtect);
    kvm.machine.work.dirtyPagesRead += dirty;
  }
}

function* protectDirty(kvm: Kvm, slot: Memslot, first: number, pages: number): Process<number> {
  const { sim, costs } = kvm.machine;
  let dirty = 0;
  yield* kvm.writeLock();
  for (let page = first; page < first + pages; page += 64) {
    if (!sim.elapse(costs.condReschedNs)) yield costs.condReschedNs;
    const taken = slot.dirtyBitmap?.take(page) ?? [];
    if (taken.length === 0) continue;
    dirty += taken.length;
    yield* kvm.mmu.protectDirty(kvm, slot, taken);
  }
  yield* kvm.writeUnlock();
  if (dirty > 0) yield* kvmFlushRemoteTlbs(kvm);
  return dirty;
}

const bitmapPages = (pages: number): number => Math.ceil(pages / 8 / PAGE_SIZE);
const copyNs = ({ machine }: Kvm, pages: number): number => bitmapPages(pages) * machine.costs.copyPageNs;
const zeroNs = ({ machine }: Kvm, pages: number): number => bitmapPages(pages) * machine.costs.zeroPageNs;
