// Pages that KVM writes for a vCPU, beside a collapse: whoever needs one while any section of the mm is open waits for its end
// (reference B.6).

import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { findingKinds, maxOf, recorded, recordsOf, run, sumOf } from '../support/runs.ts';

/** Four huge pages: the first half of the memory is collapsed, the guest works in the other one. */
const beside = (pfnCaches: number, more: Overrides = {}): Overrides => ({
  'vm.memory': '8MiB',
  'vm.vcpus': 4,
  'vm.pfnCaches': pfnCaches,
  'vm.pfnCacheUse': '20us',
  'guest.range.start': '4MiB',
  'guest.range.length': '4MiB',
  'timeline.0.range.length': '4MiB',
  ...more,
});

describe('clock pages', () => {
  test('none: a vCPU that works elsewhere stalls for flushes and shootdowns, and for nothing else', () => {
    for (const kernel of ['6.1', '6.12', '6.18']) {
      const { stallByCauseNs } = run(beside(0, { 'machine.kernel': kernel }));
      expect(Object.keys(stallByCauseNs)).toEqual(['tlb-flush']);
    }
  });

  test('in the memory that is collapsed: its owner stalls to the end of the section, though its guest touches other memory', () => {
    for (const kernel of ['6.1', '6.12', '6.18']) {
      const { result, records } = recorded(beside(2, { 'machine.kernel': kernel }));
      expect(findingKinds(result)).toEqual([]);
      // The pages of vCPUs 0 and 1 lie at 0 and at 4 MiB: the first is invalidated, the second stays valid.
      const of = (vcpu: number) =>
        sumOf(
          recordsOf(records, 'vcpu')
            .filter((record) => record.vcpu === vcpu && record.state === 'invalidate-retry')
            .map(({ simTimeNs, startNs }) => simTimeNs - startNs),
        );
      expect(of(0)).toBeGreaterThan(result.notifier.openNs - 25_000);
      expect([1, 2, 3].map(of)).toEqual([0, 0, 0]);
    }
  });

  test('post-collapse: no section, so no page is ever invalid', () => {
    const { stallByCauseNs, stallsNs } = run(beside(4), { scheme: 'post-collapse/promote' });
    expect(stallByCauseNs['invalidate-retry']).toBeUndefined();
    expect(maxOf(stallsNs)).toBeLessThan(10_000);
  });

  describe('in memory that is still to come', () => {
    /** Nobody answers the first vCPU, which touches nothing but its clock page for the first 10 ms. */
    const missing = (timeline: readonly object[]) =>
      run({
        'vm.backing': 'shmem',
        'vm.mapped': 'none',
        'userfault.mode': 'minor',
        'vm.pfnCaches': 1,
        'vm.pfnCacheUse': '20us',
        'guest.pattern': 'trace',
        'guest.trace': 'time,vcpu,gfn,write\n10000000,0,1,1\n',
        timeline,
        settle: '1ms',
        'limits.simulated': '5ms',
      });

    test('the first use sleeps until userspace brings the page', () => {
      const { faults, stallByCauseNs, stallsNs } = missing([]);
      expect(faults).toEqual({ total: 0, retries: 0, spurious: 0, userfault: 1 });
      expect(stallByCauseNs.userfault).toBeGreaterThan(970_000);
      expect([...stallsNs]).toEqual([1_000_000 - 20_000]);
    });

    test('it reads memslots meanwhile: a change of them waits for it', () => {
      const result = missing([{ at: '100us', operation: 'dirty-log-enable' }]);
      expect([findingKinds(result), result.operations]).toEqual([['time-budget'], []]);
    });
  });

  test('uses: one exit each, every 20 us, from each vCPU that has a page', () => {
    const { stallsNs, simulatedNs } = run(beside(4, { timeline: [], 'guest.pattern': 'stride', settle: '200us' }));
    expect(simulatedNs).toBe(200_000);
    // The first ones at 5, 10, 15 and 20 us; the tenth of the last vCPU would come with the end.
    expect(stallsNs).toHaveLength(3 * 10 + 9);
    expect(maxOf(stallsNs)).toBeLessThan(600);
  });
});
