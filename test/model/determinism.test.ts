import { describe, expect, test } from 'vitest';
import type { RunRecord, Topic } from '../../src/lab/run-types.ts';
import { mapcounts, recorded, recordsOf, run, schemes } from '../support/runs.ts';

const topics: readonly Topic[] = [
  'stall',
  'vcpu',
  'notifier',
  'operation',
  'fault',
  'lock',
  'tlb',
  'finding',
  'progress',
];

/** Draws random numbers in every place that has some. */
const drawn = {
  'guest.pattern': 'uniform',
  'vm.populatedFraction': 0.9,
  'vm.sptePopulatedFraction': 0.9,
  'vm.vcpus': 3,
};

describe('determinism', () => {
  for (const kernel of ['6.1', '6.12']) {
    for (const scheme of schemes) {
      test(`${kernel}, ${scheme}: the same input twice: the same result and the same records, byte for byte`, () => {
        for (const mapcount of mapcounts) {
          const [first, second] = [0, 1].map(() =>
            recorded({ ...drawn, 'machine.kernel': kernel }, { scheme, mapcount, seed: 7 }),
          );
          expect(first?.result).toEqual(second?.result);
          expect(JSON.stringify(first?.records)).toBe(JSON.stringify(second?.records));
          expect(first?.records.length).toBeGreaterThan(20);
        }
      });

      test(`${kernel}, ${scheme}: observed or not, wholly or by topic: the same result`, () => {
        const overrides = { ...drawn, 'machine.kernel': kernel };
        const unobserved = run(overrides, { scheme });
        expect(recorded(overrides, { scheme }).result).toEqual(unobserved);
        for (const topic of topics) {
          const seen: RunRecord[] = [];
          const result = run(overrides, { scheme, topics: [topic], onRecord: (record) => seen.push(record) });
          expect(result).toEqual(unobserved);
          expect(new Set(seen.map((record) => record.topic)).isSubsetOf(new Set([topic]))).toBe(true);
        }
      });
    }
  }

  test('records of one topic alone: those of a run with all topics', () => {
    const all = recorded(drawn).records;
    for (const topic of topics) {
      const alone: RunRecord[] = [];
      run(drawn, { topics: [topic], onRecord: (record) => alone.push(record) });
      expect(alone).toEqual(recordsOf(all, topic));
    }
  });

  test('an observer that throws: the run goes on and has the same result', () => {
    const unobserved = run(drawn);
    const throwing = run(drawn, {
      onRecord: () => {
        throw new Error('nobody wants this');
      },
    });
    expect(throwing).toEqual(unobserved);
  });

  test('records: come in order of time', () => {
    for (const scheme of schemes) {
      const { records } = recorded(drawn, { scheme });
      for (const topic of ['notifier', 'operation', 'tlb', 'lock', 'progress'] as const) {
        const times = recordsOf(records, topic).map(({ simTimeNs }) => simTimeNs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    }
  });

  test('another seed: other draws, and the same work where nothing is drawn', () => {
    const [a, b] = [run(drawn, { seed: 1 }), run(drawn, { seed: 2 })];
    expect([...a.stallsNs]).not.toEqual([...b.stallsNs]);
    // Without a guest that fills holes meanwhile, only the number of populated pages counts, and that is not drawn.
    const still = { ...drawn, 'guest.pattern': 'idle' };
    expect(run(still, { seed: 1 }).counters).toEqual(run(still, { seed: 2 }).counters);
  });

  test('schemes of one seed: the same pages are populated and the vCPUs touch the same ones first', () => {
    const firsts = schemes.map((scheme) => {
      const { records, result } = recorded(
        { ...drawn, 'vm.sptePopulatedFraction': 0, 'timeline.0.at': '400us' },
        { scheme },
      );
      const faults = recordsOf(records, 'fault').filter(({ simTimeNs }) => simTimeNs < 400_000);
      return { faults, leafClears: result.counters.leafClears };
    });
    expect(firsts[0]?.faults.length).toBeGreaterThan(50);
    for (const first of firsts) expect(first.faults).toEqual(firsts[0]?.faults);
  });
});
