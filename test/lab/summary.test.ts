import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { type ComparisonPlan, type ComparisonRequest, planComparison, type RunSpec } from '../../src/lab/comparison.ts';
import { withoutWallTime } from '../../src/lab/result.ts';
import type { RunResult } from '../../src/lab/run-types.ts';
import { summarize } from '../../src/lab/summary.ts';
import { resultOf } from './results.ts';

const planOf = (request: Partial<ComparisonRequest> = {}) =>
  planComparison({ scenario: 'hgm-collapse-1g', schemes: ['range', 'none'], repetitions: 2, seed: 1, ...request });

/** Summarizes results that `make` gives for each run. */
const summaryOf = (plan: ComparisonPlan, make: (run: RunSpec) => Parameters<typeof resultOf>[1]) =>
  summarize(
    plan,
    plan.runs.map((run) => resultOf(run, make(run))),
    plan.runs.map(() => 1.4),
  );

describe('summarize', () => {
  test('one scheme, two repetitions: exactly the documented fields, in their order', () => {
    const plan = planOf({ schemes: ['post-collapse/promote'], seed: 42 });
    const result = summaryOf(plan, ({ seed }) => ({
      stalls: seed === 42 ? [100, 300] : [200],
      stallByCauseNs: { fault: 50, 'tlb-flush': 250 },
      spinNs: 10,
      sleepNs: 20,
      blackout: { count: 1, maxNs: seed, totalNs: seed },
      operations: [{ operation: 'madv-collapse', startNs: 5, durationNs: seed, errno: null }],
      notifier: { sections: 0, startNs: 1, openNs: 2, collapsed: 1 },
      faults: { total: 4, retries: 3, spurious: 2, userfault: 1 },
      tlbFlushes: 28,
      seqBumps: 1,
      hugeRecoveryNs: seed,
      guest: { touches: 1000, throughputLoss: seed === 42 ? 0.1 : 0.2 },
      counters: { refAtomics: 2, mapcountAtomics: 1 },
      simulatedNs: 25,
      events: 7,
    }));
    const { histogram } = result.schemes[0] ?? { histogram: '' };
    expect(JSON.stringify(result)).toBe(
      JSON.stringify({
        scenario: 'hgm-collapse-1g',
        profile: 'epyc-uncontended',
        seed: 42,
        repetitions: 2,
        source: 'simulation',
        schemes: [
          {
            scheme: 'post-collapse/promote',
            mapcount: 'subpage',
            stall: {
              count: 3,
              meanNs: 200,
              p50Ns: 200,
              p90Ns: 300,
              p99Ns: 300,
              p999Ns: 300,
              maxNs: 300,
              totalNs: 600,
            },
            stallByCauseNs: { fault: 100, 'tlb-flush': 500 },
            spinNs: 20,
            sleepNs: 40,
            blackout: { count: 2, maxNs: 43, totalNs: 85 },
            operations: [{ operation: 'madv-collapse', durationNs: { p50: 42, max: 43 }, errno: null }],
            notifier: { sections: 0, startNs: 1, openNs: 2, collapsed: 1 },
            faults: { total: 4, retries: 3, spurious: 2, userfault: 1 },
            tlbFlushes: 28,
            seqBumps: 1,
            hugeRecoveryNs: 42,
            guest: { touches: 1000, throughputLoss: 0.15 },
            findings: [],
            histogram,
            counters: { mapcountAtomics: 1, refAtomics: 2 },
            simulatedNs: 25,
            events: 7,
            wallMs: 3,
          },
        ],
        paired: [],
      }),
    );
    expect(decodeFromCompressedBase64(histogram, 64).totalCount).toBe(3);
  });

  test('any stalls: count, total and longest are exact, and the histogram holds them all', () => {
    const stalls = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(stalls, stalls, (first, second) => {
        const plan = planOf({ schemes: ['range'] });
        const { stall, histogram } =
          summaryOf(plan, ({ seed }) => ({ stalls: seed === 1 ? first : second })).schemes[0] ?? {};
        const all = [...first, ...second];
        const total = all.reduce((sum, ns) => sum + ns, 0);
        expect(stall).toMatchObject({ count: all.length, totalNs: total, maxNs: Math.max(0, ...all) });
        expect(stall?.meanNs).toBe(all.length === 0 ? 0 : Math.round(total / all.length));
        expect(decodeFromCompressedBase64(histogram ?? '', 64).totalCount).toBe(all.length);
      }),
      { numRuns: 30 },
    );
  });

  test('causes: reported in another order: always in that of the vocabulary', () => {
    const plan = planOf({ schemes: ['range'] });
    const { schemes } = summaryOf(plan, ({ seed }) => ({
      stallByCauseNs: seed === 1 ? { 'tlb-flush': 1, 'invalidate-retry': 2 } : { fault: 3 },
    }));
    expect(Object.entries(schemes[0]?.stallByCauseNs ?? {})).toEqual([
      ['invalidate-retry', 2],
      ['fault', 3],
      ['tlb-flush', 1],
    ]);
  });

  test('huge recovery: never in one repetition: null', () => {
    const plan = planOf({ schemes: ['none'] });
    const { schemes } = summaryOf(plan, ({ seed }) => ({ hugeRecoveryNs: seed === 1 ? 5 : null }));
    expect(schemes[0]?.hugeRecoveryNs).toBeNull();
  });

  test('operations: one repetition ended early and failed: its error is kept', () => {
    const plan = planOf({ schemes: ['range'] });
    const done = { operation: 'madv-collapse', startNs: 0, durationNs: 10, errno: null };
    const { schemes } = summaryOf(plan, ({ seed }) => ({
      operations: seed === 1 ? [done, { ...done, durationNs: 30 }] : [{ ...done, errno: 'EBUSY' }],
    }));
    expect(schemes[0]?.operations).toEqual([
      { operation: 'madv-collapse', durationNs: { p50: 10, max: 10 }, errno: 'EBUSY' },
      { operation: 'madv-collapse', durationNs: { p50: 30, max: 30 }, errno: null },
    ]);
  });

  test('operations: one that ended in no repetition: left out', () => {
    const done = { operation: 'madv-collapse', startNs: 0, durationNs: 10, errno: null };
    const operations: (typeof done)[] = [];
    operations[1] = done; // the first never ended: a hole
    const { schemes } = summaryOf(planOf({ schemes: ['range'] }), () => ({ operations }));
    expect(schemes[0]?.operations).toHaveLength(1);
  });

  test('findings: each with the seed that shows it again', () => {
    const plan = planOf({ schemes: ['range'] });
    const finding = {
      kind: 'deadlock' as const,
      message: 'two tasks wait',
      simTimeNs: 9,
      evidence: ['a', 'b'],
      records: [],
    };
    const { schemes } = summaryOf(plan, ({ seed }) => ({ findings: seed === 2 ? [finding] : [] }));
    expect(schemes[0]?.findings).toEqual([{ ...finding, seed: 2 }]);
  });

  test('paired: range among the schemes: the baseline, per mapcount scheme', () => {
    const plan = planOf({ schemes: ['none', 'range'], mapcounts: ['subpage', 'head-per-pte'] });
    const { paired } = summaryOf(plan, ({ scheme, mapcount, seed }) => {
      const range = (mapcount === 'subpage' ? 1000 : 500) * seed;
      return { stalls: scheme === 'range' ? [3, range] : [range / 4] };
    });
    expect(paired).toEqual([
      {
        baseline: 'range',
        scheme: 'none',
        mapcount: 'subpage',
        maxStallRatio: { estimate: 0.25, ci95: [0.25, 0.25] },
        // Differences -750 and -1500: mean -1125, s = 530.33, t = 12.706, half width 4764.8.
        maxStallDifferenceNs: { estimate: -1125, ci95: [-5890, 3640] },
      },
      {
        baseline: 'range',
        scheme: 'none',
        mapcount: 'head-per-pte',
        maxStallRatio: { estimate: 0.25, ci95: [0.25, 0.25] },
        maxStallDifferenceNs: { estimate: -562, ci95: [-2945, 1820] },
      },
    ]);
  });

  test('paired: range not among the schemes: the first is the baseline', () => {
    const { paired } = summaryOf(planOf({ schemes: ['narrow', 'none'] }), () => ({ stalls: [5] }));
    expect(paired.map(({ baseline, scheme }) => [baseline, scheme])).toEqual([['narrow', 'none']]);
  });

  test('paired: one repetition: no interval', () => {
    const { paired } = summaryOf(planOf({ repetitions: 1 }), ({ scheme }) => ({
      stalls: scheme === 'range' ? [9] : [3],
    }));
    expect(paired[0]).toMatchObject({
      maxStallRatio: { estimate: 0.333333, ci95: null },
      maxStallDifferenceNs: { estimate: -6, ci95: null },
    });
  });

  test('paired: a baseline without a stall: no ratio, still a difference', () => {
    const { paired } = summaryOf(planOf(), ({ scheme, seed }) => ({
      stalls: scheme === 'range' && seed === 2 ? [] : [8],
    }));
    expect(paired[0]?.maxStallRatio).toEqual({ estimate: null, ci95: null });
    expect(paired[0]?.maxStallDifferenceNs.estimate).toBe(4);
  });

  test('wall times differ: nothing else does', () => {
    const plan = planOf();
    const results = plan.runs.map((run) => resultOf(run, { stalls: [run.seed, 7] }));
    const [fast, slow] = [1, 900].map((ms) =>
      summarize(
        plan,
        results,
        plan.runs.map(() => ms),
      ),
    );
    if (fast === undefined || slow === undefined) throw new Error('two summaries were made');
    expect(fast.schemes.map(({ wallMs }) => wallMs)).toEqual([2, 2]);
    expect(slow.schemes.map(({ wallMs }) => wallMs)).toEqual([1800, 1800]);
    expect(JSON.stringify(withoutWallTime(fast))).toBe(JSON.stringify(withoutWallTime(slow)));
  });

  test('results that crossed a thread: the same bytes', () => {
    const plan = planOf();
    const results = plan.runs.map((run) => resultOf(run, { stalls: [run.seed, 7], counters: { b: 1, a: 2 } }));
    const wallMs = plan.runs.map(() => 1);
    const crossed = summarize(
      plan,
      results.map((result) => structuredClone(result)),
      wallMs,
    );
    expect(JSON.stringify(crossed)).toBe(JSON.stringify(summarize(plan, results, wallMs)));
  });

  test('results in another order than the plan, or too few: refused', () => {
    const plan = planOf();
    const results: RunResult[] = plan.runs.map((run) => resultOf(run));
    const wallMs = plan.runs.map(() => 1);
    expect(() => summarize(plan, results.toReversed(), wallMs)).toThrow(/result 0 is not that of the run/);
    expect(() => summarize(plan, results.slice(1), wallMs)).toThrow(/4 runs were planned, 3 results came/);
  });
});
