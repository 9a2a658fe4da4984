import type { Process } from '../engine/process.ts';
import { type Hva, pageOf } from './address.ts';
import { Errno, type Result } from './errno.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { EntryKind } from './radix-table.ts';
import {
  type UserfaultfdCtx,
  type UserfaultMode,
  type UserfaultRegistration,
  UserfaultWaiter,
  userfaultFor,
} from './userfaultfd.ts';
import type { Vma } from './vma.ts';

/** How a fault may be handled. Models enum fault_flag, include/linux/mm_types.h: FAULT_FLAG_WRITE and _RETRY_NOWAIT. */
export interface FaultFlags {
  readonly write: boolean;
  /** Return -EAGAIN where the fault would have to wait for userspace. */
  readonly nowait: boolean;
}

export const writeFault: FaultFlags = { write: true, nowait: false };

/**
 * Queues a message and sleeps until somebody wakes it, unless the page has come meanwhile.
 *
 * Models    handle_userfault(), fs/userfaultfd.c: reference H.2.
 * Context   Sleeps. The caller holds mmap_lock for read, and nothing below it: a hugetlb fault has dropped its mutex and the
 *           vma_lock. mmap_lock is dropped before the sleep and taken again after it.
 * Locks     hugetlb vma_lock (R) around queueing and the second look, for hugetlb; the wait-queue lock of the fd.
 * Order     The sleeper is on the list before it looks at the page table again: whoever fills the entry after that look finds
 *           it there. Pairs with userfaultfdWake().
 * Returns   0: the fault begins anew (VM_FAULT_RETRY). -EAGAIN: it would have waited, and nothing was queued. -EFAULT: this
 *           fd does not serve faults of the kernel (VM_FAULT_SIGBUS).
 * Left out  SIGBUS and POISON features. Signals.
 */
export function* handleUserfault(
  vma: Vma,
  address: Hva,
  { ctx }: UserfaultRegistration,
  mode: UserfaultMode,
  flags: FaultFlags,
): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  // Only GUP faults here, and that is a fault of the kernel whoever it is for.
  if (ctx.features.userModeOnly) return Errno.EFAULT;
  if (flags.nowait) return Errno.EAGAIN;
  if (ctx.released) return 0;

  const waiter = new UserfaultWaiter(vma, address, { address: reportedAddress(vma, address, ctx), mode });
  const hugetlbLock = vma instanceof HugetlbVma ? vma.hugetlbLock : null;
  if (hugetlbLock !== null) {
    yield* hugetlbLock.acquireRead();
    yield* sim.spend(costs.rwsemNs);
  }
  yield* ctx.lock();
  yield* sim.spend(costs.uffdEventNs);
  ctx.queue(waiter);
  ctx.stats.events += 1;
  yield* ctx.unlock();
  const mustWait = userfaultfdMustWait(vma, address, mode);
  if (hugetlbLock !== null) yield* hugetlbLock.releaseRead();
  yield* vma.mm.mmapLock.releaseRead();

  if (mustWait && !ctx.released) {
    // Not exclusive: every reader that polls is woken, and all but one find nothing.
    ctx.pollers.wakeAll();
    vma.mm.events.userfault('wait', sim.now, waiter.message.address, waiter.cpu);
    if (!waiter.woken) yield* waiter.sleep.wait();
    ctx.waitedNs.push(sim.now - waiter.queuedNs);
    vma.mm.events.userfault('wake', sim.now, waiter.message.address, waiter.cpu);
  }
  if (!waiter.woken) {
    yield* ctx.lock();
    ctx.remove(waiter);
    yield* ctx.unlock();
  }
  yield* vma.mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  return 0;
}

/**
 * Where userspace is told that the fault was. In a hugetlb mapping the huge page, unless the fd asks for exact addresses or
 * MADV_SPLIT has made 4K pieces of it possible (HGM v1 and v2).
 */
function reportedAddress(vma: Vma, address: Hva, ctx: UserfaultfdCtx): Hva {
  if (!(vma instanceof HugetlbVma) || ctx.features.exactAddress) return address;
  const bySplit = vma.hgmVersion === 'v1' || vma.hgmVersion === 'v2';
  return vma.highGranularity && bySplit ? address : vma.hugePageStart(address);
}

/**
 * Reads the entry once more, without a lock.
 *
 * Models userfaultfd_must_wait() and userfaultfd_huge_must_wait(), fs/userfaultfd.c.
 */
export function userfaultfdMustWait({ mm }: Vma, address: Hva, mode: UserfaultMode): boolean {
  const table = mm.pageTables.lowestTable(address, 1);
  const index = mm.machine.geometry.index(pageOf(address), table.level);
  if (mode !== 'wp') return table.kinds[index] === EntryKind.None;
  return table.kinds[index] === EntryKind.Leaf && table.isUffdWp(index);
}

/** A write to an entry that userspace has protected. Null: it is none, or nobody asks for it. */
export function writeProtectedFault(vma: Vma, address: Hva): UserfaultRegistration | null {
  const registration = userfaultFor(vma.mm, address, 'wp');
  return registration !== null && userfaultfdMustWait(vma, address, 'wp') ? registration : null;
}
