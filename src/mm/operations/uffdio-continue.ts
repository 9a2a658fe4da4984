import type { Process } from '../../engine/process.ts';
import { type Hva, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { hugetlbFullWalkAlloc, largestLevel, nextEntry, subpageIndex } from '../hugetlb.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import { addFileRmap } from '../mapcount/mapcount-scheme.ts';
import type { Mm } from '../mm.ts';
import { EntryKind } from '../radix-table.ts';

/**
 * UFFDIO_CONTINUE: maps pages that are in the page cache, with the largest leaves that fit; 4K pieces in a mapping with
 * MADV_SPLIT. Entries were empty, so there is no notifier and no TLB flush.
 *
 * Models    mfill_atomic_continue(), mm/userfaultfd.c, and hugetlb_mcopy_atomic_pte(), mm/hugetlb.c, HGM series.
 * Locks     mmap_lock (R); per piece the hugetlb fault mutex, vma_lock (R; i_mmap_rwsem in RFC v1), the folio lock and the
 *           page table lock. All pieces of one huge page share the mutex and the folio lock.
 * Returns   0; -EEXIST at the first piece that is mapped already, -EFAULT at one that the page cache lacks, -EINVAL.
 * Left out  Waking of waiters: nothing waits in userfaultfd here. -EAGAIN of concurrent fork and mremap.
 */
export function* uffdioContinue(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.syscallNs + costs.uffdContinueBaseNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  let result: Result = 0;
  if (!(vma instanceof HugetlbVma) || !vma.covers(start, end) || !vma.shared) {
    result = Errno.EINVAL;
  } else {
    for (let address = start; address < end && result === 0; ) {
      const level = largestLevel(vma, address, end);
      if (level < vma.hstateLevel && !vma.highGranularity) {
        result = Errno.EINVAL;
      } else {
        result = yield* continueOnePiece(vma, address, level);
        yield* sim.spend(costs.condReschedNs);
        address = nextEntry(vma, address, level);
      }
    }
  }
  yield* mm.mmapLock.releaseRead();
  return result;
}

function* continueOnePiece(vma: HugetlbVma, address: Hva, level: 1 | 2 | 3 | 4): Process<Result> {
  const { sim, costs, work } = vma.mm.machine;
  const index = vma.cacheIndex(address);
  const mutex = vma.mm.faultMutex(vma.mapping, index);
  yield* mutex.acquire();
  yield* vma.walkLock.acquireRead();
  yield* sim.spend(costs.mutexNs + costs.rwsemNs);

  const { table, index: entry } = yield* hugetlbFullWalkAlloc(vma, address, level);
  const folio = vma.mapping.folio(index);
  yield* sim.spend(costs.pageCacheLookupNs);
  let result: Result = folio === undefined ? Errno.EFAULT : 0;
  if (folio !== undefined) {
    yield* folio.lock.acquire();
    yield* table.ptl.acquire();
    work.ptlAcquisitions += 1;
    yield* sim.spend(costs.mutexNs + costs.ptlNs);
    // A leaf or a table here, and a walk that ends elsewhere by now, mean the same: somebody has been faster.
    const same = vma.mm.pageTables.lowestTable(address, level) === table;
    if (!same || table.level !== level || table.kinds[entry] !== EntryKind.None) {
      result = Errno.EEXIST;
    } else {
      const firstPage = subpageIndex(vma, address);
      const mapNs = addFileRmap(vma.mm.mapcount, folio, firstPage, level, sim.current.cpu);
      folio.changeRefs(1);
      work.refAtomics += 1;
      table.setLeaf(entry, pfn(folio.firstPfn + firstPage), true);
      yield* sim.spend(costs.pteInstallNs + mapNs);
      yield* sim.spend(folio.headLine.access(sim.current.cpu));
    }
    yield* table.ptl.release();
    yield* folio.lock.release();
  }

  yield* vma.walkLock.releaseRead();
  yield* mutex.release();
  return result;
}
