import { ownEntries, scanTable, tablesWithLeaves } from './entry-scan.ts';
import { counted, type PageScheme, unchanged, uncounted } from './mapcount-scheme.ts';

/**
 * Pairs of a VMA and a page-table page that maps any of the folio: 1 for a page that one PMD table maps, 512 for a 1 GiB
 * page in 4K leaves. Whoever maps or unmaps a part of what one table can hold has to look whether the table holds more.
 *
 * Models nothing that was ever code: Matthew Wilcox's proposal of 24 January 2023. It names no rule for references; one for as long as the folio is
 *        mapped at all is what leaves none to move in a collapse.
 */
export const folioPairs: PageScheme = {
  id: 'folio-pairs',
  counts: 'pages',
  countsEntries: false,
  reference: 'folio',

  leafMapped({ vma, table, index, freshTable }) {
    if (freshTable) return counted;
    const { first, end } = ownEntries(vma, table, index);
    const { found, scanned } = scanTable(table, first, end, index);
    return { delta: found ? 0 : 1, scanned, marks: 0 };
  },

  runCleared({ vma, table, first, end }) {
    const own = ownEntries(vma, table, first);
    if (first <= own.first && end >= own.end) return uncounted;
    const { found, scanned } = scanTable(table, own.first, own.end);
    return { delta: found ? 0 : -1, scanned, marks: 0 };
  },

  rangeCleared: () => unchanged,
  entryFreed: () => unchanged,
  mapcount: (folio) => folio.entireMapcount,
  countIn: (vma, _folio, start) => tablesWithLeaves(vma, start),
};
