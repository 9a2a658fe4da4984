import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { allocatePteTable, setPte } from '../fault.ts';
import { dropFaultRef, takeFaultRef } from '../fault-ref.ts';
import type { ShmemVma } from '../shmem-vma.ts';

/**
 * Maps one page of a shmem file that the page cache has, by a PTE, whatever the size of its folio.
 *
 * Models    mfill_atomic_pte_continue() and mfill_atomic_install_pte(), mm/userfaultfd.c.
 * Locks     The folio lock, under it the page table lock. The caller holds mmap_lock for read.
 * Returns   0; -EFAULT where the page cache has no page; -EIO for a poisoned one; -EEXIST where something is mapped.
 */
export function* continueShmemPage(vma: ShmemVma, address: Hva): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  const index = vma.pageIndex(address);
  const table = yield* allocatePteTable(vma, address);
  if (table === null) return Errno.EEXIST;
  yield* sim.spend(costs.pageCacheLookupNs);
  const folio = vma.mapping.folio(index);
  if (folio === undefined) return Errno.EFAULT;
  takeFaultRef(folio);
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs);
  let result: Result = Errno.EFAULT;
  // Looked up before the lock: truncation may have had it meanwhile.
  if (vma.mapping.folio(index) === folio && folio.poisoned) result = Errno.EIO;
  else if (vma.mapping.folio(index) === folio) {
    const first = folio.cached?.index ?? index;
    result = (yield* setPte(vma, table, address, folio, index - first, true)) ? 0 : Errno.EEXIST;
  }
  yield* folio.lock.release();
  yield* sim.spend(dropFaultRef(folio));
  return result;
}
