import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/lab/run.ts';
import type { MapcountSchemeId, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { kernels, mapcountSchemes, schemeIds } from '../../src/lab/vocabulary.ts';
import { findingKinds, maxOf, profile, recorded, recordsOf, run } from '../support/runs.ts';

const kernelIds = kernels.map(({ id }) => id);
const mapcountIds = mapcountSchemes.map(({ id }): MapcountSchemeId => id);

/** 512 pages; the guest of two vCPUs touches them at random. */
const anonymous: Overrides = {
  'vm.backing': 'anonymous',
  'vm.memory': '2MiB',
  'guest.pattern': 'uniform',
  'timeline.0.range.length': '2MiB',
  settle: '5ms',
};
const forking: Overrides = { ...anonymous, 'timeline.0.operation': 'fork' };
const protecting: Overrides = {
  ...anonymous,
  'timeline.0.operation': 'mprotect',
  'timeline.0.protection': 'read',
};

function runDocument(document: Record<string, unknown>): RunResult {
  return runScenario({ scenario: parseScenario(document), profile, scheme: 'range', mapcount: 'subpage', seed: 1 });
}

describe('fork of anonymous memory', () => {
  for (const kernel of kernelIds) {
    test(`${kernel}: the child lives on: each page is copied once, each copy has had a section, every SPTE may be written again`, () => {
      const { counters, notifier, findings, stallByCauseNs } = run({ ...forking, 'machine.kernel': kernel });
      expect(findings).toEqual([]);
      expect([counters.leavesProtected, counters.cowCopies, counters.cowReuses]).toEqual([512, 512, 0]);
      // Two who write to one page at a time both copy it, and one of them for nothing.
      expect(notifier.sections).toBeGreaterThanOrEqual(1 + 512);
      expect(notifier.sections).toBeLessThanOrEqual(1 + (counters.gupSlow ?? 0));
      expect(stallByCauseNs['invalidate-retry']).toBeGreaterThan(0);
    });

    test(`${kernel}: the child exits at once: what is written to afterwards is taken over, nothing is left of it`, () => {
      const { counters, findings } = run({ ...forking, 'machine.kernel': kernel, 'timeline.0.childLives': '0ns' });
      expect(findings).toEqual([]);
      expect((counters.cowCopies ?? 0) + (counters.cowReuses ?? 0)).toBe(512);
      expect(counters.cowReuses).toBeGreaterThan(counters.cowCopies ?? 0);
    });

    test(`${kernel}: reads alone: nothing copied, SPTEs that may not be written`, () => {
      const { counters, findings } = run({ ...forking, 'machine.kernel': kernel, 'guest.writeFraction': 0 });
      expect([findings, counters.cowCopies, counters.cowReuses]).toEqual([[], 0, 0]);
      expect(counters.gupSlow).toBeGreaterThan(0);
    });

    test(`${kernel}: huge page: split by the first write, its pages copied one by one`, () => {
      const { counters, findings } = run({ ...forking, 'machine.kernel': kernel, 'vm.mapped': '2m' });
      expect(findings).toEqual([]);
      expect([counters.leavesProtected, counters.cowCopies]).toEqual([1, 512]);
    });
  }

  test('notifier schemes: say nothing about a fork', () => {
    const results = schemeIds.map((scheme) => run(forking, { scheme }));
    for (const { findings, operations, notifier } of results) {
      expect(findings).toEqual([]);
      expect([operations, notifier]).toEqual([results[0]?.operations, results[0]?.notifier]);
    }
  });

  test('6.1, fully preemptible: vCPUs that fault make the long section longer, voluntary preemption does not', () => {
    const startNs = (preemption: string): number =>
      run({ ...forking, 'machine.kernel': '6.1', 'machine.preemption': preemption }).operations[0]?.durationNs ?? 0;
    expect(startNs('full')).toBeGreaterThan(startNs('voluntary'));
  });

  test('collapse while the child lives: the parent gets a huge page of its own, the child keeps the old ones', () => {
    const { findings, counters, operations } = runDocument({
      vm: { vcpus: 2, memory: '2MiB', backing: 'anonymous' },
      guest: { pattern: 'uniform' },
      timeline: [
        { at: '50us', operation: 'fork', childLives: '3ms' },
        { at: '1ms', operation: 'madv-collapse' },
      ],
      settle: '5ms',
    });
    expect(findings).toEqual([]);
    expect(operations.map(({ errno }) => errno)).toEqual([null, null]);
    expect(counters.hugeEntriesSet).toBe(1);
  });
});

describe('fork of hugetlb', () => {
  const hugetlb: Overrides = { 'timeline.0.operation': 'fork', 'timeline.0.copyHugetlb': true };

  test('reference G.6: what a fork of one page costs each mapcount scheme, in its order', () => {
    const one = { ...hugetlb, 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB' };
    const runs = mapcountIds.map((mapcount) => run(one, { mapcount }));
    const atomics = Object.fromEntries(runs.map(({ mapcount, counters }) => [mapcount, counters.mapcountAtomics]));
    expect(atomics).toEqual({
      subpage: 512,
      'head-per-pte': 512,
      'hstate-entry': 1,
      'hstate-special': 1,
      'folio-pairs': 1,
      'folio-vmas': 1,
    });
    const durationNs = (id: MapcountSchemeId): number =>
      runs.find(({ mapcount }) => mapcount === id)?.operations[0]?.durationNs ?? 0;
    expect(durationNs('subpage')).toBeGreaterThan(durationNs('head-per-pte'));
    expect(durationNs('head-per-pte')).toBeGreaterThan(durationNs('hstate-entry'));
    for (const { findings } of runs) expect(findings).toEqual([]);
  });

  test('mapped in full: no vCPU stands still but for the flush', () => {
    const { result, records } = recorded(hugetlb, { topics: ['stall', 'notifier'] });
    expect(recordsOf(records, 'notifier')).toEqual([]);
    expect(Object.keys(result.stallByCauseNs)).toEqual(['tlb-flush']);
    expect(result.stallByCauseNs['tlb-flush']).toBeGreaterThan(0);
  });

  test('a page that the guest misses: it sleeps on mmap_lock, longest while the leaves of the other are copied', () => {
    const { stallsNs, operations, findings, stallByCauseNs } = run({
      ...hugetlb,
      'vm.populatedFraction': 0.9,
      'guest.pattern': 'uniform',
      'guest.thinkNs': 2000,
    });
    expect(findings).toEqual([]);
    expect(stallByCauseNs['mmap-lock']).toBeGreaterThan(0);
    expect(maxOf(stallsNs)).toBeLessThan((operations[0]?.durationNs ?? 0) + 50_000);
  });
});

describe('mprotect', () => {
  for (const kernel of kernelIds) {
    test(`${kernel}, read-only under a guest that writes: KVM_RUN returns -EFAULT on every vCPU, and no write gets through`, () => {
      const result = run({ ...protecting, 'machine.kernel': kernel });
      expect(findingKinds(result)).toEqual(['guest-efault', 'guest-efault']);
    });

    test(`${kernel}, read-only and writable again before the guest notices: pages writable at once, no copy`, () => {
      const { findings, counters } = runDocument({
        machine: { kernel },
        vm: { vcpus: 2, memory: '2MiB', backing: 'anonymous' },
        guest: { pattern: 'idle' },
        timeline: [
          { at: '50us', operation: 'mprotect', protection: 'read' },
          { at: 'after-previous', operation: 'mprotect', protection: 'read-write' },
        ],
        settle: '1ms',
      });
      expect([findings, counters.leavesProtected, counters.cowCopies, counters.cpuShootdowns]).toEqual([
        [],
        1024,
        0,
        1,
      ]);
    });
  }

  test('a guest that reads: one section, then it goes on, whatever the memory', () => {
    for (const backing of ['anonymous', 'shmem', 'hugetlb-2m']) {
      const { findings, notifier } = run({ ...protecting, 'vm.backing': backing, 'guest.writeFraction': 0 });
      expect([findings, notifier.sections]).toEqual([[], 1]);
    }
  });
});
