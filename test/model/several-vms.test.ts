// Several secondary MMUs on one mm, and several mms on one file: who is told of a change, who waits for whom.

import { describe, expect, test } from 'vitest';
import type { NotifierSchemeId, RunRecord } from '../../src/lab/run-types.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { profile, recorded, run } from '../support/runs.ts';

const idle: Overrides = { 'guest.pattern': 'idle' };
const twoVms: Overrides = { 'vm.count': 2 };
const twoProcesses: Overrides = { 'vm.processes': 2 };

/** Sections of each process. */
function sectionsOf(overrides: Overrides): number[] {
  const { records } = recorded({ ...twoProcesses, ...overrides }, { topics: ['notifier'] });
  const opened = records.filter(
    (record): record is RunRecord & { topic: 'notifier' } =>
      record.topic === 'notifier' && record.event === 'range-start',
  );
  return [0, 1].map((process) => opened.filter((record) => record.process === process).length);
}

describe('two VMs of one process', () => {
  test('range_start: takes the time of both, one after the other', () => {
    const one = run(idle);
    const two = run({ ...idle, ...twoVms });
    expect(two.notifier).toMatchObject({ sections: 1, startNs: 2 * one.notifier.startNs });
    expect(two.counters.spteLeavesZapped).toBe(2 * (one.counters.spteLeavesZapped ?? 0));
    expect(two.seqBumps).toBe(2 * one.seqBumps);
  });

  test('the collapse: grows by what the second VM takes, and no more', () => {
    const one = run(idle);
    const two = run({ ...idle, ...twoVms });
    const [first, both] = [one, two].map(({ operations }) => operations[0]?.durationNs ?? 0);
    // The first VM's answer to range_end lies inside of the section, the second's as well.
    const endNs = two.notifier.openNs - one.notifier.openNs;
    expect((both ?? 0) - (first ?? 0)).toBe(one.notifier.startNs + endNs);
  });

  test('the first VM: stands still while the second is zapped', () => {
    const longest = (overrides: Overrides) => {
      const { records } = recorded(overrides, { topics: ['stall'] });
      return records.reduce(
        (max, record) =>
          record.topic === 'stall' && record.vcpu < 2 ? Math.max(max, record.endNs - record.startNs) : max,
        0,
      );
    };
    const alone = run(idle).notifier.startNs;
    expect(longest(twoVms) - longest({})).toBeGreaterThan(0.9 * alone);
  });

  test.each(['post-collapse/zap', 'post-collapse/cut', 'post-collapse/promote'] as const)(
    '%s: tells both, and both become huge again',
    (scheme: NotifierSchemeId) => {
      const { notifier, hugeRecoveryNs, counters, findings } = run(twoVms, { scheme });
      expect(notifier).toMatchObject({ sections: 0, collapsed: 1 });
      expect(counters.hugeInstalls).toBe(4);
      expect(hugeRecoveryNs).not.toBeNull();
      expect(findings).toEqual([]);
    },
  );

  test('a blackout is one of a VM: a VM that runs beside it does not hide it', () => {
    const one = run({});
    const two = run(twoVms);
    expect(one.blackout.count).toBeGreaterThan(0);
    expect(two.blackout.count).toBeGreaterThanOrEqual(2 * one.blackout.count);
  });
});

describe('two processes on one file', () => {
  test.each([
    ['madv-collapse of hugetlb', {}, [1, 0]],
    ['madv-dontneed', { 'timeline.0.operation': 'madv-dontneed' }, [1, 0]],
    ['madv-collapse, asked for by the other', { 'timeline.0.process': 1 }, [0, 1]],
  ] as const)('%s: a change of one mm is nothing to the other', (_name, overrides, sections) => {
    expect(sectionsOf(overrides)).toEqual(sections);
  });

  test('truncate: unmaps the file everywhere', () => {
    const half = { 'timeline.0.range.start': '2MiB', 'timeline.0.range.length': '2MiB' };
    const { counters, findings } = run({ ...idle, ...twoProcesses, 'timeline.0.operation': 'truncate', ...half });
    expect(counters.leafClears).toBe(2 * 512);
    expect(counters.spteLeavesZapped).toBe(2 * 512);
    expect(findings).toEqual([]);
  });

  test('shmem collapse: unmaps each page from both, and retracts the tables of both', () => {
    const overrides = { ...idle, 'vm.backing': 'shmem', 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB' };
    expect(sectionsOf(overrides)).toEqual([513, 513]);
  });

  test('migrate-pages: each page has a section in both', () => {
    const overrides = { ...idle, 'vm.backing': 'shmem', 'timeline.0.operation': 'migrate-pages' };
    expect(sectionsOf(overrides)).toEqual([1024, 1024]);
  });

  test('faults on one huge page: queue on the mutex of the file, whichever process they come from', () => {
    const waits = (overrides: Overrides) =>
      run({ 'vm.mapped': 'none', 'vm.vcpus': 1, 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB', ...overrides })
        .stallByCauseNs['fault-mutex'] ?? 0;
    expect(waits({})).toBe(0);
    // The holder runs, so who waits spins: for no less than what the holder's fault takes under the mutex.
    expect(waits(twoProcesses)).toBeGreaterThan(profile.costs.slowGupNs);
  });

  test('each with two VMs: vCPUs are numbered through all of them', () => {
    const { records } = recorded({ ...twoProcesses, ...twoVms, 'machine.cpus': 9 }, { topics: ['vcpu'] });
    const vcpus = new Set(records.map((record) => (record.topic === 'vcpu' ? record.vcpu : -1)));
    expect([...vcpus].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a VM, and a back end that maps its memory', () => {
  const backend: Overrides = { 'vm.backends': 1, 'timeline.0.process': 1 };

  test('a collapse in the back end: no section for the VM, no stall, every leaf of its own', () => {
    const { notifier, stallsNs, counters, findings } = run({ ...backend, 'guest.pattern': 'stride' });
    expect(stallsNs.length).toBe(0);
    expect(notifier.sections).toBe(1);
    expect([counters.leafClears, counters.spteLeavesZapped, counters.kvmFlushes]).toEqual([1024, 0, 0]);
    expect(findings).toEqual([]);
  });

  test('a hole that the back end punches: the VM loses the page', () => {
    const hole = { 'timeline.0.operation': 'punch-hole', 'timeline.0.range.length': '2MiB' };
    expect(run({ ...idle, ...backend, ...hole }).counters.spteLeavesZapped).toBe(512);
    const { findings } = run({ ...backend, ...hole });
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['guest-efault']));
  });
});
