// What the end of dirty logging does to the vCPUs, kernel by kernel, and what is left of a VM that stays on small SPTEs.

import { beforeAll, describe, expect, test } from 'vitest';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';

const profile = loadProfile('epyc-uncontended');

function run(overrides: Record<string, string>): RunResult {
  const scenario = loadScenario('dirty-log-disable', {
    'vm.memory': '16MiB',
    'vm.backing': 'hugetlb-2m',
    'vm.mapped': '2m',
    'timeline.0.range.length': '16MiB',
    'timeline.1.range.length': '16MiB',
    'timeline.1.at': '4ms',
    settle: '1ms',
    ...overrides,
  });
  return runScenario({ scenario, profile, scheme: 'none', mapcount: 'subpage', seed: 7 });
}

const REGIONS = 8;
const kernels = ['6.1', '6.12', '6.18'] as const;

describe('dirty-log-disable', () => {
  let results: Record<(typeof kernels)[number], RunResult>;

  beforeAll(() => {
    results = Object.fromEntries(
      kernels.map((kernel) => [kernel, run({ 'machine.kernel': kernel })]),
    ) as typeof results;
  });

  test.each(kernels)('%s: ends with huge SPTEs and without a finding', (kernel) => {
    expect(results[kernel].findings).toEqual([]);
    expect(results[kernel].hugeRecoveryNs).not.toBeNull();
    expect(results[kernel].operations.map(({ errno }) => errno)).toEqual([null, null]);
  });

  test('flushes: one for the enabling; then one for each region up to 6.12 and one in all in 6.18, but for faults', () => {
    expect(results['6.18'].tlbFlushes).toBe(2);
    for (const kernel of ['6.1', '6.12'] as const)
      expect(results[kernel].tlbFlushes).toBeGreaterThanOrEqual(1 + REGIONS);
  });

  test('6.18: no vCPU takes the full fault path; write-protected pages are fixed by the fast one', () => {
    const { counters, faults } = results['6.18'];
    expect([counters.gupFast, faults.retries]).toEqual([0, 0]);
    expect(counters.fastPageFaults).toBeGreaterThan(0);
  });

  test('longest stall: 6.1 tears tables down behind frozen entries, 6.12 only flushes, 6.18 has neither', () => {
    const longest = (kernel: (typeof kernels)[number]) => Math.max(...results[kernel].stallsNs);
    expect(longest('6.1')).toBeGreaterThan(longest('6.12'));
    expect(longest('6.12')).toBeGreaterThan(longest('6.18'));
  });

  test('reads alone: write protection stalls nobody but for the flush', () => {
    const { counters, faults } = run({ 'guest.writeFraction': '0', 'machine.kernel': '6.18' });
    expect([counters.fastPageFaults, faults.total]).toEqual([0, 0]);
  });
});

describe('what small SPTEs cost', () => {
  const collapse = (scheme: NotifierSchemeId) => {
    const scenario = parseScenario({
      vm: { vcpus: 2, memory: '64MiB', backing: 'hugetlb-2m' },
      timeline: [{ at: '1ms', operation: 'madv-collapse' }],
      settle: '20ms',
    });
    return runScenario({ scenario, profile, scheme, mapcount: 'subpage', seed: 7 });
  };

  test('none: stalls no more than promote, and loses more throughput', () => {
    const [none, promote] = [collapse('none'), collapse('post-collapse/promote')];
    expect(none.hugeRecoveryNs).toBeNull();
    expect(promote.hugeRecoveryNs).not.toBeNull();
    const rate = ({ guest, simulatedNs }: RunResult) => guest.touches / simulatedNs;
    expect(rate(none)).toBeGreaterThan(0.99 * rate(promote));
    expect(none.guest.throughputLoss).toBeGreaterThan(2 * promote.guest.throughputLoss);
  });
});
