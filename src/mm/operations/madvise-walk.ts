import type { Process } from '../../engine/process.ts';
import { type Hva, hva, isAligned, PAGE_SIZE } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import type { Mm } from '../mm.ts';
import type { Vma } from '../vma.ts';

/**
 * Takes the advice to each mapping in [start, end), in order of address. The visit may cut the mapping, or drop mmap_lock: the
 * next one is looked up anew.
 *
 * Models    madvise_walk_vmas(), mm/madvise.c.
 * Locks     mmap_lock is the caller's, in the mode that the advice needs.
 * Returns   What the first visit that fails does, and goes no further; else -ENOMEM if a part of the range is not mapped, after
 *           the parts that are; -EINVAL for a range that is not aligned.
 */
export function* madviseWalkVmas(
  mm: Mm,
  start: Hva,
  end: Hva,
  visit: (vma: Vma, start: Hva, end: Hva) => Process<Result>,
): Process<Result> {
  if (!isAligned(start, PAGE_SIZE) || !isAligned(end, PAGE_SIZE) || start > end) return Errno.EINVAL;
  let hasGap = false;
  for (let at = start; at < end; ) {
    const vma = mm.firstVmaIn(at, end);
    if (vma === undefined) return Errno.ENOMEM;
    if (vma.start > at) hasGap = true;
    const from = hva(Math.max(at, vma.start));
    const to = hva(Math.min(end, vma.end));
    const result = yield* visit(vma, from, to);
    if (result !== 0) return result;
    at = to;
  }
  return hasGap ? Errno.ENOMEM : 0;
}
