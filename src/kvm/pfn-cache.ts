// Host addresses of guest pages that KVM itself reads and writes, such as a vCPU's clock page: kept from one use to the next,
// and as much a copy of a host mapping as an SPTE is.

import { assert } from '../engine/assert.ts';
import { lockClass } from '../engine/locks/lock-class.ts';
import { RwSpinlock } from '../engine/locks/rw-spinlock.ts';
import { Spinlock } from '../engine/locks/spinlock.ts';
import type { Process } from '../engine/process.ts';
import { type Gfn, type Hva, hva, PAGE_SIZE } from '../mm/address.ts';
import { gupFast, gupSlow, putFolio } from '../mm/gup.ts';
import type { Kvm } from './kvm.ts';
import type { FaultAccount } from './secondary-mmu.ts';

const gpcLockClass = lockClass('kvm.gpc_lock', 'spinning');
const gpcClass = lockClass('kvm.gpc.lock', 'spinning');

/** Models struct gfn_to_pfn_cache. */
export class PfnCache {
  readonly frame: Gfn;
  readonly lock: RwSpinlock;
  /** The guest uses the page itself while it runs (KVM_GUEST_USES_PFN): no cache of a clock page is such a one. */
  readonly guestUses: boolean;
  valid: boolean;

  /** As it stands after its first use, if the host maps the page by now. */
  constructor(kvm: Kvm, frame: Gfn, guestUses = false) {
    const address = kvm.memslotOf(frame)?.hva(frame);
    this.valid = address !== undefined && kvm.mm.pageTables.translate(address) !== null;
    this.frame = frame;
    this.guestUses = guestUses;
    this.lock = new RwSpinlock(kvm.machine.sim, gpcClass, kvm);
  }
}

/** All caches of a VM, and the lock of their list. */
export class PfnCaches {
  readonly list: PfnCache[] = [];
  readonly lock: Spinlock;
  readonly stats = { uses: 0, refreshes: 0, refreshLaps: 0 };

  constructor(kvm: Kvm) {
    this.lock = new Spinlock(kvm.machine.sim, gpcLockClass, kvm);
  }
}

/**
 * Invalidates the caches of pages in [start, end), before mmu_lock and outside of it.
 *
 * Models    gfn_to_pfn_cache_invalidate_start(), virt/kvm/pfncache.c.
 * Locks     gpc_lock; under it the lock of each cache: for write in 6.1, later for read first and for write on a match.
 *           In 6.1 vCPUs are kicked out of the guest where the guest itself uses a page of them.
 */
export function* pfnCachesInvalidateStart(kvm: Kvm, start: Hva, end: Hva): Process<void> {
  const { machine, pfnCaches } = kvm;
  const { sim, costs, kernel } = machine;
  if (pfnCaches.list.length === 0) return;
  let kicks = false;
  yield* pfnCaches.lock.acquire();
  yield* sim.spend(costs.ptlNs);
  for (const cache of pfnCaches.list) {
    const matches = (): boolean => cache.valid && isIn(kvm, cache, start, end);
    if (kernel !== '6.1') {
      yield* cache.lock.acquireRead();
      yield* sim.spend(costs.ptlNs);
      const found = matches();
      yield* cache.lock.releaseRead();
      if (!found) continue;
    }
    yield* cache.lock.acquireWrite();
    yield* sim.spend(costs.ptlNs);
    if (matches()) {
      cache.valid = false;
      kicks ||= kernel === '6.1' && cache.guestUses;
    }
    yield* cache.lock.releaseWrite();
  }
  yield* pfnCaches.lock.release();
  if (kicks) yield* kickOutside(kvm);
}

/** kvm_make_vcpus_request_mask(KVM_REQ_OUTSIDE_GUEST_MODE): an interrupt for each vCPU in guest mode, and a wait for all. */
function* kickOutside(kvm: Kvm): Process<void> {
  const { sim, costs } = kvm.machine;
  let kicked = 0;
  for (const vcpu of kvm.vcpus) {
    if (!vcpu.isInGuest) continue;
    vcpu.kick();
    kicked += 1;
  }
  if (kicked > 0) yield* sim.spend(costs.kvmFlushFixedNs + kicked * costs.kvmFlushPerRunningVcpuNs);
}

/**
 * The owner of a cache uses it, and makes it valid again first where it is not: round and round while any section of the mm is
 * open, whatever its range, or has closed meanwhile.
 *
 * Models    kvm_setup_guest_pvclock(), arch/x86/kvm/x86.c; kvm_gpc_refresh() and hva_to_pfn_retry(), virt/kvm/pfncache.c.
 * Context   Sleeps, in slow GUP only.
 * Locks     The cache's lock: for read around a use, for write around the look at the sections. Never while GUP runs.
 * Left out  refresh_lock: the owner alone refreshes. Rounds that see an open section are alike, and are skipped as the laps
 *           of a vCPU are; their GUP takes no reference that others could meet.
 */
export function* usePfnCache(kvm: Kvm, cache: PfnCache, account: FaultAccount): Process<void> {
  const { sim, costs } = kvm.machine;
  const { pfnCaches } = kvm;
  pfnCaches.stats.uses += 1;
  for (;;) {
    yield* cache.lock.acquireRead();
    yield* sim.spend(costs.ptlNs);
    const { valid } = cache;
    yield* cache.lock.releaseRead();
    if (valid) return;
    account.spent('fault');
    pfnCaches.stats.refreshes += 1;
    if (!(yield* refresh(kvm, cache, account))) return;
  }
}

/** False: nothing can be mapped there. */
function* refresh(kvm: Kvm, cache: PfnCache, account: FaultAccount): Process<boolean> {
  const { sim, costs } = kvm.machine;
  const { invalidation, pfnCaches } = kvm;
  for (;;) {
    const startNs = sim.now;
    const mmuSeq = invalidation.mmuInvalidateSeq;
    if (!(yield* lookUp(kvm, cache))) return false;
    pfnCaches.stats.refreshLaps += 1;
    yield* cache.lock.acquireWrite();
    yield* sim.spend(costs.ptlNs);
    assert(!cache.valid, 'the owner of a cache is the only one who makes it valid');
    cache.valid = !invalidation.retryCache(mmuSeq);
    yield* cache.lock.releaseWrite();
    if (cache.valid) return true;
    yield* sim.spend(costs.condReschedNs);
    yield* skipRounds(kvm, sim.now - startNs);
    account.spent('invalidate-retry');
  }
}

/** GUP for writing; the reference is dropped at once, as the cache holds none. */
function* lookUp(kvm: Kvm, cache: PfnCache): Process<boolean> {
  const { sim, costs } = kvm.machine;
  const address = kvm.memslotOf(cache.frame)?.hva(cache.frame);
  if (address === undefined) return false;
  yield* sim.spend(costs.gupFastNs);
  const fast = gupFast(kvm.mm, address, sim.current.cpu);
  if (fast !== null) yield* sim.spend(fast.refNs);
  const page = fast?.page ?? (yield* gupSlow(kvm.mm, address));
  if (typeof page === 'string') return false;
  yield* sim.spend(putFolio(page.folio, sim.current.cpu));
  return true;
}

/** While a section is open, round after round of `roundNs`: waits for its end, and for that of the round it falls into. */
function* skipRounds(kvm: Kvm, roundNs: number): Process<void> {
  const { sim } = kvm.machine;
  const { invalidation, pfnCaches } = kvm;
  if (invalidation.mnActiveInvalidateCount === 0) return;
  const startNs = sim.now;
  invalidation.spinUntilNoneActive(sim.current);
  yield* sim.park();
  const rounds = Math.ceil((sim.now - startNs) / roundNs);
  pfnCaches.stats.refreshLaps += rounds;
  yield* sim.spend(startNs + rounds * roundNs - sim.now);
}

function isIn(kvm: Kvm, cache: PfnCache, start: Hva, end: Hva): boolean {
  const address = kvm.memslotOf(cache.frame)?.hva(cache.frame);
  return address !== undefined && address < end && hva(address + PAGE_SIZE) > start;
}
