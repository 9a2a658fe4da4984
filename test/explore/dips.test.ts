// A collapse takes all leaves of a page away before it sets the large one. Who asks in between takes the page for unmapped, and
// passes by the secondary MMUs (reference I.2).

import { describe, expect, test } from 'vitest';
import type { ExplorationResult } from '../../src/explore/exploration-types.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import type { CollapseProtection } from '../../src/mm/operations/hugetlb-collapse.ts';
import { ask, idleGuest, kindsOf } from '../support/exploration.ts';

function beside(
  other: 'truncate' | 'punch-hole',
  version: HgmVersion,
  protection: CollapseProtection,
): ExplorationResult {
  const scheme = 'post-collapse/promote';
  return ask({ operations: ['madv-collapse', other], scheme, hgm: { version, protection }, guest: idleGuest });
}

describe('the dip of mapcount and entries', () => {
  test.each(['truncate', 'punch-hole'] as const)(
    'v2 with its own lock · %s · a mapped page leaves its file',
    (other) => {
      const result = beside(other, 'v2', 'version-locks');
      expect([result.complete, kindsOf(result, 'hazard')]).toEqual([
        true,
        ['mapped-outside-file', 'removed-while-mapped'],
      ]);
    },
  );

  test.each(['truncate', 'punch-hole'] as const)('v2 with the folio lock · %s · safe', (other) => {
    expect(beside(other, 'v2', 'folio-lock').verdict).toBe('safe');
  });

  test('v1 with its own locks · truncation · the page leaves its file in the dip', () => {
    expect(kindsOf(beside('truncate', 'v1', 'version-locks'), 'hazard')).toEqual(['mapped-outside-file']);
  });

  test('v2 that swaps the entry in one write · truncation · no dip, and yet two who uncount the same leaves', () => {
    expect(kindsOf(beside('truncate', 'v2', 'atomic-swap'), 'hazard')).toContain('count-underflow');
  });

  test('the counterexample of the dip · its preemptions · one: between the last small leaf and the large one', () => {
    const { findings } = beside('truncate', 'v2', 'version-locks');
    const { counterexample } = findings.find(({ kind }) => kind === 'mapped-outside-file') ?? {};
    expect([counterexample?.preemptions, counterexample?.minimality]).toEqual([1, 'fewest-preemptions']);
  });
});
