import { leavesOf } from './entry-scan.ts';
import type { LeafScheme } from './mapcount-scheme.ts';

/**
 * Every page-table entry counts once, in the compound mapcount, whatever its size. Keeps HVO; all counting of one folio
 * meets on one line, and tests such as "mapcount == 1" no longer mean "one process maps it".
 *
 * Models page_dup_file_rmap(page, true), page_remove_rmap(), mm/rmap.c, HGM RFC v2 and v1.
 */
export const headPerPte: LeafScheme = {
  id: 'head-per-pte',
  counts: 'leaves',
  change(folio, _firstPage, _level, delta) {
    if (folio.entireMapcount + delta < 0) folio.reportUnderflow('mapcount');
    else folio.entireMapcount += delta;
  },
  atomics: () => 1,
  atomicsNs: (folio, _level, cpu) => Math.max(folio.entireMapcountLine.access(cpu), folio.machine.costs.headMapcountNs),
  mapcount: (folio) => folio.entireMapcount,
  countIn: (vma, _folio, start) => leavesOf(vma, start),
};
