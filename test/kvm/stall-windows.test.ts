import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { VcpuInterval } from '../../src/kvm/records.ts';
import {
  blackouts,
  isSleep,
  type StallCause,
  type StallWindow,
  StallWindows,
  stallCauses,
  stallWindows,
} from '../../src/kvm/stall-windows.ts';

type State = VcpuInterval['state'];

/** The intervals of one vCPU from time 0 on. */
function timeline(vcpu: number, stretches: readonly (readonly [State, number])[]): VcpuInterval[] {
  let startNs = 0;
  return stretches.map(([state, ns]) => {
    const interval = { vcpu, state, startNs, endNs: startNs + ns };
    startNs += ns;
    return interval;
  });
}

function reduce(intervals: readonly VcpuInterval[]): StallWindow[] {
  const windows: StallWindow[] = [];
  const reducer = new StallWindows((window) => windows.push(window));
  for (const interval of intervals) reducer.add(interval);
  reducer.closeAll();
  return windows;
}

const stretches = fc.array(fc.tuple(fc.constantFrom<State>('running', 'running', ...stallCauses), fc.nat(20)), {
  maxLength: 25,
});
/** Intervals of several vCPUs, told in order of their end as a run tells them. */
const told = fc
  .array(stretches, { minLength: 1, maxLength: 4 })
  .map((vcpus) => vcpus.flatMap((list, vcpu) => timeline(vcpu, list)).sort((a, b) => a.endNs - b.endNs));

describe('stall windows', () => {
  test('causes in a row: one window, with each cause its time', () => {
    expect(
      reduce(
        timeline(3, [
          ['running', 10],
          ['invalidate-retry', 7],
          ['mmu-lock', 2],
          ['invalidate-retry', 3],
          ['fault', 5],
          ['running', 10],
        ]),
      ),
    ).toEqual([{ vcpu: 3, startNs: 10, endNs: 27, causes: { 'invalidate-retry': 10, 'mmu-lock': 2, fault: 5 } }]);
  });

  test('running in between, however short: two windows', () => {
    const windows = reduce(
      timeline(0, [
        ['fault', 5],
        ['running', 1],
        ['fault', 5],
      ]),
    );
    expect(windows.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
      [0, 5],
      [6, 11],
    ]);
  });

  test('a halt in between: two windows, and the halt is in none', () => {
    const windows = reduce(
      timeline(0, [
        ['fault', 5],
        ['halted', 100],
        ['tlb-flush', 5],
      ]),
    );
    expect(windows.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
      [0, 5],
      [105, 110],
    ]);
  });

  test('stretches of no length: are nothing, and neither open nor close a window', () => {
    expect(reduce(timeline(0, [['fault', 0]]))).toEqual([]);
    expect(
      reduce(
        timeline(0, [
          ['fault', 5],
          ['running', 0],
          ['mmu-lock', 5],
        ]),
      ),
    ).toHaveLength(1);
  });

  test('still open at the end: closeAll counts it up to where it is known, by vCPU', () => {
    const windows: StallWindow[] = [];
    const reducer = new StallWindows((window) => windows.push(window));
    for (const interval of [...timeline(1, [['fault', 5]]), ...timeline(0, [['mmap-lock', 9]])]) reducer.add(interval);
    expect(windows).toEqual([]);
    expect(reducer.closeAll()).toBe(2);
    expect(windows.map(({ vcpu, endNs }) => [vcpu, endNs])).toEqual([
      [0, 9],
      [1, 5],
    ]);
    expect(reducer.closeAll()).toBe(0);
  });

  test('a gap in the time of a vCPU: stops the run', () => {
    const reducer = new StallWindows(() => {});
    reducer.add({ vcpu: 0, state: 'fault', startNs: 0, endNs: 5 });
    expect(() => reducer.add({ vcpu: 0, state: 'fault', startNs: 6, endNs: 7 })).toThrow(/follow one another/);
  });

  test('any timeline: causes add up to each window, windows of a vCPU do not touch, and all standing time is in one', () => {
    fc.assert(
      fc.property(told, (intervals) => {
        const windows = reduce(intervals);
        for (const { startNs, endNs, causes } of windows) {
          const sum = Object.values(causes).reduce((total, ns) => total + ns, 0);
          expect(sum).toBe(endNs - startNs);
          expect(sum).toBeGreaterThan(0);
        }
        for (const vcpu of new Set(intervals.map((interval) => interval.vcpu))) {
          const own = windows.filter((window) => window.vcpu === vcpu);
          for (const [at, { startNs }] of own.slice(1).entries()) expect(startNs).toBeGreaterThan(own[at]?.endNs ?? 0);
        }
        for (const cause of stallCauses) {
          const inWindows = windows.reduce((total, { causes }) => total + (causes[cause] ?? 0), 0);
          const inIntervals = intervals
            .filter(({ state }) => state === cause)
            .reduce((total, { startNs, endNs }) => total + endNs - startNs, 0);
          expect(inWindows).toBe(inIntervals);
        }
      }),
    );
  });

  test('any timeline: the operator gives the windows of the reducer, in the same order', () => {
    fc.assert(
      fc.property(told, (intervals) => {
        const states$ = new Subject<VcpuInterval>();
        const windows: StallWindow[] = [];
        stallWindows(states$).subscribe((window) => windows.push(window));
        for (const interval of intervals) states$.next(interval);
        states$.complete();
        expect(windows).toEqual(reduce(intervals));
      }),
    );
  });

  test('operator: passes errors on, completes after its source, and lets go of it when nobody listens', () => {
    const failing$ = new Subject<VcpuInterval>();
    const errors: unknown[] = [];
    stallWindows(failing$).subscribe({ error: (error) => errors.push(error) });
    failing$.error('lost');
    expect(errors).toEqual(['lost']);

    const states$ = new Subject<VcpuInterval>();
    const heard: string[] = [];
    const subscription = stallWindows(states$).subscribe({
      next: () => heard.push('window'),
      complete: () => heard.push('complete'),
    });
    states$.next({ vcpu: 0, state: 'fault', startNs: 0, endNs: 5 });
    states$.complete();
    expect(heard).toEqual(['window', 'complete']);
    expect(subscription.closed).toBe(true);

    const other$ = new Subject<VcpuInterval>();
    stallWindows(other$).subscribe().unsubscribe();
    expect(other$.observed).toBe(false);
  });

  test('sleep and spin: locks of mm and userfaultfd sleep, all else keeps its CPU busy', () => {
    expect(stallCauses.filter(isSleep)).toEqual([
      'retry-sleep',
      'mmap-lock',
      'vma-lock',
      'i-mmap-lock',
      'fault-mutex',
      'folio-lock',
      'userfault',
    ] satisfies StallCause[]);
  });
});

describe('blackouts', () => {
  const window = (vcpu: number, startNs: number, endNs: number): StallWindow => ({ vcpu, startNs, endNs, causes: {} });

  test('two vCPUs: the times in which both stall', () => {
    const windows = [window(0, 0, 10), window(1, 4, 12), window(0, 11, 20), window(1, 14, 15)];
    expect(blackouts(windows, 2)).toEqual({ count: 3, maxNs: 6, totalNs: 6 + 1 + 1 });
  });

  test('windows that only touch: no blackout', () => {
    expect(blackouts([window(0, 0, 5), window(1, 5, 9)], 2)).toEqual({ count: 0, maxNs: 0, totalNs: 0 });
  });

  test('one vCPU of two never stalls: none', () => {
    expect(blackouts([window(0, 0, 100)], 2)).toEqual({ count: 0, maxNs: 0, totalNs: 0 });
  });

  test('any timeline, in any order of windows: those of looking at every ns', () => {
    fc.assert(
      fc.property(told, fc.boolean(), (intervals, reversed) => {
        const windows = reduce(intervals);
        const vcpus = Math.max(...intervals.map(({ vcpu }) => vcpu), 0) + 1;
        const endNs = Math.max(0, ...windows.map((w) => w.endNs));
        const lengths: number[] = [];
        let length = 0;
        for (let at = 0; at <= endNs; at++) {
          if (windows.filter((w) => w.startNs <= at && at < w.endNs).length === vcpus) length += 1;
          else if (length > 0) {
            lengths.push(length);
            length = 0;
          }
        }
        const totalNs = lengths.reduce((sum, ns) => sum + ns, 0);
        expect(blackouts(reversed ? [...windows].reverse() : windows, vcpus)).toEqual({
          count: lengths.length,
          maxNs: Math.max(0, ...lengths),
          totalNs,
        });
      }),
    );
  });
});
