import { assert } from '../../engine/assert.ts';
import type { Process } from '../../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { hugetlbFullWalkAlloc, largestLevel, nextEntry, subpageIndex } from '../hugetlb.ts';
import { lockHugetlbFolio } from '../hugetlb-lock-folio.ts';
import { mapLeaf, settleLookUp } from '../hugetlb-rmap.ts';
import { countsEntries, undoEntry } from '../hugetlb-undo-entry.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { EntryKind } from '../radix-table.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { continueShmemPage } from './uffdio-continue-shmem.ts';
import { type Filler, mfillAtomic, type UffdioOptions } from './uffdio-fill.ts';

/**
 * UFFDIO_CONTINUE: maps pages that are in the page cache, and wakes who sleeps for them. Of hugetlb with the largest leaves that
 * fit, 4K pieces in a mapping with MADV_SPLIT; of shmem with PTEs.
 *
 * Models    mfill_atomic_continue(), mm/userfaultfd.c, and hugetlb_mcopy_atomic_pte(), mm/hugetlb.c, HGM series.
 * Locks     mmap_lock (R); per piece of hugetlb the fault mutex, vma_lock (R; i_mmap_rwsem in RFC v1), the folio lock and the
 *           page table lock. All pieces of one huge page share the mutex and the folio lock. See mfillAtomic() for the rest.
 * Order     Tables, then the page; the page first where a present hstate-level entry is a count (`hstate-entry`), and what
 *           was allocated for nothing is taken back.
 * Returns   0; -EEXIST at the first piece that is mapped already, -EFAULT at one that the page cache lacks, -EIO at a poisoned one,
 *           -EINVAL; -EAGAIN.
 */
export function uffdioContinue(mm: Mm, start: Hva, end: Hva, options: UffdioOptions = {}): Process<Result> {
  return mfillAtomic(mm, start, end, continueFiller, options);
}

const continueFiller: Filler = {
  pieceEnd(vma, address, end) {
    if (vma instanceof ShmemVma) return hva(address + PAGE_SIZE);
    if (!(vma instanceof HugetlbVma) || !vma.shared) return Errno.EINVAL;
    const level = largestLevel(vma, address, end);
    if (level < vma.hstateLevel && !vma.highGranularity) return Errno.EINVAL;
    return nextEntry(vma, address, level);
  },
  fillPiece(vma, address, end) {
    if (vma instanceof HugetlbVma) return continueOnePiece(vma, address, largestLevel(vma, address, end));
    assert(vma instanceof ShmemVma, 'pieceEnd() refuses other memory');
    return continueShmemPage(vma, address);
  },
};

function* continueOnePiece(vma: HugetlbVma, address: Hva, level: Level): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  const index = vma.cacheIndex(address);
  const mutex = vma.mm.machine.hugetlbFaultMutexes.of(vma.mapping, index);
  yield* mutex.acquire();
  yield* vma.walkLock.acquireRead();
  yield* sim.spend(costs.mutexNs + costs.rwsemNs);

  let result: Result = 0;
  if (countsEntries(vma)) {
    // The tables would be a count already: no page, no tables.
    yield* sim.spend(costs.pageCacheLookupNs);
    if (vma.mapping.folio(index) === undefined) result = Errno.EFAULT;
  }
  if (result === 0) result = yield* mapPiece(vma, address, level);

  yield* vma.walkLock.releaseRead();
  yield* mutex.release();
  return result;
}

function* mapPiece(vma: HugetlbVma, address: Hva, level: Level): Process<Result> {
  const { sim, costs, work } = vma.mm.machine;
  const index = vma.cacheIndex(address);
  const { table, index: entry, created, freshTable } = yield* hugetlbFullWalkAlloc(vma, address, level);
  if (!countsEntries(vma)) yield* sim.spend(costs.pageCacheLookupNs);
  const folio = yield* lockHugetlbFolio(vma.mapping, index);
  let result: Result = folio?.poisoned ? Errno.EIO : Errno.EFAULT;
  if (folio !== undefined && !folio.poisoned) {
    yield* table.ptl.acquire();
    work.ptlAcquisitions += 1;
    yield* sim.spend(costs.mutexNs + costs.ptlNs);
    // A leaf or a table here, and a walk that ends elsewhere by now, mean the same: somebody has been faster.
    const same = vma.mm.pageTables.lowestTable(address, level) === table;
    result = same && table.level === level && table.kinds[entry] === EntryKind.None ? 0 : Errno.EEXIST;
    if (result === 0) {
      const inc = created || level === vma.hstateLevel;
      const leaf = { vma, folio, table, index: entry, created: inc, freshTable, replaces: false };
      const { ns, keepsRef } = mapLeaf(leaf, sim.current.cpu);
      folio.changeRefs(1);
      table.setLeaf(entry, pfn(folio.firstPfn + subpageIndex(vma, address)), vma.writable);
      yield* sim.spend(costs.pteInstallNs + ns);
      yield* sim.spend(folio.headLine.access(sim.current.cpu));
      yield* settleLookUp(folio, keepsRef);
    }
    yield* table.ptl.release();
  }
  if (folio !== undefined) yield* folio.lock.release();
  if (result !== 0 && created && countsEntries(vma)) yield* undoEntry(vma, address);
  return result;
}
