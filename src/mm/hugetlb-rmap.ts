// Where the paths that map and unmap hugetlb pages meet the mapcount scheme: what is counted, what that costs, and which
// references the mapping holds.

import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE } from './address.ts';
import type { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import type { HugetlbVma } from './hugetlb-vma.ts';
import { hstateEntry } from './mapcount/entry-scan.ts';
import {
  addFileRmap,
  type ClearedRange,
  type ClearedRun,
  type CountChange,
  type NewLeaf,
  type PageScheme,
} from './mapcount/mapcount-scheme.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { PageTable } from './page-table.ts';

/**
 * Counts a leaf that the caller sets next, under its lock. `ns` is for the caller to spend; `keepsRef`: the reference of its
 * look-up becomes the mapping's, else settleLookUp() drops it.
 */
export function mapLeaf(leaf: NewLeaf, cpu: number): { ns: number; keepsRef: boolean } {
  const { vma, folio, table, index } = leaf;
  const scheme = vma.mm.mapcount;
  if (scheme.counts === 'leaves') {
    const firstPage = subpageOf(vma, table, index);
    return { ns: addFileRmap(scheme, folio, firstPage, table.level, cpu), keepsRef: true };
  }
  const { ns, refs } = applyChange(scheme, folio, scheme.leafMapped(leaf), cpu);
  // Leaves that are replaced have left their reference to this one.
  return { ns, keepsRef: refs > 0 && !leaf.replaces };
}

/** Sets and counts a leaf of `folio` before time begins: no atomics, no time. */
export function mapLeafAtOnce(vma: HugetlbVma, folio: Folio, table: PageTable, index: number): void {
  const firstPage = subpageOf(vma, table, index);
  const scheme = vma.mm.mapcount;
  if (scheme.counts === 'leaves') {
    scheme.change(folio, firstPage, table.level, 1);
    folio.changeRefs(1);
  } else {
    const created = isFirstLeaf(vma, table, index);
    const leaf = { vma, folio, table, index, created, freshTable: false, replaces: false };
    folio.changeRefs(changeCount(scheme, folio, scheme.leafMapped(leaf)));
  }
  table.setLeaf(index, folio.firstPfn + firstPage, true);
}

/** Maps all of a folio by leaves of `level`, table by table; for schemes that count leaves. The tables come with it. */
export function mapFolioAtOnce(vma: HugetlbVma, folio: Folio, start: Hva, level: Level): void {
  const scheme = vma.mm.mapcount;
  assert(scheme.counts === 'leaves' && level < folio.level, 'leaves are counted, and there are several');
  const { geometry } = vma.mm.machine;
  const leafPages = geometry.pagesPer[level];
  const tablePages = leafPages * geometry.entriesPerTable;
  for (let page = 0; page < folio.pages; page += tablePages) {
    const table = vma.mm.pageTables.tableAt(hva(start + page * PAGE_SIZE), level);
    for (let leaf = page; leaf < page + tablePages; leaf += leafPages) scheme.change(folio, leaf, level, 1);
    table.fillLeaves(folio.firstPfn + page);
  }
  folio.changeRefs(folio.pages / leafPages);
}

/** Nothing is mapped below the hstate-level entry yet: the table that this leaf lies in was made for it. */
function isFirstLeaf(vma: HugetlbVma, table: PageTable, index: number): boolean {
  if (table.level === vma.hstateLevel) return true;
  const entry = hstateEntry(vma, hva(table.firstPageOf(index) * PAGE_SIZE));
  return entry !== null && entry.table.child(entry.index).leaves === 0;
}

/**
 * The reference that a look-up has taken becomes that of the mapping, or is dropped where another one of the same page
 * has brought it already. Both are atomics on the head page; those that come to nothing are counted apart.
 */
export function* settleLookUp(folio: Folio, keepsRef: boolean): Process<void> {
  const { sim, work } = folio.machine;
  if (keepsRef) {
    work.refAtomics += 1;
    return;
  }
  work.lookUpRefAtomics += 2;
  folio.changeRefs(-1);
  yield* sim.spend(folio.headLine.access(sim.current.cpu));
}

/** Leaves of one table have gone. `collapses`: a larger leaf inherits their reference. */
export function* runCleared(gather: MmuGather, folio: Folio, run: ClearedRun, collapses: boolean): Process<void> {
  const scheme = run.vma.mm.mapcount;
  if (scheme.counts === 'leaves') return;
  yield* uncount(gather, scheme, folio, scheme.runCleared(run), collapses);
}

/** A huge page, or the part of it that was to go, is unmapped. */
export function* rangeCleared(gather: MmuGather, folio: Folio, range: ClearedRange): Process<void> {
  const scheme = range.vma.mm.mapcount;
  if (scheme.counts === 'leaves') return;
  yield* uncount(gather, scheme, folio, scheme.rangeCleared(range), false);
}

/**
 * The pointer in the hstate-level entry is about to go with the tables below it. Nothing there says which page it was
 * for, since the leaves have gone: only the page cache does. If that has forgotten the page, the count stays for ever.
 */
export function* entryFreed(gather: MmuGather, vma: HugetlbVma, table: PageTable, index: number): Process<void> {
  const { sim, costs, findings } = vma.mm.machine;
  const scheme = vma.mm.mapcount;
  if (scheme.counts === 'leaves') return;
  const change = scheme.entryFreed(table, index);
  if (change.delta === 0) return;
  yield* sim.spend(costs.pageCacheLookupNs);
  const address = hva(table.firstPageOf(index) * PAGE_SIZE);
  const folio = vma.mapping.folio(vma.cacheIndex(address));
  if (folio !== undefined) {
    yield* uncount(gather, scheme, folio, change, false);
    return;
  }
  findings.add({
    kind: 'mapcount-leak',
    message: `the entry at ${address} goes, and its page has left the page cache: its mapcount and reference stay`,
    simTimeNs: sim.now,
    evidence: { address, mapcount: scheme.id },
  });
}

/** As runCleared(), for an rmap walk, which drops a reference at once: the CPUs have forgotten the entries by then. */
export function* runUnmapped(folio: Folio, run: ClearedRun): Process<void> {
  const scheme = run.vma.mm.mapcount;
  if (scheme.counts === 'pages') yield* uncountNow(scheme, folio, scheme.runCleared(run));
}

/** As rangeCleared(), for an rmap walk. */
export function* rangeUnmapped(folio: Folio, range: ClearedRange): Process<void> {
  const scheme = range.vma.mm.mapcount;
  if (scheme.counts === 'pages') yield* uncountNow(scheme, folio, scheme.rangeCleared(range));
}

function* uncountNow(scheme: PageScheme, folio: Folio, change: CountChange): Process<void> {
  const { sim } = folio.machine;
  const { cpu } = sim.current;
  const { ns, refs } = applyChange(scheme, folio, change, cpu);
  yield* sim.spend(refs < 0 ? ns + putMapping(folio, cpu) : ns);
}

function* uncount(
  gather: MmuGather,
  scheme: PageScheme,
  folio: Folio,
  change: CountChange,
  collapses: boolean,
): Process<void> {
  const { sim } = folio.machine;
  const { ns, refs } = applyChange(scheme, folio, change, sim.current.cpu);
  if (ns > 0) yield* sim.spend(ns);
  if (refs < 0 && !collapses && gather.removePage(folio)) yield* gather.forcedFlush();
}

function applyChange(scheme: PageScheme, folio: Folio, change: CountChange, cpu: number): { ns: number; refs: number } {
  const { costs, work } = folio.machine;
  const refs = changeCount(scheme, folio, change);
  let ns = change.scanned * costs.entryScanNs + change.marks * costs.leafXchgNs;
  if (change.scanned > 0) {
    work.mapcountScans += 1;
    work.mapcountEntriesScanned += change.scanned;
  }
  if (change.delta !== 0) {
    work.mapcountAtomics += 1;
    ns += Math.max(folio.entireMapcountLine.access(cpu), costs.headMapcountNs);
  }
  return { ns, refs };
}

/** Returns how many references the mapping holds more by it. */
function changeCount(scheme: PageScheme, folio: Folio, { delta }: CountChange): number {
  const before = folio.entireMapcount;
  if (before + delta < 0) {
    folio.reportUnderflow('mapcount');
    return 0;
  }
  folio.entireMapcount += delta;
  if (scheme.reference === 'count') return delta;
  return Math.sign(folio.entireMapcount) - Math.sign(before);
}

/** Number of the first 4K page, inside its huge page, that an entry maps. */
function subpageOf(vma: HugetlbVma, table: PageTable, index: number): number {
  const address = hva(table.firstPageOf(index) * PAGE_SIZE);
  return (address - vma.hugePageStart(address)) / PAGE_SIZE;
}
