import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FrameTest, isNotWritable, isReadOnly, isUnmapped, TdpRoot } from '../../src/kvm/tdp-table.ts';
import { Geometry, gfn, type Level } from '../../src/mm/address.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';

const PAGES = 64;

/** SPTEs of 4K and 2M in tables of four entries, with the pages that they map as the plain truth. */
const tdpOf = (leaves: readonly { page: number; level: Level }[], zapped: readonly number[] = []) => {
  const tdp = new TdpRoot(new Geometry(4));
  const mapped: boolean[] = new Array(PAGES).fill(false);
  for (const { page, level } of leaves) {
    const pages = tdp.geometry.pagesPer[level];
    const first = page - (page % pages);
    if (mapped.slice(first, first + pages).some((is) => is)) continue;
    const table = tdp.tableAt(gfn(first), level);
    const index = tdp.geometry.index(first, level);
    table.setLeaf(index, 1000 + first, true);
    mapped.fill(true, first, first + pages);
  }
  // A zap leaves its tables behind, emptied.
  for (const page of zapped) {
    const table = tdp.top.find(page, 1);
    const index = tdp.geometry.index(page, table.level);
    if (table.kind(index) !== EntryKind.Leaf) continue;
    table.clear(index);
    mapped.fill(false, table.firstPageOf(index), table.firstPageOf(index) + table.entryPages);
  }
  return { tdp, mapped };
};

/** What faults, zaps, dirty logging and promotion do to one place of the tree; nothing where it does not fit. */
function applyChange(tdp: TdpRoot, page: number, kind: string, writable: boolean): void {
  const table = tdp.top.find(page, 1);
  const index = tdp.geometry.index(page, table.level);
  const isLeaf = table.kind(index) === EntryKind.Leaf;
  const { parent } = table;
  const inParent = parent === null ? 0 : tdp.geometry.index(page, parent.level);
  if (kind === 'map' && !isLeaf) tdp.tableAt(gfn(page), 1).setLeaf(tdp.geometry.index(page, 1), 1000 + page, writable);
  else if (kind === 'zap' && isLeaf) table.clear(index);
  else if (kind === 'protect' && isLeaf) table.protect(index);
  else if (kind === 'grant' && isLeaf) table.unprotect(index);
  else if (kind === 'split' && isLeaf && table.level > 1) table.link(index, table.splitChild(index));
  else if (kind === 'cut' && table.level === 1) parent?.unlink(inParent);
  else if (kind === 'promote' && table.level === 1 && parent !== null) {
    parent.unlink(inParent, EntryKind.Frozen);
    parent.setLeaf(inParent, 1000, writable);
  }
}

const leaves = fc.array(fc.record({ page: fc.nat(PAGES - 1), level: fc.constantFrom<Level>(1, 1, 1, 2, 2, 3) }), {
  maxLength: 40,
});

const zapped = fc.array(fc.nat(PAGES - 1), { maxLength: 20 });

describe('TDP table', () => {
  test('any SPTEs and any range: mapped pages, next hole and hole by rank are those of a plain array', () => {
    fc.assert(
      fc.property(leaves, zapped, fc.nat(PAGES - 1), fc.integer({ min: 1, max: PAGES }), (list, gone, from, length) => {
        const { tdp, mapped } = tdpOf(list, gone);
        const end = Math.min(from + length, PAGES);
        const holes = mapped.flatMap((is, page) => (!is && page >= from && page < end ? [page] : []));
        expect(tdp.mappedPages(gfn(from), gfn(end))).toBe(end - from - holes.length);
        expect(tdp.firstThat(isUnmapped, gfn(from), gfn(end))).toBe(holes[0] ?? end);
        expect(holes.map((_, rank) => tdp.frameByRank(isUnmapped, gfn(from), gfn(end), rank))).toEqual(holes);
        expect(mapped.map((_, page) => tdp.isMapped(gfn(page)))).toEqual(mapped);
      }),
      { numRuns: 300 },
    );
  });

  test('any changes of entries, one after the other: the next frame of each kind is that of a step-by-step search', () => {
    const change = fc.record({
      page: fc.nat(PAGES - 1),
      kind: fc.constantFrom('map', 'zap', 'protect', 'grant', 'split', 'cut', 'promote'),
      writable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat(PAGES - 1), (changes, from) => {
        const tdp = new TdpRoot(new Geometry(4));
        for (const { page, kind, writable } of changes) applyChange(tdp, page, kind, writable);
        const is = (test: FrameTest, page: number): boolean => {
          const spte = tdp.spte(gfn(page));
          if (test === isUnmapped) return spte === null;
          if (test === isReadOnly) return spte !== null && !spte.writable;
          return spte === null || !spte.writable;
        };
        for (const test of [isUnmapped, isReadOnly, isNotWritable]) {
          let first = from;
          while (first < PAGES && !is(test, first)) first += 1;
          expect(tdp.firstThat(test, gfn(from), gfn(PAGES))).toBe(first);
          expect(tdp.pagesThat(test, gfn(0), gfn(PAGES))).toBe(
            [...Array(PAGES).keys()].filter((p) => is(test, p)).length,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('SPTE of a frame inside of a 2M leaf: level of the leaf, frame of the page', () => {
    const { tdp } = tdpOf([{ page: 4, level: 2 }]);
    expect(tdp.spte(gfn(6))).toEqual({ level: 2, pfn: 1006, writable: true });
    expect(tdp.spte(gfn(8))).toBeNull();
  });
});
