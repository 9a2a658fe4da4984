import type { Level } from '../address.ts';
import type { Folio } from '../folio.ts';

export type MapcountSchemeId = 'subpage' | 'head-per-pte';

/** How a folio counts the page-table entries that map it. The caller holds the page table lock of the entry. */
export interface MapcountScheme {
  readonly id: MapcountSchemeId;
  /** A leaf of `level` that maps the pages from `firstPage` of the folio on has come (+1) or gone (-1). */
  change(folio: Folio, firstPage: number, level: Level, delta: 1 | -1): void;
  /** How many atomics that is. */
  atomics(folio: Folio, level: Level): number;
  /** Ns that these atomics take the CPU from now on, waiting for a line that others use included. */
  atomicsNs(folio: Folio, level: Level, cpu: number): number;
  /** Models folio_mapcount(): how many mappings the kernel believes in. 0 makes rmap walkers pass by. */
  mapcount(folio: Folio): number;
}

/** Models hugetlb_add_file_rmap(), mm/rmap.c, HGM series. Returns the ns for the caller to spend. */
export function addFileRmap(
  scheme: MapcountScheme,
  folio: Folio,
  firstPage: number,
  level: Level,
  cpu: number,
): number {
  scheme.change(folio, firstPage, level, 1);
  folio.machine.work.mapcountAtomics += scheme.atomics(folio, level);
  return scheme.atomicsNs(folio, level, cpu);
}

/** Models hugetlb_remove_rmap(), mm/rmap.c, HGM series. Returns the ns for the caller to spend. */
export function removeRmap(scheme: MapcountScheme, folio: Folio, firstPage: number, level: Level, cpu: number): number {
  scheme.change(folio, firstPage, level, -1);
  folio.machine.work.mapcountAtomics += scheme.atomics(folio, level);
  return scheme.atomicsNs(folio, level, cpu);
}
