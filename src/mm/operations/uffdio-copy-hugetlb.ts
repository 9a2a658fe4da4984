import type { Process } from '../../engine/process.ts';
import { type Hva, PAGE_SIZE } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { Folio } from '../folio.ts';
import { freeFolio } from '../free-folio.ts';
import { hugetlbFullWalkAlloc } from '../hugetlb.ts';
import { mapLeaf, settleLookUp } from '../hugetlb-rmap.ts';
import type { HugetlbVma } from '../hugetlb-vma.ts';
import { EntryKind } from '../radix-table.ts';

/**
 * Puts a new huge page into the file and maps it whole.
 *
 * Models    mfill_atomic_hugetlb(), mm/userfaultfd.c, and hugetlb_mfill_atomic_pte(), mm/hugetlb.c.
 * Locks     The fault mutex and vma_lock (R) from the look at the entry to the end, the copy included: every fault on this page
 *           waits as long as that takes. Then the folio lock, and the page table lock.
 * Returns   0; -EEXIST where the entry is not empty, or the file has the page; -EFAULT beyond the end of the file.
 * Left out  Reservations: the pool has a page for every page of the file.
 */
export function* copyHugePage(vma: HugetlbVma, address: Hva): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  const mutex = vma.mm.machine.hugetlbFaultMutexes.of(vma.mapping, vma.cacheIndex(address));
  yield* mutex.acquire();
  yield* vma.walkLock.acquireRead();
  yield* sim.spend(costs.mutexNs + costs.rwsemNs);
  const result = yield* copyLocked(vma, address);
  yield* vma.walkLock.releaseRead();
  yield* mutex.release();
  return result;
}

function* copyLocked(vma: HugetlbVma, address: Hva): Process<Result> {
  const { machine } = vma.mm;
  const { sim, costs, memory, work } = machine;
  const cacheIndex = vma.cacheIndex(address);
  const { table, index, created } = yield* hugetlbFullWalkAlloc(vma, address, vma.hstateLevel);
  if (table.level !== vma.hstateLevel || table.kinds[index] !== EntryKind.None) return Errno.EEXIST;
  yield* sim.spend(costs.pageCacheLookupNs);
  if (vma.mapping.folio(cacheIndex) !== undefined) return Errno.EEXIST;

  const folio = new Folio(machine, memory.allocate(vma.hstateLevel), vma.hstateLevel, true);
  yield* sim.spend((vma.hugePageSize / PAGE_SIZE) * costs.copyPageNs);
  // Asked only now: the file may have become shorter meanwhile. Truncation sets its size first, then waits for the mutex.
  if (cacheIndex >= vma.mapping.endIndex) {
    folio.changeRefs(-1);
    yield* sim.spend(freeFolio(folio));
    return Errno.EFAULT;
  }
  vma.mapping.add(cacheIndex, folio);
  yield* folio.lock.acquire();
  yield* table.ptl.acquire();
  yield* sim.spend(costs.mutexNs + costs.ptlNs);
  work.ptlAcquisitions += 1;
  const inc = created || table.level === vma.hstateLevel;
  const leaf = { vma, folio, table, index, created: inc, freshTable: false, replaces: false };
  const { ns, keepsRef } = mapLeaf(leaf, sim.current.cpu);
  folio.changeRefs(1);
  table.setLeaf(index, folio.firstPfn, vma.writable);
  yield* sim.spend(costs.pteInstallNs + ns);
  yield* sim.spend(folio.headLine.access(sim.current.cpu));
  yield* settleLookUp(folio, keepsRef);
  yield* table.ptl.release();
  yield* folio.lock.release();
  return 0;
}
