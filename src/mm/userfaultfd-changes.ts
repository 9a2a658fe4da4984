// Changes of the address space that userspace asked to hear of, because it fills pages meanwhile: until its thread has read
// of the change, UFFDIO_COPY and UFFDIO_CONTINUE return -EAGAIN, and whoever makes the change sleeps.

import { WaitQueue } from '../engine/locks/wait-queue.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva } from './address.ts';
import type { Mm } from './mm.ts';
import { registerUserfault, type UserfaultChange, type UserfaultfdCtx } from './userfaultfd.ts';
import { userfaultfdChangeClass } from './userfaultfd-queues.ts';
import type { Vma } from './vma.ts';

/** A change under way. Models struct userfaultfd_wait_queue on event_wqh, fs/userfaultfd.c. */
export interface ChangeEvent {
  readonly change: UserfaultChange;
  readonly start: Hva;
  readonly end: Hva;
  readonly ctx: UserfaultfdCtx;
  readonly sleep: WaitQueue;
  wasRead: boolean;
}

/**
 * From here on the fds concerned refuse to fill pages. The caller holds mmap_lock, and completes the changes when it no
 * longer does.
 *
 * Models userfaultfd_unmap_prep() and dup_userfaultfd(), fs/userfaultfd.c.
 */
export function beginUserfaultChange(mm: Mm, change: UserfaultChange, start: Hva, end: Hva): ChangeEvent[] {
  const ctxs = new Set<UserfaultfdCtx>();
  for (const registration of mm.userfaults) {
    const overlaps = registration.start < end && start < registration.end;
    if (overlaps && registration.ctx.features.events.includes(change)) ctxs.add(registration.ctx);
  }
  return [...ctxs].map((ctx) => {
    ctx.mmapChanging += 1;
    const sleep = new WaitQueue(mm.machine.sim, userfaultfdChangeClass, ctx);
    return { change, start, end, ctx, sleep, wasRead: false };
  });
}

/**
 * What has moved from [start, end) to `to` is still registered with an fd that asks for moves, which is told of it; with any
 * other one it is registered no more.
 *
 * Models mremap_userfaultfd_prep(), fs/userfaultfd.c. The caller holds mmap_lock (W), and unmaps the old range next.
 */
export function moveRegistrations(mm: Mm, start: Hva, end: Hva, to: Hva): ChangeEvent[] {
  const changes = beginUserfaultChange(mm, 'remap', start, end);
  for (const registration of [...mm.userfaults]) {
    const { ctx, modes } = registration;
    const first = Math.max(registration.start, start);
    const last = Math.min(registration.end, end);
    if (first >= last || !ctx.features.events.includes('remap')) continue;
    registerUserfault(ctx, hva(to + first - start), hva(to + last - start), modes);
  }
  return changes;
}

/**
 * Tells the readers, and sleeps until they have read.
 *
 * Models    userfaultfd_event_wait_completion(), fs/userfaultfd.c, as userfaultfd_unmap_complete() calls it.
 * Context   Sleeps, without mmap_lock: the reader may need it.
 */
export function* completeUserfaultChange(events: readonly ChangeEvent[]): Process<void> {
  for (const event of events) {
    const { ctx } = event;
    if (!ctx.released) {
      ctx.changes.push(event);
      ctx.pollers.wakeAll();
      if (!event.wasRead) yield* event.sleep.wait();
    }
    ctx.mmapChanging -= 1;
  }
}

/**
 * Tells the readers that pages are about to go, and waits until they know. True: there was somebody to tell, mmap_lock was
 * dropped meanwhile, and the mapping may be another one.
 *
 * Models userfaultfd_remove(), fs/userfaultfd.c. The caller holds mmap_lock for read.
 */
export function* userfaultfdRemove({ mm }: Vma, start: Hva, end: Hva): Process<boolean> {
  const changes = beginUserfaultChange(mm, 'remove', start, end);
  if (changes.length === 0) return false;
  yield* mm.mmapLock.releaseRead();
  yield* completeUserfaultChange(changes);
  yield* mm.mmapLock.acquireRead();
  yield* mm.machine.sim.spend(mm.machine.costs.rwsemNs);
  return true;
}
