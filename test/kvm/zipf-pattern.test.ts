// The Zipf pattern keeps the weight of what would miss in trees that follow every change of an SPTE. What it skips to must
// have the distribution of stepping, and its pages the one of Zipf's law.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import type { GuestAccessPattern, GuestMemory } from '../../src/kvm/guest-access.ts';
import { WeightTree } from '../../src/lab/patterns/weight-tree.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import { ZipfMemory, ZipfPattern } from '../../src/lab/patterns/zipf.ts';
import { guestMemory } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

const weight = fc.constantFrom(0, 0, 0.1, 1 / 3, 1, 7);

describe('weight tree', () => {
  test('any changes: the total is that of the weights, and exactly 0 when nothing is left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.tuple(fc.nat(39), weight)), (size, changes) => {
        const tree = new WeightTree(size);
        const weights = new Array<number>(size).fill(0);
        for (const [at, value] of changes) {
          tree.set(at % size, value);
          weights[at % size] = value;
        }
        expect(tree.total).toBeCloseTo(
          weights.reduce((sum, value) => sum + value, 0),
          10,
        );
        for (let at = 0; at < size; at++) tree.set(at, 0);
        expect(tree.total).toBe(0);
      }),
    );
  });

  test('find: the thing under that part of the sum, and never one that weighs nothing', () => {
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, part) => {
          fc.pre(all.some((value) => value > 0));
          const tree = new WeightTree(all.length);
          all.forEach((value, at) => void tree.set(at, value));
          const found = tree.find(part * tree.total);
          expect(all[found]).toBeGreaterThan(0);
          const before = all.slice(0, found).reduce((sum, value) => sum + value, 0);
          expect(part * tree.total).toBeGreaterThanOrEqual(before - 1e-9);
          expect(part * tree.total).toBeLessThanOrEqual(before + (all[found] ?? 0) + 1e-9);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** 64 pages with SPTEs, but for some that are missing and some that are read-only. */
function holed(exponent = 1) {
  const world = new TestWorld({ hugePages: 16 });
  const memory = guestMemory(world);
  const zipf = new ZipfMemory(world.kvm, memory, exponent);
  const table = (page: number) => world.kvm.tdp.tableAt(world.frame(page), 1);
  const clear = (page: number) => {
    table(page).clear(page % 4);
    world.kvm.spteCleared(world.frame(page), 1);
  };
  const protect = (page: number) => {
    table(page).protect(page % 4);
    world.kvm.spteProtected(world.frame(page), 1);
  };
  return { world, memory, zipf, clear, protect };
}

const pattern = (zipf: ZipfMemory, seed: number, fraction = 1) =>
  new ZipfPattern(zipf, new RandomStream(seed, 'accesses'), new Writes(fraction, new RandomStream(seed, 'writes')));

interface Miss {
  readonly hits: number;
  readonly page: number;
}

function skipToMiss(accesses: GuestAccessPattern, memory: GuestMemory): Miss {
  const hits = accesses.hitsBeforeMiss(memory);
  accesses.advance(hits);
  return { hits, page: accesses.page(memory) };
}

function stepToMiss(accesses: GuestAccessPattern, memory: GuestMemory): Miss {
  for (let hits = 0; ; hits++) {
    const page = accesses.page(memory);
    if (!memory.allows(page, accesses.isWrite(memory))) return { hits, page };
    accesses.advance(1);
  }
}

/** Two samples have one distribution: Kolmogorov-Smirnov at alpha = 0.001. */
function expectAlike(a: readonly number[], b: readonly number[]): void {
  const below = (sample: readonly number[], x: number) => sample.filter((value) => value <= x).length / sample.length;
  const largest = Math.max(...[...new Set([...a, ...b])].map((x) => Math.abs(below(a, x) - below(b, x))));
  expect(largest).toBeLessThan(1.949 * Math.sqrt((a.length + b.length) / (a.length * b.length)));
}

describe('zipf pattern', () => {
  test('pages: each rank as often as Zipf says', () => {
    const { memory, zipf } = holed();
    const accesses = pattern(zipf, 1);
    const counts = new Array<number>(64).fill(0);
    const draws = 40_000;
    for (let made = 0; made < draws; made++) {
      const page = accesses.page(memory);
      counts[page] = (counts[page] ?? 0) + 1;
      accesses.advance(1);
    }
    const harmonic = Array.from({ length: 64 }, (_, rank) => 1 / (rank + 1)).reduce((sum, value) => sum + value);
    const sorted = counts.sort((a, b) => b - a);
    // Chi-square over the ten most popular, the order of which chance does not change: 0.999 quantile, 10 degrees.
    let statistic = 0;
    for (let rank = 1; rank <= 10; rank++) {
      const expected = draws / rank / harmonic;
      statistic += ((sorted[rank - 1] ?? 0) - expected) ** 2 / expected;
    }
    expect(statistic).toBeLessThan(29.6);
  });

  test.each([1, 0.3])('writeFraction %f: skipping and stepping find misses of one distribution', (fraction) => {
    const sample = (toMiss: typeof skipToMiss, seedsFrom: number) => {
      const { memory, zipf, clear, protect } = holed();
      for (const page of [5, 23, 60]) clear(page);
      for (const page of [1, 40, 41, 42]) protect(page);
      return Array.from({ length: 2000 }, (_, seed) => toMiss(pattern(zipf, seedsFrom + seed, fraction), memory));
    };
    const [skipped, stepped] = [sample(skipToMiss, 0), sample(stepToMiss, 1_000_000)];
    expectAlike(
      skipped.map(({ hits }) => hits),
      stepped.map(({ hits }) => hits),
    );
    expectAlike(
      skipped.map(({ page }) => page),
      stepped.map(({ page }) => page),
    );
  });

  test('SPTEs that go and come: the weight of what misses follows, to nothing', () => {
    const { world, memory, zipf, clear } = holed();
    expect(pattern(zipf, 1).hitsBeforeMiss(memory)).toBe(Number.POSITIVE_INFINITY);
    for (let page = 0; page < 64; page++) clear(page);
    expect(zipf.unmapped.total).toBe(zipf.all.total);
    expect(pattern(zipf, 1).hitsBeforeMiss(memory)).toBe(0);
    world.mapSptes(0, 64, 1);
    world.kvm.spteInstalled(world.frame(0), 64);
    expect(zipf.unmapped.total).toBe(0);
    expect(pattern(zipf, 1).hitsBeforeMiss(memory)).toBe(Number.POSITIVE_INFINITY);
  });
});
