// What becomes of a collapse that a truncation or an unmapping meets. HGM v2 excludes faults by mmap_lock, which truncation
// does not take; v1 takes two locks in both orders.

import { describe, expect, test } from 'vitest';
import { loadProfile } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { NotifierSchemeId } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';

type Version = 'rfc1' | 'rfc2' | 'v1' | 'v2';

/** Kinds of all findings while `operation` starts at one moment after the other of a collapse of two huge pages. */
function findings(version: Version, scheme: NotifierSchemeId, operation: 'truncate' | 'madv-dontneed'): Set<string> {
  const kinds = new Set<string>();
  for (let afterUs = 3; afterUs < 400; afterUs += 21) {
    const scenario = parseScenario({
      hgm: { version },
      vm: { vcpus: 2, memory: '4MiB', backing: 'hugetlb-2m', mapped: '4k' },
      guest: { pattern: 'uniform' },
      timeline: [
        { at: '50us', operation: 'madv-collapse' },
        { at: `${50 + afterUs}us`, operation, range: { start: operation === 'truncate' ? '2MiB' : 0 } },
      ],
      settle: '100us',
    });
    const profile = loadProfile(scenario.machine.profile);
    const result = runScenario({ scenario, profile, scheme, mapcount: 'head-per-pte', seed: 1 });
    for (const { kind } of result.findings) kinds.add(kind);
  }
  return kinds;
}

describe('truncation during a collapse', () => {
  test('v2 with a section: maps the huge page again that truncation has just taken out of the file', () => {
    expect(findings('v2', 'range', 'truncate')).toEqual(new Set(['guest-efault', 'mapped-outside-file']));
  });

  test.each(['post-collapse/promote', 'none'] as const)('v2 with %s: the folio lock keeps truncation out', (scheme) => {
    expect(findings('v2', scheme, 'truncate')).toEqual(new Set(['guest-efault']));
  });

  test('rfc2: its locks keep truncation out', () => {
    expect(findings('rfc2', 'range', 'truncate')).toEqual(new Set(['guest-efault']));
  });

  test('rfc1: the page lock keeps truncation out, which takes i_mmap_rwsem under it, the other way round', () => {
    expect(findings('rfc1', 'range', 'truncate')).toEqual(new Set(['guest-efault', 'lockdep-order-inversion']));
  });
});

describe('madv-dontneed during a collapse', () => {
  test('v1: the relock in the wrong order ends in a deadlock', () => {
    expect(findings('v1', 'range', 'madv-dontneed')).toEqual(
      new Set(['deadlock', 'lockdep-deadlock', 'lockdep-order-inversion']),
    );
  });

  test.each(['rfc1', 'rfc2', 'v2'] as const)('%s: one after the other', (version) => {
    expect(findings(version, 'range', 'madv-dontneed')).toEqual(new Set());
  });
});
