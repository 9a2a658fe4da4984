// Where the next miss is, found without stepping. The stride finds it by arithmetic: it must be the one that stepping finds.
// The uniform pattern samples it: its distribution must be the one of stepping.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import { type GuestAccessPattern, GuestMemory } from '../../src/kvm/guest-access.ts';
import { isUnmapped, TdpRoot } from '../../src/kvm/tdp-table.ts';
import { StridePattern } from '../../src/lab/patterns/stride.ts';
import { UniformPattern } from '../../src/lab/patterns/uniform.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import { Geometry, gfn } from '../../src/mm/address.ts';

const BASE = 16;

const writes = (fraction: number, seed = 1) => new Writes(fraction, new RandomStream(seed, 'writes'));
const allWrites = writes(1);
const stridePattern = (pages: number, stride: number, start: number) =>
  new StridePattern(pages, stride, start, allWrites);

/** Guest memory of which exactly `mapped` have an SPTE, in a tree with other mappings around it. */
function memoryOf(pages: number, mapped: Iterable<number>) {
  const tdp = new TdpRoot(new Geometry(4));
  const set = (page: number) => tdp.tableAt(gfn(BASE + page), 1).setLeaf((BASE + page) % 4, 100 + page, true);
  for (const page of mapped) set(page);
  tdp.tableAt(gfn(0), 2).setLeaf(0, 1, true);
  const clear = (page: number) => tdp.tableAt(gfn(BASE + page), 1).clear((BASE + page) % 4);
  return { memory: new GuestMemory(tdp, gfn(BASE), pages), set, clear };
}

/** Hits before a miss, by making the accesses one after the other; Infinity after more than a whole round. */
function byStepping(memory: GuestMemory, start: number, stride: number): number {
  for (let hits = 0; hits <= memory.pages; hits++) {
    if (!memory.isMapped((start + hits * stride) % memory.pages)) return hits;
  }
  return Number.POSITIVE_INFINITY;
}

const pages = fc.integer({ min: 1, max: 48 });
const subset = (limit: number) => fc.uniqueArray(fc.nat(limit - 1), { maxLength: limit });

describe('guest memory', () => {
  test('pages are counted from the base of the memory, and only its own holes are holes', () => {
    const { memory } = memoryOf(10, [0, 1, 4]);
    expect(memory.unmappedPages).toBe(7);
    expect([memory.firstThat(isUnmapped, 0), memory.firstThat(isUnmapped, 4), memory.firstThat(isUnmapped, 2)]).toEqual(
      [2, 5, 2],
    );
    expect([0, 1, 2, 6].map((rank) => memory.pageByRank(isUnmapped, rank))).toEqual([2, 3, 5, 9]);
    expect(memory.page(memory.frame(7))).toBe(7);
  });
});

describe('stride pattern', () => {
  test('page and advance: the pages of stepping, whatever the step and however many at once', () => {
    fc.assert(
      fc.property(
        pages,
        fc.nat(60),
        fc.nat(60),
        fc.array(fc.nat(200), { maxLength: 10 }),
        (n, stride, start, moves) => {
          const pattern = stridePattern(n, stride, start);
          let made = 0;
          for (const count of [0, ...moves]) {
            pattern.advance(count);
            made += count;
            expect(pattern.page()).toBe((start + made * stride) % n);
          }
        },
      ),
    );
  });

  test('hitsBeforeMiss: any memory, stride and start: what stepping finds', () => {
    fc.assert(
      fc.property(
        pages.chain((n) => fc.tuple(fc.constant(n), subset(n))),
        fc.nat(60),
        fc.nat(60),
        ([n, mapped], stride, start) => {
          const { memory } = memoryOf(n, mapped);
          const pattern = stridePattern(n, stride, start);
          expect(pattern.hitsBeforeMiss(memory)).toBe(byStepping(memory, start % n, stride));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a page in the way of a stride of which most pages are never touched: only touched ones count', () => {
    const { memory } = memoryOf(12, [0, 4, 8]);
    expect(stridePattern(12, 4, 0).hitsBeforeMiss(memory)).toBe(Number.POSITIVE_INFINITY);
    expect(stridePattern(12, 4, 1).hitsBeforeMiss(memory)).toBe(0);
    expect(stridePattern(12, 3, 0).hitsBeforeMiss(memory)).toBe(1);
  });

  test('hitsAfterClearing: pages go one by one or in runs, with accesses in between: what stepping finds', () => {
    const step = fc.record({ page: fc.nat(47), pages: fc.integer({ min: 1, max: 6 }), advance: fc.nat(5) });
    fc.assert(
      fc.property(pages, fc.nat(60), fc.nat(60), fc.array(step, { maxLength: 12 }), (n, stride, start, steps) => {
        const { memory, clear } = memoryOf(
          n,
          Array.from({ length: n }, (_, page) => page),
        );
        const pattern = stridePattern(n, stride, start);
        let hits = pattern.hitsBeforeMiss(memory);
        for (const { page, pages: count, advance } of steps) {
          const made = Math.min(advance, hits);
          pattern.advance(made);
          hits -= made;
          const first = page % n;
          const cleared = Math.min(count, n - first);
          for (let at = first; at < first + cleared; at++) clear(at);
          hits = pattern.hitsAfterClearing(memory, hits, first, cleared);
          expect(hits).toBe(byStepping(memory, pattern.page(), stride));
        }
      }),
      { numRuns: 300 },
    );
  });
});

// ---- Uniform --------------------------------------------------------------------------------------------------------

/** Accesses up to and with the first miss, and where it was, of a vCPU that skips. */
function skipToMiss(pattern: GuestAccessPattern, memory: GuestMemory): { hits: number; page: number } {
  const hits = pattern.hitsBeforeMiss(memory);
  pattern.advance(hits);
  return { hits, page: pattern.page(memory) };
}

function stepToMiss(pattern: GuestAccessPattern, memory: GuestMemory): { hits: number; page: number } {
  for (let hits = 0; ; hits++) {
    const page = pattern.page(memory);
    if (!memory.isMapped(page)) return { hits, page };
    pattern.advance(1);
  }
}

/** 0.999 quantile of chi-square with three degrees of freedom: four cells that should be hit alike. */
const CHI_SQUARE_999 = 16.27;

function expectEven(counts: readonly number[]): void {
  expect(counts).toHaveLength(4);
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(statistic).toBeLessThan(CHI_SQUARE_999);
}

const uniform = (n: number, seed: number) => new UniformPattern(n, new RandomStream(seed, 'accesses'), allWrites);

describe('uniform pattern', () => {
  const PAGES = 32;
  const HOLES = [1, 7, 8, 30];
  const mapped = Array.from({ length: PAGES }, (_, page) => page).filter((page) => !HOLES.includes(page));

  for (const [way, toMiss] of [
    ['skipping', skipToMiss],
    ['stepping', stepToMiss],
  ] as const) {
    test(`${way}: hits before a miss are geometric with the share of holes, and each hole is as likely`, () => {
      const { memory } = memoryOf(PAGES, mapped);
      const runs = 4000;
      const share = HOLES.length / PAGES;
      const byHole = new Map(HOLES.map((hole) => [hole, 0]));
      let total = 0;
      const atLeast = new Array(20).fill(0) as number[];
      for (let seed = 0; seed < runs; seed++) {
        const { hits, page } = toMiss(uniform(PAGES, seed), memory);
        total += hits;
        byHole.set(page, (byHole.get(page) ?? 0) + 1);
        for (let k = 0; k < 20 && hits >= k; k++) atLeast[k] = (atLeast[k] ?? 0) + 1;
      }
      expect([...byHole.keys()]).toEqual(HOLES);
      expectEven([...byHole.values()]);
      // One-sample Kolmogorov-Smirnov against P(hits >= k) = (1 - share)^k at alpha = 0.001.
      const largest = Math.max(...atLeast.map((count, k) => Math.abs(count / runs - (1 - share) ** k)));
      expect(largest).toBeLessThan(1.949 / Math.sqrt(runs));
      expect(total / runs).toBeCloseTo((1 - share) / share, 0);
    });
  }

  test('holes come one by one while it runs: the chance of each access is that of its moment', () => {
    // 4 accesses with one hole of 32, then 28 more holes: P(no miss in k accesses) is a product of both.
    const runs = 4000;
    let none = 0;
    let later = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { memory, clear } = memoryOf(
        PAGES,
        Array.from({ length: PAGES - 1 }, (_, page) => page + 1),
      );
      const pattern = uniform(PAGES, seed);
      const first = pattern.hitsBeforeMiss(memory);
      if (first < 4) continue;
      none += 1;
      pattern.advance(4);
      for (let page = 1; page <= 15; page++) clear(page);
      const hits = pattern.hitsAfterClearing(memory);
      if (hits >= 1) later += 1;
    }
    const bound = (p: number, n: number) => 3.3 * Math.sqrt((p * (1 - p)) / n);
    const p4 = (31 / 32) ** 4;
    expect(Math.abs(none / runs - p4)).toBeLessThan(bound(p4, runs));
    expect(Math.abs(later / none - 0.5)).toBeLessThan(bound(0.5, none));
  });

  test('nothing is missing: never; everything is: at once', () => {
    const all = memoryOf(4, [0, 1, 2, 3]).memory;
    expect(uniform(4, 1).hitsBeforeMiss(all)).toBe(Number.POSITIVE_INFINITY);
    const nothing = memoryOf(4, []).memory;
    expect(uniform(4, 1).hitsBeforeMiss(nothing)).toBe(0);
  });

  test('page: asked twice without an advance: the same', () => {
    const { memory } = memoryOf(PAGES, mapped);
    for (let seed = 0; seed < 50; seed++) {
      const pattern = uniform(PAGES, seed);
      expect(pattern.page(memory)).toBe(pattern.page(memory));
      const skipping = uniform(PAGES, seed);
      const { page } = skipToMiss(skipping, memory);
      expect(skipping.page(memory)).toBe(page);
      expect(skipping.hitsBeforeMiss(memory)).toBe(0);
    }
  });

  test('after the miss was served: that access hits, and a new number decides the next miss', () => {
    const { memory, set } = memoryOf(PAGES, mapped);
    const pattern = uniform(PAGES, 5);
    const { page } = skipToMiss(pattern, memory);
    set(page);
    const hits = pattern.hitsBeforeMiss(memory);
    expect(hits).toBeGreaterThanOrEqual(1);
    expect(pattern.page(memory)).toBe(page);
    pattern.advance(hits);
    expect(memory.isMapped(pattern.page(memory))).toBe(false);
  });
});
