// What reading the dirty log costs a guest that writes: each round takes the permission from what the last one has brought, so
// that the guest faults for every page anew (reference C.11).

import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { errorsOf } from '../lab/errors.ts';
import { findingKinds, run } from '../support/runs.ts';

const logging = (harvestEvery: string | null, more: Overrides = {}): Overrides => ({
  'vm.mapped': '2m',
  'vm.vcpus': 4,
  'guest.stridePages': 1,
  'timeline.0.operation': 'dirty-log-enable',
  'timeline.0.harvestEvery': harvestEvery,
  settle: '2ms',
  ...more,
});

describe('dirty-log-enable with harvestEvery', () => {
  test('nobody reads: one fault for each page, and the guest is done with it', () => {
    const { counters, findings } = run(logging(null));
    expect(counters.fastPageFaults).toBe(1024);
    expect([counters.dirtyPagesRead, counters.sptesProtected]).toEqual([0, 1024]);
    expect(findings).toEqual([]);
  });

  test('read twice as often: more faults, more flushes, fewer accesses; every page read was faulted in again or not written since', () => {
    const [never, seldom, often] = [null, '400us', '200us'].map((every) => run(logging(every)));
    const faults = [never, seldom, often].map((result) => result?.counters.fastPageFaults ?? 0);
    expect(faults[1]).toBeGreaterThan(2 * (faults[0] ?? 0));
    expect(faults[2]).toBeGreaterThan(faults[1] ?? 0);
    for (const result of [seldom, often]) {
      const { counters, tlbFlushes } = result ?? never1();
      expect(tlbFlushes).toBeGreaterThan(never?.tlbFlushes ?? 0);
      const { fastPageFaults = 0, dirtyPagesRead = 0 } = counters;
      // What was dirtied was read, but for what the last round has brought.
      expect(fastPageFaults - dirtyPagesRead).toBeGreaterThanOrEqual(0);
      expect(fastPageFaults - dirtyPagesRead).toBeLessThanOrEqual(1024);
      expect(counters.sptesProtected).toBe(1024 + dirtyPagesRead);
      // vCPUs may be in the middle of a fault when the run ends.
      expect(findingKinds(result ?? never1()).filter((kind) => kind !== 'stall-at-end')).toEqual([]);
    }
    const touches = [never, seldom, often].map((result) => result?.guest.touches ?? 0);
    expect(touches[0]).toBeGreaterThan(touches[1] ?? 0);
    expect(touches[1]).toBeGreaterThan(touches[2] ?? 0);
  });

  test('manual protection: the same pages, by two calls', () => {
    const [together, apart] = [false, true].map((manual) =>
      run(logging('400us', { 'timeline.0.manualProtect': manual })),
    );
    expect(apart?.counters.dirtyPagesRead).toBeGreaterThan(1024);
    expect(together?.counters.dirtyPagesRead).toBeGreaterThan(1024);
    const kinds = [apart, together].flatMap((result) => findingKinds(result ?? never1()));
    expect(kinds.filter((kind) => kind !== 'stall-at-end')).toEqual([]);
  });

  test('a guest that reads: nothing is dirtied, nothing is read, no fault', () => {
    const { counters } = run(logging('400us', { 'guest.writeFraction': 0 }));
    expect([counters.fastPageFaults, counters.dirtyPagesRead]).toEqual([0, 0]);
  });

  test('asked for elsewhere, or without a period: refused', () => {
    const paths = (entry: object) => errorsOf(() => parseScenario({ timeline: [entry] })).map(({ path }) => path);
    expect(paths({ operation: 'madv-collapse', harvestEvery: '1ms' })).toEqual(['timeline.0.harvestEvery']);
    expect(paths({ operation: 'dirty-log-enable', manualProtect: true })).toEqual(['timeline.0.manualProtect']);
  });
});

function never1(): never {
  throw new Error('there is a result for each period');
}
