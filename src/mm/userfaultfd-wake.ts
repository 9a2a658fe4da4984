import type { Process } from '../engine/process.ts';
import type { Hva } from './address.ts';
import { dropRegistrations, type UserfaultfdCtx, type UserfaultWaiter } from './userfaultfd.ts';

/**
 * Wakes every sleeper of this fd whose message named an address in [start, end), and takes it off its list. What was named is
 * what counts: who faulted in the middle of a huge page and was reported at its start is not woken by a range behind it.
 *
 * Models    wake_userfault() and userfaultfd_wake_function(), fs/userfaultfd.c.
 * Locks     The wait-queue lock of the fd, and only where somebody sleeps: the look before it takes none.
 */
export function* userfaultfdWake(ctx: UserfaultfdCtx, start: Hva, end: Hva): Process<void> {
  if (!ctx.hasWaiters) return;
  const { sim, costs } = ctx.mm.machine;
  const due = { start, end };
  ctx.wakesDue.add(due);
  yield* sim.spend(ctx.waitLine.access(sim.current.cpu));
  yield* ctx.waitLock.acquire();
  for (const list of [ctx.faultPending, ctx.faultRead]) {
    for (let at = 0; at < list.length; ) {
      const waiter = list[at] as UserfaultWaiter;
      const { address } = waiter.message;
      if (address < start || address >= end) {
        at += 1;
        continue;
      }
      // try_to_wake_up() under the lock: what many sleepers on one fd wait for. Nobody else changes the list meanwhile.
      yield* sim.spend(costs.uffdWakeNs);
      ctx.remove(waiter);
      wake(ctx, waiter);
    }
  }
  ctx.wakesDue.delete(due);
  yield* sim.spend(ctx.waitLine.access(sim.current.cpu));
  yield* ctx.waitLock.release();
}

function wake(ctx: UserfaultfdCtx, waiter: UserfaultWaiter): void {
  waiter.woken = true;
  ctx.stats.woken += 1;
  // False: it has not gone to sleep yet, and finds the mark instead.
  waiter.sleep.wakeOne();
}

/**
 * UFFDIO_UNREGISTER: faults in [start, end) go to nobody any more, and who sleeps there goes on.
 *
 * Models    userfaultfd_unregister(), fs/userfaultfd.c.
 * Locks     mmap_lock (W); under it, where somebody sleeps, the wait-queue lock of the fd.
 * Left out  Taking back the write protection of the range: see uffdioWriteprotect().
 */
export function* userfaultfdUnregister(ctx: UserfaultfdCtx, start: Hva, end: Hva): Process<void> {
  const { mm } = ctx;
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  dropRegistrations(mm, start, end, ctx);
  yield* userfaultfdWake(ctx, start, end);
  yield* mm.mmapLock.releaseWrite();
}

/**
 * close() of the fd: all of its registrations end, all sleepers and all readers go on.
 *
 * Models    userfaultfd_release(), fs/userfaultfd.c.
 * Locks     mmap_lock (W), dropped before the sleepers are woken; then the wait-queue lock of the fd.
 */
export function* userfaultfdRelease(ctx: UserfaultfdCtx): Process<void> {
  const { mm } = ctx;
  const { sim, costs } = mm.machine;
  ctx.released = true;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  dropRegistrations(mm, 0 as Hva, Number.POSITIVE_INFINITY as Hva, ctx);
  yield* mm.mmapLock.releaseWrite();
  yield* userfaultfdWake(ctx, 0 as Hva, Number.POSITIVE_INFINITY as Hva);
  for (const { sleep } of ctx.changes.splice(0)) sleep.wakeOne();
  ctx.pollers.wakeAll();
}
