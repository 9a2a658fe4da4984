// HGM v1 drops the vma_lock between two entries and takes it again under i_mmap_rwsem: the other way round.

import { expect, test } from 'vitest';
import type { ExplorationFinding } from '../../src/explore/exploration-types.ts';
import { ask, idleGuest, kindsOf } from '../support/exploration.ts';

test('v1, two collapses of two pages · they meet at the relock · a deadlock, with both chains', () => {
  const result = ask({
    operations: ['madv-collapse', 'madv-collapse'],
    hgm: { version: 'v1' },
    geometry: { blocks: 2 },
    guest: idleGuest,
  });
  expect([kindsOf(result, 'hazard'), kindsOf(result, 'warning')]).toEqual([['deadlock'], ['lockdep-order-inversion']]);
  const [deadlock] = result.findings as [ExplorationFinding];
  const { chains } = deadlock.evidence as { chains: { task: string; waitsFor: string; heldBy: string[] }[] };
  expect(chains.map(({ waitsFor, heldBy }) => [waitsFor, heldBy.length])).toEqual([
    ['hugetlb_vma_lock', 1],
    ['i_mmap_rwsem', 1],
  ]);
});

test('v2, the same two collapses · one lock around all · safe', () => {
  const operations = ['madv-collapse', 'madv-collapse'] as const;
  expect(ask({ operations, hgm: { version: 'v2' }, geometry: { blocks: 2 }, guest: idleGuest }).verdict).toBe('safe');
});
