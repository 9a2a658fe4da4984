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
    yield* unmapSection(vma, part.start, part.end);
    yield* vma.hugetlbLock.releaseWrite();
  }
  yield* mapping.iMmapRwsem.releaseWrite();
}

/**
 * Takes huge pages [first, end) out of the page cache. The references of a batch keep its pages until the batch is through.
 *
 * Models   remove_inode_hugepages() and remove_inode_single_folio(), fs/hugetlbfs/inode.c.
 * Locks    The fault mutex of each huge page, which keeps faults away from it; under that what unmaps it, and the folio
 *          lock around its removal.
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
    for (const folio of batch) yield* removeSingleFolio(vma, folio);
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
  // It was skipped, or faulted in again since. With the mutex held it stays unmapped now.
  if (folioMapcount(folio) > 0) yield* unmapFileFolio(folio, mapping, index);
  yield* folio.lock.acquire();
  yield* sim.spend(2 * costs.mutexNs + costs.pageCacheLookupNs);
  if (folio.cached !== null) {
    checkUnmapped(folio);
    mapping.remove(index);
    yield* sim.spend(putMapping(folio, sim.current.cpu));
  }
  yield* folio.lock.release();
  yield* mutex.release();
}

/**
 * Unmaps one huge page from every mapping. Where a vma_lock is not free, i_mmap_rwsem is dropped and both are taken in
 * order; then the search starts over.
 *
 * Models hugetlb_unmap_file_folio() and hugetlb_vma_maps_page(), fs/hugetlbfs/inode.c.
 */
function* unmapFileFolio(folio: Folio, mapping: AddressSpace, index: number): Process<void> {
  const { sim, costs } = folio.machine;
  for (;;) {
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
    if (contended === null) return;

    yield* contended.hugetlbLock.acquireWrite();
    yield* mapping.iMmapRwsem.acquireWrite();
    yield* sim.spend(2 * costs.rwsemNs);
    if (mapping.vmas.includes(contended) && mapsPage(contended, index)) yield* unmapPage(contended, index);
    // The kernel goes round with i_mmap_rwsem held, and drops the vma_lock first as here.
    yield* contended.hugetlbLock.releaseWrite();
    yield* mapping.iMmapRwsem.releaseWrite();
  }
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
