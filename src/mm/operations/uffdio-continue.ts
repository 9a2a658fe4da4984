import type { Process } from '../../engine/process.ts';
import { type Hva, type Level, pageOf, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import { hugetlbFullWalkAlloc, largestLevel, nextEntry, subpageIndex } from '../hugetlb.ts';
import { hugetlbFreeRange } from '../hugetlb-free-range.ts';
import { mapLeaf, settleLookUp } from '../hugetlb-rmap.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import type { Mm } from '../mm.ts';
import { MmuGather } from '../mmu-gather.ts';
import { EntryKind } from '../radix-table.ts';

/**
 * UFFDIO_CONTINUE: maps pages that are in the page cache, with the largest leaves that fit; 4K pieces in a mapping with
 * MADV_SPLIT. Entries were empty, so there is no notifier and no TLB flush.
 *
 * Models    mfill_atomic_continue(), mm/userfaultfd.c, and hugetlb_mcopy_atomic_pte(), mm/hugetlb.c, HGM series.
 * Locks     mmap_lock (R); per piece the hugetlb fault mutex, vma_lock (R; i_mmap_rwsem in RFC v1), the folio lock and the
 *           page table lock. All pieces of one huge page share the mutex and the folio lock.
 * Order     Tables, then the page; the page first where a present hstate-level entry is a count (`hstate-entry`), and what
 *           was allocated for nothing is taken back.
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
  const folio = vma.mapping.folio(index);
  let result: Result = Errno.EFAULT;
  if (folio !== undefined) {
    yield* folio.lock.acquire();
    // Looked up before the lock: truncation may have had it meanwhile.
    if (vma.mapping.folio(index) === folio) {
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
        table.setLeaf(entry, pfn(folio.firstPfn + subpageIndex(vma, address)), true);
        yield* sim.spend(costs.pteInstallNs + ns);
        yield* sim.spend(folio.headLine.access(sim.current.cpu));
        yield* settleLookUp(folio, keepsRef);
      }
      yield* table.ptl.release();
    }
    yield* folio.lock.release();
  }
  if (result !== 0 && created && countsEntries(vma)) yield* undoEntry(vma, address);
  return result;
}

/** A present hstate-level entry is a count, so there must be none that was not counted. */
function countsEntries(vma: HugetlbVma): boolean {
  const { mapcount } = vma.mm;
  return mapcount.counts === 'pages' && mapcount.countsEntries;
}

/**
 * Takes back the hstate-level entry that this call has filled and not counted. Under the fault mutex, so that nobody else
 * can have mapped anything below it.
 */
function* undoEntry(vma: HugetlbVma, address: Hva): Process<void> {
  const { sim, costs, geometry } = vma.mm.machine;
  const table = vma.mm.pageTables.lowestTable(address, vma.hstateLevel);
  const index = geometry.index(pageOf(address), table.level);
  const isMine = table.level === vma.hstateLevel && table.kinds[index] === EntryKind.Table;
  if (!isMine || table.child(index).leaves > 0) return;
  const gather = new MmuGather(vma.mm);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs + costs.leafXchgNs);
  const detached = table.unlink(index);
  yield* table.ptl.release();
  yield* hugetlbFreeRange(gather, detached);
  yield* gather.finish();
}
