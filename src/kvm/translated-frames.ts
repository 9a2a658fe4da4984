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

/** Translations that are gone from the page table and may still be in a TLB: of `count` leaves side by side, to frames side by side. */
interface Run {
  readonly level: Level;
  readonly gfn: number;
  readonly pfn: number;
  readonly span: number;
  count: number;
}

export class TranslatedFrames {
  readonly #largePages: number;
  readonly #hugePages: number;
  readonly #blocks = new Map<number, Block>();
  #lastNumber = -1;
  #lastBlock: Block | null = null;
  /** Oldest first. A zap goes from leaf to leaf, so that what it leaves behind is a few runs. */
  #unflushed: Run[] = [];
  /** The one that may still grow: no flush has begun since its last leaf. */
  #last: Run | null = null;
  /** How many have ever been dropped from the front of #unflushed. */
  #flushed = 0;

  constructor(geometry: Geometry) {
    this.#largePages = geometry.pagesPer[2];
    this.#hugePages = geometry.pagesPer[3];
  }

  /** `count` SPTEs have come, to frames side by side from `pfn` on. */
  mapped(level: Level, pfn: number, count: number): void {
    this.#count(level, pfn, count, 1);
  }

  /** An SPTE has gone from the page table. */
  unmapped(level: Level, gfn: number, pfn: number): void {
    const last = this.#last;
    if (last !== null && last.level === level) {
      const pages = last.count * last.span;
      if (gfn === last.gfn + pages && pfn === last.pfn + pages) {
        last.count += 1;
        return;
      }
    }
    this.#last = { level, gfn, pfn, span: this.#pagesOf(level), count: 1 };
    this.#unflushed.push(this.#last);
  }

  /** What a flush that begins now makes the TLBs forget: to be handed to `flushedTo` when it is over. */
  flushMark(): number {
    this.#last = null;
    return this.#flushed + this.#unflushed.length;
  }

  flushedTo(mark: number): void {
    const done = mark - this.#flushed;
    if (done <= 0) return;
    for (let at = 0; at < done; at++) {
      const { level, pfn, count } = this.#unflushed[at] as Run;
      this.#count(level, pfn, count, -1);
    }
    this.#unflushed = done === this.#unflushed.length ? [] : this.#unflushed.slice(done);
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
    let count = 0;
    for (const run of this.#unflushed) count += leavesWithin(run, run.pfn, pfn, pfn + pages);
    return count;
  }

  /** How many translations of frames in [first, end) only TLBs may hold. */
  unflushedIn(first: Gfn, end: Gfn): number {
    let count = 0;
    for (const run of this.#unflushed) count += leavesWithin(run, run.gfn, first, end);
    return count;
  }

  #pagesOf(level: Level): number {
    return level === 1 ? 1 : level === 2 ? this.#largePages : this.#hugePages;
  }

  #count(level: Level, pfn: number, count: number, by: 1 | -1): void {
    if (level === 1) {
      this.#countSmall(pfn, count, by);
      return;
    }
    const span = this.#pagesOf(level);
    for (let frame = pfn; frame < pfn + count * span; frame += span) {
      const block = this.#block(frame, true) as Block;
      if (level === 3) {
        block.huge += by;
        continue;
      }
      block.below += by;
      const at = Math.floor((frame % this.#hugePages) / this.#largePages);
      block.large[at] = (block.large[at] ?? 0) + by;
    }
  }

  /** A large block at a time. */
  #countSmall(pfn: number, count: number, by: 1 | -1): void {
    for (let frame = pfn, left = count; left > 0; ) {
      const block = this.#block(frame, true) as Block;
      const { small, smallIn } = block;
      const offset = frame % this.#hugePages;
      const at = Math.floor(offset / this.#largePages);
      const here = Math.min(left, (at + 1) * this.#largePages - offset);
      for (let index = offset; index < offset + here; index++) small[index] = (small[index] as number) + by;
      smallIn[at] = (smallIn[at] ?? 0) + by * here;
      block.below += by * here;
      frame += here;
      left -= here;
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

/** Leaves of a run, which begins at `start`, that meet [first, end). */
function leavesWithin({ span, count }: Run, start: number, first: number, end: number): number {
  if (start >= end || start + count * span <= first) return 0;
  const from = Math.max(0, Math.floor((first - start) / span));
  const to = Math.min(count, Math.ceil((end - start) / span));
  return to - from;
}
