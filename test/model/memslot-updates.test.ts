// A change of memslots beside a long section (reference B.8): whoever turns dirty logging on while memory is collapsed waits for
// the end of the collapse, though KVM is told of that memory alone, and the log is of the whole slot.

import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { findingKinds, run } from '../support/runs.ts';

const beside = (scheme: 'range' | 'post-collapse/promote', length = '4MiB', more: Overrides = {}) => {
  const timeline = [
    { at: '50us', operation: 'madv-collapse', range: { start: 0, length } },
    { at: '60us', operation: 'dirty-log-enable' },
  ];
  const result = run({ 'vm.vcpus': 4, timeline, ...more }, { scheme });
  const [collapse, enable] = result.operations;
  if (collapse === undefined || enable === undefined) throw new Error('both operations have ended');
  const endOf = ({ startNs, durationNs }: typeof collapse) => startNs + durationNs;
  return { result, collapseEndNs: endOf(collapse), enableEndNs: endOf(enable), enableNs: enable.durationNs };
};

describe('dirty-log-enable during a collapse', () => {
  test('range: waits for the section, in every kernel', () => {
    for (const kernel of ['6.1', '6.12', '6.18']) {
      const { result, collapseEndNs, enableEndNs } = beside('range', '4MiB', { 'machine.kernel': kernel });
      expect(enableEndNs).toBeGreaterThan(collapseEndNs);
      expect(findingKinds(result)).toEqual([]);
    }
  });

  test('post-collapse: there is no section to wait for', () => {
    const { collapseEndNs, enableEndNs, result } = beside('post-collapse/promote');
    expect(enableEndNs).toBeLessThan(collapseEndNs);
    expect(findingKinds(result)).toEqual([]);
  });

  test('a longer section: a longer wait, by as much', () => {
    const [short, long] = ['2MiB', '4MiB'].map((length) => beside('range', length));
    const moreNs = (long?.collapseEndNs ?? 0) - (short?.collapseEndNs ?? 0);
    expect(moreNs).toBeGreaterThan(20_000);
    expect((long?.enableNs ?? 0) - (short?.enableNs ?? 0)).toBeGreaterThan(moreNs / 2);
  });
});
