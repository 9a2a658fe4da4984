// A vCPU whose next accesses hit is moved straight to its next miss. Stepping through all of them must give the same stalls:
// the very same where the pattern is arithmetic, the same distribution where it is drawn.

import { describe, expect, test } from 'vitest';
import type { NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovBound } from '../support/kolmogorov-smirnov.ts';
import { run, sumOf } from '../support/runs.ts';

const SEEDS = 60;
const ALPHA = 0.001;

const onePage: Overrides = { 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB', 'vm.vcpus': 3, settle: '100us' };

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

/** A run of each seed from `first` on. */
const runs = (overrides: Overrides, scheme: NotifierSchemeId, stepping: boolean, first = 0, count = SEEDS) =>
  Array.from({ length: count }, (_, r) => run(overrides, { scheme, stepping, seed: first + r }));

describe('stride: skipping and stepping', () => {
  for (const kernel of ['6.1', '6.12']) {
    for (const scheme of ['range', 'narrow', 'post-collapse/zap'] as const) {
      test(`${kernel}, ${scheme}, 20 seeds: the same windows, to the ns, and the same laps`, () => {
        const overrides = { ...onePage, 'machine.kernel': kernel };
        const stepped = runs(overrides, scheme, true, 0, 20);
        for (const [seed, skipping] of runs(overrides, scheme, false, 0, 20).entries()) {
          const stepping = stepped[seed] as RunResult;
          // Windows that close at one instant may come in another order.
          expect(sorted(skipping.stallsNs)).toEqual(sorted(stepping.stallsNs));
          expect(skipping.stallByCauseNs).toEqual(stepping.stallByCauseNs);
          expect(skipping.faults).toEqual(stepping.faults);
          expect(skipping.notifier).toEqual(stepping.notifier);
          // An access that is due at the very ns of a kick is made before it or after it.
          const apart = Math.abs(skipping.guest.touches - stepping.guest.touches);
          expect(apart).toBeLessThanOrEqual(skipping.stallsNs.length);
          expect(skipping.events).toBeLessThan(stepping.events);
        }
      });
    }
  }
});

describe('phases of strides, and a trace: skipping and stepping', () => {
  const phases = [
    { pattern: 'stride', lasts: '7us', stridePages: 3, writeFraction: 0 },
    { pattern: 'idle', lasts: '4us' },
    { pattern: 'stride', accesses: 90, thinkNs: 70, range: { start: '1MiB', length: '512KiB' } },
  ];
  /** Bursts of a few vCPUs over hot and cold pages, some at one time, made by arithmetic. */
  const trace = Array.from({ length: 3000 }, (_, row) => {
    const page = row % 3 === 0 ? (row * 7919) % 512 : (row * row) % 64;
    return [
      Math.floor(row / 4) * 253 + Math.floor((row % 4) / 2) * 7,
      row % 5 < 2 ? 2 : row % 2,
      page,
      row % 3 === 1 ? 0 : 1,
    ].join();
  });
  const guests: Readonly<Record<string, Overrides>> = {
    phases: { 'guest.pattern': 'phases', 'guest.phases': phases },
    trace: { 'guest.pattern': 'trace', 'guest.trace': ['time,vcpu,gfn,write', ...trace].join('\n') },
  };

  const onAndOff = [
    { at: '20us', operation: 'dirty-log-enable' },
    { at: '200us', operation: 'dirty-log-disable' },
  ];
  for (const [name, guest] of Object.entries(guests)) {
    test(`${name}, dirty logging on and off, reads and writes: the same windows, to the ns`, () => {
      const overrides = { ...onePage, ...guest, 'vm.sptePopulatedFraction': 0.8, settle: '2ms' };
      const logged = { ...overrides, timeline: onAndOff };
      const stepped = runs(logged, 'range', true, 0, 4);
      for (const [seed, skipping] of runs(logged, 'range', false, 0, 4).entries()) {
        expect(sorted(skipping.stallsNs)).toEqual(sorted(stepped[seed]?.stallsNs ?? []));
        expect(skipping.faults).toEqual(stepped[seed]?.faults);
        expect(skipping.faults.total).toBeGreaterThan(100);
      }
    });

    for (const kernel of ['6.1', '6.12']) {
      for (const scheme of ['range', 'narrow', 'post-collapse/zap'] as const) {
        test(`${name}, ${kernel}, ${scheme}: the same windows, to the ns, and the same laps`, () => {
          const overrides = { ...onePage, ...guest, 'machine.kernel': kernel, 'vm.sptePopulatedFraction': 0.8 };
          const stepped = runs(overrides, scheme, true, 0, 8);
          for (const [seed, skipping] of runs(overrides, scheme, false, 0, 8).entries()) {
            const stepping = stepped[seed] as RunResult;
            expect(sorted(skipping.stallsNs)).toEqual(sorted(stepping.stallsNs));
            expect(skipping.stallsNs.length).toBeGreaterThan(5);
            expect(skipping.stallByCauseNs).toEqual(stepping.stallByCauseNs);
            expect(skipping.faults).toEqual(stepping.faults);
            expect(skipping.blackout).toEqual(stepping.blackout);
            const apart = Math.abs(skipping.guest.touches - stepping.guest.touches);
            expect(apart).toBeLessThanOrEqual(skipping.stallsNs.length);
            expect(skipping.events).toBeLessThan(stepping.events);
          }
        });
      }
    }
  }
});

describe('uniform: skipping and stepping', () => {
  const uniform = (kernel: string): Overrides => ({
    ...onePage,
    'machine.kernel': kernel,
    'guest.pattern': 'uniform',
    // Misses before, while and after it collapses, so that there is something to be drawn.
    'vm.sptePopulatedFraction': 0.7,
  });

  /** What is compared: pooled stall lengths, and per run, where samples are independent, sums. */
  const samples = (results: readonly RunResult[]): Record<string, number[]> => ({
    'length of a stall': results.flatMap(({ stallsNs }) => [...stallsNs]),
    'time stalled in a run': results.map(({ stallsNs }) => sumOf(stallsNs)),
    'stalls in a run': results.map(({ stallsNs }) => stallsNs.length),
    'laps in a run': results.map(({ faults }) => faults.total),
    'touches in a run': results.map(({ guest }) => guest.touches),
  });

  /** Names of the samples that are further apart than chance allows. */
  const different = (a: readonly RunResult[], b: readonly RunResult[]): string[] => {
    const [left, right] = [samples(a), samples(b)];
    return Object.keys(left).filter((name) => {
      const [x, y] = [left[name] ?? [], right[name] ?? []];
      return kolmogorovSmirnov(x, y) > kolmogorovSmirnovBound(x.length, y.length, ALPHA);
    });
  };

  const cases: readonly (readonly [string, NotifierSchemeId])[] = [
    ['6.12', 'range'],
    ['6.12', 'narrow'],
    ['6.12', 'post-collapse/zap'],
    ['6.1', 'range'],
  ];
  for (const [kernel, scheme] of cases) {
    test(`${kernel}, ${scheme}, ${SEEDS} seeds each: no sample differs`, () => {
      const overrides = uniform(kernel);
      // Other seeds, so that the two are independent.
      expect(different(runs(overrides, scheme, false), runs(overrides, scheme, true, 1000))).toEqual([]);
    });
  }

  test(`in phases, 6.12, range, ${SEEDS} seeds each: no sample differs`, () => {
    const phases = [
      { pattern: 'uniform', lasts: '9us' },
      { pattern: 'idle', lasts: '5us' },
      { pattern: 'zipf', accesses: 60, writeFraction: 0.5, range: { start: '512KiB' } },
    ];
    const overrides = { ...uniform('6.12'), 'guest.pattern': 'phases', 'guest.phases': phases };
    expect(different(runs(overrides, 'range', false), runs(overrides, 'range', true, 1000))).toEqual([]);
  });

  test('canary: accesses four times as far apart: every sample differs', () => {
    const overrides = uniform('6.12');
    const slower = { ...overrides, 'guest.thinkNs': 400 };
    const seen = different(runs(overrides, 'range', false), runs(slower, 'range', true, 1000));
    expect(seen.sort()).toEqual(Object.keys(samples([])).sort());
  });

  test('canary: a tenth more pages without an SPTE: found as well', () => {
    const overrides = uniform('6.12');
    const emptier = { ...overrides, 'vm.sptePopulatedFraction': 0.6 };
    expect(different(runs(overrides, 'range', false), runs(emptier, 'range', true, 1000))).toContain('stalls in a run');
  });
});

describe('the test of Kolmogorov and Smirnov', () => {
  test('distance: by hand, with ties', () => {
    expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(kolmogorovSmirnov([1, 2], [3, 4])).toBe(1);
    // At 1: 2/4 against 1/2; at 2: 2/4 against 2/2.
    expect(kolmogorovSmirnov([1, 1, 5, 6], [1, 2])).toBe(0.5);
  });

  test('bound: the tabled factors of 0.05 and 0.001', () => {
    expect(kolmogorovSmirnovBound(2, 2, 0.05)).toBeCloseTo(1.358, 3);
    expect(kolmogorovSmirnovBound(2, 2, 0.001)).toBeCloseTo(1.949, 3);
  });
});
