import type { Process } from '../../engine/process.ts';
import type { Mm } from '../mm.ts';
import { unmapRegion } from './munmap.ts';

/**
 * The last thread of a process exits: all of its mappings go, and the pages that it alone had.
 *
 * Models    exit_mmap(), mm/mmap.c.
 * Locks     mmap_lock (W); the kernel unmaps under (R) and frees the tables under (W), and nobody else has this lock any more.
 * Order     One section {UNMAP} over all mappings, in the mm that exits: who subscribes to the mm of its parent hears nothing.
 */
export function* exitMmap(mm: Mm): Process<void> {
  yield* mm.mmapLock.acquireWrite();
  yield* mm.machine.sim.spend(mm.machine.costs.rwsemNs);
  const vmas = [...mm.vmas].sort((a, b) => a.start - b.start);
  for (const vma of vmas) mm.detach(vma);
  mm.exiting = true;
  if (vmas.length > 0) yield* unmapRegion(mm, vmas);
  mm.exiting = false;
  yield* mm.mmapLock.releaseWrite();
}
