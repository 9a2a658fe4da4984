import type { Hva, Level } from '../address.ts';
import type { Folio } from '../folio.ts';
import type { HugetlbVma } from '../hugetlb-vma.ts';
import type { PageTable } from '../page-table.ts';

export type MapcountSchemeId =
  | 'subpage'
  | 'head-per-pte'
  | 'hstate-entry'
  | 'hstate-special'
  | 'folio-pairs'
  | 'folio-vmas';

/** How a folio of hugetlb counts its mappings, and how many references they hold. */
export type MapcountScheme = LeafScheme | PageScheme;

interface Scheme {
  readonly id: MapcountSchemeId;
  /** Models folio_mapcount(): how many mappings the kernel believes in. 0 makes rmap walkers pass by. */
  mapcount(folio: Folio): number;
  /** What `vma` adds to the count by its mapping of the huge page at `start`, read from the page tables as they are. */
  countIn(vma: HugetlbVma, folio: Folio, start: Hva): number;
}

/** Every leaf counts by itself, and holds a reference of its own. The caller holds the page table lock of the entry. */
export interface LeafScheme extends Scheme {
  readonly counts: 'leaves';
  /** A leaf of `level` that maps the pages from `firstPage` of the folio on has come (+1) or gone (-1). */
  change(folio: Folio, firstPage: number, level: Level, delta: 1 | -1): void;
  /** How many atomics that is. */
  atomics(folio: Folio, level: Level): number;
  /** Ns that these atomics take the CPU from now on, waiting for a line that others use included. */
  atomicsNs(folio: Folio, level: Level, cpu: number): number;
}

/**
 * Something larger than a leaf counts, in the compound mapcount. The scheme decides what an event changes; hugetlb-rmap.ts
 * makes the change, pays for it and moves the references.
 */
export interface PageScheme extends Scheme {
  readonly counts: 'pages';
  /**
   * A present hstate-level entry is a count by itself. Who fills one must be sure of the page before, or empty it again: an
   * entry that is present and not counted would be uncounted by whoever clears it.
   */
  readonly countsEntries: boolean;
  /** `count`: each count holds a reference. `folio`: one is held as long as the count is not 0. */
  readonly reference: 'count' | 'folio';
  /** A leaf is about to be set. */
  leafMapped(leaf: NewLeaf): CountChange;
  /** Leaves that lie side by side in one table have been cleared. */
  runCleared(run: ClearedRun): CountChange;
  /** Whoever unmaps is through with a huge page, or with the part of it that it was asked for. Not told to a collapse. */
  rangeCleared(range: ClearedRange): CountChange;
  /** The hstate-level entry is about to lose its pointer to a table that maps nothing any more. */
  entryFreed(table: PageTable, index: number): CountChange;
}

export interface NewLeaf {
  readonly vma: HugetlbVma;
  readonly folio: Folio;
  readonly table: PageTable;
  readonly index: number;
  /** The `inc` flag: the hstate-level entry was empty before this walk, or before this leaf. */
  readonly created: boolean;
  /** The table of the leaf was made by this walk: nothing else is in it. */
  readonly freshTable: boolean;
  /** A collapse: leaves of this mapping are there that this one takes the place of. */
  readonly replaces: boolean;
}

export interface ClearedRun {
  readonly vma: HugetlbVma;
  readonly table: PageTable;
  /** Entries [first, end). At least one of them was a leaf. */
  readonly first: number;
  readonly end: number;
}

export interface ClearedRange {
  readonly vma: HugetlbVma;
  /** Start of the huge page. */
  readonly start: Hva;
  /** All of it was unmapped, not a part. */
  readonly whole: boolean;
  /** Leaves that have gone. */
  readonly removed: number;
}

export interface CountChange {
  readonly delta: -1 | 0 | 1;
  /** Entries that had to be looked at to know. */
  readonly scanned: number;
  /** Writes of the mark in the hstate-level entry. */
  readonly marks: number;
}

export const unchanged: CountChange = { delta: 0, scanned: 0, marks: 0 };
export const counted: CountChange = { delta: 1, scanned: 0, marks: 0 };
export const uncounted: CountChange = { delta: -1, scanned: 0, marks: 0 };

/** Models hugetlb_add_file_rmap(), mm/rmap.c, HGM series. Returns the ns for the caller to spend. */
export function addFileRmap(scheme: LeafScheme, folio: Folio, firstPage: number, level: Level, cpu: number): number {
  scheme.change(folio, firstPage, level, 1);
  folio.machine.work.mapcountAtomics += scheme.atomics(folio, level);
  return scheme.atomicsNs(folio, level, cpu);
}

/** Models hugetlb_remove_rmap(), mm/rmap.c, HGM series. Returns the ns for the caller to spend. */
export function removeRmap(scheme: LeafScheme, folio: Folio, firstPage: number, level: Level, cpu: number): number {
  scheme.change(folio, firstPage, level, -1);
  folio.machine.work.mapcountAtomics += scheme.atomics(folio, level);
  return scheme.atomicsNs(folio, level, cpu);
}
