import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hva, type Level, PAGE_SIZE } from '../../src/mm/address.ts';
import { PageTables } from '../../src/mm/page-table.ts';
import { TestWorld } from '../support/world.ts';

const tablesOf = (entries: number) => new PageTables(new TestWorld({ entries, mapped: 0 }).machine);
const address = (page: number) => hva(page * PAGE_SIZE);

describe('page tables', () => {
  test('translate: a page inside of a 2M leaf: frame of the leaf plus its offset', () => {
    const tables = tablesOf(4);
    tables.tableAt(address(20), 2).setLeaf(1, 500, false);
    expect(tables.translate(address(22))).toEqual({ pfn: 502, writable: false });
    expect(tables.leafLevel(address(22))).toBe(2);
    expect(tables.translate(address(24))).toBeNull();
    expect(tables.leafLevel(address(24))).toBe(0);
  });

  test('translate: an address inside of a page: frame of that page', () => {
    const tables = tablesOf(4);
    tables.tableAt(address(3), 1).setLeaf(3, 77, true);
    expect(tables.translate(hva(3 * PAGE_SIZE + 4095))).toEqual({ pfn: 77, writable: true });
  });

  test('addresses above 4 GiB: are not cut to 32 bits', () => {
    const tables = tablesOf(512);
    const high = 2 ** 46 / PAGE_SIZE + 5;
    tables.tableAt(address(high), 1).setLeaf(5, 42, true);
    expect(tables.translate(address(high))?.pfn).toBe(42);
    expect(tables.translate(address(5))).toBeNull();
  });

  test('locks: PTE and PMD tables have one each, the levels above share mm.page_table_lock', () => {
    const tables = tablesOf(4);
    const pte = tables.tableAt(address(0), 1);
    const otherPte = tables.tableAt(address(4), 1);
    const pmd = tables.lowestTable(address(0), 2);
    const pud = tables.lowestTable(address(0), 3);
    expect(pte.ptl).not.toBe(otherPte.ptl);
    expect(pmd.ptl).not.toBe(pte.ptl);
    expect(pud.ptl).toBe(tables.pageTableLock);
    expect(tables.root.ptl).toBe(tables.pageTableLock);
    expect([pte, pmd, pud].map(({ ptl }) => ptl.lockClass.name)).toEqual(['ptl', 'pmd_ptl', 'mm.page_table_lock']);
  });

  test('newTable: counts as allocated; tableAt of what exists: allocates nothing', () => {
    const world = new TestWorld({ mapped: 0 });
    const tables = new PageTables(world.machine);
    tables.tableAt(address(0), 1);
    expect(world.work.tablesAllocated).toBe(3);
    tables.tableAt(address(3), 1);
    expect(world.work.tablesAllocated).toBe(3);
    tables.tableAt(address(4), 1);
    expect(world.work.tablesAllocated).toBe(4);
  });

  test('forEachLeaf: leaves of mixed sizes: those that touch the range, in order, the first whole', () => {
    const tables = tablesOf(4);
    // 0..15: a leaf of 16 pages; 16..19: one of 4; 20 and 22: single pages.
    tables.tableAt(address(0), 3).setLeaf(0, 1000, true);
    tables.tableAt(address(16), 2).setLeaf(0, 2000, true);
    for (const page of [20, 22]) tables.tableAt(address(page), 1).setLeaf(page % 4, 3000 + page, true);
    const leaves = (from: number, to: number) => {
      const found: [number, Level][] = [];
      tables.forEachLeaf(address(from), address(to), (table, _, at) => found.push([at / PAGE_SIZE, table.level]));
      return found;
    };
    expect(leaves(0, 64)).toEqual([
      [0, 3],
      [16, 2],
      [20, 1],
      [22, 1],
    ]);
    expect(leaves(5, 17)).toEqual([
      [0, 3],
      [16, 2],
    ]);
    expect(leaves(21, 22)).toEqual([]);
    expect(leaves(22, 23)).toEqual([[22, 1]]);
  });

  test('forEachLeaf: any set of pages and any range: exactly the pages of the set inside of it', () => {
    const pages = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 30 });
    fc.assert(
      fc.property(pages, fc.integer({ min: 0, max: 63 }), fc.integer({ min: 1, max: 64 }), (set, from, length) => {
        const tables = tablesOf(4);
        for (const page of set) tables.tableAt(address(page), 1).setLeaf(page % 4, page, true);
        const found: number[] = [];
        tables.forEachLeaf(address(from), address(from + length), (_table, _index, at) => found.push(at / PAGE_SIZE));
        const expected = set.filter((page) => page >= from && page < from + length).sort((a, b) => a - b);
        expect(found).toEqual(expected);
      }),
    );
  });
});
