import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from './address.ts';
import type { Folio } from './folio.ts';
import type { Mm } from './mm.ts';
import type { NotifierId } from './notifier-schemes/notifier-scheme.ts';
import { closeThpSection, openThpSection } from './notifier-schemes/thp-section.ts';
import type { AddressSpace } from './page-cache.ts';
import { EntryKind } from './radix-table.ts';
import { removeRmap } from './rmap.ts';
import { ShmemVma } from './shmem-vma.ts';
import { cpuTlbShootdown } from './tlb.ts';

/** Address spaces whose CPUs have not been told yet what was unmapped. */
export type UnmapBatch = Set<Mm>;

/**
 * Unmaps one small page of a file from every VMA that maps it, with a section of its own in each of them. The CPU flush
 * is left to try_to_unmap_flush().
 *
 * Models    try_to_unmap(), try_to_unmap_one(), mm/rmap.c, with TTU_BATCH_FLUSH.
 * Locks     The folio lock is the caller's; i_mmap_rwsem (R) for the walk; in each mm the PTE lock.
 * Order     range_start comes before the look at the entry: a VMA that no longer maps the page has a section as well.
 * Left out  Large folios, swap entries, mlock.
 */
export function* tryToUnmap(
  mapping: AddressSpace,
  index: number,
  folio: Folio,
  scheme: NotifierId,
  batch: UnmapBatch,
): Process<void> {
  const { sim, costs } = folio.machine;
  yield* mapping.iMmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  for (const vma of mapping.vmas) {
    const address = vma.addressOf(index);
    if (!(vma instanceof ShmemVma) || !vma.contains(address)) continue;
    const section = yield* openThpSection(scheme, vma.mm, address, hva(address + PAGE_SIZE));
    if (yield* unmapOne(vma, address, folio)) batch.add(vma.mm);
    yield* closeThpSection(vma.mm, section);
  }
  yield* mapping.iMmapRwsem.releaseRead();
}

function* unmapOne(vma: ShmemVma, address: Hva, folio: Folio): Process<boolean> {
  const { sim, costs, work, geometry } = vma.mm.machine;
  const table = vma.mm.pageTables.lowestTable(address, 1);
  if (table.level !== 1) return false;
  const index = geometry.index(Math.floor(address / PAGE_SIZE), 1);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const mapped = table.kinds[index] === EntryKind.Leaf && table.pfns[index] === folio.firstPfn;
  if (mapped) {
    table.clear(index);
    work.leafClears += 1;
    const mapNs = removeRmap(folio, 0, 1);
    // Not the last reference: the caller has one. Its line is this CPU's since the caller has locked the page.
    folio.changeRefs(-1);
    work.refAtomics += 1;
    // What the entry knew of writes goes over to the struct page.
    yield* sim.spend(costs.leafXchgNs + costs.ptePageMarkNs + mapNs + costs.headPutNs);
  }
  yield* table.ptl.release();
  return mapped;
}

/** One flush for all that was unmapped since the last. Models try_to_unmap_flush(), mm/rmap.c. */
export function* tryToUnmapFlush(batch: UnmapBatch): Process<void> {
  for (const mm of batch) yield* cpuTlbShootdown(mm);
  batch.clear();
}
