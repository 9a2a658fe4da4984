import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mean,
  meanWithInterval,
  pairedDifference,
  pairedRatio,
  quantile,
  standardDeviation,
  studentT975,
} from '../../src/lab/statistics.ts';

describe('studentT975', () => {
  // Printed tables of Student's t, two-sided 5 %.
  test.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [9, 2.2622],
    [10, 2.2281],
    [29, 2.0452],
    [30, 2.0423],
    [60, 2.0003],
    [120, 1.9799],
    [999, 1.9623],
  ])('%i degrees of freedom: %f, as in the tables', (freedom, t) => {
    expect(studentT975(freedom)).toBeCloseTo(t, 4);
  });

  test('more degrees of freedom: smaller, never below that of the normal distribution', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 998 }), (freedom) => {
        expect(studentT975(freedom + 1)).toBeLessThan(studentT975(freedom));
        expect(studentT975(freedom)).toBeGreaterThan(1.95996);
      }),
    );
  });
});

describe('paired estimates', () => {
  // Hours of sleep gained under two drugs by ten patients: Student, The Probable Error of a Mean, 1908.
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

  test("difference: Student's sleep data: the published mean and interval", () => {
    const { estimate, ci95 } = pairedDifference(first, second);
    expect(estimate).toBeCloseTo(1.58, 12);
    expect(ci95?.[0]).toBeCloseTo(0.7001142, 6);
    expect(ci95?.[1]).toBeCloseTo(2.4598858, 6);
  });

  test('one repetition: an estimate without an interval', () => {
    expect(pairedDifference([10], [4])).toEqual({ estimate: -6, ci95: null });
    expect(pairedRatio([10], [4])).toEqual({ estimate: 0.4, ci95: null });
  });

  test('ratio: the mean of the ratios, not the ratio of the means', () => {
    expect(pairedRatio([1, 100], [2, 100])?.estimate).toBe(1.5);
  });

  test('ratio: a baseline of 0: none', () => {
    expect(pairedRatio([0, 3], [0, 3])).toBeNull();
  });

  test('ratio: a scheme that never stalls: 0, and sure of it', () => {
    expect(pairedRatio([7, 9, 8], [0, 0, 0])).toEqual({ estimate: 0, ci95: [0, 0] });
  });

  test('difference: a part common to both sides: cancels', () => {
    const samples = fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(samples, (rows) => {
        const plain = pairedDifference(
          rows.map(([a]) => a),
          rows.map(([, b]) => b),
        );
        const shifted = pairedDifference(
          rows.map(([a, , c]) => a + c),
          rows.map(([, b, c]) => b + c),
        );
        expect(shifted).toEqual(plain);
      }),
    );
  });
});

describe('descriptive statistics', () => {
  test('standardDeviation: eight values: with n - 1', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5);
  });

  test('meanWithInterval: equal values: no width', () => {
    expect(meanWithInterval([3, 3, 3])).toEqual({ estimate: 3, ci95: [3, 3] });
  });

  test.each([
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2],
    [[5], 0.5, 5],
    [[1, 2, 3, 4], 1, 4],
    [[1, 2, 3, 4], 0, 1],
  ])('quantile: of %j at %f: %i', (values, fraction, expected) => {
    expect(quantile(values, fraction)).toBe(expected);
  });
});
