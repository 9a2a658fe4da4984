// The entries of a page table, run-length coded: what lies side by side and is alike becomes one run.

import type { Level } from '../../mm/address.ts';
import { EntryKind, type RadixTable } from '../../mm/radix-table.ts';
import type { LeafSize } from './live-types.ts';

/** Pages side by side with entries of one size and kind, with the same bits; their frames, if any, follow one another. */
export interface TableRun {
  readonly first: number;
  pages: number;
  readonly level: Level | 0;
  readonly kind: EntryKind;
  readonly bits: number;
  readonly frame: number | null;
}

export interface TableRuns {
  readonly runs: TableRun[];
  /** Up to where the runs tell all; `end` if neither bound was met. */
  readonly reached: number;
}

/** Entries that one call looks at in one table: a piece of 512 MiB in small pages. */
export const ENTRIES_MAX = 131_072;

/** Of pages [from, end). `bitsOf` tells entries of one kind apart. Stops before run number `limit` + 1. */
export function runsOf<T extends RadixTable<T>>(
  root: T,
  from: number,
  end: number,
  bitsOf: (table: T, index: number) => number,
  limit: number,
): TableRuns {
  const runs: TableRun[] = [];
  let last: TableRun | null = null;
  let entries = 0;
  let page = from;
  while (page < end) {
    const table = root.find(page, 1);
    const { kinds, entryPages, level } = table;
    for (let index = table.geometry.index(page, level); index < kinds.length && page < end; index++) {
      const kind = kinds[index] as EntryKind;
      if (kind === EntryKind.Table) break;
      if (entries === ENTRIES_MAX) return { runs, reached: page };
      entries += 1;
      const first = table.firstPageOf(index);
      const until = Math.min(first + entryPages, end);
      const isLeaf = kind === EntryKind.Leaf;
      const frame = isLeaf ? (table.pfns[index] ?? 0) + page - first : null;
      const bits = kind === EntryKind.None ? 0 : bitsOf(table, index);
      // Nothing is nothing, in whichever table it is missing.
      const size = kind === EntryKind.None ? 0 : level;
      if (
        last !== null &&
        last.kind === kind &&
        last.level === size &&
        last.bits === bits &&
        (last.frame === null ? null : last.frame + last.pages) === frame
      ) {
        last.pages += until - page;
      } else {
        if (runs.length === limit) return { runs, reached: page };
        last = { first: page, pages: until - page, level: size, kind, bits, frame };
        runs.push(last);
      }
      page = until;
    }
  }
  return { runs, reached: end };
}

/** The runs before a page: the last one is cut there. */
export function runsBefore(runs: readonly TableRun[], end: number): TableRun[] {
  return runs.flatMap((run) => (run.first >= end ? [] : { ...run, pages: Math.min(run.pages, end - run.first) }));
}

const sizes: readonly (LeafSize | null)[] = [null, '4k', '2m', '1g', null];
export const leafSize = (level: Level | 0): LeafSize | null => sizes[level] ?? null;
