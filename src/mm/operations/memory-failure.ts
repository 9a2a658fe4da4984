import type { Process } from '../../engine/process.ts';
import { type Hva, type Pfn, pfn } from '../address.ts';
import { AnonVma } from '../anon-vma.ts';
import { Errno, type Result } from '../errno.ts';
import { dropFaultRef, takeFaultRef } from '../fault-ref.ts';
import type { Folio } from '../folio.ts';
import { folioMapcount } from '../free-folio.ts';
import { pageCachePfn } from '../gup.ts';
import { unmapHugePage } from '../hugetlb-migrate.ts';
import { type Migration, unlockMigrated, unmapFolio } from '../migrate.ts';
import type { Mm } from '../mm.ts';
import { EntryKind } from '../radix-table.ts';
import { splitFolio } from '../split-folio.ts';

/**
 * A memory error that the hardware has reported for the page at `address`: the page is taken from everybody who maps it, and
 * who touches it from then on is told (-EHWPOISON of a fault, SIGBUS of KVM_RUN). A huge page of hugetlb goes as a whole.
 *
 * Models    memory_failure(), hwpoison_user_mappings(), me_pagecache_clean(), mm/memory-failure.c. The page cache keeps the
 *           poisoned page of a shmem or hugetlb file, so that no fault finds a fresh one in its place.
 * Context   A worker of the kernel: it holds nothing of the process.
 * Locks     The folio lock; under it what unmaps the page.
 * Returns   0; -EHWPOISON if the page was poisoned before; -EFAULT if there is none; -EBUSY if it cannot be had, or taken from
 *           all who map it: where that fails the kernel kills them.
 * Left out  mf_mutex: two errors in one page take their turns by the folio lock. The walk over all processes that collects whom
 *           to signal, and the early signal (BUS_MCEERR_AO) of those who asked for it. Free pages.
 */
export function* memoryFailure(mm: Mm, address: Hva): Process<Result> {
  const { sim, costs, memory } = mm.machine;
  yield* sim.spend(costs.pageCacheLookupNs);
  const vma = mm.findVma(address);
  const frame = mm.pageTables.translate(address)?.pfn ?? pageCachePfn(mm, address);
  const folio = frame === null ? undefined : memory.folioOf(frame);
  if (vma === undefined || frame === null || folio === undefined) return Errno.EFAULT;
  if (folio.poisoned) return Errno.EHWPOISON;
  const page = { folio, tree: vma.rmapTree, index: vma.pageIndex(address) - (frame - folio.firstPfn) };
  if (folio.hugetlb) return yield* memoryFailureHugetlb(page);
  if (folio.pages === 1) return yield* memoryFailureSmall(page);
  const small = yield* trySplitThpPage(page, frame);
  if (small === null) return mm.machine.kernel === '6.1' ? Errno.EBUSY : Errno.EHWPOISON;
  const result = yield* memoryFailureSmall({ ...page, folio: small, index: page.index + frame - folio.firstPfn });
  yield* sim.spend(dropFaultRef(small));
  return result;
}

/**
 * Models   try_memory_failure_hugetlb(), get_huge_page_for_hwpoison(), me_huge_page(), mm/memory-failure.c, mm/hugetlb.c.
 * Locks    i_mmap_rwsem (W) is only tried under the folio lock, as it comes before it elsewhere.
 * Returns  -EBUSY if the page is under migration, or still counts as mapped afterwards: a lock was not free, or its mapcount
 *          scheme counts what the unmapping leaves standing.
 */
function* memoryFailureHugetlb(page: Migration): Process<Result> {
  const { folio, tree } = page;
  const { sim, costs } = folio.machine;
  if (!folio.migratable) return Errno.EBUSY;
  yield* poison(folio);
  folio.migratable = false;
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs);
  if (folioMapcount(folio) > 0 && tree.rmapRwsem.tryAcquireWrite()) {
    yield* sim.spend(costs.rwsemNs);
    yield* unmapHugePage(page, EntryKind.Poison);
    yield* tree.rmapRwsem.releaseWrite();
  }
  yield* folio.lock.release();
  return judge(folio);
}

function* memoryFailureSmall(page: Migration): Process<Result> {
  const { folio, tree } = page;
  const { sim, costs } = folio.machine;
  const ofFile: boolean = !(tree instanceof AnonVma);
  yield* poison(folio);
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs);
  if (folioMapcount(folio) > 0) {
    yield* tree.rmapRwsem.acquireRead();
    yield* sim.spend(costs.rwsemNs);
    yield* unmapFolio(page, EntryKind.Poison, false);
    yield* tree.rmapRwsem.releaseRead();
  }
  // MF_MSG_TRUNCATED_LRU: somebody has taken it out of its file meanwhile.
  const truncated = ofFile && folio.cached === null;
  yield* folio.lock.release();
  return truncated ? Errno.EBUSY : judge(folio);
}

/** The flag, and a reference that is never dropped: the frame is lost. Models get_hwpoison_page(), mm/memory-failure.c. */
function* poison(folio: Folio): Process<void> {
  const { sim, work } = folio.machine;
  folio.poisoned = true;
  takeFaultRef(folio);
  work.refAtomics += 1;
  yield* sim.spend(folio.headLine.access(sim.current.cpu));
}

/**
 * Only small pages are handled: a large folio is split first. Null: somebody holds it. The page comes with a reference.
 *
 * Models try_to_split_thp_page(), mm/memory-failure.c.
 */
function* trySplitThpPage(page: Migration, frame: Pfn): Process<Folio | null> {
  const { folio } = page;
  const { sim, costs } = folio.machine;
  takeFaultRef(folio);
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs);
  const pinned = pfn(frame - folio.firstPfn);
  const pages = yield* splitFolio(page, pinned);
  yield* unlockMigrated(folio);
  const small = pages?.[pinned];
  if (small === undefined) {
    yield* sim.spend(dropFaultRef(folio));
    return null;
  }
  // From here on it is a reference like that of a fault.
  small.gupRefs += 1;
  return small;
}

/** What is still mapped cannot be kept from being touched. Models kill_procs(), mm/memory-failure.c, where it sends SIGKILL. */
function judge(folio: Folio): Result {
  const { findings, sim } = folio.machine;
  const mapcount = folioMapcount(folio);
  if (mapcount === 0) return 0;
  findings.add({
    kind: 'vmm-killed',
    message: `the poisoned folio ${folio.firstPfn} of ${folio.pages} pages still counts as mapped (${mapcount}): who maps it gets SIGKILL`,
    simTimeNs: sim.now,
    evidence: { firstPfn: folio.firstPfn, pages: folio.pages, mapcount },
  });
  return Errno.EBUSY;
}
