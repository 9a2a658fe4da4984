import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { StallHistogram } from '../../src/lab/histogram.ts';
import { quantile } from '../../src/lab/statistics.ts';

const histogramOf = (values: readonly number[]) => {
  const histogram = new StallHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

const windows = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 600_000_000_000 })), {
  minLength: 1,
  maxLength: 300,
});

describe('StallHistogram', () => {
  test('quantiles: any windows: within 0.1 % of the exact ones and not above the longest', () => {
    fc.assert(
      fc.property(windows, (values) => {
        const { p50Ns, p90Ns, p99Ns, p999Ns } = histogramOf(values).quantiles();
        for (const [fraction, ns] of [
          [0.5, p50Ns],
          [0.9, p90Ns],
          [0.99, p99Ns],
          [0.999, p999Ns],
        ] as const) {
          const exact = quantile(values, fraction);
          expect(ns).toBeGreaterThanOrEqual(exact);
          expect(ns).toBeLessThanOrEqual(exact * 1.001);
        }
        expect(p999Ns).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  test('quantiles: nothing recorded: all 0', () => {
    expect(new StallHistogram().quantiles()).toEqual({ p50Ns: 0, p90Ns: 0, p99Ns: 0, p999Ns: 0 });
  });

  test('encoding: any windows: a reader of HdrHistogram gets count and quantiles back', () => {
    fc.assert(
      fc.property(windows, (values) => {
        const histogram = histogramOf(values);
        const read = decodeFromCompressedBase64(histogram.encode(), 64);
        expect(read.totalCount).toBe(values.length);
        expect(Math.min(read.getValueAtPercentile(50), Math.max(...values))).toBe(histogram.quantiles().p50Ns);
      }),
    );
  });

  test('encoding: the same windows in another order: the same text', () => {
    fc.assert(
      fc.property(windows, (values) => {
        expect(histogramOf(values.toReversed()).encode()).toBe(histogramOf(values).encode());
      }),
    );
  });

  test('encoding: three windows: V2, compressed form, stored blocks', () => {
    expect(histogramOf([100, 22_000_000, 500_000_000_000]).encode()).toMatchInlineSnapshot(
      `"HISTFAAAAD54AQEzAMz/HISTEwAAAAsAAAABAAAAAwAAAAAAAAABAAAA//////8AAAAAAAAAAccBArHzAQKN6AECyUoKPA=="`,
    );
  });

  test('window of 10 minutes: kept', () => {
    expect(histogramOf([600_000_000_000]).quantiles().p50Ns).toBe(600_000_000_000);
  });
});
