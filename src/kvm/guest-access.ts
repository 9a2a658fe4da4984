import type { Gfn } from '../mm/address.ts';
import { gfn } from '../mm/address.ts';
import { type FrameTest, isUnmapped, type Spte, type TdpRoot } from './tdp-table.ts';
import type { SpteMix } from './tlb-reach.ts';

/** The guest's memory as its access pattern sees it: page numbers from 0, each with an SPTE or without. */
export class GuestMemory {
  readonly pages: number;
  readonly #baseGfn: Gfn;
  readonly #tdp: TdpRoot;

  constructor(tdp: TdpRoot, baseGfn: Gfn, pages: number) {
    this.#tdp = tdp;
    this.#baseGfn = baseGfn;
    this.pages = pages;
  }

  frame(page: number): Gfn {
    return gfn(this.#baseGfn + page);
  }

  page(frame: Gfn): number {
    return frame - this.#baseGfn;
  }

  isMapped(page: number): boolean {
    return this.#tdp.isMapped(this.frame(page));
  }

  /** Whether an access of this kind hits. */
  allows(page: number, write: boolean): boolean {
    const spte = this.spte(page);
    return spte !== null && (!write || spte.writable);
  }

  spte(page: number): Spte | null {
    return this.#tdp.spte(this.frame(page));
  }

  /** What its SPTEs are made of. */
  get spteMix(): SpteMix {
    return this.#tdp.mix(this.frame(0), this.frame(this.pages));
  }

  /** Pages of which `test` is true. */
  pagesThat(test: FrameTest): number {
    return this.#tdp.pagesThat(test, this.frame(0), this.frame(this.pages));
  }

  /** The first page from `page` on of which `test` is true, or `pages`. */
  firstThat(test: FrameTest, page: number): number {
    return this.page(this.#tdp.firstThat(test, this.frame(page), this.frame(this.pages)));
  }

  /** The page of which `test` is true and that has `rank` others before it. */
  pageByRank(test: FrameTest, rank: number): number {
    return this.page(this.#tdp.frameByRank(test, this.frame(0), this.frame(this.pages), rank));
  }

  get unmappedPages(): number {
    return this.pagesThat(isUnmapped);
  }
}

/**
 * Where a vCPU's next accesses go. A vCPU does not step through accesses that hit: it asks how many there are before the
 * next miss and goes straight there. Stepping through `page` and `advance` instead must give the same distribution of
 * stalls, which a test shows.
 */
export interface GuestAccessPattern {
  /** Page of the access that is due. Asked again without an advance, it is the same. */
  page(memory: GuestMemory): number;
  /** Whether it writes. Asked again without an advance, the same; asked after `page`. */
  isWrite(memory: GuestMemory): boolean;
  /** `count` accesses have been made. */
  advance(count: number): void;
  /** Accesses from the one that is due on that hit before one misses; Infinity: none will. */
  hitsBeforeMiss(memory: GuestMemory): number;
  /**
   * SPTEs have gone: the hits before the next miss, which were `hits` before.
   * @param firstPage first of `pages` pages that are no longer mapped
   */
  hitsAfterClearing(memory: GuestMemory, hits: number, firstPage: number, pages: number): number;
  /** SPTEs that are still there have become read-only: the hits before the next miss, which were `hits` before. */
  hitsAfterProtecting(memory: GuestMemory, hits: number, firstPage: number, pages: number): number;
  /** SPTEs have come, or may be written again. A pattern may keep its count of hits: a miss that is none any more is looked at when it is due. */
  hitsAfterInstalling(memory: GuestMemory, hits: number): number;
  /** The part of its accesses that write; absent: not known, and all of them count as writes. */
  readonly writeFraction?: number;
  /** What has been made so far, for touchChance: a few counts, which nobody but the pattern reads. */
  mark?(): readonly number[];
  /**
   * The chance that one of the accesses made since `mark` went to one of these pages; 0 or 1 where the pattern knows.
   * Absent: not known, and any access since then counts as one of them.
   */
  touchChance?(memory: GuestMemory, mark: readonly number[], firstPage: number, pages: number): number;
}

/**
 * When a vCPU's accesses are due, in the guest's own time: what the vCPU stands still is no part of it, so that a stall moves
 * everything behind it by its length.
 */
export interface AccessTimes {
  /** From the start of the vCPU to its first access. */
  readonly firstNs: number;
  /** For how long the vCPU executes HLT before another access is due; null: one is due; Infinity: it wants nothing more. */
  readonly haltNs: number | null;
  /** The halt is over. */
  resume(): void;
  /** From the access that is due to the one `count` after it, or to the halt before that one. */
  nsTo(count: number): number;
  /** How many are due before `ns` have passed, from the one that is due on, which is one of them if `ns` is above 0. */
  dueWithin(ns: number): number;
}

/** One access every thinkNs, without an end. */
export class EvenTimes implements AccessTimes {
  readonly firstNs = 0;
  readonly haltNs = null;
  readonly #thinkNs: number;

  constructor(thinkNs: number) {
    this.#thinkNs = thinkNs;
  }

  resume(): void {}

  nsTo(count: number): number {
    return count * this.#thinkNs;
  }

  dueWithin(ns: number): number {
    return Math.ceil(ns / this.#thinkNs);
  }
}
