import { numberOf, probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import type { Gfn } from '../mm/address.ts';
import { Errno } from '../mm/errno.ts';
import { type GupPage, gupFast, gupSlow, putFolio } from '../mm/gup.ts';
import { EntryKind } from '../mm/radix-table.ts';
import type { AsyncPf } from './asynchronous-page-fault.ts';
import { checkTableLive } from './checkers.ts';
import { type Kvm, marksAtFault } from './kvm.ts';
import type { Memslot } from './memslot.ts';
import type { FaultAccount, FaultResult } from './secondary-mmu.ts';

export type { FaultResult } from './secondary-mmu.ts';

const retryInvalidate: FaultResult = { outcome: 'retry-invalidate', level: 0 };

/** What the exit tells of the access. In the kernel these are bits of the error code. */
export interface FaultAccess {
  readonly write: boolean;
  /** The CPU found an SPTE that did not allow the access, not one that was missing. */
  readonly present: boolean;
  /** Where a page that has to be waited for is brought by a worker; absent: the vCPU waits itself. */
  readonly asyncPf?: AsyncPf | null;
}

/**
 * One lap of a vCPU through the fault path, from the exit's dispatch to the decision.
 *
 * Models    kvm_tdp_mmu_page_fault(), kvm_mmu_faultin_pfn() and direct_page_fault(), arch/x86/kvm/mmu/mmu.c: steps 3 to 12
 *           of reference C.2; for shadow paging paging64_page_fault(), paging_tmpl.h, whose steps are the same. With `earlyRetryCheck` (6.8 and later) it asks for an invalidation before and after GUP
 *           without mmu_lock; without it every lap does GUP and takes mmu_lock first.
 * Context   Sleeps, in slow GUP only.
 * Locks     mmu_lock (R; under shadow paging W) around the stale check and the mapping. Never held while GUP runs.
 *           From 6.13 on the page is marked and its reference dropped before the unlock (kvm_release_faultin_page()).
 * Returns   retry: re-enter the guest, which faults again at once. sigbus: the page is poisoned, and kvm_send_hwpoison_signal()
 *           has told the thread so; the kernel says retry here too, and the signal ends KVM_RUN.
 * Left out  Obsolete roots.
 */
export function* kvmMmuPageFault(
  kvm: Kvm,
  frame: Gfn,
  { write, present, asyncPf = null }: FaultAccess,
  account: FaultAccount,
  fromSnapshot: boolean,
): Process<FaultResult> {
  const { sim, costs } = kvm.machine;
  const { invalidation, mmu } = kvm;
  const slot = kvm.memslotOf(frame);
  if (slot === undefined) return { outcome: 'efault', level: 0 };

  if (!fromSnapshot) {
    yield* sim.spend(costs.faultSetupNs + mmu.guestWalkNs(costs));
    if (write && present && mmu.hasFastPageFault) {
      kvm.tableRcu.readLock(sim.current);
      const fast = yield* fastPageFault(kvm, slot, frame);
      kvm.tableRcu.readUnlock(sim.current);
      if (fast !== null) return fast;
    }
    yield* sim.spend(costs.retryCheckNs);
  }
  const mmuSeq = invalidation.mmuInvalidateSeq;
  if (kvm.earlyRetryCheck) {
    yield* sim.spend(costs.retryCheckNs);
    if (invalidation.retryGfn(mmuSeq, frame)) return retryInvalidate;
  }

  if (probe !== null) probe.enter();
  const page = yield* faultinPfn(kvm, frame, write, asyncPf, account);
  if (probe !== null) probe.leave(typeof page === 'string' ? numberOf(page) : page.pfn * 2 + (page.writable ? 1 : 0));
  if (page === 'aside') return { outcome: 'aside', level: 0 };
  if (page === 'retry') return { outcome: 'retry-lost', level: 0 };
  if (page === Errno.EHWPOISON) return { outcome: 'sigbus', level: 0 };
  if (typeof page === 'string') return { outcome: 'efault', level: 0 };
  const { cpu } = sim.current;
  if (kvm.earlyRetryCheck) {
    yield* sim.spend(costs.retryCheckNs);
    if (invalidation.retryGfn(mmuSeq, frame)) {
      yield* sim.spend(putFolio(page.folio, cpu));
      return retryInvalidate;
    }
  }

  yield* lock(kvm);
  // is_page_fault_stale(): from here to the unlock no section can begin, since that takes mmu_lock for write.
  let result: FaultResult = retryInvalidate;
  if (!invalidation.retryGfn(mmuSeq, frame)) {
    if (probe !== null) probe.enter();
    result = yield* mmu.map(kvm, slot, frame, page, write, account);
    if (probe !== null) probe.leave(numberOf(result.outcome));
  }
  if (marksAtFault(kvm.machine.kernel)) {
    const unused = result.outcome.startsWith('retry');
    yield* sim.spend((unused ? 0 : costs.ptePageMarkNs) + putFolio(page.folio, cpu));
    yield* unlock(kvm);
  } else {
    yield* unlock(kvm);
    yield* sim.spend(putFolio(page.folio, cpu));
  }
  return result;
}

const lock = (kvm: Kvm): Process<void> => (kvm.mmu.faultLock === 'read' ? kvm.readLock() : kvm.writeLock());

const unlock = (kvm: Kvm): Process<void> => (kvm.mmu.faultLock === 'read' ? kvm.readUnlock() : kvm.writeUnlock());

/**
 * Gives a write back the permission that dirty logging has taken, by one cmpxchg on the SPTE. No open section matters: the
 * pfn does not change, and whoever zaps the SPTE makes the cmpxchg fail.
 *
 * Models    fast_page_fault(), arch/x86/kvm/mmu/mmu.c, for a write to a present SPTE: the other case, A/D bits off, does
 *           not arise.
 * Locks     None: the walk is under RCU.
 * Returns   Null: not one for the fast path, or the SPTE has gone meanwhile.
 * Left out  The five tries: a cmpxchg that fails here has lost against a zap or against the same fix.
 */
function* fastPageFault(kvm: Kvm, slot: Memslot, frame: Gfn): Process<FaultResult | null> {
  const { sim, costs, geometry, work } = kvm.machine;
  yield* sim.spend(costs.fastPageFaultNs);
  const table = kvm.tdp.top.find(frame, 1);
  const index = geometry.index(frame, table.level);
  if (table.kinds[index] !== EntryKind.Leaf) return null;
  if (table.writable[index] === 1) return { outcome: 'spurious', level: table.level };
  // A huge SPTE would make all of its frames dirty: it is split first, by the full path.
  if (!table.isProtected(index) || (table.level > 1 && slot.dirtyLogging)) return null;
  yield* sim.spend(costs.atomicHotNs);
  checkTableLive(kvm, table);
  if (kvm.tdp.top.find(frame, 1) !== table || !table.isProtected(index)) return null;
  table.unprotect(index);
  // After the cmpxchg, as there: a write that comes before the bit is one that the next reader of the log still protects against.
  slot.markDirty(frame);
  work.fastPageFaults += 1;
  kvm.spteUnprotected(table.firstPageOf(index), table.entryPages);
  return { outcome: 'fixed', level: table.level };
}

/**
 * The page for `frame`, with a reference. Even a read asks first for one that may be written, since the SPTE is to last; only
 * if there is none it goes the slow way, and is content with what may be read.
 *
 * Models   hva_to_pfn(), hva_to_pfn_fast() and hva_to_pfn_slow(), virt/kvm/kvm_main.c.
 */
function* faultinPfn(
  kvm: Kvm,
  frame: Gfn,
  write: boolean,
  asyncPf: AsyncPf | null,
  account: FaultAccount,
): Process<GupPage | Errno | 'aside' | 'retry'> {
  const { sim, costs } = kvm.machine;
  const address = kvm.memslotOf(frame)?.hva(frame);
  if (address === undefined) return Errno.EFAULT;
  yield* sim.spend(costs.gupFastNs);
  const found = gupFast(kvm.mm, address, sim.current.cpu);
  if (found !== null) {
    yield* sim.spend(found.refNs);
    return found.page;
  }
  // A first try that does not wait for userspace, so that the guest may do something else meanwhile.
  const first = yield* gupSlow(kvm.mm, address, write, true);
  const setUp = first === Errno.EAGAIN && asyncPf !== null ? yield* asyncPf.setUp({ frame, write }) : 'refused';
  if (setUp !== 'refused') {
    account.spent('fault');
    return setUp;
  }
  const page = first === Errno.EAGAIN ? yield* gupSlow(kvm.mm, address, write) : first;
  // What was read may be for writing all the same: GUP-fast is asked once more.
  if (!write && typeof page !== 'string') yield* sim.spend(costs.gupFastNs);
  // Copy on write bumps the sequence that this lap goes by, and the lap is thrown away; what the host has done stays done.
  account.spent('fault');
  return page;
}
