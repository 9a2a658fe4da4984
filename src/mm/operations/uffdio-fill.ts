import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import type { Mm } from '../mm.ts';
import { type UserfaultfdCtx, userfaultAt } from '../userfaultfd.ts';
import { userfaultfdWake } from '../userfaultfd-wake.ts';
import type { Vma } from '../vma.ts';

/** One ioctl on a userfaultfd. */
export interface UffdioOptions {
  /** The fd that it is asked of; absent: the one that the range is registered with, if any. */
  readonly ctx?: UserfaultfdCtx;
  /** UFFDIO_*_MODE_DONTWAKE: sleepers stay asleep until somebody wakes them. */
  readonly dontWake?: boolean;
}

/** How an ioctl fills a range: how far one piece reaches, or why it must not, and what it does for a piece. */
export interface Filler {
  readonly pieceEnd: (vma: Vma, address: Hva, end: Hva) => Hva | Errno;
  readonly fillPiece: (vma: Vma, address: Hva, end: Hva) => Process<Result>;
}

/**
 * Fills the entries of a range piece by piece and wakes who sleeps there: what UFFDIO_COPY and UFFDIO_CONTINUE share. Entries
 * were empty, so there is no notifier and no TLB flush.
 *
 * Models    mfill_atomic(), mm/userfaultfd.c, between userfaultfd_copy() or userfaultfd_continue() and wake_userfault().
 * Context   Sleeps.
 * Locks     mmap_lock (R) around all pieces; what a piece takes comes below it. Dropped before the sleepers are woken.
 * Returns   0, or why the first piece that failed did. Pieces before it stay, and their sleepers are woken; if it was the very
 *           first one nobody is, and userspace has to say UFFDIO_WAKE itself. -EAGAIN while a change of the address space
 *           that the fd asked to hear of is under way.
 * Left out  The per-VMA lock of 6.9 and later: GUP takes mmap_lock here, and so does this. -ENOENT for a range that is not
 *           registered: who fills a mapping without sleepers is welcome to. map_changing_lock: the count and the look at it
 *           are one step each.
 */
export function* mfillAtomic(
  mm: Mm,
  start: Hva,
  end: Hva,
  { pieceEnd, fillPiece }: Filler,
  options: UffdioOptions,
): Process<Result> {
  const { sim, costs } = mm.machine;
  const ctx = options.ctx ?? userfaultAt(mm, start)?.ctx ?? null;
  yield* sim.spend(costs.syscallNs + costs.uffdContinueBaseNs);
  if (ctx !== null && ctx.mmapChanging > 0) return Errno.EAGAIN;
  const due = { start, end };
  if (options.dontWake !== true) ctx?.wakesDue.add(due);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  let result: Result = 0;
  let filled = start;
  if (ctx !== null && ctx.mmapChanging > 0) result = Errno.EAGAIN;
  else if (vma === undefined || !vma.covers(start, end)) result = Errno.EINVAL;
  else {
    while (filled < end && result === 0) {
      const next = pieceEnd(vma, filled, end);
      if (typeof next === 'string') result = next;
      else {
        result = yield* fillPiece(vma, filled, next);
        yield* sim.spend(costs.condReschedNs);
        if (result === 0) filled = next;
      }
    }
  }
  yield* mm.mmapLock.releaseRead();
  const wakes = ctx?.hasWaiters === true && filled > start && options.dontWake !== true;
  if (wakes) yield* userfaultfdWake(ctx, start, filled);
  ctx?.wakesDue.delete(due);
  return result;
}
