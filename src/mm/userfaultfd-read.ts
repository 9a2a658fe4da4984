import type { Process } from '../engine/process.ts';
import type { UffdMessage, UserfaultfdCtx } from './userfaultfd.ts';

/**
 * read() on a non-blocking fd: takes one message, of a fault before one of a change. The sleeper of a fault goes on
 * sleeping, on the other list; who makes a change goes on. Several sleepers at one address are several messages.
 *
 * Models    userfaultfd_read() and userfaultfd_ctx_read(), fs/userfaultfd.c.
 * Locks     The wait-queue lock of the fd.
 * Returns   Null: there is none (-EAGAIN).
 */
export function* userfaultfdRead(ctx: UserfaultfdCtx): Process<UffdMessage | null> {
  const { sim, costs } = ctx.mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* ctx.lock();
  const [waiter] = ctx.faultPending;
  const change = waiter === undefined ? ctx.changes.shift() : undefined;
  if (change !== undefined) {
    yield* sim.spend(costs.uffdReadNs);
    change.wasRead = true;
    change.sleep.wakeOne();
  } else if (waiter === undefined) {
    ctx.stats.emptyReads += 1;
  } else {
    yield* sim.spend(costs.uffdReadNs);
    ctx.refile();
    ctx.stats.reads += 1;
  }
  yield* ctx.unlock();
  if (change !== undefined) return { address: change.start, mode: change.change };
  return waiter?.message ?? null;
}

/**
 * poll() until there is something to read, or the fd is closed.
 *
 * Models   userfaultfd_poll(), fs/userfaultfd.c, with the system call around it.
 */
export function* userfaultfdPoll(ctx: UserfaultfdCtx): Process<void> {
  const { sim, costs } = ctx.mm.machine;
  yield* sim.spend(costs.syscallNs);
  // The look and the sleep are one step: a fault that is queued between them would find nobody to wake.
  if (ctx.faultPending.length > 0 || ctx.changes.length > 0 || ctx.released) return;
  yield* ctx.pollers.wait();
}
