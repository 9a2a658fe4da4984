// What must be true between the numbers of one run, whatever the scheme and the kernel.

import { describe, expect, test } from 'vitest';
import type { VcpuInterval } from '../../src/kvm/records.ts';
import { blackouts, isSleep, type StallCause, type StallWindow, StallWindows } from '../../src/kvm/stall-windows.ts';
import { findingKinds, recorded, recordsOf, run, schemes, sumOf } from '../support/runs.ts';

const kernels = ['6.1', '6.12'] as const;

describe('result of a run', () => {
  for (const kernel of kernels) {
    for (const scheme of schemes) {
      for (const pattern of ['stride', 'uniform'] as const) {
        const overrides = {
          'machine.kernel': kernel,
          'guest.pattern': pattern,
          // Slices and a part of the SPTEs, so that vCPUs do different things at one time.
          'guest.partitioned': pattern === 'stride',
          'vm.sptePopulatedFraction': pattern === 'stride' ? 1 : 0.9,
          'vm.vcpus': 3,
        };

        test(`${kernel}, ${scheme}, ${pattern}: causes add up to each window, windows to the sums`, () => {
          const { result, records } = recorded(overrides, { scheme });
          const stalls = recordsOf(records, 'stall');
          for (const { startNs, endNs, causes } of stalls) expect(sumOf(Object.values(causes))).toBe(endNs - startNs);
          // What is open at the end of the run is a window of the result, too.
          expect(stalls.map(({ startNs, endNs }) => endNs - startNs)).toEqual([...result.stallsNs]);

          const byCause: Record<string, number> = {};
          for (const { causes } of stalls) {
            for (const [cause, ns] of Object.entries(causes)) byCause[cause] = (byCause[cause] ?? 0) + ns;
          }
          expect(result.stallByCauseNs).toEqual(byCause);
          expect(result.spinNs + result.sleepNs).toBe(sumOf(result.stallsNs));
          const asleep = Object.entries(byCause).filter(([cause]) => isSleep(cause as StallCause));
          expect(result.sleepNs).toBe(sumOf(asleep.map(([, ns]) => ns)));
        });

        test(`${kernel}, ${scheme}, ${pattern}: the states of each vCPU tile its time, and give the same windows`, () => {
          const { result, records } = recorded(overrides, { scheme });
          const states = recordsOf(records, 'vcpu');
          for (let vcpu = 0; vcpu < 3; vcpu++) {
            let at = 0;
            for (const { startNs, simTimeNs } of states.filter((record) => record.vcpu === vcpu)) {
              expect(startNs).toBe(at);
              expect(simTimeNs).toBeGreaterThan(startNs);
              at = simTimeNs;
            }
            expect(at).toBe(result.simulatedNs);
          }
          const windows: StallWindow[] = [];
          const reducer = new StallWindows((window) => windows.push(window));
          for (const { vcpu, state, startNs, simTimeNs } of states) {
            reducer.add({ vcpu, state, startNs, endNs: simTimeNs } satisfies VcpuInterval);
          }
          reducer.closeAll();
          // The run knows a window when the vCPU resumes, the states when it has run: the order is another.
          const lengths = windows.map(({ startNs, endNs }) => endNs - startNs);
          const ascending = (a: number, b: number) => a - b;
          expect(lengths.sort(ascending)).toEqual([...result.stallsNs].sort(ascending));
          expect(blackouts(windows, 3)).toEqual(result.blackout);
        });

        test(`${kernel}, ${scheme}, ${pattern}: faults, flushes, sections and operations are those of the records`, () => {
          const { result, records } = recorded(overrides, { scheme });
          const faults = recordsOf(records, 'fault');
          const laps = (outcome: string) => sumOf(faults.filter((f) => f.outcome === outcome).map((f) => f.laps));
          expect(result.faults).toEqual({
            total: laps('fixed') + laps('retry') + laps('spurious'),
            retries: laps('retry'),
            spurious: laps('spurious'),
            userfault: 0,
          });
          const notifier = recordsOf(records, 'notifier');
          const count = (event: string) => notifier.filter((record) => record.event === event).length;
          expect([count('range-start'), count('range-started'), count('range-end')]).toEqual([
            result.notifier.sections,
            result.notifier.sections,
            result.notifier.sections,
          ]);
          expect([count('collapsed'), count('collapsed-handled')]).toEqual([
            result.notifier.collapsed,
            result.notifier.collapsed,
          ]);
          expect(result.seqBumps).toBe(result.notifier.sections);
          const tlb = recordsOf(records, 'tlb');
          expect(tlb.filter(({ event }) => event === 'kvm-flush')).toHaveLength(result.tlbFlushes);
          expect(tlb.filter(({ event }) => event === 'cpu-shootdown')).toHaveLength(
            result.counters.cpuShootdowns ?? -1,
          );
          const [start, end] = recordsOf(records, 'operation');
          expect(result.operations).toEqual([
            {
              operation: 'madv-collapse',
              startNs: start?.simTimeNs,
              durationNs: (end?.simTimeNs ?? 0) - (start?.simTimeNs ?? 0),
              errno: null,
            },
          ]);
        });
      }
    }
  }

  test('sections: time inside of start and time until end has returned are those of the records', () => {
    for (const scheme of ['range', 'range-chunked', 'narrow'] as const) {
      const { result, records } = recorded({}, { scheme });
      const notifier = recordsOf(records, 'notifier');
      const timesOf = (event: string) => notifier.filter((r) => r.event === event).map((r) => r.simTimeNs);
      expect(sumOf(timesOf('range-started')) - sumOf(timesOf('range-start'))).toBe(result.notifier.startNs);
      expect(sumOf(timesOf('range-end')) - sumOf(timesOf('range-started'))).toBe(result.notifier.openNs);
    }
  });

  test('no operation: nothing stalls and nothing is lost', () => {
    const result = run({ timeline: [] });
    expect([result.stallsNs.length, result.faults.total, result.guest.throughputLoss]).toEqual([0, 0, 0]);
    expect(result.hugeRecoveryNs).toBeNull();
    expect(findingKinds(result)).toEqual([]);
  });

  test('guest: touches that are made and time that is lost are one and the same', () => {
    for (const scheme of schemes) {
      const result = run({}, { scheme });
      const wanted = (2 * result.simulatedNs) / 100;
      // Each window costs its length in accesses, but for the rounding at both of its ends.
      const lost = sumOf(result.stallsNs) / 100;
      expect(Math.abs(wanted - lost - result.guest.touches)).toBeLessThanOrEqual(2 + 2 * result.stallsNs.length);
      expect(result.guest.throughputLoss).toBeCloseTo(1 - result.guest.touches / wanted, 10);
    }
  });
});
