import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Geometry, type Level } from '../../src/mm/address.ts';
import { EntryKind, RadixTable } from '../../src/mm/radix-table.ts';

class Table extends RadixTable<Table> {}

const ROOT_LEVEL = 4;

/** A tree, and beside it the plain truth: for each page the leaf that maps it, for each table that it exists. */
class Pair {
  readonly geometry: Geometry;
  readonly root: Table;
  readonly pages: number;
  /** First page and level of the leaf by page; null where nothing is mapped. */
  readonly leafOf: ({ readonly first: number; readonly level: Level } | null)[];
  /** "level:firstPage" of every table. */
  readonly tables = new Set<string>();

  constructor(entries: number) {
    this.geometry = new Geometry(entries);
    this.root = new Table(this.geometry, ROOT_LEVEL, 0);
    this.pages = this.root.spanPages;
    this.leafOf = new Array(this.pages).fill(null);
    this.tables.add('4:0');
  }

  first(page: number, level: Level): number {
    return page - (page % this.geometry.pagesPer[level]);
  }

  /** First page of the table of `level` that an entry for `page` stands in. */
  key(page: number, level: number): string {
    const span = this.geometry.pagesPer[level as Level] * this.geometry.entriesPerTable;
    return `${level}:${page - (page % span)}`;
  }

  forget(from: number, to: number): void {
    for (let page = from; page < to; page++) this.leafOf[page] = null;
  }

  /** The table with the entry of `level` for `page`; missing ones are linked, over a larger leaf if one is there. */
  tableAt(page: number, level: Level): Table {
    let table = this.root.find(page, level);
    while (table.level > level) {
      const index = this.geometry.index(page, table.level);
      const first = table.firstPageOf(index);
      const child = new Table(this.geometry, table.childLevel, first);
      table.link(index, child);
      this.forget(first, first + table.entryPages);
      this.tables.add(this.key(page, child.level));
      table = child;
    }
    return table;
  }

  setLeaf(page: number, level: Level): void {
    const table = this.tableAt(page, level);
    const index = this.geometry.index(page, level);
    if (table.kind(index) === EntryKind.Table) return;
    const first = this.first(page, level);
    table.setLeaf(index, 7000 + first, true);
    for (let at = first; at < first + table.entryPages; at++) this.leafOf[at] = { first, level };
  }

  clear(page: number): void {
    const table = this.root.find(page, 1);
    const index = this.geometry.index(page, table.level);
    table.clear(index);
    const first = table.firstPageOf(index);
    this.forget(first, first + table.entryPages);
  }

  unlink(page: number, level: Level): void {
    const table = this.root.find(page, level);
    const index = this.geometry.index(page, table.level);
    if (table.kind(index) !== EntryKind.Table) return;
    const first = table.firstPageOf(index);
    const end = first + table.entryPages;
    table.unlink(index);
    this.forget(first, end);
    for (const key of this.tables) {
      const [tableLevel = 0, tableFirst = 0] = key.split(':').map(Number);
      if (tableLevel < table.level && tableFirst >= first && tableFirst < end) this.tables.delete(key);
    }
  }

  check(): void {
    const seen = new Set<string>();
    const visit = (table: Table): void => {
      seen.add(`${table.level}:${table.firstPage}`);
      const span = this.leafOf.slice(table.firstPage, table.firstPage + table.spanPages);
      const mapped = span.filter((leaf) => leaf !== null);
      expect(table.mappedPages).toBe(mapped.length);
      expect(table.leaves).toBe(new Set(mapped.map((leaf) => leaf.first)).size);
      for (let index = 0; index < this.geometry.entriesPerTable; index++) {
        if (table.kind(index) !== EntryKind.Table) continue;
        expect(table.child(index).parent).toBe(table);
        visit(table.child(index));
      }
    };
    visit(this.root);
    expect([...seen].sort()).toEqual([...this.tables].sort());
    for (let page = 0; page < this.pages; page++) {
      const table = this.root.find(page, 1);
      const index = this.geometry.index(page, table.level);
      const leaf = this.leafOf[page];
      expect(table.kind(index) === EntryKind.Leaf).toBe(leaf !== null);
      if (leaf === null || leaf === undefined) continue;
      expect([table.level, table.firstPageOf(index), table.pfns[index]]).toEqual([
        leaf.level,
        leaf.first,
        7000 + leaf.first,
      ]);
    }
  }
}

const operation = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'clear', 'unlink' as const),
  // A share of the memory, since its size depends on the geometry.
  place: fc.double({ min: 0, max: 0.999, noNaN: true }),
  level: fc.constantFrom<Level>(1, 1, 2, 3),
});

describe('radix table', () => {
  test('any sequence of leaves, clears and links: counts and tables are those of a plain array', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), fc.array(operation, { maxLength: 40 }), (entries, operations) => {
        const pair = new Pair(entries);
        for (const { kind, place, level } of operations) {
          const page = Math.floor(place * pair.pages);
          if (kind === 'set') pair.setLeaf(page, level);
          else if (kind === 'clear') pair.clear(page);
          else pair.unlink(page, (level + 1) as Level);
        }
        pair.check();
      }),
      { numRuns: 150 },
    );
  });

  test('find: nothing exists below level 3: ends there, at the table above the wanted level', () => {
    const pair = new Pair(4);
    pair.setLeaf(5 * 16, 3);
    expect(pair.root.find(5 * 16, 1).level).toBe(3);
    expect(pair.root.find(5 * 16, 3).level).toBe(3);
    expect(pair.root.find(4 * 64 - 1, 1).level).toBe(4);
  });

  test('a table with leaves is linked: its counts reach the root; unlinked: they are gone and its parent too', () => {
    const geometry = new Geometry(4);
    const root = new Table(geometry, 3, 0);
    const child = new Table(geometry, 2, 16);
    child.setLeaf(1, 100, true);
    child.setLeaf(3, 200, false);
    root.link(1, child);
    expect([root.mappedPages, root.leaves, child.parent]).toEqual([8, 2, root]);
    const unlinked = root.unlink(1, EntryKind.Frozen);
    expect(unlinked).toBe(child);
    expect([root.mappedPages, root.leaves, child.parent, root.kind(1)]).toEqual([0, 0, null, EntryKind.Frozen]);
    expect([child.mappedPages, child.leaves]).toEqual([8, 2]);
    // What happens in the detached table is no longer counted above.
    child.clear(1);
    expect([child.leaves, root.leaves]).toEqual([1, 0]);
  });

  test('an entry that points to a table: is neither set nor cleared before the table is unlinked', () => {
    const root = new Table(new Geometry(4), 2, 0);
    root.link(0, new Table(root.geometry, 1, 0));
    expect(() => root.setLeaf(0, 1, true)).toThrow(/unlinked before/);
    expect(() => root.clear(0)).toThrow(/unlinked, not cleared/);
    expect(() => root.link(0, new Table(root.geometry, 1, 0))).toThrow(/no table yet/);
    expect(() => root.link(1, new Table(root.geometry, 2, 0))).toThrow(/one level down/);
    expect(() => root.child(1)).toThrow(/points to a table/);
  });

  test('geometry: fewer than two entries or a fraction: refused', () => {
    expect(() => new Geometry(1)).toThrow(RangeError);
    expect(() => new Geometry(2.5)).toThrow(RangeError);
  });
});
