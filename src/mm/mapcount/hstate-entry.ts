import { EntryKind } from '../radix-table.ts';
import { hstateEntry as entryOf } from './entry-scan.ts';
import { counted, type PageScheme, unchanged, uncounted } from './mapcount-scheme.ts';

/**
 * The hstate-level entry counts: once when it goes from none to present, a leaf or a pointer to tables, and back. A
 * collapse needs no atomics at all. The count goes with the entry and not with the leaves: whoever unmaps leaves and
 * must leave the tables alone, as truncation and migration do, leaves the page mapped.
 *
 * Models the mapcount of HGM RFC v1 (24 June 2022) with the `inc` flag of its later redo: hugetlb_alloc_hugetlb_pte() and
 *        page_dup_file_rmap(). Its reference counting, once for each leaf, was wrong: here a reference goes with the count.
 */
export const hstateEntry: PageScheme = {
  id: 'hstate-entry',
  counts: 'pages',
  countsEntries: true,
  reference: 'count',
  leafMapped: ({ created }) => (created ? counted : unchanged),
  runCleared: ({ vma, table }) => (table.level === vma.hstateLevel ? uncounted : unchanged),
  rangeCleared: () => unchanged,
  entryFreed: () => uncounted,
  mapcount: (folio) => folio.entireMapcount,
  countIn(vma, _folio, start) {
    const entry = entryOf(vma, start);
    // A migration entry of that size, or one of a poisoned page, is not present.
    const kind = entry?.table.kinds[entry.index];
    return kind === EntryKind.Table || kind === EntryKind.Leaf ? 1 : 0;
  },
};
