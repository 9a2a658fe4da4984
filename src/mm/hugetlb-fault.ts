import type { Process } from '../engine/process.ts';
import { type Hva, pfn } from './address.ts';
import { Errno, type Result } from './errno.ts';
import { hugetlbFullWalk, hugetlbFullWalkAlloc, subpageIndex } from './hugetlb.ts';
import { addFileRmap } from './mapcount/mapcount-scheme.ts';
import { EntryKind } from './radix-table.ts';
import type { Vma } from './vma.ts';

/**
 * Maps the huge page at `address`, or the piece of it whose entry is empty, from the page cache.
 *
 * Models    hugetlb_fault() and hugetlb_no_page(), mm/hugetlb.c, shared file mapping; with HGM the leaf has the size of
 *           the empty entry that the walk ends at.
 * Context   Sleeps. The caller holds mmap_lock for read.
 * Locks     hugetlb fault mutex of the huge page, then vma_lock (R), then the folio lock, then the page table lock.
 *           All faults on one huge page serialise on the mutex.
 * Returns   0, also if somebody else mapped it meanwhile; -EFAULT where the page cache has no page.
 * Left out  Allocation of huge pages, copy on write, userfaultfd.
 */
export function* hugetlbFault(vma: Vma, address: Hva): Process<Result> {
  const { sim, costs, work } = vma.mm.machine;
  sim.lockdep.assertHeld(vma.mm.mmapLock, 'any');
  const index = vma.cacheIndex(address);
  const mutex = vma.mm.faultMutex(vma.mapping, index);

  yield* mutex.acquire();
  yield* vma.hugetlbLock.acquireRead();
  yield* sim.spend(costs.slowGupNs + costs.mutexNs + costs.rwsemNs);

  let result: Result = 0;
  yield* hugetlbFullWalkAlloc(vma, address, vma.hstateLevel);
  const hpte = hugetlbFullWalk(vma, address);
  if (hpte.table.kinds[hpte.index] !== EntryKind.Leaf) {
    const folio = vma.mapping.folio(index);
    yield* sim.spend(costs.pageCacheLookupNs);
    if (folio === undefined) {
      result = Errno.EFAULT;
    } else {
      yield* folio.lock.acquire();
      yield* hpte.table.ptl.acquire();
      work.ptlAcquisitions += 1;
      if (hpte.table.kinds[hpte.index] === EntryKind.None) {
        const cpu = sim.current.cpu;
        const leafPage = subpageIndex(vma, address) - (subpageIndex(vma, address) % hpte.table.entryPages);
        const mapNs = addFileRmap(vma.mm.mapcount, folio, leafPage, hpte.table.level, cpu);
        folio.changeRefs(1);
        work.refAtomics += 1;
        hpte.table.setLeaf(hpte.index, pfn(folio.firstPfn + leafPage), true);
        yield* sim.spend(costs.mutexNs + costs.ptlNs + costs.pteInstallNs + mapNs);
        yield* sim.spend(folio.headLine.access(cpu));
      }
      yield* hpte.table.ptl.release();
      yield* folio.lock.release();
    }
  }

  yield* vma.hugetlbLock.releaseRead();
  yield* mutex.release();
  return result;
}
