// One page of a page table, primary or secondary: typed arrays for what the hardware would read, and a count of what is
// mapped below, so that "is anything here?" and "where is the next hole?" need no walk to the leaves.

import { assert } from '../engine/assert.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import { below, type Geometry, type Level } from './address.ts';

/**
 * What an entry is. `Frozen` exists in the secondary MMU only, `Migration`, `Invalid` and `Poison` in the primary only. An entry
 * is `Invalid` while it is split, under its lock: nothing translates by it, and yet nobody may take it for empty.
 */
export const EntryKind = { None: 0, Table: 1, Leaf: 2, Frozen: 3, Migration: 4, Invalid: 5, Poison: 6 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

export class RadixTable<Self extends RadixTable<Self>> implements Probed {
  readonly level: Level;
  readonly geometry: Geometry;
  /** Page number (4 KiB) of the first page under entry 0. */
  firstPage: number;
  /** The table whose entry points here; null for the root and for a table that was unlinked. */
  parent: Self | null = null;
  readonly #kinds: Uint8Array;
  readonly #pfns: Uint32Array;
  readonly #writable: Uint8Array;
  readonly #children: (Self | undefined)[];
  #mappedPages = 0;
  #writablePages = 0;
  #leaves = 0;
  /** In an exploration each entry is a cell: what it holds, and the bits beside it that a subclass keeps. */
  readonly firstCell: number;
  #probed: ProbedArrays | null = null;

  constructor(geometry: Geometry, level: Level, firstPage: number) {
    this.geometry = geometry;
    this.level = level;
    this.firstPage = firstPage;
    this.#kinds = new Uint8Array(geometry.entriesPerTable);
    this.#pfns = new Uint32Array(geometry.entriesPerTable);
    this.#writable = new Uint8Array(geometry.entriesPerTable);
    this.#children = level === 1 ? [] : new Array(geometry.entriesPerTable);
    this.firstCell = cellsFor(this, geometry.entriesPerTable);
  }

  get kinds(): Uint8Array {
    return probe === null ? this.#kinds : this.#arrays.kinds;
  }

  /** Frame number of a leaf; meaningless for other kinds. */
  get pfns(): Uint32Array {
    return probe === null ? this.#pfns : this.#arrays.pfns;
  }

  get writable(): Uint8Array {
    return probe === null ? this.#writable : this.#arrays.writable;
  }

  get #arrays(): ProbedArrays {
    this.#probed ??= {
      kinds: probedArray(this.#kinds, this.firstCell),
      pfns: probedArray(this.#pfns, this.firstCell),
      writable: probedArray(this.#writable, this.firstCell),
    };
    return this.#probed;
  }

  /** 4 KiB pages mapped by leaves at or below this table. */
  get mappedPages(): number {
    if (probe !== null) this.#readAll(this.#mappedPages);
    return this.#mappedPages;
  }

  /** Those of them that may be written. */
  get writablePages(): number {
    if (probe !== null) this.#readAll(this.#writablePages);
    return this.#writablePages;
  }

  /** Leaf entries at or below this table, whatever their size. */
  get leaves(): number {
    if (probe !== null) this.#readAll(this.#leaves);
    return this.#leaves;
  }

  /** A count is decided by all entries below. */
  #readAll(count: number): void {
    for (let index = 0; index < this.#kinds.length; index++) {
      probe?.read(this.firstCell + index, count);
      if (this.#kinds[index] === EntryKind.Table) this.#children[index]?.readCounted(count);
    }
  }

  readCounted(count: number): void {
    this.#readAll(count);
  }

  cellContent(offset: number): number {
    const kind = this.#kinds[offset] as number;
    if (kind === EntryKind.Table) return 8 * (this.#children[offset]?.firstCell ?? 0) + kind;
    const frame = kind === EntryKind.None ? 0 : (this.#pfns[offset] as number);
    return (frame * 2 + (kind === EntryKind.None ? 0 : (this.#writable[offset] as number))) * 8 + kind;
  }

  #written(index: number): void {
    if (probe !== null) probe.write(this.firstCell + index);
  }

  /** Pages under one entry of this table. */
  get entryPages(): number {
    return this.geometry.pagesPer[this.level];
  }

  get spanPages(): number {
    return this.entryPages * this.geometry.entriesPerTable;
  }

  kind(index: number): EntryKind {
    if (probe !== null) probe.read(this.firstCell + index, this.#kinds[index] as number);
    return this.#kinds[index] as EntryKind;
  }

  child(index: number): Self {
    const child = this.#children[index];
    if (probe !== null) probe.read(this.firstCell + index, child?.firstCell ?? -1);
    assert(child !== undefined && this.#kinds[index] === EntryKind.Table, 'the entry points to a table');
    return child;
  }

  /** The table that holds the entry of `level` for `page`, or the deepest one above it that exists. */
  find(page: number, level: Level): Self {
    let table = this as unknown as Self;
    while (table.level > level) {
      const index = this.geometry.index(page, table.level);
      if (table.kind(index) !== EntryKind.Table) break;
      table = table.child(index);
    }
    return table;
  }

  firstPageOf(index: number): number {
    return this.firstPage + index * this.entryPages;
  }

  /** Level of the tables below this one. */
  get childLevel(): Level {
    assert(this.level > 1, 'a PTE table has no tables below it');
    return below(this.level);
  }

  setLeaf(index: number, frame: number, writable: boolean): void {
    this.#written(index);
    assert(this.#kinds[index] !== EntryKind.Table, 'a table is unlinked before its entry becomes a leaf');
    const isNew = this.#kinds[index] !== EntryKind.Leaf;
    const writableBefore = isNew ? 0 : this.#writablePagesOf(index);
    this.#kinds[index] = EntryKind.Leaf;
    this.#pfns[index] = frame;
    this.#writable[index] = writable ? 1 : 0;
    const writableChange = this.#writablePagesOf(index) - writableBefore;
    if (isNew) this.#account(this.entryPages, 1, writableChange);
    else if (writableChange !== 0) this.#account(0, 0, writableChange);
  }

  /** Maps a run of frames with all entries of this table, which is empty. */
  fillLeaves(firstFrame: number): void {
    assert(this.#leaves === 0, 'only an empty table is filled');
    for (let index = 0; index < this.#kinds.length; index++) this.#written(index);
    const { entryPages } = this;
    for (let index = 0; index < this.#pfns.length; index++) this.#pfns[index] = firstFrame + index * entryPages;
    this.#kinds.fill(EntryKind.Leaf);
    this.#writable.fill(1);
    this.#account(this.spanPages, this.#pfns.length, this.spanPages);
  }

  /** Maps with this table, which is empty, what another one of its level maps; that one has leaves and nothing else. */
  copyLeaves<Other extends RadixTable<Other>>(from: RadixTable<Other>): void {
    assert(this.#leaves === 0 && this.level === from.level, 'only an empty table takes over, from one of its level');
    assert(from.mappedPages === from.leaves * from.entryPages, 'there are no tables below the one to copy');
    for (let index = 0; index < this.#kinds.length; index++) this.#written(index);
    this.#kinds.set(from.kinds);
    this.#pfns.set(from.pfns);
    this.#writable.set(from.writable);
    this.#account(from.mappedPages, from.leaves, from.writablePages);
  }

  /** Grants or takes away the permission to write of a leaf that stays. */
  setWritable(index: number, writable: boolean): void {
    this.#written(index);
    assert(this.#kinds[index] === EntryKind.Leaf, 'only a leaf has a permission');
    const before = this.#writablePagesOf(index);
    this.#writable[index] = writable ? 1 : 0;
    this.#account(0, 0, this.#writablePagesOf(index) - before);
  }

  #writablePagesOf(index: number): number {
    return this.#writable[index] === 1 ? this.entryPages : 0;
  }

  /** Replaces a leaf, a frozen or an empty entry by `kind`, which maps nothing. */
  clear(index: number, kind: EntryKind = EntryKind.None): void {
    this.#written(index);
    assert(this.#kinds[index] !== EntryKind.Table, 'a table is unlinked, not cleared');
    if (this.#kinds[index] === EntryKind.Leaf) this.#account(-this.entryPages, -1, -this.#writablePagesOf(index));
    this.#kinds[index] = kind;
  }

  /** The table, with those below it, is to serve other addresses: it is out of the tree and will be linked there. */
  rebase(firstPage: number): void {
    assert(this.parent === null, 'the table is out of the tree');
    this.#shift(firstPage - this.firstPage);
  }

  #shift(pages: number): void {
    this.firstPage += pages;
    for (const child of this.#children) if (child !== undefined) child.#shift(pages);
  }

  link(index: number, child: Self): void {
    this.#written(index);
    assert(this.#kinds[index] !== EntryKind.Table, 'the entry holds no table yet');
    assert(child.level === this.level - 1, 'a child table is one level down');
    if (this.#kinds[index] === EntryKind.Leaf) this.#account(-this.entryPages, -1, -this.#writablePagesOf(index));
    this.#kinds[index] = EntryKind.Table;
    this.#children[index] = child;
    child.parent = this as unknown as Self;
    this.#account(child.#mappedPages, child.#leaves, child.#writablePages);
  }

  /** Takes the table out of the tree and leaves `kind` behind. What the table maps is no longer reachable. */
  unlink(index: number, kind: EntryKind = EntryKind.None): Self {
    const child = this.child(index);
    this.#written(index);
    this.#account(-child.#mappedPages, -child.#leaves, -child.#writablePages);
    child.parent = null;
    this.#children[index] = undefined;
    this.#kinds[index] = kind;
    return child;
  }

  #account(pages: number, leaves: number, writablePages: number): void {
    for (let t: RadixTable<Self> | null = this; t !== null; t = t.parent) {
      t.#mappedPages += pages;
      t.#leaves += leaves;
      t.#writablePages += writablePages;
    }
  }
}

interface ProbedArrays {
  readonly kinds: Uint8Array;
  readonly pfns: Uint32Array;
  readonly writable: Uint8Array;
}

/** The same array, and every access to an element is told. What works on all elements reads all of them. */
function probedArray<A extends Uint8Array | Uint32Array>(array: A, firstCell: number): A {
  return new Proxy(array, {
    get(target, key): unknown {
      const index = typeof key === 'string' ? Number(key) : Number.NaN;
      if (index >= 0) {
        const value = target[index];
        probe?.read(firstCell + index, value ?? 0);
        return value;
      }
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      for (let at = 0; at < target.length; at++) probe?.read(firstCell + at, target[at] as number);
      return value.bind(target);
    },
    set(target, key, value): boolean {
      probe?.write(firstCell + Number(key));
      target[Number(key)] = value;
      return true;
    },
  });
}
