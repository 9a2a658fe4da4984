// What each notifier scheme does to vCPUs, as the reference explains it (I.6): not how long, but from when to when, and why.

import { describe, expect, test } from 'vitest';
import type { NotifierSchemeId, RunRecord } from '../../src/lab/run-types.ts';
import { findingKinds, maxOf, recorded, recordsOf, run, schemes, sumOf } from '../support/runs.ts';

interface Section {
  readonly startNs: number;
  readonly startedNs: number;
  readonly endNs: number;
}

function sectionsOf(records: readonly RunRecord[]): Section[] {
  const notifier = recordsOf(records, 'notifier');
  return notifier
    .filter(({ event }) => event === 'range-start')
    .map(({ section, simTimeNs }) => {
      const timeOf = (event: string) =>
        notifier.find((r) => r.section === section && r.event === event)?.simTimeNs ?? -1;
      return { startNs: simTimeNs, startedNs: timeOf('range-started'), endNs: timeOf('range-end') };
    });
}

const vcpusOf = (records: readonly { readonly vcpu: number }[]) => [...new Set(records.map(({ vcpu }) => vcpu))].sort();

describe('range: one section over all of the memory', () => {
  for (const kernel of ['6.1', '6.12'] as const) {
    for (const partitioned of [false, true]) {
      const overrides = { 'machine.kernel': kernel, 'guest.partitioned': partitioned, 'vm.vcpus': 4 };
      const name = `${kernel}, ${partitioned ? 'a slice each' : 'all on all of it'}`;

      test(`${name}: from the return of start to that of end nobody maps anything`, () => {
        const { records } = recorded(overrides);
        const [section] = sectionsOf(records);
        const { startedNs = 0, endNs = 0 } = section ?? {};
        expect(endNs).toBeGreaterThan(startedNs);
        const mapped = recordsOf(records, 'fault').filter(({ level }) => level > 0);
        expect(mapped.length).toBeGreaterThan(0);
        expect(mapped.filter(({ simTimeNs }) => simTimeNs > startedNs && simTimeNs <= endNs)).toEqual([]);
      });

      test(`${name}: a vCPU that has missed once stands still until the section has ended`, () => {
        const { records } = recorded(overrides);
        const [section] = sectionsOf(records);
        const { startNs = 0, endNs = 0 } = section ?? {};
        const faults = recordsOf(records, 'fault');
        const windows = recordsOf(records, 'stall');
        for (let vcpu = 0; vcpu < 4; vcpu++) {
          const miss = faults.find((fault) => fault.vcpu === vcpu && fault.simTimeNs > startNs);
          expect(miss?.outcome).toBe('retry');
          // Kicked out by a flush and in again, it misses at once: so with windows that only touch in mind, look at running.
          const ran = recordsOf(records, 'vcpu').filter(
            (r) => r.vcpu === vcpu && r.state === 'running' && r.startNs >= (miss?.simTimeNs ?? 0) && r.startNs < endNs,
          );
          expect(ran).toEqual([]);
          const long = windows.filter((w) => w.vcpu === vcpu && w.startNs < endNs && w.endNs > endNs);
          expect(long).toHaveLength(1);
          expect(long[0]?.startNs).toBeLessThan(miss?.simTimeNs ?? 0);
        }
      });

      test(`${name}: all vCPUs stall at once for at least the open section`, () => {
        const { result, records } = recorded(overrides);
        const [section] = sectionsOf(records);
        const openNs = (section?.endNs ?? 0) - (section?.startedNs ?? 0);
        expect(result.blackout.maxNs).toBeGreaterThanOrEqual(openNs);
        expect(maxOf(result.stallsNs)).toBeGreaterThanOrEqual(result.blackout.maxNs);
      });
    }
  }

  test('over half of the memory: vCPUs on the other half are interrupted, and never wait', () => {
    const { records } = recorded({
      'vm.vcpus': 4,
      'guest.partitioned': true,
      'timeline.0.range.length': '2MiB',
    });
    const windows = recordsOf(records, 'stall');
    expect(vcpusOf(windows.filter(({ causes }) => causes['invalidate-retry'] !== undefined))).toEqual([0, 1]);
    for (const { causes } of windows.filter(({ vcpu }) => vcpu >= 2))
      expect(Object.keys(causes)).toEqual(['tlb-flush']);
    expect(vcpusOf(recordsOf(records, 'fault'))).toEqual([0, 1]);
  });

  test('all of the memory but no guest access: nobody stalls', () => {
    const result = run({ 'guest.pattern': 'idle' });
    expect([result.stallsNs.length, result.faults.total]).toEqual([0, 0]);
    expect(result.notifier.sections).toBe(1);
  });
});

describe('range-chunked and narrow', () => {
  const eight = {
    'vm.memory': '16MiB',
    'timeline.0.range.length': '16MiB',
    'vm.vcpus': 4,
    'guest.partitioned': true,
  };

  test('range-chunked: a section each 2 MiB; chunks of 4 MiB: half as many', () => {
    expect(run(eight, { scheme: 'range-chunked' }).notifier.sections).toBe(8);
    expect(run({ ...eight, 'hgm.chunkBytes': '4MiB' }, { scheme: 'range-chunked' }).notifier.sections).toBe(4);
    expect(run({ ...eight, 'hgm.chunkBytes': '16MiB' }, { scheme: 'range-chunked' }).notifier.sections).toBe(1);
  });

  test('no two sections are open at once, so the hull is never larger than a chunk', () => {
    for (const scheme of ['range-chunked', 'narrow'] as const) {
      const sections = sectionsOf(recorded(eight, { scheme }).records);
      expect(sections).toHaveLength(8);
      for (const [at, { startNs }] of sections.slice(1).entries()) {
        expect(startNs).toBeGreaterThanOrEqual(sections[at]?.endNs ?? Number.POSITIVE_INFINITY);
      }
    }
  });

  test('open time: narrow leaves the clearing outside, range-chunked has it inside as range does', () => {
    const openNs = (scheme: NotifierSchemeId) => run(eight, { scheme }).notifier.openNs;
    expect(openNs('narrow')).toBeLessThan(openNs('range-chunked') / 10);
    expect(openNs('range-chunked')).toBeGreaterThan(openNs('range') * 0.95);
  });

  test('longest stall: shorter with every step from range over range-chunked to narrow and promote', () => {
    const stalls = (['range', 'range-chunked', 'narrow', 'post-collapse/promote'] as const).map((scheme) =>
      maxOf(run(eight, { scheme }).stallsNs),
    );
    for (const [at, ns] of stalls.slice(1).entries()) expect(ns).toBeLessThan(stalls[at] ?? 0);
  });
});

describe('post-collapse and none', () => {
  for (const kernel of ['6.1', '6.12'] as const) {
    test(`${kernel}, promote: no fault at all, and every stall is a kick`, () => {
      const result = run({ 'machine.kernel': kernel, 'vm.vcpus': 4 }, { scheme: 'post-collapse/promote' });
      expect(result.faults).toEqual({ total: 0, retries: 0, spurious: 0, userfault: 0 });
      expect(Object.keys(result.stallByCauseNs)).toEqual(['tlb-flush']);
      expect(maxOf(result.stallsNs)).toBe(1500);
      expect(result.notifier).toEqual({ sections: 0, startNs: 0, openNs: 0, collapsed: 1 });
      expect(result.counters.hugeInstalls).toBe(2);
      expect(result.seqBumps).toBe(0);
    });

    test(`${kernel}, none: KVM is never told, SPTEs stay 4 KiB, hugeRecoveryNs is null`, () => {
      const result = run({ 'machine.kernel': kernel, 'vm.vcpus': 4 }, { scheme: 'none' });
      expect(result.hugeRecoveryNs).toBeNull();
      expect(result.notifier).toEqual({ sections: 0, startNs: 0, openNs: 0, collapsed: 0 });
      expect([result.faults.total, result.tlbFlushes, result.counters.hugeInstalls]).toEqual([0, 0, 0]);
      // The collapse's own shootdown interrupts the vCPUs all the same.
      expect(Object.keys(result.stallByCauseNs)).toEqual(['tlb-flush']);
    });

    test(`${kernel}, cut: one flush a region, one teardown of its table, whoever refaults does it huge`, () => {
      const result = run({ 'machine.kernel': kernel, 'vm.vcpus': 4 }, { scheme: 'post-collapse/cut' });
      expect(result.tlbFlushes).toBe(2);
      expect([result.counters.spteTeardownXchg, result.counters.spteTablesFreed]).toEqual([2 * 512, 2]);
      expect(result.counters.hugeInstalls).toBe(2);
      expect(result.counters.spteLeavesZapped).toBe(0);
    });

    test(`${kernel}, zap, mmu_lock held throughout: every SPTE is zapped, and the tables fall to those who refault`, () => {
      const { result, records } = recorded(
        { 'machine.kernel': kernel, 'machine.preemption': 'voluntary', 'vm.vcpus': 4 },
        { scheme: 'post-collapse/zap' },
      );
      expect(result.counters.spteLeavesZapped).toBe(1024);
      const teardowns = recordsOf(records, 'stall').filter(({ causes }) => causes['subtree-teardown'] !== undefined);
      expect(teardowns).toHaveLength(2);
      expect(result.counters.spteTeardownXchg).toBe(2 * 512);
    });

    test(`${kernel}, zap that lets go of mmu_lock: a vCPU refaults huge, and the rest of that region is left alone`, () => {
      const result = run({ 'machine.kernel': kernel, 'vm.vcpus': 4 }, { scheme: 'post-collapse/zap' });
      expect(result.counters.lockBreaks).toBeGreaterThan(0);
      expect(result.counters.spteLeavesZapped).toBeLessThan(1024);
      expect(result.counters.hugeInstalls).toBe(2);
    });
  }

  test('every scheme but none: all SPTEs are huge at some time after the operation began', () => {
    for (const scheme of schemes) {
      const result = run({}, { scheme });
      if (scheme === 'none') continue;
      expect(result.hugeRecoveryNs).toBeGreaterThan(0);
      expect(result.hugeRecoveryNs).toBeLessThan(result.simulatedNs);
    }
  });

  test('some region is never touched again: hugeRecoveryNs is null, but under promote', () => {
    // One vCPU that stays on one page.
    const overrides = { 'vm.vcpus': 1, 'guest.stridePages': 1024 };
    for (const scheme of schemes) {
      const { hugeRecoveryNs, counters } = run(overrides, { scheme });
      const installs = { 'post-collapse/promote': 2, none: 0 } as Partial<Record<NotifierSchemeId, number>>;
      expect(counters.hugeInstalls).toBe(installs[scheme] ?? 1);
      if (scheme === 'post-collapse/promote') expect(hugeRecoveryNs).toBeGreaterThan(0);
      else expect(hugeRecoveryNs).toBeNull();
    }
  });

  test('the collapse itself: promote and none do the same work on the page tables as range', () => {
    const work = (scheme: NotifierSchemeId) => {
      const { mapcountAtomics, refAtomics, leafClears, tablesFreed, hugeEntriesSet } = run({}, { scheme }).counters;
      return { mapcountAtomics, refAtomics, leafClears, tablesFreed, hugeEntriesSet };
    };
    for (const scheme of schemes) expect(work(scheme)).toEqual(work('range'));
  });

  test('post-collapse: no seq bump, so a fault under way elsewhere never has to go round for it', () => {
    for (const scheme of ['post-collapse/zap', 'post-collapse/cut', 'post-collapse/promote'] as const) {
      const result = run({ 'vm.vcpus': 4, 'guest.partitioned': true }, { scheme });
      expect(result.seqBumps).toBe(0);
      expect(result.stallByCauseNs['invalidate-retry']).toBeUndefined();
    }
  });

  test('mmap_lock (v2) does not care for the notifier: vCPUs on missing pages sleep under every scheme', () => {
    for (const scheme of schemes) {
      const { result } = recorded(
        { 'vm.populatedFraction': 0.5, 'vm.vcpus': 4, 'guest.pattern': 'uniform', 'timeline.0.at': '20us' },
        { scheme },
      );
      expect(result.stallByCauseNs['mmap-lock']).toBeGreaterThan(0);
      expect(result.sleepNs).toBeGreaterThanOrEqual(result.stallByCauseNs['mmap-lock'] ?? 0);
    }
  });
});

describe('HGM revisions', () => {
  const tlbTimes = (version: string) => {
    const { result, records } = recorded({
      'hgm.version': version,
      'vm.memory': '2MiB',
      'timeline.0.range.length': '2MiB',
    });
    const [section] = sectionsOf(records);
    const shootdowns = recordsOf(records, 'tlb').filter(({ event }) => event === 'cpu-shootdown');
    expect(shootdowns).toHaveLength(1);
    return { endNs: section?.endNs ?? 0, shootdownNs: shootdowns[0]?.simTimeNs ?? 0, result };
  };

  test('v2: range_end comes first, tlb_finish_mmu() behind it', () => {
    const { endNs, shootdownNs } = tlbTimes('v2');
    expect(shootdownNs).toBeGreaterThan(endNs);
  });

  test('v1, RFC v1, RFC v2: tlb_finish_mmu() inside of the section, which is longer by all its puts', () => {
    const v2 = tlbTimes('v2').result.notifier.openNs;
    for (const version of ['rfc1', 'rfc2', 'v1']) {
      const { endNs, shootdownNs, result } = tlbTimes(version);
      expect(shootdownNs).toBeLessThan(endNs);
      expect(result.notifier.openNs).toBeGreaterThan(v2 + 512 * 5);
      expect(findingKinds(result)).toEqual([]);
    }
  });
});

describe('steps of userspace', () => {
  const four = { 'vm.memory': '8MiB', 'timeline.0.range.length': '8MiB' };

  test('one call for each 2 MiB: as many sections as calls, and the longest stall of about one of them', () => {
    const whole = run(four);
    const stepped = run({ ...four, 'timeline.0.step': '2MiB' });
    expect([whole.notifier.sections, stepped.notifier.sections]).toEqual([1, 4]);
    expect(maxOf(stepped.stallsNs)).toBeLessThan(maxOf(whole.stallsNs) / 2);
    expect(sumOf(Object.values(stepped.operations).map(({ durationNs }) => durationNs))).toBeGreaterThan(
      whole.operations[0]?.durationNs ?? Number.POSITIVE_INFINITY,
    );
  });
});
