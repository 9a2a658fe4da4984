import type { Process } from '../../engine/process.ts';
import { type Hva, hva } from '../address.ts';
import type { Folio } from '../folio.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import { closeThpSection, openThpSection } from '../notifier-schemes/thp-section.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';
import { removeRmap, removeRmapBatch } from '../rmap.ts';
import type { ShmemVma } from '../shmem-vma.ts';
import { userfaultFor } from '../userfaultfd.ts';
import { findPmdOrThpOrNone, freePteTable, holdsBlock, type PmdEntry, pmdpCollapseFlush, setHugePmd } from './pmd.ts';
import { collapseAndFreePmd } from './retract-page-tables.ts';
import type { ScanResult } from './scan-result.ts';

/**
 * Maps a block whose pages are one folio already by one PMD entry, in the place of the PTE table. No pfn changes and
 * nothing is copied; holes become mapped.
 *
 * Models    collapse_pte_mapped_thp(), mm/khugepaged.c: with install_pmd, as madvise calls it, or without, as khugepaged, which
 *           leaves the huge entry to the next fault.
 * Context   Sleeps. The caller holds mmap_lock: in 6.1 for write, since 6.6 for read.
 * Locks     The folio lock from the first look at the table to the set entry, so that truncation, migration and faults
 *           stay away from a page that for a while looks unmapped. Under it 6.1 takes i_mmap_rwsem (W), later kernels
 *           the PTE lock alone, then the PMD lock and under it the PTE lock.
 * Order     6.1: mapcounts and references first, while the PTEs still stand, then section, PMD clear, IPI, end. Later: section,
 *           PTEs and mapcounts, references, PMD clear and flush, end. The entry is set after the section: a vCPU that faults
 *           in between sleeps on the folio lock. Schemes without a section leave it out; post-collapse tells KVM when the
 *           entry is set and the locks are released (reference I.5).
 *           6.18 (since 6.17) takes consecutive PTEs as one batch, whose mapcounts share the atomic on the folio's count.
 * Returns   succeed; pmd-mapped if there is nothing to do; page-null, page-compound if the folio is not there any more.
 * Left out  uffd-wp markers and private userfaultfd mappings. The IPI of pmdp_get_lockless_sync(): 64-bit kernels have none.
 */
export function* collapsePteMappedThp(
  vma: ShmemVma,
  address: Hva,
  scheme: NotifierId,
  installPmd = true,
): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, kernel } = mm.machine;
  if (!holdsBlock(vma, address)) return 'vma-check';
  if (findPmdOrThpOrNone(mm, address) === 'pmd-mapped') return 'pmd-mapped';
  if (userfaultFor(mm, address, 'wp') !== null) return 'pte-uffd-wp';

  const folio = yield* lockFolio(vma, address);
  if (typeof folio === 'string') return folio;
  const pmd = findPmdOrThpOrNone(mm, address);
  let result: ScanResult = 'succeed';
  if (typeof pmd !== 'string') {
    const table = pmd.table.child(pmd.index);
    result = yield* checkTable(vma, table, folio);
    if (result === 'succeed') {
      if (kernel === '6.1') yield* takeTable61(vma, address, folio, pmd, table, scheme);
      else yield* takeTable(vma, address, folio, pmd, table, scheme);
    }
  } else if (pmd !== 'pmd-none' && pmd !== 'pmd-null') result = pmd;
  if (result === 'succeed' && installPmd) result = yield* setHugePmd(vma, address, folio);

  yield* folio.lock.release();
  folio.changeRefs(-1);
  yield* sim.spend(costs.headPutNs);
  return result;
}

/** Models filemap_lock_folio(): found, held, locked, and looked up again. */
function* lockFolio(vma: ShmemVma, address: Hva): Process<Folio | ScanResult> {
  const { sim, costs } = vma.mm.machine;
  const index = vma.pageIndex(address);
  for (;;) {
    yield* sim.spend(costs.pageCacheLookupNs);
    const folio = vma.mapping.folio(index);
    if (folio === undefined) return 'page-null';
    if (folio.level !== 2) return 'page-compound';
    folio.changeRefs(1);
    yield* folio.lock.acquire();
    yield* sim.spend(costs.mutexNs + costs.atomicHotNs);
    if (vma.mapping.folio(index) === folio) return folio;
    yield* folio.lock.release();
    folio.changeRefs(-1);
  }
}

/** Every PTE is empty or maps its own page of the folio. */
function* checkTable(vma: ShmemVma, table: PageTable, folio: Folio): Process<ScanResult> {
  const { sim, costs, work } = vma.mm.machine;
  let result: ScanResult = 'succeed';
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  for (let index = 0; index < table.kinds.length && result === 'succeed'; index++) {
    if (!sim.elapse(costs.pteScanNs)) yield costs.pteScanNs;
    const stranger = table.kinds[index] === EntryKind.Leaf && table.pfns[index] !== folio.firstPfn + index;
    if (stranger) result = 'fail';
    if (table.kinds[index] === EntryKind.Migration) result = 'pte-non-present';
  }
  yield* table.ptl.release();
  return result;
}

/** 6.1: under mmap_lock (W) nobody but GUP-fast reads the table, so its entries can stay until the table goes. */
function* takeTable61(
  vma: ShmemVma,
  address: Hva,
  folio: Folio,
  pmd: PmdEntry,
  table: PageTable,
  scheme: NotifierId,
): Process<void> {
  const { sim, costs } = vma.mm.machine;
  yield* vma.mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const leaves = yield* dropLeaves(vma, table, folio, false);
  yield* dropRefs(folio, leaves);
  yield* collapseAndFreePmd(vma, address, pmd, scheme);
  yield* vma.mapping.iMmapRwsem.releaseWrite();
}

function* takeTable(
  vma: ShmemVma,
  address: Hva,
  folio: Folio,
  pmd: PmdEntry,
  table: PageTable,
  scheme: NotifierId,
): Process<void> {
  const { mm } = vma;
  const { sim, costs, work, geometry } = mm.machine;
  const section = yield* openThpSection(scheme, mm, address, hva(address + geometry.entryBytes(2)));
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  const leaves = yield* dropLeaves(vma, table, folio, true);
  yield* table.ptl.release();
  yield* dropRefs(folio, leaves);
  yield* pmd.table.ptl.acquire();
  yield* table.ptl.acquire();
  yield* sim.spend(2 * costs.ptlNs);
  work.ptlAcquisitions += 3;
  yield* pmdpCollapseFlush(mm, pmd);
  yield* table.ptl.release();
  yield* pmd.table.ptl.release();
  yield* closeThpSection(mm, section);
  yield* freePteTable(mm);
}

/** The mapcounts of all leaves of the table, and the entries themselves where `clear` says so. Returns how many. */
function* dropLeaves(vma: ShmemVma, table: PageTable, folio: Folio, clear: boolean): Process<number> {
  const { sim, costs, work, kernel } = vma.mm.machine;
  let leaves = 0;
  for (let index = 0; index < table.kinds.length; ) {
    const batch = folioPteBatch(table, index, kernel === '6.18' ? table.kinds.length : index + 1);
    if (batch === 0) {
      index += 1;
      continue;
    }
    leaves += batch;
    let ns = kernel === '6.18' ? removeRmapBatch(folio, index, batch) : removeRmap(folio, index, 1);
    if (clear) {
      // clear_ptes(): one xchg for each entry all the same.
      for (let entry = index; entry < index + batch; entry++) table.clear(entry);
      work.leafClears += batch;
      ns += batch * costs.leafXchgNs;
    }
    if (!sim.elapse(ns)) yield ns;
    index += batch;
  }
  return leaves;
}

/**
 * PTEs from `index` on, up to `limit`, that are present without a gap. checkTable() has seen that each maps its own page of the
 * folio, and writable or not makes no difference to a batch here.
 *
 * Models folio_pte_batch(), mm/internal.h, mm/util.c.
 */
function folioPteBatch(table: PageTable, index: number, limit: number): number {
  let end = index;
  while (end < limit && table.kinds[end] === EntryKind.Leaf) end += 1;
  return end - index;
}

/** One atomic for the references of all leaves. Models folio_ref_sub(). */
function* dropRefs(folio: Folio, leaves: number): Process<void> {
  if (leaves === 0) return;
  folio.changeRefs(-leaves);
  folio.machine.work.refAtomics += 1;
  yield* folio.machine.sim.spend(folio.headLine.access(folio.machine.sim.current.cpu));
}
