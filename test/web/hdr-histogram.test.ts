// The page's own reader of histograms, held against the library that the service writes them with.

import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { StallHistogram } from '../../src/lab/histogram.ts';
import { readHistogram } from '../../web/src/compare/hdr-histogram.ts';
import { atLeast, survivalOf, thinned } from '../../web/src/compare/survival.ts';

/** What its type leaves out. */
interface LibraryHistogram {
  readonly totalCount: number;
  getCountAtValue(value: number): number;
  highestEquivalentValue(value: number): number;
}

function encoded(stallsNs: readonly number[]): string {
  const histogram = new StallHistogram();
  for (const ns of stallsNs) histogram.record(ns);
  return histogram.encode();
}

/** Lengths over eleven decades, without a pattern. */
const STALLS = Array.from({ length: 4000 }, (_, i) => Math.round(1.006 ** i * (1 + ((i * 7919) % 100) / 300)));

describe('readHistogram', () => {
  it('lengths over eleven decades: the buckets and counts of hdr-histogram-js', async () => {
    const text = encoded(STALLS.filter((ns) => ns < 2 ** 40));
    const theirs = decodeFromCompressedBase64(text, 64) as unknown as LibraryHistogram;
    const buckets = await readHistogram(text);
    expect(buckets.length).toBeGreaterThan(1000);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(theirs.totalCount);
    for (const { highest, count } of buckets) {
      expect([highest, theirs.getCountAtValue(highest)]).toEqual([theirs.highestEquivalentValue(highest), count]);
    }
  });

  it('nothing recorded: no bucket', async () => {
    expect(await readHistogram(encoded([]))).toEqual([]);
  });

  it('many of one length: a count of several bytes', async () => {
    expect(await readHistogram(encoded(Array<number>(100_000).fill(650)))).toEqual([{ highest: 650, count: 100_000 }]);
  });

  it.each(['', 'AAAAAAAA', btoa('no histogram at all')])('%j: refused', async (text) => {
    await expect(readHistogram(text)).rejects.toThrow();
  });
});

describe('survival', () => {
  it('each length: the stalls that are as long or longer, none above the longest', async () => {
    const stalls = [650, 650, 1500, 91_037];
    const points = survivalOf(await readHistogram(encoded(stalls)), 91_037);
    expect(points.map((point) => point.atLeast)).toEqual([4, 2, 1]);
    expect([points[0]?.ns, points[1]?.ns, points[2]?.ns]).toEqual([650, 1500, 91_037]);
    expect([1, 650, 651, 1500, 2000, 91_037, 91_038].map((ns) => atLeast(points, ns))).toEqual([4, 4, 2, 2, 1, 1, 0]);
  });

  it('no stall: no point', () => {
    expect([survivalOf([], 0), atLeast([], 1), thinned([])]).toEqual([[], 0, []]);
  });

  it('thinned: fewer points, both ends, and no count is off by more than half a percent', () => {
    const points = Array.from({ length: 20_000 }, (_, i) => ({ ns: 1000 + i, atLeast: 1_000_000 - i }));
    const few = thinned(points);
    expect(few.length).toBeLessThan(2000);
    expect([few[0], few.at(-1)]).toEqual([points[0], points.at(-1)]);
    for (const { ns, atLeast: count } of points) {
      expect(Math.abs(atLeast(few, ns) / count - 1)).toBeLessThan(0.005);
    }
  });
});
