import type { Process } from '../../engine/process.ts';
import { type Hva, isAligned, PAGE_SIZE } from '../address.ts';
import { changeProtection } from '../change-protection.ts';
import { Errno, type Result } from '../errno.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import type { Vma } from '../vma.ts';
import { isolateVma } from '../vma-split.ts';

/** PROT_READ, with or without PROT_WRITE. */
export type Protection = 'read' | 'read-write';

/**
 * mprotect(): changes what may be done with a range. A guest that writes where it may not makes KVM_RUN return -EFAULT.
 *
 * Models    do_mprotect_pkey() and mprotect_fixup(), mm/mprotect.c.
 * Locks     mmap_lock (W) to the end, and what isolateVma() and changeProtection() take.
 * Order     The mapping is cut and changed first, then its entries, then the CPUs forget: a fault comes before all of it, or
 *           waits for mmap_lock.
 * Returns   0, also where nothing changes, and then without a section; -ENOMEM at the first gap, with what comes before it
 *           changed; -EINVAL if the range is not aligned, or cuts a huge page of hugetlb.
 * Left out  PROT_NONE; merging with neighbours that are alike now; accounting of memory that becomes private by writing.
 */
export function* mprotect(mm: Mm, start: Hva, end: Hva, protection: Protection): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  if (!isAligned(start, PAGE_SIZE) || !isAligned(end, PAGE_SIZE) || start >= end) return Errno.EINVAL;
  yield* mm.mmapLock.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const gather = new MmuGather(mm);
  let result: Result = 0;
  for (let at = start; at < end && result === 0; ) {
    const vma = mm.findVma(at);
    if (vma === undefined) {
      result = Errno.ENOMEM;
      break;
    }
    const next = vma.end < end ? vma.end : end;
    result = yield* fixup(gather, vma, at, next, protection === 'read-write');
    at = next;
  }
  yield* gather.finish();
  yield* mm.mmapLock.releaseWrite();
  return result;
}

function* fixup(gather: MmuGather, vma: Vma, start: Hva, end: Hva, writable: boolean): Process<Result> {
  if (vma.writable === writable) return 0;
  const part = yield* isolateVma(vma, start, end);
  if (typeof part === 'string') return part;
  part.writable = writable;
  yield* changeProtection(gather, part, start, end);
  return 0;
}
