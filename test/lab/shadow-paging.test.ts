import { describe, expect, test } from 'vitest';
import { planComparison } from '../../src/lab/comparison.ts';
import { listScenarios, loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario, type Scenario } from '../../src/lab/scenario.ts';

const profile = loadProfile('epyc-uncontended');

const run = (scenario: Scenario, scheme: NotifierSchemeId = 'range', stepping = false): RunResult =>
  runScenario({ scenario, profile, scheme, mapcount: scenario.mapcount, seed: 1, stepping });

/** A guest in 2M pages over small anonymous pages; the VMM gives half of them back. */
const dontneed = (vm: object): Scenario =>
  parseScenario({
    vm: { vcpus: 2, memory: '8MiB', backing: 'anonymous', mapped: '4k', ...vm },
    machine: { cpus: 3 },
    guest: { pattern: 'stride', stridePages: 1, thinkNs: 200 },
    timeline: [{ operation: 'madv-dontneed', at: '100us', range: { start: 0, length: '4MiB' } }],
    settle: '5ms',
  });

describe('vm.mmu: shadow', () => {
  test.each(listScenarios().map(({ name }) => name))('%s: every scheme but cut and promote can be planned', (name) => {
    const plan = planComparison({ scenario: name, overrides: { 'vm.mmu': 'shadow' } });
    expect(plan.schemes).toEqual(['range', 'range-chunked', 'narrow', 'post-collapse/zap', 'none']);
    expect(plan.scenario.vm.mmu).toBe('shadow');
  });

  test.each(['thp-anon-collapse', 'thp-pte-mapped-collapse', 'thp-shmem-collapse', 'hgm-collapse-2m', 'fork-hgm'])(
    '%s: runs to its end, with no SPTE that is wrong',
    (name) => {
      const scenario = loadScenario(name, { 'vm.mmu': 'shadow' });
      const result = run(scenario);
      expect(result.findings.filter(({ kind }) => kind.includes('spte') || kind === 'section-count')).toEqual([]);
      expect(result.operations.map(({ errno }) => errno ?? 0)).toEqual(scenario.timeline.map(() => 0));
      expect(result.counters.rmapHeadsVisited).toBeGreaterThan(0);
    },
  );

  test('the same seed twice: the same result', () => {
    const scenario = dontneed({ mmu: 'shadow' });
    expect(run(scenario)).toEqual(run(scenario));
  });

  test('madv-dontneed of 4 MiB: heads of 1024 small pages, 2 large ones and 1 of 1G, and as many SPTEs', () => {
    const { counters } = run(dontneed({ mmu: 'shadow', sptePopulatedFraction: 1 }));
    expect([counters.rmapHeadsVisited, counters.spteLeavesZapped]).toEqual([1024 + 2 + 1, 1024]);
  });

  test('faults after a zap: the host has a hole at every page, so that none brings its neighbours', () => {
    const { counters, faults } = run(dontneed({ mmu: 'shadow', vcpus: 1 }));
    expect(counters.sptesPrefetched).toBe(0);
    expect(faults.total).toBeGreaterThan(1000);
  });

  test('faults on memory that the host has: eight at a time, where TDP takes each', () => {
    const faultsOf = (vm: object): number => {
      const scenario = parseScenario({
        vm: { vcpus: 1, memory: '8MiB', backing: 'anonymous', mapped: '4k', sptePopulatedFraction: 0, ...vm },
        guest: { pattern: 'stride', stridePages: 1, thinkNs: 100 },
        timeline: [{ operation: 'munmap', at: '100ms', range: { start: '6MiB', length: '4KiB' } }],
        settle: '0ms',
      });
      return run(scenario).stallsNs.length;
    };
    // 2048 pages; the one that goes is not touched in time.
    expect(faultsOf({})).toBeGreaterThan(2000);
    expect(faultsOf({ mmu: 'shadow' })).toBeLessThan(300);
  });

  test('huge again: what the guest maps small need not become huge', () => {
    const collapse = (guestPage: string): number | null => {
      const scenario = loadScenario('thp-anon-collapse', { 'vm.mmu': 'shadow', 'vm.guestPage': guestPage });
      return run(scenario).hugeRecoveryNs;
    };
    expect(collapse('2m')).toBeGreaterThan(0);
    expect(collapse('4k')).toBeNull();
  });

  test('a scheme that it has not: stops the run', () => {
    expect(() => run(dontneed({ mmu: 'shadow' }), 'post-collapse/cut')).toThrow(/can be run under the scheme/);
  });
});
