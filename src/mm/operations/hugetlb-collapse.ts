// What all versions of hugetlb_collapse() share: one huge page's leaves become one leaf. The versions differ in the
// locks around it and live beside this file; the notifier schemes decide which of these steps stand inside a section.

import { assert } from '../../engine/assert.ts';
import type { Process } from '../../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE, pageOf, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import type { Folio } from '../folio.ts';
import { nextEntry, subpageIndex } from '../hugetlb.ts';
import { hugetlbFreeRange } from '../hugetlb-free-range.ts';
import { lockHugetlbFolio } from '../hugetlb-lock-folio.ts';
import { mapLeaf, runCleared, settleLookUp } from '../hugetlb-rmap.ts';
import { reportMappedAfterFree, unmapHugepageRange } from '../hugetlb-unmap.ts';
import type { HgmVersion, HugetlbVma } from '../hugetlb-vma.ts';
import { removeRmap } from '../mapcount/mapcount-scheme.ts';
import { MmuGather } from '../mmu-gather.ts';
import type { NotifierSection } from '../mmu-notifier.ts';
import type { NotifierScheme } from '../notifier-schemes/notifier-scheme.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';

/**
 * What keeps others from taking a page for unmapped while its tables change (reference I.2): nothing but the locks of the
 * version; the folio lock, from the look-up to the set leaf; or no such moment at all, since the huge leaf is counted first
 * and takes the place of the tables in one write.
 */
export type CollapseProtection = 'version-locks' | 'folio-lock' | 'atomic-swap';

export interface HugetlbCollapseOptions {
  readonly vma: HugetlbVma;
  readonly start: Hva;
  readonly end: Hva;
  readonly scheme: NotifierScheme;
  /** Bytes of one section under `range-chunked`. */
  readonly chunkBytes: number;
  /** Largest leaf to build; the hstate's own size when absent. */
  readonly maxLevel?: Level;
  /** Absent: the folio lock if the scheme needs it, else the locks of the version. */
  readonly protection?: CollapseProtection;
}

/** One call of hugetlb_collapse(): its arguments, its mmu_gather and the section that is open, if any. */
export class HugetlbCollapse {
  readonly vma: HugetlbVma;
  readonly start: Hva;
  readonly end: Hva;
  readonly scheme: NotifierScheme;
  readonly chunkBytes: number;
  readonly maxLevel: Level;
  /** Nothing else keeps others away from the page: the scheme has no section, or the version relied on this lock (RFC v1). */
  readonly locksFolio: boolean;
  /** The leaf takes the place of the tables before their leaves are unmapped. */
  readonly swaps: boolean;
  readonly gather: MmuGather;
  section: NotifierSection | null = null;
  /** Tables that a swap has taken out of the tree and that still count their leaves. */
  detached: PageTable | null = null;

  constructor(options: HugetlbCollapseOptions) {
    this.vma = options.vma;
    this.start = options.start;
    this.end = options.end;
    this.scheme = options.scheme;
    this.chunkBytes = options.chunkBytes;
    this.maxLevel = options.maxLevel ?? options.vma.hstateLevel;
    const protection = options.protection ?? (options.scheme.needsFolioLock ? 'folio-lock' : 'version-locks');
    this.locksFolio = protection === 'folio-lock' || options.vma.hgmVersion === 'rfc1';
    this.swaps = protection === 'atomic-swap';
    this.gather = new MmuGather(options.vma.mm);
  }

  *closeSection(): Process<void> {
    assert(this.section !== null, 'a section is open');
    const { section } = this;
    this.section = null;
    yield* this.vma.mm.notifiers.rangeEnd(section);
  }

  /** Nothing to do at `address`: no entry there, or a leaf of `level` or larger. */
  isCollapsed(address: Hva, level: Level): boolean {
    const { table, index } = entryAt(this.vma, address, level);
    return table.kinds[index] !== EntryKind.Table;
  }
}

/** The entry of `level` for `address`, or the one above it where the walk ends earlier. */
function entryAt(vma: HugetlbVma, address: Hva, level: Level): { table: PageTable; index: number } {
  const table = vma.mm.pageTables.lowestTable(address, level);
  return { table, index: vma.mm.machine.geometry.index(pageOf(address), table.level) };
}

/**
 * Replaces the table at `address` by one leaf of `level`: unmap every leaf below, free the tables, set the leaf.
 *
 * Models    __hugetlb_collapse(), mm/hugetlb.c, HGM series v2; v1 alike but for the tests' order.
 * Context   Sleeps only for the folio lock, and only under schemes that need it.
 * Returns   0; -EBUSY if the page is not migratable; -EHWPOISON if it is poisoned.
 * Left out  uffd-wp markers, dirty transfer.
 */
export function* collapseEntry(collapse: HugetlbCollapse, address: Hva, level: Level): Process<Result> {
  if (collapse.swaps && !collapse.isCollapsed(address, level)) {
    const swapped = yield* swapEntry(collapse, address, level);
    if (typeof swapped === 'string') return swapped;
    if (swapped !== null) {
      yield* releaseDetached(collapse, swapped, address);
      return 0;
    }
  }
  const { vma } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* sim.spend(costs.hgmWalkNs);
  if (collapse.isCollapsed(address, level)) return 0;

  const folio = yield* findFolio(collapse, address);
  if (typeof folio === 'string') return folio;

  const { table, index } = entryAt(vma, address, level);
  const replaces = table.child(index).leaves > 0;
  const reason = folio === null ? 'gone' : 'collapse';
  const end = nextEntry(vma, address, level);
  // What is unmapped for good may not stay in the secondary MMU, whatever the scheme says of a collapse.
  const section = folio === null && collapse.section === null;
  const opened = section ? yield* vma.mm.notifiers.rangeStart('clear', address, end) : null;
  yield* unmapHugepageRange(collapse.gather, vma, address, end, reason);
  yield* hugetlbFreeRange(collapse.gather, table.unlink(index));
  if (folio !== null) {
    yield* setHugeEntry(collapse, { folio, table, index, replaces }, address);
    if (collapse.locksFolio) yield* folio.lock.release();
  }
  if (opened !== null) yield* vma.mm.notifiers.rangeEnd(opened);
  return 0;
}

/**
 * The page cache's folio for `address`, with a reference that becomes the one of the new mapping, locked if the scheme
 * needs it. Null: the page cache has none, and the entry is to be cleared.
 */
function* findFolio(collapse: HugetlbCollapse, address: Hva): Process<Folio | null | Errno> {
  const { vma } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* sim.spend(costs.pageCacheLookupNs);
  const index = vma.cacheIndex(address);
  const folio = collapse.locksFolio ? yield* lockHugetlbFolio(vma.mapping, index) : vma.mapping.folio(index);
  if (folio === undefined) return null;
  if (collapse.locksFolio) yield* sim.spend(costs.mutexNs);
  const refused = refusal(folio, vma.hgmVersion);
  if (refused !== null) {
    if (collapse.locksFolio) yield* folio.lock.release();
    return refused;
  }
  folio.changeRefs(1);
  yield* sim.spend(folio.headLine.access(sim.current.cpu));
  return folio;
}

/** Before v2 the test for migration came first, so a poisoned page, which is not migratable either, ended the call. */
function refusal(folio: Folio, version: HgmVersion): Errno | null {
  if (version === 'v2' && folio.poisoned) return Errno.EHWPOISON;
  if (!folio.migratable) return Errno.EBUSY;
  return folio.poisoned ? Errno.EHWPOISON : null;
}

/** The leaf to set, and whether leaves of this mapping give way to it. */
interface HugeEntry {
  readonly folio: Folio;
  readonly table: PageTable;
  readonly index: number;
  readonly replaces: boolean;
}

function* setHugeEntry(collapse: HugetlbCollapse, entry: HugeEntry, address: Hva): Process<void> {
  const { vma } = collapse;
  const { folio, table, index } = entry;
  const { sim, costs, work } = vma.mm.machine;
  const firstPage = subpageIndex(vma, address);
  // v1 wrote the huge entry without its lock.
  const locked = vma.hgmVersion !== 'v1';
  if (locked) {
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs);
    work.ptlAcquisitions += 1;
  }
  // The hstate-level entry held the tables, or the entry above them: no collapse makes it.
  const { ns, keepsRef } = mapLeaf({ ...entry, vma, created: false, freshTable: false }, sim.current.cpu);
  yield* sim.spend(costs.pteInstallNs + ns);
  if (table.kinds[index] === EntryKind.Table) {
    collapse.detached = table.unlink(index);
  }
  table.setLeaf(index, pfn(folio.firstPfn + firstPage), vma.writable);
  work.hugeEntriesSet += 1;
  if (locked) yield* table.ptl.release();
  yield* settleLookUp(folio, keepsRef);
}

/**
 * Puts the huge leaf in the place of the table pointer, counted first: no moment at which the page looks unmapped, to
 * rmap or to anybody's walk. Returns the tables that are now detached, their leaves still counted; null if there was
 * nothing to collapse, or no page to map.
 */
export function* swapEntry(collapse: HugetlbCollapse, address: Hva, level: Level): Process<PageTable | null | Errno> {
  const { vma } = collapse;
  const { sim, costs } = vma.mm.machine;
  yield* sim.spend(costs.hgmWalkNs);
  const folio = yield* findFolio(collapse, address);
  if (typeof folio === 'string' || folio === null) return folio;
  const { table, index } = entryAt(vma, address, level);
  const replaces = table.kinds[index] === EntryKind.Table && table.child(index).leaves > 0;
  yield* setHugeEntry(collapse, { folio, table, index, replaces }, address);
  if (collapse.locksFolio) yield* folio.lock.release();
  const { detached } = collapse;
  collapse.detached = null;
  return detached;
}

/** Uncounts, queues and frees what swapEntry has detached. No lock: only lockless walkers can still be inside. */
export function* releaseDetached(collapse: HugetlbCollapse, table: PageTable, address: Hva): Process<void> {
  yield* dropLeaves(collapse, table, address);
  yield* hugetlbFreeRange(collapse.gather, table);
}

function* dropLeaves(collapse: HugetlbCollapse, table: PageTable, address: Hva): Process<void> {
  const { vma, gather } = collapse;
  const { sim, costs, work } = vma.mm.machine;
  const { cpu } = sim.current;
  const { mapcount } = vma.mm;
  const leafNs = costs.hgmWalkNs + costs.leafXchgNs + costs.gatherNs;
  const own = table.kinds.includes(EntryKind.Leaf);
  const frame = table.pfns[table.kinds.indexOf(EntryKind.Leaf)] ?? 0;
  const folio = own ? vma.mm.machine.memory.folioOf(pfn(frame)) : undefined;
  // v2 excludes nobody: truncation may have freed the page behind the swap.
  if (own && folio === undefined) reportMappedAfterFree(vma, frame);
  for (let index = 0; index < table.geometry.entriesPerTable; index++) {
    if (table.kinds[index] === EntryKind.Table) {
      yield* dropLeaves(collapse, table.child(index), address);
    } else if (table.kinds[index] === EntryKind.Leaf) {
      if (!sim.elapse(leafNs)) yield leafNs;
      work.leafClears += 1;
      if (mapcount.counts === 'pages' || folio === undefined) {
        table.clear(index);
        gather.noteCleared();
        continue;
      }
      const firstPage = subpageIndex(vma, hva(table.firstPageOf(index) * PAGE_SIZE));
      const mapNs = removeRmap(mapcount, folio, firstPage, table.level, cpu);
      table.clear(index);
      if (!sim.elapse(mapNs)) yield mapNs;
      if (gather.removePage(folio)) yield* gather.forcedFlush();
    } else if (!sim.elapse(costs.hgmWalkNs)) {
      yield costs.hgmWalkNs;
    }
  }
  const end = table.geometry.entriesPerTable;
  if (folio !== undefined) yield* runCleared(gather, folio, { vma, table, first: 0, end }, true);
}
