import type { Process } from '../engine/process.ts';
import type { Hva } from './address.ts';
import { Errno, type Result } from './errno.ts';
import { hugetlbFullWalk, hugetlbFullWalkAlloc, subpageIndex } from './hugetlb.ts';
import { lockHugetlbFolio } from './hugetlb-lock-folio.ts';
import { mapLeaf, settleLookUp } from './hugetlb-rmap.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { migrationEntryWait } from './migrate.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { userfaultFor } from './userfaultfd.ts';
import { type FaultFlags, handleUserfault, writeFault } from './userfaultfd-wait.ts';

/**
 * Maps the huge page at `address`, or the piece of it whose entry is empty, from the page cache.
 *
 * Models    hugetlb_fault() and hugetlb_no_page(), mm/hugetlb.c, shared file mapping; with HGM the leaf has the size of
 *           the empty entry that the walk ends at.
 * Context   Sleeps. The caller holds mmap_lock for read.
 * Locks     hugetlb fault mutex of the huge page, then vma_lock (R; i_mmap_rwsem in RFC v1), then the folio lock, then
 *           the page table lock. All faults on one huge page serialise on the mutex.
 * Returns   0, also if somebody else mapped it meanwhile, userspace was asked, or it was under migration and has arrived;
 *           -EHWPOISON if the page is poisoned; -EFAULT where the page cache has no page and
 *           nobody is asked; -EAGAIN if somebody would be and `flags` do not let it wait.
 * Left out  Allocation of huge pages, copy on write.
 */
export function* hugetlbFault(vma: HugetlbVma, address: Hva, flags: FaultFlags = writeFault): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  sim.lockdep.assertHeld(vma.mm.mmapLock, 'any');
  const index = vma.cacheIndex(address);
  const mutex = vma.mm.machine.hugetlbFaultMutexes.of(vma.mapping, index);

  yield* mutex.acquire();
  yield* vma.walkLock.acquireRead();
  yield* sim.spend(costs.slowGupNs + costs.mutexNs + costs.rwsemNs);

  let result: Result | 'again' | 'missing' | 'minor' | 'migration' = 'again';
  while (result === 'again') {
    yield* hugetlbFullWalkAlloc(vma, address, vma.hstateLevel);
    const { table, index: entry } = hugetlbFullWalk(vma, address);
    if (table.kinds[entry] === EntryKind.Leaf) {
      if (flags.write && table.writable[entry] === 0) yield* setHugePtepWritable(vma, address, table, entry);
      result = 0;
    } else if (table.kinds[entry] === EntryKind.Migration) result = 'migration';
    else if (table.kinds[entry] === EntryKind.Poison) result = Errno.EHWPOISON;
    else result = yield* hugetlbNoPage(vma, address, table, entry);
  }

  yield* vma.walkLock.releaseRead();
  yield* mutex.release();
  if (result === 'migration') {
    // Neither mutex nor vma_lock is held while the page is under way, so that others fault beside it.
    yield* migrationEntryWait(vma, address);
    return 0;
  }
  if (result !== 'missing' && result !== 'minor') return result;
  const registration = userfaultFor(vma.mm, address, result);
  // Unregistered since: the fault begins anew.
  return registration === null ? 0 : yield* handleUserfault(vma, address, registration, result, flags);
}

/**
 * A write to a leaf that may only be read, in a mapping that may be written: migration brings one back where the mapping has
 * been protected and opened again meanwhile. A page that userspace has protected stays as it is: the next try asks for it.
 *
 * Models set_huge_ptep_writable(), mm/hugetlb.c, as hugetlb_wp() calls it for a shared mapping.
 *        The CPUs have nothing to forget: one that still refuses takes a fault and looks again.
 */
function* setHugePtepWritable(vma: HugetlbVma, address: Hva, table: PageTable, entry: number): Process<void> {
  const { sim, costs, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const same = hugetlbFullWalk(vma, address).table === table && table.kinds[entry] === EntryKind.Leaf;
  if (same && vma.writable && !table.isUffdWp(entry)) {
    table.setWritable(entry, true);
    yield* sim.spend(costs.pteInstallNs);
  }
  yield* table.ptl.release();
}

/**
 * Maps the page cache's folio at an empty entry; `again` if the entry, or the table that holds it, is another by then;
 * `missing` or `minor` where userspace is to be asked, once the locks are dropped.
 */
function* hugetlbNoPage(
  vma: HugetlbVma,
  address: Hva,
  table: PageTable,
  entry: number,
): Process<Result | 'again' | 'missing' | 'minor'> {
  const { sim, costs, work } = vma.mm.machine;
  yield* sim.spend(costs.pageCacheLookupNs);
  const folio = yield* lockHugetlbFolio(vma.mapping, vma.cacheIndex(address));
  if (folio === undefined) {
    // Beyond the end of the file nobody is asked: there is nothing that userspace could put there.
    const inFile = vma.cacheIndex(address) < vma.mapping.endIndex;
    return inFile && userfaultFor(vma.mm, address, 'missing') !== null ? 'missing' : Errno.EFAULT;
  }
  if (folio.poisoned) {
    yield* folio.lock.release();
    return Errno.EHWPOISON;
  }
  if (userfaultFor(vma.mm, address, 'minor') !== null) {
    yield* sim.spend(costs.mutexNs);
    yield* folio.lock.release();
    // hugetlb_pte_stable(): the entry is looked at once more under its lock.
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs);
    const stable = hugetlbFullWalk(vma, address).table === table && table.kinds[entry] === EntryKind.None;
    yield* table.ptl.release();
    return stable ? 'minor' : 'again';
  }
  yield* table.ptl.acquire();
  yield* sim.spend(costs.mutexNs + costs.ptlNs);
  work.ptlAcquisitions += 1;
  const same = hugetlbFullWalk(vma, address).table === table && table.kinds[entry] === EntryKind.None;
  if (same) {
    const { cpu } = sim.current;
    const page = subpageIndex(vma, address);
    const leafPage = page - (page % table.entryPages);
    // The walk makes tables down to the hstate-level entry and never fills it: only this leaf can.
    const created = table.level === vma.hstateLevel;
    const leaf = { vma, folio, table, index: entry, created, freshTable: false, replaces: false };
    const { ns, keepsRef } = mapLeaf(leaf, cpu);
    folio.changeRefs(1);
    table.setLeaf(entry, folio.firstPfn + leafPage, vma.writable);
    yield* sim.spend(costs.pteInstallNs + ns);
    yield* sim.spend(folio.headLine.access(cpu));
    yield* settleLookUp(folio, keepsRef);
  }
  yield* table.ptl.release();
  yield* folio.lock.release();
  return same ? 0 : 'again';
}
