// Who asks for a mapcount, and what they take it for. What a scheme counts decides whether they are right.

import { hva, pfn } from '../address.ts';
import type { Folio } from '../folio.ts';
import { subpageIndex } from '../hugetlb.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';

/** Models page_mapcount(), include/linux/mm.h: of the folio as a whole, and of the page where its scheme counts pages. */
export function pageMapcount(folio: Folio, page: number): number {
  const ofPage = folio.machine.hugetlbMapcount.id === 'subpage' ? (folio.keptSubpageMapcounts?.[page] ?? 0) : 0;
  return folio.entireMapcount + ofPage;
}

/**
 * Bytes of a mapping that /proc/pid/smaps shows as Shared_Hugetlb and as Private_Hugetlb: shared is what is mapped twice.
 *
 * Models smaps_hugetlb_range(), fs/proc/task_mmu.c, with one look for each leaf.
 */
export function smapsHugetlb(vma: HugetlbVma): { sharedBytes: number; privateBytes: number } {
  const { geometry, memory } = vma.mm.machine;
  let sharedBytes = 0;
  let privateBytes = 0;
  vma.mm.pageTables.forEachLeaf(vma.start, vma.end, (table, index, address) => {
    const folio = memory.folioOf(pfn(table.pfns[index] ?? 0));
    if (folio === undefined) return;
    const bytes = geometry.entryBytes(table.level);
    if (pageMapcount(folio, subpageIndex(vma, address)) >= 2) sharedBytes += bytes;
    else privateBytes += bytes;
  });
  return { sharedBytes, privateBytes };
}

/**
 * Whether mbind() and migrate_pages() may move the page for this process alone: nobody else maps it.
 *
 * Models queue_folios_hugetlb(), mm/mempolicy.c, MPOL_MF_MOVE without MPOL_MF_MOVE_ALL.
 */
export const mayMoveUnshared = (folio: Folio): boolean => pageMapcount(folio, 0) === 1;

/**
 * Walks every entry that maps the folio and counts its mapcount down by each; once nothing is left, no further mapping is
 * looked at. `left` is 0 if that was right: below 0 the walk goes on in vain, above 0 it ends too late.
 *
 * Models folio_referenced(), folio_referenced_one(), mm/rmap.c. The kernel does not call it for hugetlb.
 */
export function folioReferenced(folio: Folio): { entries: number; left: number } {
  let left = folio.machine.hugetlbMapcount.mapcount(folio);
  let entries = 0;
  const { cached } = folio;
  if (cached === null) return { entries, left };
  for (const vma of cached.mapping.vmas) {
    if (!(vma instanceof HugetlbVma)) continue;
    const start = vma.addressOfHugePage(cached.index);
    if (!vma.contains(start)) continue;
    vma.mm.pageTables.forEachLeaf(start, hva(start + vma.hugePageSize), () => {
      entries += 1;
      left -= 1;
    });
    if (left === 0) break;
  }
  return { entries, left };
}

/** The largest counter of the folio that mappings have raised, and what they hold of its reference count. */
export function counters(folio: Folio): { mapcount: number; references: number } {
  let mapcount = folio.entireMapcount;
  for (const count of folio.subpageMapcounts) if (count > mapcount) mapcount = count;
  return { mapcount, references: folio.refcount - 1 };
}

/** Whether a mapping has written to tail struct pages, which HVO maps read-only onto the first. */
export const writesTailPages = (folio: Folio): boolean => folio.subpageMapcounts.some((count) => count !== 0);
