// What khugepaged's questions cost the guest. Up to 6.12 each of them takes mmu_lock for write, and a VM that is still faulting its
// memory in takes it for read; from 6.15 on the questions take no lock (reference B.9).

import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { errorsOf } from '../lab/errors.ts';
import { profile, recorded, recordsOf, run, sumOf } from '../support/runs.ts';

const scan = (kernel: string, youngFraction: number, more: Overrides = {}): Overrides => ({
  'machine.kernel': kernel,
  'vm.backing': 'anonymous',
  'vm.memory': '2MiB',
  'vm.vcpus': 8,
  'vm.youngFraction': youngFraction,
  'vm.sptePopulatedFraction': 0.2,
  'guest.pattern': 'uniform',
  'timeline.0.operation': 'khugepaged-scan',
  'timeline.0.at': '10us',
  'timeline.0.range.length': '2MiB',
  ...more,
});

/** One block is scanned while the guest faults other memory in, of which KVM maps nothing yet. */
const beside = (kernel: string, youngFraction: number): Overrides =>
  scan(kernel, youngFraction, {
    'vm.memory': '34MiB',
    'vm.sptePopulatedFraction': 0,
    'guest.range.start': '2MiB',
    'guest.range.length': '32MiB',
  });

/** The scan alone, up to its end or to the first section: its length, and how long vCPUs wait for mmu_lock meanwhile. */
function scanAlone(overrides: Overrides) {
  const { result, records } = recorded(overrides);
  const section = recordsOf(records, 'notifier').find(({ event }) => event === 'range-start');
  const untilNs = section?.simTimeNs ?? 10_000 + (result.operations[0]?.durationNs ?? 0);
  const waits = recordsOf(records, 'vcpu').filter((r) => r.state === 'mmu-lock' && r.simTimeNs <= untilNs);
  return {
    scanNs: untilNs - 10_000,
    mmuLockNs: sumOf(waits.map(({ simTimeNs, startNs }) => simTimeNs - startNs)),
    youngTests: result.counters.youngTests ?? 0,
  };
}

describe('khugepaged-scan: what can be asked for', () => {
  const errors = (document: object) => errorsOf(() => parseScenario(document)).map(({ path }) => path);
  const timeline = [{ operation: 'khugepaged-scan' }];

  test('a range that it does not get through in limits.simulated: refused; with shorter sleeps it is not', () => {
    const vm = { backing: 'shmem', memory: '1GiB' };
    expect(errors({ vm, timeline })).toEqual(['timeline.0.range']);
    expect(() => parseScenario({ vm, timeline, khugepaged: { scanSleep: '10ms' } })).not.toThrow();
    expect(() => parseScenario({ vm: { ...vm, memory: '64MiB' }, timeline })).not.toThrow();
  });

  test('hugetlb memory: refused', () => {
    expect(errors({ vm: { backing: 'hugetlb-2m', memory: '16MiB' }, timeline })).toEqual(['timeline.0.operation']);
  });
});

describe('khugepaged beside a guest that faults its memory in', () => {
  test('6.1 and 6.12: every question makes faults elsewhere in the VM wait for mmu_lock; 6.18: none does', () => {
    for (const kernel of ['6.1', '6.12']) {
      const asked = scanAlone(beside(kernel, 0));
      expect(asked.youngTests).toBe(512);
      // A walk and the flight of the lock's line, for each of the eight, and more often than not.
      expect(asked.mmuLockNs).toBeGreaterThan(512 * 100);
    }
    const lockless = scanAlone(beside('6.18', 0));
    expect([lockless.youngTests, lockless.mmuLockNs]).toEqual([512, 0]);
  });

  test('nothing is old: nobody is asked, and nobody waits', () => {
    for (const kernel of ['6.1', '6.12', '6.18']) {
      expect(scanAlone(beside(kernel, 1))).toMatchObject({ youngTests: 0, mmuLockNs: 0 });
    }
  });

  test('the scan itself: it has to win mmu_lock against the faults, once for each question', () => {
    const [locked, lockless, silent] = [beside('6.12', 0), beside('6.18', 0), beside('6.12', 1)].map(
      (overrides) => scanAlone(overrides).scanNs,
    ) as [number, number, number];
    expect(locked).toBeGreaterThan(1.5 * lockless);
    // The call, and an entry of each level.
    const { notifierCallNs, spteVisitNs } = profile.costs;
    expect(lockless - silent).toBeGreaterThan(512 * (notifierCallNs + spteVisitNs) - 1000);
  });

  test('only what no vCPU has touched is old in both: idle vCPUs, SPTEs young from time 0: a question for each old PTE', () => {
    const { counters, stallsNs } = run(scan('6.12', 0.25, { 'guest.pattern': 'idle', 'vm.sptePopulatedFraction': 1 }));
    expect(counters.youngTests).toBe(384);
    expect([counters.khugepagedCollapses, stallsNs.length]).toEqual([1, 0]);
  });

  test('6.18: a VM whose pages are young in KVM alone is zapped, given up and faulted in again, for nothing', () => {
    const { counters, notifier, hugeRecoveryNs, faults } = run(scan('6.18', 0, { 'vm.sptePopulatedFraction': 1 }));
    expect([counters.khugepagedCollapses ?? 0, notifier.sections]).toEqual([0, 1]);
    expect(counters.youngTests).toBe(1024);
    expect(hugeRecoveryNs).toBeNull();
    expect(faults.total).toBeGreaterThan(0);
    // A host that has seen one access in the block goes through with it.
    expect(run(scan('6.18', 0.01, { 'vm.sptePopulatedFraction': 1 })).counters.khugepagedCollapses).toBe(1);
  });
});
