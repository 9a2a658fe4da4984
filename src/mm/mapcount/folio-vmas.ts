import { hva, PAGE_SIZE } from '../address.ts';
import { leavesOf, scanPage } from './entry-scan.ts';
import { counted, type PageScheme, unchanged, uncounted } from './mapcount-scheme.ts';

/**
 * VMAs that map at least one page of the folio: the count says whether anybody else maps it. A leaf is the VMA's first, or
 * was its last, only if no other is found: each small UFFDIO_CONTINUE scans the entries of the whole huge page until it
 * meets one. Who has just made the hstate-level entry knows, and so does a collapse, which has the leaves in its hands.
 *
 * Models nothing that was ever code: Matthew Wilcox's proposal of about 6 February 2023; a reference goes with each count.
 */
export const folioVmas: PageScheme = {
  id: 'folio-vmas',
  counts: 'pages',
  countsEntries: false,
  reference: 'count',

  leafMapped({ vma, table, index, created, replaces }) {
    if (replaces) return unchanged;
    if (created) return counted;
    const { found, scanned } = scanPage(vma, vma.hugePageStart(hva(table.firstPageOf(index) * PAGE_SIZE)));
    return { delta: found ? 0 : 1, scanned, marks: 0 };
  },

  runCleared: () => unchanged,

  rangeCleared({ vma, start, whole, removed }) {
    if (removed === 0) return unchanged;
    if (whole) return uncounted;
    const { found, scanned } = scanPage(vma, start);
    return { delta: found ? 0 : -1, scanned, marks: 0 };
  },

  entryFreed: () => unchanged,
  mapcount: (folio) => folio.entireMapcount,
  countIn: (vma, _folio, start) => Math.min(1, leavesOf(vma, start)),
};
