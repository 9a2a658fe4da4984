// Sound combinations have no finding; those that are known to be wrong have theirs; and what ends a run is told.

import { describe, expect, test } from 'vitest';
import { findingKinds, mapcounts, run, schemes } from '../support/runs.ts';

const onePage = { 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB' };

describe('findings', () => {
  for (const version of ['rfc1', 'rfc2', 'v2']) {
    for (const kernel of ['6.1', '6.12']) {
      test(`${version} on ${kernel}: no finding, under any scheme, mapcount and preemption model`, () => {
        for (const scheme of schemes) {
          for (const mapcount of mapcounts) {
            for (const preemption of ['full', 'voluntary']) {
              const overrides = { 'hgm.version': version, 'machine.kernel': kernel, 'machine.preemption': preemption };
              expect([scheme, ...findingKinds(run(overrides, { scheme, mapcount }))]).toEqual([scheme]);
            }
          }
        }
      });
    }
  }

  test('holes in host and EPT, uniform accesses, a slice each: no finding', () => {
    for (const scheme of schemes) {
      for (const partitioned of [false, true]) {
        const result = run(
          {
            'guest.pattern': 'uniform',
            'guest.partitioned': partitioned,
            'vm.vcpus': 4,
            'vm.populatedFraction': 0.8,
            'vm.sptePopulatedFraction': 0.6,
            // Long enough for every hole to be filled: a vCPU that still stands at the end would be a finding.
            settle: '20ms',
          },
          { scheme },
        );
        expect([scheme, ...findingKinds(result)]).toEqual([scheme]);
      }
    }
  });

  test('v1, one huge page: no finding; two: the inversion, and nothing else', () => {
    for (const scheme of schemes) {
      expect(findingKinds(run({ ...onePage, 'hgm.version': 'v1' }, { scheme }))).toEqual([]);
      expect(findingKinds(run({ 'hgm.version': 'v1' }, { scheme }))).toEqual(['lockdep-order-inversion']);
    }
  });

  test('v1, two collapses at once: can deadlock, and the run says who waits for what', () => {
    const timeline = [0, 1, 2].map((n) => ({ at: 50_000 + n * 3_000, operation: 'madv-collapse' }));
    const kinds = findingKinds(run({ 'hgm.version': 'v1', timeline, 'guest.pattern': 'idle' }));
    expect(kinds).toContain('lockdep-deadlock');
    expect(kinds).toContain('deadlock');
  });

  test('a collapse of everything while CONTINUE fills it: both end, and every count is right', () => {
    for (const scheme of schemes) {
      const timeline = [
        { at: 50_000, operation: 'uffdio-continue', range: { start: 0, length: 300 * 4096 } },
        { at: 60_000, operation: 'madv-collapse' },
        { at: 'after-previous', operation: 'uffdio-continue', range: { start: '2MiB', length: '2MiB' } },
      ];
      const overrides = { timeline, 'vm.mapped': 'none', 'guest.pattern': 'idle' };
      const result = run(overrides, { scheme });
      expect([scheme, ...findingKinds(result)]).toEqual([scheme]);
      expect(result.operations).toHaveLength(3);
    }
  });

  test('a budget is met: a finding says which, and the run has a result', () => {
    const events = run({ 'limits.events': 300 });
    expect(findingKinds(events)).toEqual(['event-budget']);
    expect(events.events).toBeLessThanOrEqual(301);
    const time = run({ 'limits.simulated': '60us', settle: '1us' });
    expect(findingKinds(time)).toEqual(['time-budget']);
    expect(time.simulatedNs).toBe(60_000);
  });
});
