// Which host frames guests can reach, through an SPTE or through what a TLB may still hold of one: the other way round than
// the page table, so that whoever frees a page can be asked at once whether it is still translated to (reference L.8).
//
// An SPTE that goes, or whose table is taken out of the tree, is counted on until the next remote flush is over: until then a
// CPU may translate by it. Every change of the tree comes through TdpTable, so no path can forget to count.

import type { Geometry, Gfn, Level } from '../mm/address.ts';

/** The counts of one block of the largest size. */
class Block {
  /** Small leaves by frame, and their sums by 2M block and in all. */
  readonly small: Uint16Array;
  readonly smallIn: Uint32Array;
  /** 2M leaves by block. */
  readonly large: Uint16Array;
  huge = 0;
  /** Leaves of any size but the largest. */
  below = 0;

  constructor(pages: number, blocks: number) {
    this.small = new Uint16Array(pages);
    this.smallIn = new Uint32Array(blocks);
    this.large = new Uint16Array(blocks);
  }
}

/** What #unflushed keeps of a translation: level, gfn, pfn. Numbers in one list, since a zap may drop a quarter of a million. */
const FIELDS = 3;

export class TranslatedFrames {
  readonly #largePages: number;
  readonly #hugePages: number;
  readonly #blocks = new Map<number, Block>();
  #lastNumber = -1;
  #lastBlock: Block | null = null;
  /** Translations that are gone from the page table and may still be in a TLB, oldest first. */
  #unflushed: number[] = [];
  /** How many have ever been dropped from the front of #unflushed. */
  #flushed = 0;

  constructor(geometry: Geometry) {
    this.#largePages = geometry.pagesPer[2];
    this.#hugePages = geometry.pagesPer[3];
  }

  /** An SPTE has come. */
  mapped(level: Level, pfn: number): void {
    this.#count(level, pfn, 1);
  }

  /** An SPTE has gone from the page table. */
  unmapped(level: Level, gfn: number, pfn: number): void {
    this.#unflushed.push(level, gfn, pfn);
  }

  /** What a flush that begins now makes the TLBs forget: to be handed to `flushedTo` when it is over. */
  get flushMark(): number {
    return this.#flushed + this.#unflushed.length / FIELDS;
  }

  flushedTo(mark: number): void {
    const count = (mark - this.#flushed) * FIELDS;
    if (count <= 0) return;
    const list = this.#unflushed;
    for (let at = 0; at < count; at += FIELDS) this.#count(list[at] as Level, list[at + 2] as number, -1);
    this.#unflushed = count === list.length ? [] : list.slice(count);
    this.#flushed = mark;
  }

  /** How many translations lead to the folio of `level` at `pfn`, or to a part of it. */
  leadingTo(level: Level, pfn: number): number {
    const block = this.#block(pfn, false);
    if (block === null) return 0;
    if (level === 3) return block.below + block.huge;
    const offset = pfn % this.#hugePages;
    const at = Math.floor(offset / this.#largePages);
    const larger = (block.large[at] ?? 0) + block.huge;
    return (level === 2 ? (block.smallIn[at] ?? 0) : (block.small[offset] ?? 0)) + larger;
  }

  /** Of these, how many only TLBs may hold. */
  unflushedTo(pfn: number, pages: number): number {
    return this.#unflushedWithin(2, pfn, pfn + pages);
  }

  /** How many translations of frames in [first, end) only TLBs may hold. */
  unflushedIn(first: Gfn, end: Gfn): number {
    return this.#unflushedWithin(1, first, end);
  }

  #unflushedWithin(field: 1 | 2, first: number, end: number): number {
    const list = this.#unflushed;
    let count = 0;
    for (let at = 0; at < list.length; at += FIELDS) {
      const from = list[at + field] as number;
      if (from < end && from + this.#pagesOf(list[at] as Level) > first) count += 1;
    }
    return count;
  }

  #pagesOf(level: Level): number {
    return level === 1 ? 1 : level === 2 ? this.#largePages : this.#hugePages;
  }

  #count(level: Level, pfn: number, by: number): void {
    const block = this.#block(pfn, true) as Block;
    if (level === 3) {
      block.huge += by;
      return;
    }
    block.below += by;
    const offset = pfn % this.#hugePages;
    const at = Math.floor(offset / this.#largePages);
    if (level === 2) block.large[at] = (block.large[at] ?? 0) + by;
    else {
      block.small[offset] = (block.small[offset] ?? 0) + by;
      block.smallIn[at] = (block.smallIn[at] ?? 0) + by;
    }
  }

  #block(pfn: number, make: boolean): Block | null {
    const number = Math.floor(pfn / this.#hugePages);
    if (number === this.#lastNumber) return this.#lastBlock;
    let block = this.#blocks.get(number) ?? null;
    if (block === null) {
      if (!make) return null;
      block = new Block(this.#hugePages, this.#hugePages / this.#largePages);
      this.#blocks.set(number, block);
    }
    this.#lastNumber = number;
    this.#lastBlock = block;
    return block;
  }
}
