// Reference L.12: the proposed notification only says that something has become possible. Without it, and with it twice, a run must
// differ in nothing but performance.

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import type { Hva } from '../../src/mm/address.ts';
import { MmuNotifierChain } from '../../src/mm/mmu-notifier.ts';
import { run, schemes } from '../support/runs.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const postCollapse = schemes.filter((scheme) => scheme.startsWith('post-collapse/'));
/** Holes on both sides, so that faults and the collapse meet, and an operation behind it that needs what KVM has to be right. */
const world = {
  'vm.populatedFraction': 0.9,
  'vm.sptePopulatedFraction': 0.7,
  timeline: [
    { at: '50us', operation: 'madv-collapse' },
    { at: '400us', operation: 'munmap', range: { start: 0, length: '2MiB' } },
  ],
  'guest.range': { start: '2MiB', length: '2MiB' },
  settle: '10ms',
};

function collapsedTimes(times: number): void {
  const { collapsed } = MmuNotifierChain.prototype;
  vi.spyOn(MmuNotifierChain.prototype, 'collapsed').mockImplementation(function* repeated(
    this: MmuNotifierChain,
    start: Hva,
    end: Hva,
  ): Process<void> {
    for (let time = 0; time < times; time++) yield* collapsed.call(this, start, end);
  });
}

describe.each(postCollapse)('%s', (scheme) => {
  test.each([0, 1, 2, 3])(
    'collapsed() · is called %i times instead of once · nothing is wrong, and the work is done',
    (times) => {
      collapsedTimes(times);
      const { findings, operations, notifier } = run(world, { scheme });
      expect(findings).toEqual([]);
      expect(operations.map(({ operation, errno }) => [operation, errno])).toEqual([
        ['madv-collapse', null],
        ['munmap', null],
      ]);
      expect(notifier.collapsed).toBe(times);
    },
  );

  test('collapsed() · never comes · no SPTE becomes huge again by itself', () => {
    expect(run({}, { scheme }).hugeRecoveryNs).not.toBeNull();
    collapsedTimes(0);
    expect(run({}, { scheme }).hugeRecoveryNs).toBeNull();
  });
});
