import { probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, PAGE_SIZE } from './address.ts';
import type { Folio } from './folio.ts';
import { checkUnmapped, folioMapcount, putMapping } from './free-folio.ts';
import { unmapHugepageRange } from './hugetlb-unmap.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Machine } from './machine.ts';
import { MmuGather } from './mmu-gather.ts';
import type { AddressSpace } from './page-cache.ts';
import { mappedPart } from './unmap-mapping.ts';

/** PAGEVEC_SIZE, which a folio_batch has too. */
const BATCH = 15;

/**
 * Unmaps huge pages [first, end) of the file from every mapping whose vma_lock is free. Whatever it leaves, or a fault
 * brings back, removeInodeHugepages() finds.
 *
 * Models   hugetlb_vmdelete_list(), fs/hugetlbfs/inode.c.
 * Locks    i_mmap_rwsem (W); under it the vma_lock (W), only tried: elsewhere it comes first.
 */
export function* hugetlbVmdeleteList(
  machine: Machine,
  mapping: AddressSpace,
  first: number,
  end: number,
): Process<void> {
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* machine.sim.spend(machine.costs.rwsemNs);
  for (const vma of hugetlbVmas(mapping)) {
    const part = partOf(vma, first, end);
    if (part === null || !vma.hugetlbLock.tryAcquireWrite()) continue;
    if (probe !== null) probe.enter();
    yield* unmapSection(vma, part.start, part.end);
    if (probe !== null) probe.leave(0);
    yield* vma.hugetlbLock.releaseWrite();
  }
  yield* mapping.iMmapRwsem.releaseWrite();
}

/**
 * Takes huge pages [first, end) out of the page cache. The references of a batch keep its pages until the batch is through.
 *
 * Models   remove_inode_hugepages() and remove_inode_single_folio(), fs/hugetlbfs/inode.c.
 * Locks    The fault mutex of each huge page, which keeps faults away from it; under that the folio
 *          lock, which keeps collapse and migration away, and what unmaps it.
 * Left out Reservations.
 */
export function* removeInodeHugepages(vma: HugetlbVma, first: number, end: number): Process<void> {
  const { mm, mapping } = vma;
  const { sim, costs, work } = mm.machine;
  // A page that has been replaced before its turn, by migration, is found again.
  for (let found = mapping.foliosIn(first, end); found.length > 0; found = mapping.foliosIn(first, end)) {
    const batch = found.slice(0, BATCH);
    for (const folio of batch) {
      folio.changeRefs(1);
      work.refAtomics += 1;
      yield* sim.spend(costs.pageCacheLookupNs + folio.headLine.access(sim.current.cpu));
    }
    for (const folio of batch) {
      if (probe !== null) probe.enter();
      yield* removeSingleFolio(vma, folio);
      if (probe !== null) probe.leave(0);
    }
    for (const folio of batch) yield* sim.spend(putMapping(folio, sim.current.cpu));
    yield* sim.spend(costs.condReschedNs);
  }
}

function* removeSingleFolio({ mm, mapping }: HugetlbVma, folio: Folio): Process<void> {
  const { sim, costs } = mm.machine;
  const index = folio.cached?.index;
  if (index === undefined) return;
  const mutex = mm.machine.hugetlbFaultMutexes.of(mapping, index);
  yield* mutex.acquire();
  // Before the mapcount is asked for: who unmaps the page only to map it again, as migration does, holds the folio lock.
  yield* folio.lock.acquire();
  yield* sim.spend(2 * costs.mutexNs + costs.pageCacheLookupNs);
  // It was skipped, or faulted in again since. With the mutex held it stays unmapped once it is.
  while (folio.cached !== null && folioMapcount(folio) > 0) {
    const contended = yield* unmapFileFolio(folio, mapping, index);
    if (contended === null) break;
    yield* folio.lock.release();
    yield* unmapContended(contended, mapping, index);
    yield* folio.lock.acquire();
    yield* sim.spend(costs.mutexNs);
  }
  if (folio.cached !== null) {
    checkUnmapped(folio);
    mapping.remove(index);
    yield* sim.spend(putMapping(folio, sim.current.cpu));
  }
  yield* folio.lock.release();
  yield* mutex.release();
}

/**
 * Unmaps one huge page from every mapping whose vma_lock is free.
 *
 * Models   hugetlb_unmap_file_folio() and hugetlb_vma_maps_page(), fs/hugetlbfs/inode.c.
 * Locks    i_mmap_rwsem (W) under the folio lock: a file's rmap is walked so, and hugetlb's own order is the other one. The
 *          vma_lock (W) is only tried, as it comes before both.
 * Returns  The first mapping whose vma_lock was not free; those behind it are left alone as well. Null: none is left.
 */
function* unmapFileFolio(folio: Folio, mapping: AddressSpace, index: number): Process<HugetlbVma | null> {
  const { sim, costs } = folio.machine;
  let contended: HugetlbVma | null = null;
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  for (const vma of hugetlbVmas(mapping)) {
    if (!mapsPage(vma, index)) continue;
    if (!vma.hugetlbLock.tryAcquireWrite()) {
      contended = vma;
      break;
    }
    yield* unmapPage(vma, index);
    yield* vma.hugetlbLock.releaseWrite();
  }
  yield* mapping.iMmapRwsem.releaseWrite();
  return contended;
}

/** Both locks in order, with nothing below them held; the search for others that map the page starts over then. */
function* unmapContended(vma: HugetlbVma, mapping: AddressSpace, index: number): Process<void> {
  const { sim, costs } = vma.mm.machine;
  yield* vma.hugetlbLock.acquireWrite();
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(2 * costs.rwsemNs);
  if (mapping.vmas.includes(vma) && mapsPage(vma, index)) yield* unmapPage(vma, index);
  // The kernel goes round with i_mmap_rwsem held, and drops the vma_lock first as here.
  yield* vma.hugetlbLock.releaseWrite();
  yield* mapping.iMmapRwsem.releaseWrite();
}

const hugetlbVmas = (mapping: AddressSpace): HugetlbVma[] => mapping.vmas.filter((vma) => vma instanceof HugetlbVma);

function partOf(vma: HugetlbVma, first: number, end: number): ReturnType<typeof mappedPart> {
  const pages = vma.hugePageSize / PAGE_SIZE;
  return mappedPart(vma, first * pages, end * pages);
}

function mapsPage(vma: HugetlbVma, index: number): boolean {
  const part = partOf(vma, index, index + 1);
  let leaves = 0;
  if (part !== null) {
    vma.mm.pageTables.forEachLeaf(part.start, part.end, () => {
      leaves += 1;
    });
  }
  return leaves > 0;
}

function* unmapPage(vma: HugetlbVma, index: number): Process<void> {
  const part = partOf(vma, index, index + 1);
  if (part !== null) yield* unmapSection(vma, part.start, part.end);
}

/** Models unmap_hugepage_range(), mm/hugetlb.c: section, leaves, range_end, then the flush. */
function* unmapSection(vma: HugetlbVma, start: Hva, end: Hva): Process<void> {
  const gather = new MmuGather(vma.mm);
  const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
  yield* unmapHugepageRange(gather, vma, start, end);
  yield* vma.mm.notifiers.rangeEnd(section);
  yield* gather.finish();
}
