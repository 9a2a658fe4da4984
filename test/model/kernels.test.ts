// What the kernel version, its preemption model and the number of vCPUs change (reference C.8, D.2, M).

import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { maxOf, profile, profileWith, recorded, recordsOf, run, sumOf } from '../support/runs.ts';

/** One 2 MiB page, a slice for each vCPU. */
const slices = (kernel: string, vcpus: number, more: Overrides = {}): Overrides => ({
  'machine.kernel': kernel,
  'machine.cpus': 32,
  'vm.memory': '2MiB',
  'timeline.0.range.length': '2MiB',
  'guest.partitioned': true,
  'vm.vcpus': vcpus,
  ...more,
});

describe('laps of a vCPU under range', () => {
  test('6.1: a GUP in every lap: two atomics each on the folio, and vCPUs queue for its line', () => {
    for (const vcpus of [4, 8]) {
      const { faults, counters } = run(slices('6.1', vcpus));
      expect(faults.retries).toBeGreaterThan(vcpus);
      // A vCPU that finds the huge SPTE of another there is sent back by fast_page_fault(), before GUP.
      expect(counters.gupRefAtomics).toBe(2 * (faults.total - faults.spurious));
      expect(counters.headLineWaitNs).toBeGreaterThan(0);
    }
  });

  test('6.1: a longer section means more laps and more GUP; the head line waits grow with the vCPUs', () => {
    const longer = profileWith({ spteClearNs: 100 });
    const [short, long] = [run(slices('6.1', 4)), run(slices('6.1', 4), { profile: longer })];
    expect(long.faults.retries).toBeGreaterThan(short.faults.retries);
    expect(long.counters.gupRefAtomics).toBeGreaterThan(short.counters.gupRefAtomics ?? 0);
    const waits = [2, 4, 8, 16].map((vcpus) => run(slices('6.1', vcpus)).counters.headLineWaitNs ?? 0);
    for (const [at, ns] of waits.slice(1).entries()) expect(ns).toBeGreaterThan(waits[at] ?? 0);
  });

  test('6.12: laps end before GUP: each vCPU takes its page once, however long the section is', () => {
    for (const subpageMapcountNs of [20, 200, 2000]) {
      const { faults, counters } = run(slices('6.12', 4), { profile: profileWith({ subpageMapcountNs }) });
      expect(faults.retries).toBeGreaterThan(100);
      expect(counters.gupRefAtomics).toBe(2 * 4);
      expect(counters.gupSlow).toBe(0);
    }
  });

  test('6.12 without its early check runs as 6.1 does, and 6.1 with it as 6.12', () => {
    const gup = (kernel: string, earlyRetryCheck: boolean | null) => {
      const { faults, counters } = run(slices(kernel, 4, { 'machine.earlyRetryCheck': earlyRetryCheck }));
      return { faults, gup: counters.gupRefAtomics, lockBreaks: counters.lockBreaks };
    };
    expect(gup('6.12', false)).toEqual(gup('6.1', null));
    expect(gup('6.1', true)).toEqual(gup('6.12', null));
  });

  test('6.1: who meets the moment at which its entry is empty, sleeps on mmap_lock to the end of the collapse', () => {
    const { result, records } = recorded(slices('6.1', 4));
    expect(result.counters.gupSlow).toBe(4);
    const [operation] = result.operations;
    const endNs = (operation?.startNs ?? 0) + (operation?.durationNs ?? 0);
    const sleepers = recordsOf(records, 'vcpu').filter(({ state }) => state === 'mmap-lock');
    expect(sleepers).toHaveLength(4);
    for (const { simTimeNs } of sleepers) expect(simTimeNs).toBeGreaterThan(endNs);
    // 6.12 spins before it can get there.
    expect(run(slices('6.12', 4)).sleepNs).toBe(0);
  });
});

describe('the zap and its lock', () => {
  test('6.1, preemptible: vCPUs that refault make the zap let go and flush, over and over; each break has its flush', () => {
    const result = run(slices('6.1', 8));
    expect(result.counters.lockBreaks).toBeGreaterThan(10);
    // One for each break, one at the end, one for the promotion.
    expect(result.tlbFlushes).toBe((result.counters.lockBreaks ?? 0) + 2);
  });

  test('6.1, voluntary: no break, two flushes, and vCPUs wait for the lock instead', () => {
    const result = run(slices('6.1', 8, { 'machine.preemption': 'voluntary' }));
    expect([result.counters.lockBreaks, result.tlbFlushes]).toEqual([0, 2]);
    expect(result.stallByCauseNs['mmu-lock']).toBeGreaterThan(8 * 10_000);
  });

  test('6.12: the early check keeps vCPUs away from the lock, so neither model breaks it', () => {
    for (const preemption of ['full', 'voluntary']) {
      const result = run(slices('6.12', 8, { 'machine.preemption': preemption }));
      expect([result.counters.lockBreaks, result.tlbFlushes]).toEqual([0, 2]);
    }
  });

  test('6.12: preemption changes nothing at all under range', () => {
    const [full, voluntary] = ['full', 'voluntary'].map((preemption) =>
      run(slices('6.12', 8, { 'machine.preemption': preemption })),
    );
    expect(full).toEqual(voluntary);
  });
});

describe('more vCPUs', () => {
  test('6.1, preemptible: each more makes the collapse longer, by far more than its share of flushes', () => {
    const durations = [1, 2, 4, 8, 16].map((vcpus) => run(slices('6.1', vcpus)).operations[0]?.durationNs ?? 0);
    for (const [at, ns] of durations.slice(1).entries()) expect(ns).toBeGreaterThan((durations[at] ?? 0) * 1.3);
  });

  test('6.12: the open section is the same to the ns, and start is longer by the flush alone', () => {
    const seen = [1, 2, 4, 8, 16].map((vcpus) => {
      const { result, records } = recorded(slices('6.12', vcpus));
      const { startNs, openNs } = result.notifier;
      const started = recordsOf(records, 'notifier').find(({ event }) => event === 'range-started')?.simTimeNs ?? 0;
      const flushes = recordsOf(records, 'tlb').filter((r) => r.event === 'kvm-flush' && r.simTimeNs <= started);
      expect(flushes).toHaveLength(1);
      return { openNs, startWithoutFlushNs: startNs - sumOf(flushes.map(({ durationNs }) => durationNs)) };
    });
    const [one] = seen;
    for (const { openNs } of seen) expect(openNs).toBe(one?.openNs);
    // mmu_lock comes from the cache of a vCPU, or is in this CPU's own: the one difference that is left.
    const starts = seen.map(({ startWithoutFlushNs }) => startWithoutFlushNs);
    expect(maxOf(starts) - Math.min(...starts)).toBeLessThanOrEqual(100);
  });

  test('promote: each vCPU adds a kick and nothing to its length', () => {
    for (const vcpus of [1, 4, 16]) {
      const result = run(slices('6.12', vcpus), { scheme: 'post-collapse/promote' });
      // One from the shootdown, one from the flush.
      expect(result.stallsNs).toHaveLength(2 * vcpus);
      expect(maxOf(result.stallsNs)).toBe(1500);
    }
  });

  test('fault mutex: the vCPUs that slept on mmap_lock queue up once more, and spin while the holder runs', () => {
    const longest = (vcpus: number) => maxOf(run(slices('6.1', vcpus, { 'machine.preemption': 'voluntary' })).stallsNs);
    const eightMore = longest(16) - longest(8);
    expect(eightMore).toBeGreaterThan(0);
    // Not eight more times the latency of the scheduler, as for sleepers that are handed the mutex.
    expect(eightMore).toBeLessThan(8 * profile.costs.sleepWakeUpNs);
  });
});

describe('cut: when the subtree goes', () => {
  test('6.1 tears it down behind a frozen entry, 6.12 behind a free one: vCPUs stall for it, or only for the flush', () => {
    const cut = (kernel: string) => run(slices(kernel, 4), { scheme: 'post-collapse/cut' });
    const teardownNs = 512 * (10 + 25 + 40) + 100;
    const [old, recent] = [cut('6.1'), cut('6.12')];
    expect(maxOf(old.stallsNs)).toBeGreaterThan(teardownNs);
    expect(old.stallByCauseNs['subtree-teardown']).toBeGreaterThan(0);
    expect(maxOf(recent.stallsNs)).toBeLessThan(teardownNs / 2);
    expect(recent.stallByCauseNs['subtree-teardown']).toBeUndefined();
  });
});
