import type { Process } from '../../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE, pageOf, pfn } from '../address.ts';
import type { Folio } from '../folio.ts';
import type { Mm } from '../mm.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';
import { addRmap, addRmapBatch } from '../rmap.ts';
import { isHugePmd } from '../split-huge-pmd.ts';
import type { Vma } from '../vma.ts';

/** Two locks of one class, the child's and the parent's, in this order: SINGLE_DEPTH_NESTING. */
export const NESTED = 1;

/**
 * Copies what `src` maps into the page tables of a child, read-only on both sides: whoever writes first gets a page of his own.
 *
 * Models    copy_page_range() and copy_pmd_range(), mm/memory.c, for a mapping that is copied on write.
 * Context   Sleeps. The caller holds mmap_lock (W) of both mms.
 * Locks     The lock of the child's table, under it that of the parent's, once for each table.
 * Order     One section {PROTECTION_PAGE} over all of the mapping, opened before the first entry is protected. The CPUs forget
 *           the permission after the last mapping: flush_tlb_mm() in dup_mmap().
 * Left out  write_protect_seq: only who pins pages (FOLL_PIN) reads it, and KVM's GUP takes a reference. Pinned pages, which
 *           would be copied here; swap entries.
 */
export function* copyPageRange(dst: Vma, src: Vma): Process<void> {
  const { mm, start, end } = src;
  const section = yield* mm.notifiers.rangeStart('protection', start, end);
  mm.pagesProtected(start, end);
  for (let at = start; at < end; ) {
    const table = mm.pageTables.lowestTable(at, 1);
    const index = table.geometry.index(pageOf(at), table.level);
    if (table.level === 1) {
      at = yield* copyPteRange(dst, src, table, at);
      continue;
    }
    if (isHugePmd(table, index)) {
      if (!(yield* copyHugePmd(dst, src, table, index))) continue;
    }
    at = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
  }
  yield* mm.notifiers.rangeEnd(section);
}

/** The child's table for `address`, made with those above it. Models pte_alloc_map_lock(), pmd_alloc(), as far as they take time. */
function* childTable(child: Mm, address: Hva, level: Level): Process<PageTable> {
  const { sim, costs, work } = child.machine;
  const before = work.tablesAllocated;
  const table = child.pageTables.tableAt(address, level);
  yield* sim.spend((work.tablesAllocated - before) * (costs.tableAllocNs + costs.ptlNs + costs.pteInstallNs));
  return table;
}

/** An entry counts as so much progress; at 32 both locks are dropped for whoever waits. */
const PRESENT_PROGRESS = 8;
const PROGRESS_LIMIT = 32;

/**
 * Models   copy_pte_range(), copy_present_pte() and copy_nonpresent_pte(), mm/memory.c. Since 6.9 consecutive PTEs of a large
 *          folio are one batch (copy_present_ptes()), with one atomic for their references.
 * Returns  Where to go on.
 */
function* copyPteRange(dst: Vma, src: Vma, table: PageTable, start: Hva): Process<Hva> {
  const { sim, costs, geometry, preemption, work } = src.mm.machine;
  const child = yield* childTable(dst.mm, start, 1);
  let at = start;
  let index = geometry.index(pageOf(start), 1);
  while (index < geometry.entriesPerTable && at < src.end) {
    yield* child.ptl.acquire();
    yield* table.ptl.acquire(NESTED);
    yield* sim.spend(2 * costs.ptlNs);
    work.ptlAcquisitions += 2;
    for (let progress = 0; index < geometry.entriesPerTable && at < src.end; ) {
      if (progress >= PROGRESS_LIMIT) {
        progress = 0;
        const wanted = child.ptl.isContended || table.ptl.isContended;
        if (preemption === 'full' && wanted) break;
      }
      const limit = Math.min(geometry.entriesPerTable, index + (src.end - at) / PAGE_SIZE);
      const { entries, ns, isEmpty } = copyEntries(src.mm, child, table, index, limit);
      if (!sim.elapse(ns)) yield ns;
      progress += isEmpty ? 1 : PRESENT_PROGRESS * entries;
      index += entries;
      at = hva(at + entries * PAGE_SIZE);
    }
    yield* table.ptl.release();
    yield* child.ptl.release();
    yield* sim.spend(costs.condReschedNs);
  }
  return at;
}

interface CopiedEntries {
  readonly entries: number;
  readonly ns: number;
  readonly isEmpty: boolean;
}

/** Copies the entry at `index`, or the batch that begins there and ends before `limit`. */
function copyEntries(mm: Mm, child: PageTable, table: PageTable, index: number, limit: number): CopiedEntries {
  const { sim, costs, memory, kernel } = mm.machine;
  const kind = table.kinds[index];
  const frame = table.pfns[index] ?? 0;
  if (kind === EntryKind.Migration || kind === EntryKind.Poison) {
    copyNonpresentPte(mm, child, table, index);
    return { entries: 1, ns: costs.pteInstallNs, isEmpty: false };
  }
  const folio = kind === EntryKind.Leaf ? memory.folioOf(pfn(frame)) : undefined;
  if (folio === undefined) return { entries: 1, ns: costs.entryScanNs, isEmpty: true };

  let entries = 1;
  if (folio.level > 1 && kernel !== '6.1') {
    const last = folio.firstPfn + folio.pages;
    const follows = (at: number): boolean =>
      table.kinds[at] === EntryKind.Leaf && table.pfns[at] === frame + at - index && frame + at - index < last;
    while (index + entries < limit && follows(index + entries)) entries += 1;
  }
  const page = frame - folio.firstPfn;
  const mapNs = entries === 1 ? addRmap(folio, page, 1) : addRmapBatch(folio, page, entries);
  const refNs = takeMappingRefs(folio, entries, sim.current.cpu);
  folio.clearAnonExclusive(page, entries);
  for (let at = index; at < index + entries; at++) {
    protectLeaf(mm, table, at);
    child.setLeaf(at, frame + at - index, false);
  }
  return { entries, ns: mapNs + refNs + entries * costs.pteInstallNs, isEmpty: false };
}

/** One atomic for the references of `count` new entries. Models folio_ref_add(). */
function takeMappingRefs(folio: Folio, count: number, cpu: number): number {
  const { costs, work } = folio.machine;
  folio.changeRefs(count);
  work.refAtomics += 1;
  // The reference count of a small page is in the line of its mapcount, which the CPU has just had.
  return folio.level === 1 ? costs.atomicHotNs : folio.headLine.access(cpu);
}

/** Models ptep_set_wrprotect(), arch/x86. Its atomic is a part of pteInstallNs, which comes from a fork that was measured. */
function protectLeaf({ machine }: Mm, table: PageTable, index: number): void {
  if (table.writable[index] === 0) return;
  table.setWritable(index, false);
  machine.work.leavesProtected += 1;
}

/**
 * A page that moves has given count and reference back; both sides find it again where it went, and neither may write to it. A
 * poisoned one is as lost to the child.
 */
function copyNonpresentPte({ machine }: Mm, child: PageTable, table: PageTable, index: number): void {
  const frame = pfn(table.pfns[index] ?? 0);
  const folio = machine.memory.folioOf(frame);
  table.writable[index] = 0;
  child.setLeaf(index, frame, false);
  child.clear(index, table.kind(index));
  if (table.kinds[index] === EntryKind.Migration && folio !== undefined)
    folio.clearAnonExclusive(frame - folio.firstPfn, table.entryPages);
}

/**
 * The child gets a PMD leaf, and a PTE table put by for the day it is split. False: the entry has been split while its lock was
 * awaited, as mmap_lock keeps nobody out who comes from the page; what it has become is to be copied.
 *
 * Models copy_huge_pmd(), mm/huge_memory.c, with its -EAGAIN.
 */
function* copyHugePmd(dst: Vma, src: Vma, table: PageTable, index: number): Process<boolean> {
  const { sim, costs, memory, work } = src.mm.machine;
  const child = yield* childTable(dst.mm, hva(table.firstPageOf(index) * PAGE_SIZE), 2);
  yield* sim.spend(costs.tableAllocNs);
  yield* child.ptl.acquire();
  yield* table.ptl.acquire(NESTED);
  yield* sim.spend(2 * costs.ptlNs);
  work.ptlAcquisitions += 2;
  const frame = table.pfns[index] ?? 0;
  const folio = memory.folioOf(pfn(frame));
  const isSplit = table.kinds[index] === EntryKind.Table;
  if (table.kinds[index] === EntryKind.Migration) {
    copyNonpresentPte(src.mm, child, table, index);
    yield* sim.spend(costs.pteInstallNs);
  } else if (table.kinds[index] === EntryKind.Leaf && folio !== undefined) {
    const mapNs = addRmap(folio, frame - folio.firstPfn, 2);
    const refNs = takeMappingRefs(folio, 1, sim.current.cpu);
    folio.clearAnonExclusive(0, folio.pages);
    protectLeaf(src.mm, table, index);
    child.setLeaf(index, frame, false);
    yield* sim.spend(mapNs + refNs + costs.pteInstallNs);
  }
  yield* table.ptl.release();
  yield* child.ptl.release();
  return !isSplit;
}
