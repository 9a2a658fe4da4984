import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pfn } from '../address.ts';
import { AnonymousVma } from '../anonymous-vma.ts';
import { Folio } from '../folio.ts';
import { folioMapcount, freeFolio } from '../free-folio.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import { closeThpSection, openThpSection } from '../notifier-schemes/thp-section.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';
import { addNewAnonRmap, removeRmap } from '../rmap.ts';
import { tlbRemoveTableSyncOne } from '../tlb.ts';
import { userfaultAt } from '../userfaultfd.ts';
import { type CollapseControl, madviseControl } from './collapse-control.ts';
import { KhugepagedHeuristics } from './khugepaged-heuristics.ts';
import { findPmdOrThpOrNone, holdsBlock, pmdpCollapseFlush } from './pmd.ts';
import type { ScanResult } from './scan-result.ts';

/**
 * Whether the block at `address` can be collapsed, and, as khugepaged asks it, whether that is worth it.
 *
 * Models    hpage_collapse_scan_pmd(), mm/khugepaged.c.
 * Locks     mmap_lock (R) is the caller's; the PTE lock for the whole scan. Under it khugepaged asks the secondary MMUs about
 *           every page to which the host itself has seen no access.
 * Returns   succeed; page-count if a page has users beside its mappings; page-ro if no page may be written, as after a fork.
 *           Pages that a fork has shared are no obstacle: they are copied, and the child keeps its own.
 *           exceed-none-pte at a hole of memory whose faults go to userspace (userfaultfd_armed()), pte-uffd-wp at a page that
 *           userspace has protected.
 *           To khugepaged also exceed-none-pte, exceed-shared-pte, and lack-referenced-page where not one page is young.
 * Left out  Node statistics; max_ptes_swap, as nothing is swapped.
 */
export function* hpageCollapseScanPmd(
  vma: AnonymousVma,
  address: Hva,
  control: CollapseControl = madviseControl,
): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, work } = mm.machine;
  const pmd = findPmdOrThpOrNone(mm, address);
  if (typeof pmd === 'string') return pmd;
  const table = pmd.table.child(pmd.index);
  let result: ScanResult = 'page-ro';
  const heuristics = new KhugepagedHeuristics(mm, control);
  const armed = userfaultAt(mm, address) !== null;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  for (let index = 0; index < table.kinds.length; index++) {
    if (!sim.elapse(costs.pteScanNs)) yield costs.pteScanNs;
    const found = judgePte(table, index, heuristics, armed);
    if (found === 'hole') continue;
    if (found !== 'page') {
      // A poisoned page is taken for a swapped one, and cannot be brought in.
      result = table.kinds[index] === EntryKind.Poison ? 'fail' : found;
      break;
    }
    if (!hasOnlyMappings(folioAt(vma, table, index))) {
      result = 'page-count';
      break;
    }
    if (table.writable[index] === 1) result = 'succeed';
    if (control.isKhugepaged) yield* heuristics.countYoung(table, index);
  }
  yield* table.ptl.release();
  return result === 'succeed' && !heuristics.isReferenced ? 'lack-referenced-page' : result;
}

/**
 * Copies the pages of one block of anonymous memory into a new folio and maps that whole. Pfns change.
 *
 * Models    collapse_huge_page(), mm/khugepaged.c.
 * Context   Sleeps. The caller holds mmap_lock for read; on return nobody does.
 * Locks     mmap_lock (R) to look again, then (W) to the end; anon_vma (W) until the old table is empty of users; the PMD
 *           lock around each change of the entry; the PTE lock to isolate, and for each page; the lock of every old page.
 * Order     Section, PMD clear and CPU flush, range_end, IPI: the copy comes after the section. So a vCPU that faults
 *           meanwhile finds no section and an empty PMD, and sleeps in slow GUP behind mmap_lock.
 * Returns   succeed; page-count if a page is in use: the old table is put back, and nothing has happened. To khugepaged also
 *           what its heuristics say by now. In 6.18 that is lack-referenced-page where only SPTEs had seen accesses: the
 *           section has zapped them, and a zap does not mark pages any more.
 * Left out  Allocation and charge of the new folio, before any lock that matters; swap-in; the per-VMA lock, as GUP takes
 *           mmap_lock anyway. 6.12 copies all pages before it drops the first: nobody can look in between.
 */
export function* collapseHugePage(
  vma: AnonymousVma,
  address: Hva,
  scheme: NotifierId,
  control: CollapseControl = madviseControl,
): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, memory } = mm.machine;
  yield* mm.mmapLock.releaseRead();
  const folio = new Folio(mm.machine, memory.allocate(2), 2, false);

  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const found = revalidate(vma, address);
  yield* mm.mmapLock.releaseRead();

  let result: ScanResult = 'succeed';
  if (typeof found === 'string') result = found;
  else {
    yield* mm.mmapLock.acquireWrite();
    yield* sim.spend(costs.rwsemNs);
    // Cut meanwhile, it may be the other half, with another permission.
    const still = revalidate(vma, address);
    result = typeof still === 'string' ? still : yield* collapseLocked(still, address, folio, scheme, control);
    yield* mm.mmapLock.releaseWrite();
  }
  if (result !== 'succeed') {
    folio.changeRefs(-1);
    yield* sim.spend(freeFolio(folio));
  }
  return result;
}

/** The lock was dropped: whatever was found before may be gone. Models hugepage_vma_revalidate(), mm/khugepaged.c. */
function revalidate(vma: AnonymousVma, address: Hva): AnonymousVma | ScanResult {
  const found = vma.mm.findVma(address);
  // A half of it will do: both have the same anon_vma.
  const isSame = found instanceof AnonymousVma && found.rmapTree === vma.rmapTree;
  if (!isSame || !holdsBlock(found, address)) return 'vma-check';
  const pmd = findPmdOrThpOrNone(vma.mm, address);
  return typeof pmd === 'string' ? pmd : found;
}

function* collapseLocked(
  vma: AnonymousVma,
  address: Hva,
  folio: Folio,
  scheme: NotifierId,
  control: CollapseControl,
): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, geometry, work } = mm.machine;
  const end = hva(address + geometry.entryBytes(2));
  const pmd = findPmdOrThpOrNone(mm, address);
  if (typeof pmd === 'string') return pmd;

  yield* vma.anonVmaRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  const section = yield* openThpSection(scheme, mm, address, end);
  yield* pmd.table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const old = yield* pmdpCollapseFlush(mm, pmd);
  yield* pmd.table.ptl.release();
  yield* closeThpSection(mm, section);
  // GUP-fast that has read the entry before it went is over when this returns, and its reference counts below.
  yield* tlbRemoveTableSyncOne(mm);

  const isolated = yield* isolate(vma, old, control);
  if (isolated.result !== 'succeed') {
    yield* pmd.table.ptl.acquire();
    yield* sim.spend(costs.ptlNs + costs.pteInstallNs);
    pmd.table.link(pmd.index, old);
    yield* pmd.table.ptl.release();
    yield* vma.anonVmaRwsem.releaseWrite();
    return isolated.result;
  }
  yield* vma.anonVmaRwsem.releaseWrite();

  mm.pagesLeave(address, end);
  yield* copyPages(vma, old, folio);
  for (const page of isolated.folios) yield* page.lock.release();

  // The old table stays with the entry as its deposit, for the day it is split again: no table is freed.
  yield* pmd.table.ptl.acquire();
  yield* sim.spend(costs.ptlNs + costs.pteInstallNs);
  work.ptlAcquisitions += 1;
  addNewAnonRmap(folio);
  pmd.table.setLeaf(pmd.index, folio.firstPfn, vma.writable);
  work.hugeEntriesSet += 1;
  yield* pmd.table.ptl.release();
  return 'succeed';
}

/**
 * Locks every page of the table and makes sure that its mappings are all its users.
 *
 * Models    __collapse_huge_page_isolate(), mm/khugepaged.c. On failure what was locked is unlocked again.
 */
function* isolate(
  vma: AnonymousVma,
  table: PageTable,
  control: CollapseControl,
): Process<{ result: ScanResult; folios: Folio[] }> {
  const { sim, costs, work } = vma.mm.machine;
  const folios = new Set<Folio>();
  let result: ScanResult = 'succeed';
  let writable = false;
  const heuristics = new KhugepagedHeuristics(vma.mm, control);
  const armed = userfaultAt(vma.mm, hva(table.firstPage * PAGE_SIZE)) !== null;
  // mutex: the lock of the page; ptl: the lock of the LRU list that it leaves.
  const pageNs = costs.pteScanNs + costs.mutexNs + costs.ptlNs;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  for (let index = 0; index < table.kinds.length; index++) {
    const found = judgePte(table, index, heuristics, armed);
    if (found === 'hole') continue;
    if (found !== 'page') {
      result = found;
      break;
    }
    writable ||= table.writable[index] === 1;
    const folio = folioAt(vma, table, index);
    if (folios.has(folio)) continue;
    if (!folio.lock.tryAcquire()) {
      result = 'page-lock';
      break;
    }
    folios.add(folio);
    if (!sim.elapse(pageNs)) yield pageNs;
    if (!hasOnlyMappings(folio)) {
      result = 'page-count';
      break;
    }
    if (control.isKhugepaged) yield* heuristics.countYoung(table, index);
  }
  yield* table.ptl.release();
  // Fork may have come since the scan: without a page that may be written the new one could not be either.
  if (result === 'succeed' && !writable) result = 'page-ro';
  if (result === 'succeed' && !heuristics.isReferenced) result = 'lack-referenced-page';
  if (result !== 'succeed') for (const folio of folios) yield* folio.lock.release();
  return { result, folios: [...folios] };
}

/**
 * Copies page by page, zeroes where there is none, and drops the old pages. The table is out of the tree.
 *
 * Models    __collapse_huge_page_copy(), mm/khugepaged.c.
 * Locks     The PTE lock around each entry, which nobody else wants by now.
 */
function* copyPages(vma: AnonymousVma, table: PageTable, to: Folio): Process<void> {
  const { sim, costs, work, memory } = vma.mm.machine;
  for (let index = 0; index < table.kinds.length; index++) {
    if (table.kinds[index] !== EntryKind.Leaf) {
      if (!sim.elapse(costs.zeroPageNs)) yield costs.zeroPageNs;
      continue;
    }
    if (!sim.elapse(costs.copyPageNs)) yield costs.copyPageNs;
    memory.copied(table.pfns[index] ?? 0, to.firstPfn + index, 1);
    const folio = folioAt(vma, table, index);
    const firstPage = (table.pfns[index] ?? 0) - folio.firstPfn;
    yield* table.ptl.acquire();
    table.clear(index);
    work.leafClears += 1;
    work.ptlAcquisitions += 1;
    const clearNs = costs.ptlNs + costs.leafXchgNs + removeRmap(folio, firstPage, 1);
    if (!sim.elapse(clearNs)) yield clearNs;
    yield* table.ptl.release();
    const left = folio.changeRefs(-1);
    work.refAtomics += 1;
    // The line of the struct page is this CPU's since it has locked the page.
    const putNs = costs.headPutNs + (left === 0 ? freeFolio(folio) : 0);
    if (!sim.elapse(putNs)) yield putNs;
  }
}

/** Models is_refcount_suitable(), mm/khugepaged.c: neither GUP nor anybody else holds the page. */
const hasOnlyMappings = (folio: Folio): boolean => folio.refcount === folioMapcount(folio);

function folioAt(vma: AnonymousVma, table: PageTable, index: number): Folio {
  const folio = vma.mm.machine.memory.folioOf(pfn(table.pfns[index] ?? 0));
  if (folio === undefined) throw new Error('model assertion failed: a mapped page belongs to a folio');
  return folio;
}

/** What the scan and the isolation ask alike of an entry: a page that may go, a hole that may be filled, or why neither. */
function judgePte(
  table: PageTable,
  index: number,
  heuristics: KhugepagedHeuristics,
  armed: boolean,
): ScanResult | 'page' | 'hole' {
  const kind = table.kinds[index];
  if (kind === EntryKind.Migration || kind === EntryKind.Poison) return 'pte-non-present';
  // A hole of which userspace wants to hear is not filled behind its back.
  if (kind !== EntryKind.Leaf) return !armed && heuristics.countNone() ? 'hole' : 'exceed-none-pte';
  if (table.isUffdWp(index)) return 'pte-uffd-wp';
  return heuristics.countShared(table, index) ? 'page' : 'exceed-shared-pte';
}
