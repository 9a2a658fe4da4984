import { hva } from '../address.ts';
import type { LeafScheme } from './mapcount-scheme.ts';

/**
 * THP-like counting: a leaf of the folio's own size counts once for the folio, a smaller one once for every 4K subpage
 * that it spans. Exact, but a 2M leaf of a 1G page is 512 atomics on 512 struct pages, and HVO is impossible.
 *
 * Models hugetlb_add_file_rmap(), hugetlb_remove_rmap(), mm/rmap.c, HGM series v2.
 */
export const subpage: LeafScheme = {
  id: 'subpage',
  counts: 'leaves',

  change(folio, firstPage, level, delta) {
    if (level === folio.level) {
      if (folio.entireMapcount + delta < 0) folio.reportUnderflow('mapcount');
      else folio.entireMapcount += delta;
      return;
    }
    const counts = folio.subpageMapcounts;
    const end = firstPage + folio.machine.geometry.pagesPer[level];
    for (let page = firstPage; page < end; page++) {
      const count = (counts[page] ?? 0) + delta;
      if (count < 0) folio.reportUnderflow('mapcount');
      else counts[page] = count;
    }
  },

  atomics: (folio, level) => (level === folio.level ? 1 : folio.machine.geometry.pagesPer[level]),

  // The struct pages are separate lines that nobody else writes: cold, but never waited for.
  atomicsNs(folio, level, cpu) {
    if (level === folio.level) return folio.entireMapcountLine.access(cpu);
    return folio.machine.geometry.pagesPer[level] * folio.machine.costs.subpageMapcountNs;
  },

  mapcount(folio) {
    let total = folio.entireMapcount;
    for (const count of folio.subpageMapcounts) total += count;
    return total;
  },

  countIn(vma, folio, start) {
    let total = 0;
    vma.mm.pageTables.forEachLeaf(start, hva(start + vma.hugePageSize), (table) => {
      total += table.level === folio.level ? 1 : table.entryPages;
    });
    return total;
  },
};
