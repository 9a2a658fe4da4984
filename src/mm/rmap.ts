// Mapcounts of small pages and of THPs, as the kernel that the machine runs keeps them. HugeTLB has schemes of its own, in
// mapcount/.

import type { Level } from './address.ts';
import type { Folio } from './folio.ts';

/** Models folio_add_file_rmap_ptes(), folio_add_file_rmap_pmd(), mm/rmap.c. Returns ns for the caller to spend. */
export const addRmap = (folio: Folio, firstPage: number, level: Level): number => change(folio, firstPage, level, 1);

/** Models folio_remove_rmap_ptes(), folio_remove_rmap_pmd(), mm/rmap.c. Pairs with addRmap. */
export const removeRmap = (folio: Folio, firstPage: number, level: Level): number =>
  change(folio, firstPage, level, -1);

/**
 * `count` PTEs side by side that map consecutive pages of one folio: of a large one the count of the whole moves once for
 * all of them, where one by one it moves with each.
 *
 * Models folio_try_dup_anon_rmap_ptes() and folio_remove_rmap_ptes() with their nr_pages, include/linux/rmap.h, mm/rmap.c, 6.8 and later.
 */
export const addRmapBatch = (folio: Folio, firstPage: number, count: number): number =>
  change(folio, firstPage, 1, 1, count);
export const removeRmapBatch = (folio: Folio, firstPage: number, count: number): number =>
  change(folio, firstPage, 1, -1, count);

/** First mapping of an anonymous folio that nobody else has seen: plain stores. Models folio_add_new_anon_rmap(), mm/rmap.c. */
export function addNewAnonRmap(folio: Folio): void {
  folio.entireMapcount = 1;
}

/** Entries that map this page of the folio, alone or with all of it. Models page_mapcount(), include/linux/mm.h. */
export const pageMapcount = (folio: Folio, page: number): number =>
  folio.entireMapcount + (folio.level === 1 ? 0 : (folio.subpageMapcounts[page] ?? 0));

/** Models folio_mapcount(), include/linux/mm.h: entries that map any part of the folio. */
export function mapcount(folio: Folio): number {
  if (folio.level === 1) return folio.entireMapcount;
  let total = folio.entireMapcount;
  for (const count of folio.subpageMapcounts) total += count;
  return total;
}

/**
 * Atomics of reference F.6: a page of its own has one; a PTE of a THP the subpage's (6.12 also the large folio's count, once a
 * batch); a PMD of a file one for each subpage and one for the whole in 6.1, two since; of anonymous memory one in 6.1, two
 * since.
 */
function change(folio: Folio, firstPage: number, level: Level, delta: 1 | -1, count = 1): number {
  const { costs, kernel, work } = folio.machine;
  let atomics = count;
  if (folio.level === 1 || level === folio.level) {
    folio.entireMapcount += delta;
    if (folio.level > 1) atomics = kernel === '6.1' ? (folio.cached === null ? 1 : folio.pages + 1) : 2;
  } else {
    const counts = folio.subpageMapcounts;
    for (let page = firstPage; page < firstPage + count; page++) counts[page] = (counts[page] ?? 0) + delta;
    if (kernel !== '6.1') atomics += 1;
  }
  work.mapcountAtomics += atomics;
  return atomics * costs.subpageMapcountNs;
}
