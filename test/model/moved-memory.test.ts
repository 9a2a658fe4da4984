// Scenarios in which the memory of a guest is moved, cut off or lost, as userspace and the guest see it.

import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/lab/run.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { findingKinds, profile } from '../support/runs.ts';

const backings = ['anonymous', 'shmem', 'hugetlb-2m'] as const;

function run(backing: string, guestStart: string, timeline: readonly Record<string, unknown>[]) {
  const scenario = parseScenario({
    vm: { vcpus: 2, memory: '8MiB', backing, mapped: '4k' },
    guest: { pattern: 'uniform', range: { start: guestStart, length: '4MiB' } },
    timeline: timeline.map((entry, index) => ({ at: index === 0 ? '100us' : 'after-previous', ...entry })),
    settle: '1ms',
  });
  return runScenario({ scenario, profile, scheme: 'range', mapcount: 'subpage', seed: 1 });
}

describe.each(backings)('%s memory', (backing) => {
  const away = { operation: 'mremap', range: { start: '4MiB', length: '4MiB' }, to: '1GiB' };

  test('moved away: a guest that touches it gets -EFAULT, one beside it stands still for the move alone', () => {
    const touched = run(backing, '4MiB', [away]);
    expect(new Set(findingKinds(touched))).toEqual(new Set(['guest-efault']));
    expect(touched.findings).toHaveLength(2);
    const beside = run(backing, '0MiB', [away]);
    expect(findingKinds(beside)).toEqual([]);
    expect(beside.notifier.sections).toBe(2);
  });

  test('moved away and back again: all of it works, in four sections', () => {
    const back = { operation: 'mremap', range: { start: '1GiB', length: '4MiB' }, to: '4MiB' };
    const { operations, notifier, ...result } = run(backing, '0MiB', [away, back]);
    expect(operations.map(({ errno }) => errno)).toEqual([null, null]);
    expect(findingKinds({ operations, notifier, ...result })).toEqual([]);
    expect(notifier.sections).toBe(4);
  });

  test('a part removed: one section, and only who touches it is told', () => {
    const part = { operation: 'munmap', range: { start: '4MiB', length: '2MiB' } };
    expect(findingKinds(run(backing, '0MiB', [part]))).toEqual([]);
    const touched = run(backing, '4MiB', [part]);
    expect(new Set(findingKinds(touched))).toEqual(new Set(['guest-efault']));
    expect(touched.notifier.sections).toBe(1);
  });

  test('an error in each 2 MiB: of hugetlb all is lost, of other memory two pages', () => {
    const error = { operation: 'memory-failure', range: { start: '4MiB', length: '4MiB' }, step: '2MiB' };
    const { operations, counters, findings } = run(backing, '4MiB', [error]);
    expect(operations[0]?.errno).toBeNull();
    expect(counters.leafClears).toBe(backing === 'hugetlb-2m' ? 1024 : 2);
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['guest-sigbus']));
  });
});
