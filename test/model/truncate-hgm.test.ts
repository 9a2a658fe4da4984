// The scenario truncate-hgm: truncation, a collapse and vCPUs at once. What the guest touches is not what is truncated.

import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { MapcountSchemeId, NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { findingKinds, maxOf, profile } from '../support/runs.ts';

function run(overrides: Overrides = {}, mapcount: MapcountSchemeId = 'subpage', scheme: NotifierSchemeId = 'range') {
  const scenario = loadScenario('truncate-hgm', overrides);
  return runScenario({ scenario, profile, scheme, mapcount, seed: 1 });
}

const longest = ({ stallsNs }: RunResult): number => maxOf(stallsNs);
const truncation = ({ operations }: RunResult) => operations[1];

describe('truncate-hgm', () => {
  const counted: readonly MapcountSchemeId[] = [
    'subpage',
    'head-per-pte',
    'hstate-special',
    'folio-pairs',
    'folio-vmas',
  ];

  test.each(counted)('%s: nothing is found, and the file is truncated', (mapcount) => {
    const result = run({}, mapcount);
    expect(findingKinds(result)).toEqual([]);
    expect(truncation(result)?.errno).toBeNull();
  });

  test('hstate-entry: the tables that truncation leaves keep each page counted when it leaves the file', () => {
    const result = run({}, 'hstate-entry');
    expect(new Set(findingKinds(result))).toEqual(new Set(['removed-while-mapped']));
    expect(result.findings[0]?.message).toMatch(/^folio \d+ of 512 pages leaves the page cache with mapcount 1$/);
  });

  test('hstate-entry in RFC v1, which takes the tables of a whole page along: nothing is found', () => {
    expect(findingKinds(run({ 'hgm.version': 'rfc1' }, 'hstate-entry'))).toEqual([]);
  });

  test('a section that is open while the collapse waits for truncation: RFC v2 stalls for all of that, RFC v1 does not', () => {
    const [rfc1, rfc2] = (['rfc1', 'rfc2'] as const).map((version) => run({ 'hgm.version': version })) as [
      RunResult,
      RunResult,
    ];
    const truncatedForNs = truncation(rfc2)?.durationNs ?? 0;
    expect(longest(rfc2)).toBeGreaterThan(0.9 * truncatedForNs);
    expect(longest(rfc1)).toBeLessThan(0.1 * truncatedForNs);
  });

  test('without a section there is nothing to wait in: only kicks', () => {
    const result = run({}, 'subpage', 'post-collapse/promote');
    expect(Object.keys(result.stallByCauseNs)).toEqual(['tlb-flush']);
    expect(result.notifier.collapsed).toBe(64);
  });

  test('two zaps at once on a preemptible kernel: break the lock for one another, each time with a flush', () => {
    const [voluntary, full] = (['voluntary', 'full'] as const).map((preemption) =>
      run({ 'machine.preemption': preemption }),
    ) as [RunResult, RunResult];
    expect(voluntary.counters.lockBreaks ?? 0).toBe(0);
    expect(full.counters.lockBreaks).toBeGreaterThan(10_000);
    expect(full.tlbFlushes).toBeGreaterThan(100 * voluntary.tlbFlushes);
    expect(truncation(full)?.durationNs).toBeGreaterThan(10 * (truncation(voluntary)?.durationNs ?? 0));
  });
});
