import { describe, expect, test } from 'vitest';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { schemeIds } from '../../src/lab/vocabulary.ts';

const BLOCKS = 4;
const profile = loadProfile('epyc-uncontended');
const withSection: readonly NotifierSchemeId[] = ['range', 'range-chunked', 'narrow'];
const withoutSection = schemeIds.filter((scheme) => !withSection.includes(scheme));

type Kind = 'thp-anon-collapse' | 'thp-shmem-collapse' | 'thp-pte-mapped-collapse';
const kinds: readonly Kind[] = ['thp-anon-collapse', 'thp-shmem-collapse', 'thp-pte-mapped-collapse'];

function run(name: Kind, overrides: Record<string, string> = {}, scheme: NotifierSchemeId = 'range'): RunResult {
  const memory = `${2 * BLOCKS}MiB`;
  const scenario = loadScenario(name, {
    'vm.memory': memory,
    'timeline.0.range.length': memory,
    'machine.preemption': 'voluntary',
    ...overrides,
  });
  return runScenario({ scenario, profile, scheme, mapcount: 'subpage', seed: 42 });
}

const ofAll = (result: RunResult, cause: keyof RunResult['stallByCauseNs']): number =>
  (result.stallByCauseNs[cause] ?? 0) / (result.spinNs + result.sleepNs);

describe('THP collapse', () => {
  for (const kernel of ['6.1', '6.12'] as const) {
    const machine = { 'machine.kernel': kernel };

    test(`${kernel}, every kind, with a section: succeeds, everything becomes huge again, no finding`, () => {
      for (const kind of kinds) {
        for (const scheme of withSection) {
          const result = run(kind, machine, scheme);
          expect([kind, result.operations[0]?.errno, result.findings]).toEqual([kind, null, []]);
          expect(result.hugeRecoveryNs).toBeGreaterThan(0);
        }
      }
    });

    test(`${kernel}, anonymous: the vCPUs sleep on mmap_lock; next to nothing is spun for in the section`, () => {
      const result = run('thp-anon-collapse', machine);
      expect(ofAll(result, 'mmap-lock')).toBeGreaterThan(kernel === '6.1' ? 0.7 : 0.9);
      expect(result.stallByCauseNs['folio-lock']).toBeUndefined();
      // The copy is outside of the section: it opens for a flush, and vCPUs stand still for 512 copies.
      const stalledNs = result.stallsNs.reduce((longest, ns) => Math.max(longest, ns), 0);
      expect(stalledNs).toBeGreaterThan(512 * profile.costs.copyPageNs);
      expect(result.notifier.openNs / BLOCKS).toBeLessThan(0.05 * stalledNs);
    });

    test(`${kernel}, shmem: the vCPUs sleep on folio locks${kernel === '6.1' ? ', and behind the mmap_lock of the second try' : ''}`, () => {
      const result = run('thp-shmem-collapse', machine);
      expect(ofAll(result, 'folio-lock')).toBeGreaterThan(kernel === '6.1' ? 0.7 : 0.9);
      // 6.1: a vCPU that sleeps on a folio lock holds mmap_lock (R), so the table is not retracted under the folio lock.
      if (kernel === '6.1') expect(result.stallByCauseNs['mmap-lock']).toBeGreaterThan(0);
      else expect(result.stallByCauseNs['mmap-lock']).toBeUndefined();
    });

    test(`${kernel}, halted vCPUs: sections, entries and flushes of K.2, exactly`, () => {
      const counts = (kind: Kind) => {
        const { notifier, counters, tlbFlushes } = run(kind, { ...machine, 'guest.pattern': 'idle' });
        return [notifier.sections, counters.spteLeavesZapped, tlbFlushes].map((count) => (count ?? 0) / BLOCKS);
      };
      expect(counts('thp-anon-collapse')).toEqual([1, 512, 1]);
      expect(counts('thp-shmem-collapse')).toEqual([512 + 1, 512, 512]);
      expect(counts('thp-pte-mapped-collapse')).toEqual([1, 512, 1]);
    });

    const lost = ['freed-while-translated', 'lost-write', 'stale-spte'];
    test(`${kernel}, without a section: where pages move KVM keeps stale SPTEs and writes are lost, on a PTE-mapped THP nothing is wrong`, () => {
      for (const scheme of withoutSection) {
        for (const kind of kinds) {
          const result = run(kind, machine, scheme);
          const found = new Set(result.findings.map((finding) => finding.kind));
          const moves = kind !== 'thp-pte-mapped-collapse';
          expect([kind, scheme, [...found].sort()]).toEqual([kind, scheme, moves ? lost : []]);
          expect(result.notifier.sections).toBe(0);
          expect(result.notifier.collapsed).toBe(scheme === 'none' ? 0 : BLOCKS);
        }
      }
    });

    test(`${kernel}, PTE-mapped, post-collapse: recovers as range does, with shorter stalls; none: never`, () => {
      const longest = ({ stallsNs }: RunResult) => stallsNs.reduce((max, ns) => Math.max(max, ns), 0);
      const range = run('thp-pte-mapped-collapse', machine);
      for (const scheme of withoutSection) {
        const result = run('thp-pte-mapped-collapse', machine, scheme);
        expect(longest(result)).toBeLessThan(longest(range));
        if (scheme === 'none') expect(result.hugeRecoveryNs).toBeNull();
        else expect(result.hugeRecoveryNs).toBeGreaterThan(0);
      }
    });
  }

  test('part of a huge page dropped while vCPUs fault in the rest of it: the huge SPTE across the border is no finding', () => {
    const scenario = parseScenario({
      machine: { preemption: 'full' },
      vm: { vcpus: 4, memory: '8MiB', backing: 'shmem', folios: '2m', mapped: '4k', sptePopulatedFraction: 0.5 },
      timeline: [
        { at: '50us', operation: 'madv-collapse' },
        { at: '80us', operation: 'madv-dontneed', range: { start: '3MiB', length: '2MiB' } },
        { at: '120us', operation: 'madv-collapse', range: { start: '4MiB', length: '4MiB' } },
        { at: 'after-previous', operation: 'madv-collapse' },
      ],
      settle: '1ms',
    });
    for (let seed = 1; seed <= 8; seed++) {
      const result = runScenario({ scenario, profile, scheme: 'post-collapse/promote', mapcount: 'subpage', seed });
      expect([seed, result.findings]).toEqual([seed, []]);
    }
  });

  test('anonymous, half of the pages there: the holes are zeroed, which is quicker than copying', () => {
    const half = run('thp-anon-collapse', { 'vm.populatedFraction': '0.5', 'guest.pattern': 'idle' });
    const full = run('thp-anon-collapse', { 'guest.pattern': 'idle' });
    expect(half.findings).toEqual([]);
    expect(half.operations[0]?.durationNs).toBeLessThan(full.operations[0]?.durationNs ?? 0);
    expect(half.counters.leafClears).toBe((512 * BLOCKS) / 2);
  });
});
