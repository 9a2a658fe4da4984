import { hva, PAGE_SIZE } from '../address.ts';
import { EntryKind } from '../radix-table.ts';
import { hstateEntry } from './entry-scan.ts';
import { type PageScheme, unchanged, uncounted } from './mapcount-scheme.ts';

/**
 * As hstate-entry, but a software bit in the hstate-level entry says that it is counted. The first leaf sets it, so no
 * flag is carried from the walk; a zap of the whole huge page clears it and the pointer to the tables stays. A page that
 * is unmapped in several parts keeps its bit until a full unmap: a leak that the thread judged acceptable.
 *
 * Models nothing that was ever code: the PAGE_SPECIAL variant of HGM RFC v1's mapcount, as the thread describes it (February 2023). The bit is set by an
 *        atomic operation on the entry: its lock would nest outside of the leaf's, which is held.
 */
export const hstateSpecial: PageScheme = {
  id: 'hstate-special',
  counts: 'pages',
  countsEntries: false,
  reference: 'count',

  leafMapped({ vma, table, index }) {
    if (table.level === vma.hstateLevel) {
      // The leaf takes the place of a pointer that was counted; a leaf of this size needs no bit.
      if (!table.isMarked(index)) return { delta: 1, scanned: 0, marks: 0 };
      table.setMark(index, false);
      return unchanged;
    }
    const entry = hstateEntry(vma, hva(table.firstPageOf(index) * PAGE_SIZE));
    if (entry === null || entry.table.isMarked(entry.index)) return unchanged;
    entry.table.setMark(entry.index, true);
    return { delta: 1, scanned: 0, marks: 1 };
  },

  runCleared: ({ vma, table }) => (table.level === vma.hstateLevel ? uncounted : unchanged),

  rangeCleared({ vma, start, whole }) {
    const entry = hstateEntry(vma, start);
    if (!whole || entry === null || !entry.table.isMarked(entry.index)) return unchanged;
    entry.table.setMark(entry.index, false);
    return { delta: -1, scanned: 0, marks: 1 };
  },

  entryFreed(table, index) {
    if (!table.isMarked(index)) return unchanged;
    table.setMark(index, false);
    return uncounted;
  },

  mapcount: (folio) => folio.entireMapcount,

  countIn(vma, _folio, start) {
    const entry = hstateEntry(vma, start);
    if (entry === null) return 0;
    return entry.table.kinds[entry.index] === EntryKind.Leaf || entry.table.isMarked(entry.index) ? 1 : 0;
  },
};
