import type { Process } from '../../engine/process.ts';
import type { Hva } from '../address.ts';
import { Folio } from '../folio.ts';
import { folioMapcount, freeFolio } from '../free-folio.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import type { AddressSpace } from '../page-cache.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { tryToUnmap, tryToUnmapFlush, type UnmapBatch } from '../try-to-unmap.ts';
import { mappedPart } from '../unmap-mapping.ts';
import { userfaultFor } from '../userfaultfd.ts';
import { type CollapseControl, madviseControl } from './collapse-control.ts';
import { retractPageTables } from './retract-page-tables.ts';
import type { ScanResult } from './scan-result.ts';

/**
 * Whether the block of the file at `address` can be collapsed.
 *
 * Models    hpage_collapse_scan_file(), mm/khugepaged.c. Under RCU: no lock at all.
 * Returns   succeed, also for a block without a page; pte-mapped-hugepage if it is one folio already; page-count if a page
 *           has users beside the page cache and its mappings. To khugepaged also exceed-none-pte, for holes of the file; it
 *           does not ask whether a file's pages are young.
 */
export function* hpageCollapseScanFile(
  vma: ShmemVma,
  address: Hva,
  control: CollapseControl = madviseControl,
): Process<ScanResult> {
  const { sim, costs, geometry } = vma.mm.machine;
  const first = vma.pageIndex(address);
  let holes = 0;
  for (let index = first; index < first + geometry.pagesPer[2]; ) {
    if (!sim.elapse(costs.pteScanNs)) yield costs.pteScanNs;
    const folio = vma.mapping.folio(index);
    if (folio?.level === 2) return 'pte-mapped-hugepage';
    // A poisoned page is on no LRU list.
    if (folio?.poisoned) return 'page-lru';
    if (folio !== undefined && folio.refcount !== 1 + folioMapcount(folio)) return 'page-count';
    if (folio === undefined) holes += 1;
    index += folio?.pages ?? 1;
  }
  return holes > control.maxPtesNone ? 'exceed-none-pte' : 'succeed';
}

/** One call of collapse_file(): the new folio, which stays locked to the end, and the old ones, each locked and held. */
interface FileCollapse {
  readonly mapping: AddressSpace;
  readonly first: number;
  readonly folio: Folio;
  readonly old: { readonly index: number; readonly folio: Folio }[];
  readonly holes: number[];
  readonly scheme: NotifierId;
}

/**
 * Copies the pages of one block of a file into a new folio, which takes their place in the page cache. Pfns change. Where
 * the block was mapped nothing is left when this returns, neither leaves nor, as a rule, PTE tables.
 *
 * Models    collapse_file(), mm/khugepaged.c, for shmem.
 * Context   Sleeps. The caller holds no lock: in 6.1 retract_page_tables() tries for mmap_lock.
 * Locks     The new folio, then each old one by trylock, all of them to the end. So a vCPU that faults sleeps on a folio
 *           lock: on an old one that it has found, or on the new one.
 * Order     For each old folio: lock, unmap with a section of its own in each VMA, reference check. Then one CPU flush, copy,
 *           page cache, retract_page_tables(), unlock. 6.1 puts the new folio in place index by index before the copy.
 * Returns   pte-mapped-hugepage: done, and the caller maps it, or, khugepaged, leaves that to the next fault; succeed in 6.1 if
 *           it is mapped already, or, for khugepaged, has no table left in the way. page-count if
 *           somebody else holds a page, page-lock, page-filled if a hole was filled meanwhile: all is put back, and what
 *           was unmapped comes back with the next fault.
 * Left out  Allocation and charge; swapped out pages; LRU references.
 */
export function* collapseFile(
  vma: ShmemVma,
  address: Hva,
  scheme: NotifierId,
  control: CollapseControl = madviseControl,
): Process<ScanResult> {
  const { machine } = vma.mm;
  const { sim, costs, memory } = machine;
  const { mapping } = vma;
  const folio = new Folio(machine, memory.allocate(2), 2, false);
  yield* folio.lock.acquire();
  yield* sim.spend(costs.mutexNs);
  const collapse: FileCollapse = { mapping, first: vma.pageIndex(address), folio, old: [], holes: [], scheme };

  const batch: UnmapBatch = new Set();
  let result = yield* takeOldFolios(collapse, batch);
  yield* tryToUnmapFlush(batch);
  if (result === 'succeed') {
    tellPagesLeave(collapse);
    yield* copyPages(collapse);
    // A fault may have put a page where there was none. In 6.1 it has found the new folio there, and waits for it.
    const filled = collapse.holes.some(
      (index) => mapping.folio(index) !== (machine.kernel === '6.1' ? folio : undefined),
    );
    if (filled) result = 'page-filled';
    else if (machine.kernel !== '6.1' && fillsMissing(collapse)) result = 'exceed-none-pte';
  }
  if (result !== 'succeed') {
    yield* rollBack(collapse);
    return result;
  }
  mapping.replace(collapse.first, folio.pages, folio, collapse.first);
  yield* sim.spend(costs.pageCacheLookupNs);
  const target = { vma, address };
  result = yield* retractPageTables({ mapping, first: collapse.first, folio, target, scheme, control });
  yield* folio.lock.release();
  yield* dropOldFolios(collapse);
  return result;
}

/** Locks, unmaps and checks the pages of the block, one after the other. */
function* takeOldFolios(collapse: FileCollapse, batch: UnmapBatch): Process<ScanResult> {
  const { mapping, first, folio } = collapse;
  const { sim, costs, kernel, work } = folio.machine;
  for (let index = first; index < first + folio.pages; index++) {
    yield* sim.spend(costs.pageCacheLookupNs);
    const old = mapping.folio(index);
    if (old === undefined) {
      collapse.holes.push(index);
    } else {
      if (!old.lock.tryAcquire()) return 'page-lock';
      old.changeRefs(1);
      work.refAtomics += 1;
      yield* sim.spend(costs.mutexNs + costs.atomicHotNs);
      let result: ScanResult = old.level === 2 ? 'pte-mapped-hugepage' : old.poisoned ? 'page-lru' : 'succeed';
      if (result === 'succeed') {
        // Off the LRU list, whose lock costs what a PTE lock does.
        yield* sim.spend(costs.ptlNs);
        if (folioMapcount(old) > 0) yield* tryToUnmap(mapping, index, old, collapse.scheme, batch);
        // The page cache's reference and ours. Another one is somebody who uses the page without a mapping: GUP.
        if (old.refcount !== 2) result = 'page-count';
      }
      if (result !== 'succeed') {
        yield* unlockAndPut(old);
        return result;
      }
      collapse.old.push({ index, folio: old });
    }
    if (kernel === '6.1') mapping.replace(index, 1, folio, first);
  }
  return 'succeed';
}

/** Every mapping of the old pages, in whatever mm, must be gone from every secondary MMU by now. A hole may be filled. */
function tellPagesLeave({ mapping, old }: FileCollapse): void {
  for (const vma of mapping.vmas) {
    if (!(vma instanceof ShmemVma)) continue;
    for (let at = 0; at < old.length; ) {
      const first = old[at]?.index ?? 0;
      let pages = 1;
      while (old[at + pages]?.index === first + pages) pages += 1;
      const part = mappedPart(vma, first, first + pages);
      if (part !== null) vma.mm.pagesLeave(part.start, part.end);
      at += pages;
    }
  }
}

/**
 * A hole of which some userspace wants to hear would be filled behind its back. Since 6.4 the kernel looks for that
 * (userfaultfd_missing()); 6.1 fills it.
 */
function fillsMissing({ mapping, first, holes }: FileCollapse): boolean {
  if (holes.length === 0) return false;
  return mapping.vmas.some((vma) => userfaultFor(vma.mm, vma.addressOf(first), 'missing') !== null);
}

function* copyPages({ folio, old, holes, first }: FileCollapse): Process<void> {
  const { sim, costs, memory } = folio.machine;
  for (const page of old) {
    if (!sim.elapse(costs.copyPageNs)) yield costs.copyPageNs;
    memory.copied(page.folio.firstPfn, folio.firstPfn + page.index - first, 1);
  }
  for (let page = 0; page < holes.length; page++) if (!sim.elapse(costs.zeroPageNs)) yield costs.zeroPageNs;
}

/** The page cache has let go of them, and so do we: those that nobody waits for are freed here. */
function* dropOldFolios({ old }: FileCollapse): Process<void> {
  for (const { folio } of old) {
    yield* folio.lock.release();
    yield* put(folio, 2);
  }
}

function* rollBack({ mapping, folio, old, holes }: FileCollapse): Process<void> {
  if (folio.machine.kernel === '6.1') {
    for (const { index, folio: page } of old) mapping.replace(index, 1, page, index);
    for (const index of holes) mapping.remove(index);
  }
  folio.cached = null;
  for (const { folio: page } of old) yield* unlockAndPut(page);
  yield* folio.lock.release();
  yield* put(folio, 1);
}

function* unlockAndPut(folio: Folio): Process<void> {
  yield* folio.lock.release();
  yield* put(folio, 1);
}

function* put(folio: Folio, refs: number): Process<void> {
  const { sim, costs, work } = folio.machine;
  const left = folio.changeRefs(-refs);
  work.refAtomics += 1;
  yield* sim.spend(costs.headPutNs + (left === 0 ? freeFolio(folio) : 0));
}
