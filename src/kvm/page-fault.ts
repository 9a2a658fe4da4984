import type { Process } from '../engine/process.ts';
import type { Gfn } from '../mm/address.ts';
import { type GupPage, gupFast, gupSlow, putFolio } from '../mm/gup.ts';
import { type Kvm, marksAtFault } from './kvm.ts';
import { type FaultAccount, type FaultResult, kvmTdpMmuMap } from './tdp-mmu.ts';

export type { FaultResult } from './tdp-mmu.ts';

const retryInvalidate: FaultResult = { outcome: 'retry-invalidate', level: 0 };

/**
 * One lap of a vCPU through the fault path, from the exit's dispatch to the decision.
 *
 * Models    kvm_tdp_mmu_page_fault(), kvm_mmu_faultin_pfn() and direct_page_fault(), arch/x86/kvm/mmu/mmu.c: steps 3 to 12
 *           of reference C.2. With `earlyRetryCheck` (6.8 and later) it asks for an invalidation before and after GUP
 *           without mmu_lock; without it every lap does GUP and takes mmu_lock first.
 * Context   Sleeps, in slow GUP only.
 * Locks     mmu_lock (R) around the stale check and the mapping. Never held while GUP runs.
 *           From 6.13 on the page is marked and its reference dropped before the unlock (kvm_release_faultin_page()).
 * Returns   retry: re-enter the guest, which faults again at once.
 * Left out  fast_page_fault() (A/D bits are on, nothing is write-protected), async page faults, obsolete roots.
 */
export function* kvmTdpPageFault(
  kvm: Kvm,
  frame: Gfn,
  account: FaultAccount,
  fromSnapshot: boolean,
): Process<FaultResult> {
  const { sim, costs } = kvm.machine;
  const { invalidation } = kvm;
  const slot = kvm.memslotOf(frame);
  if (slot === undefined) return { outcome: 'efault', level: 0 };

  if (!fromSnapshot) yield* sim.spend(costs.faultSetupNs + costs.retryCheckNs);
  const mmuSeq = invalidation.mmuInvalidateSeq;
  if (kvm.earlyRetryCheck) {
    yield* sim.spend(costs.retryCheckNs);
    if (invalidation.retryGfn(mmuSeq, frame)) return retryInvalidate;
  }

  const page = yield* faultinPfn(kvm, frame);
  if (page === null) return { outcome: 'efault', level: 0 };
  const { cpu } = sim.current;
  if (kvm.earlyRetryCheck) {
    yield* sim.spend(costs.retryCheckNs);
    if (invalidation.retryGfn(mmuSeq, frame)) {
      yield* sim.spend(putFolio(page.folio, cpu));
      return retryInvalidate;
    }
  }

  yield* kvm.readLock();
  // is_page_fault_stale(): from here to the unlock no section can begin, since that takes mmu_lock for write.
  let result: FaultResult = retryInvalidate;
  if (!invalidation.retryGfn(mmuSeq, frame)) {
    result = yield* kvmTdpMmuMap(kvm, slot, frame, page.pfn, page.writable, account);
  }
  if (marksAtFault(kvm.machine.kernel)) {
    const unused = result.outcome.startsWith('retry');
    yield* sim.spend((unused ? 0 : costs.ptePageMarkNs) + putFolio(page.folio, cpu));
    yield* kvm.readUnlock();
  } else {
    yield* kvm.readUnlock();
    yield* sim.spend(putFolio(page.folio, cpu));
  }
  return result;
}

function* faultinPfn(kvm: Kvm, frame: Gfn): Process<GupPage | null> {
  const { sim, costs } = kvm.machine;
  const address = kvm.memslotOf(frame)?.hva(frame);
  if (address === undefined) return null;
  yield* sim.spend(costs.gupFastNs);
  const found = gupFast(kvm.mm, address, sim.current.cpu);
  if (found !== null) {
    yield* sim.spend(found.refNs);
    return found.page;
  }
  const page = yield* gupSlow(kvm.mm, address);
  return typeof page === 'string' ? null : page;
}
