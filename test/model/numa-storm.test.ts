// What the storm of invalidations on preemptible kernels is made of, and what ends it: reference B, D.1, D.2.

import { describe, expect, test } from 'vitest';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { RunResult } from '../../src/lab/run-types.ts';

const PAGES = 22_528; // 88 MiB
const PTE_TABLES = 44;

function storm(overrides: Record<string, string> = {}): RunResult {
  const scenario = loadScenario('numa-storm', overrides);
  const profile = loadProfile(scenario.machine.profile);
  return runScenario({ scenario, profile, scheme: 'range', mapcount: 'subpage', seed: 1 });
}

const elsewhere = { 'guest.range.start': '96MiB', 'guest.range.length': '96MiB' };

describe('numa-storm', () => {
  test('6.1, preemptible, vCPUs in the range: thousands of flushes, one a lock-break and one at the end', () => {
    const { tlbFlushes, counters, findings, stallByCauseNs } = storm({ 'machine.kernel': '6.1' });
    expect(tlbFlushes).toBeGreaterThan(5000);
    expect(counters.lockBreaks).toBe(tlbFlushes - 1);
    expect(counters.spteLeavesZapped).toBe(PAGES);
    expect(stallByCauseNs['mmu-lock']).toBeGreaterThan(stallByCauseNs.fault ?? 0);
    expect(findings).toEqual([]);
  });

  test('6.1, voluntary preemption: the same vCPUs wait for the lock, and nobody breaks it', () => {
    const { tlbFlushes, counters, stallByCauseNs } = storm({
      'machine.kernel': '6.1',
      'machine.preemption': 'voluntary',
    });
    expect(tlbFlushes).toBe(1);
    expect(counters.lockBreaks).toBe(0);
    expect(stallByCauseNs['mmu-lock']).toBeGreaterThan(0);
  });

  test('6.12, preemptible, vCPUs in the range: sent back before the lock, one flush', () => {
    const { tlbFlushes, counters, faults, stallByCauseNs, findings } = storm();
    expect(tlbFlushes).toBe(1);
    expect(counters.lockBreaks).toBe(0);
    expect(faults.retries).toBeGreaterThan(0);
    expect(stallByCauseNs['invalidate-retry']).toBeGreaterThan(0);
    expect(stallByCauseNs['mmu-lock']).toBeUndefined();
    expect(findings).toEqual([]);
  });

  test.each(['6.1', '6.12'])('%s, vCPUs in other memory: one flush, which is all that they feel', (kernel) => {
    const { tlbFlushes, faults, stallByCauseNs, counters, notifier } = storm({
      'machine.kernel': kernel,
      ...elsewhere,
    });
    expect(tlbFlushes).toBe(1);
    expect(faults.total).toBe(0);
    expect(Object.keys(stallByCauseNs)).toEqual(['tlb-flush']);
    expect(notifier.sections).toBe(1);
    // Leaves, PTE tables' entries in the PMD table, and one PUD entry.
    expect(counters.spteEntriesVisited).toBe(PAGES + PTE_TABLES + 1);
  });

  test('6.12, vCPUs that fault in other memory: they want the lock for themselves, and the walk yields to them', () => {
    const { counters, tlbFlushes } = storm({
      ...elsewhere,
      'vm.sptePopulatedFraction': '0.5',
      'timeline.0.at': '100us',
    });
    expect(counters.lockBreaks).toBeGreaterThan(0);
    expect(tlbFlushes).toBeLessThanOrEqual((counters.lockBreaks ?? 0) + 1);
  });
});
