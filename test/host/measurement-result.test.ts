import { describe, expect, it } from 'vitest';
import { MEMORY_AT } from '../../src/host/guest-memory.ts';
import type { HostFacts } from '../../src/host/host-facts.ts';
import type { Measurement, Repetition } from '../../src/host/measure.ts';
import { type MeasurementRequest, planMeasurement } from '../../src/host/measurement-plan.ts';
import { measurementResult } from '../../src/host/measurement-result.ts';
import type { Window } from '../../src/host/window.ts';
import { resultTable } from '../../src/lab/result-table.ts';
import { tableToCsv } from '../../src/lab/table.ts';

const FACTS = { kernel: '6.18' } as HostFacts;
/** Time stamps at two ticks a nanosecond, from a start that does not fit into a number. */
const START = 2n ** 60n;
const at = (ns: number): bigint => START + 2n * BigInt(ns);

function window(ns: number, gaps: [from: number, to: number][][], more: Partial<Window> = {}): Window {
  return {
    start: at(0),
    end: at(ns),
    gaps: gaps.map((list) => list.map(([from, to]) => ({ from: at(from), to: at(to), address: MEMORY_AT + 4096 }))),
    lostGaps: 0,
    touches: ns / 10,
    runDelayNs: 0,
    dispatches: 0,
    efaults: 0,
    kvm: null,
    kernelEvents: null,
    ...more,
  };
}

function repetition(control: Window, operation: Window, ns: number, errno: string | null = null): Repetition {
  return { control, operation, time: { start: at(0), end: at(ns), errno }, operatorDelayNs: 0 };
}

function measurement(repetitions: Repetition[], more: Partial<MeasurementRequest> = {}): Measurement {
  const plan = planMeasurement({ operation: 'madv-collapse', ...more });
  const samples = [{ place: 'inside', repetitions, dropped: 3 } as const];
  const fixed = { ticksPerNs: 2, guestLeadTicks: -7n, cpus: null, around: null, wallMs: 100, kernelEvents: null };
  return { plan, samples, ...fixed };
}

describe('measurementResult', () => {
  it('two repetitions: gaps are stall windows in ns, the longest of each is held against its control', () => {
    const { schemes, paired, repetitions, source } = measurementResult(
      measurement([
        repetition(
          window(10_000, [[[100, 400]]]),
          window(20_000, [
            [
              [0, 6_000],
              [7_000, 7_500],
            ],
          ]),
          5_000,
        ),
        repetition(window(10_000, [[[100, 600]]]), window(20_000, [[[0, 8_000]]]), 7_000, 'EAGAIN'),
      ]),
      FACTS,
    );
    expect([source, repetitions]).toEqual(['host', 2]);
    const [control, kernel] = schemes;
    expect(control).toMatchObject({ scheme: 'control', dropped: 3, operations: [], faults: null, tlbFlushes: null });
    expect(control!.stall).toMatchObject({ count: 2, maxNs: 500, totalNs: 800, meanNs: 400 });
    expect(kernel!.stall).toMatchObject({ count: 3, maxNs: 8_000, totalNs: 14_500 });
    expect(kernel!.perRepetition.longestNs).toEqual({ p10: 6_000, p50: 6_000, p90: 8_000 });
    expect(kernel!.perRepetition.totalNs).toEqual({ p10: 6_500, p50: 6_500, p90: 8_000 });
    expect(kernel!.operations).toEqual([
      { operation: 'madv-collapse', durationNs: { p50: 5_000, max: 7_000 }, errno: 'EAGAIN' },
    ]);
    expect(paired).toHaveLength(1);
    expect(paired[0]).toMatchObject({ baseline: 'control', scheme: 'kernel', place: 'inside' });
    expect(paired[0]!.maxStallDifferenceNs.estimate).toBe((5_700 + 7_500) / 2);
    expect(paired[0]!.totalStallDifferenceNs.estimate).toBe((6_200 + 7_500) / 2);
    expect(paired[0]!.maxStallRatio.estimate).toBe((20 + 16) / 2);
  });

  it('windows: one by one, from the start of the operation on', () => {
    const one = repetition(
      window(10_000, [[]]),
      window(20_000, [
        [
          [-50, 100],
          [200, 300],
        ],
      ]),
      1,
    );
    const result = measurementResult(measurement([one, one], { windows: true }), FACTS);
    expect(result.schemes.map(({ windows }) => windows?.length)).toEqual([0, 4]);
    expect(result.schemes[1]!.windows![2]).toEqual({
      repetition: 1,
      vcpu: 0,
      startNs: -50,
      endNs: 100,
      offset: 4096,
    });
  });

  it('kernel events: one by one, from the start of the operation or of the control on, and the lost ones counted', () => {
    const event = (ns: number) => ({ name: 'tlb_flush', at: at(ns), cpu: 1, task: 'vcpu 0', fields: { pages: -1 } });
    const one = repetition(
      window(10, [[]], { kernelEvents: { events: [], dropped: 2 } }),
      window(5_000, [[]], { kernelEvents: { events: [event(3), event(4_000)], dropped: 1 } }),
      100,
    );
    const recorded = { ...measurement([one, one]), kernelEvents: { recorded: ['tlb_flush'], missing: null } };
    const { schemes, measurement: facts } = measurementResult(recorded, FACTS);
    expect(facts.kernelEvents).toEqual({ recorded: ['tlb_flush'], dropped: 6, missing: null });
    expect(schemes.map(({ kernelEvents }) => kernelEvents?.length)).toEqual([0, 4]);
    expect(schemes[1]!.kernelEvents![3]).toEqual({
      repetition: 1,
      name: 'tlb_flush',
      atNs: 4_000,
      cpu: 1,
      task: 'vcpu 0',
      fields: { pages: -1 },
    });
  });

  it('kernel events that cannot be had: the reason, and no list', () => {
    const quiet = repetition(window(10, [[]]), window(10, [[]]), 1);
    const missing = { ...measurement([quiet]), kernelEvents: { recorded: null, missing: 'no right' } };
    const { schemes, measurement: facts } = measurementResult(missing, FACTS);
    expect(facts.kernelEvents).toEqual({ recorded: null, dropped: 0, missing: 'no right' });
    expect(schemes.filter((scheme) => 'kernelEvents' in scheme)).toEqual([]);
  });

  it('as CSV: the columns of a comparison and the place, what nobody knows empty', () => {
    const one = repetition(window(10_000, [[[100, 400]]]), window(20_000, [[[0, 6_000]]]), 5_000);
    const result = measurementResult(measurement([one, one]), FACTS);
    const other = { ...result, schemes: result.schemes.map((scheme) => ({ ...scheme, place: 'outside' as const })) };
    const csv = tableToCsv(resultTable({ ...result, schemes: [...result.schemes, ...other.schemes] }));
    const [header = [], ...rows] = csv
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(header.at(-1)).toBe('place');
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([header.length]));
    const cells = (row: readonly string[] = []) => Object.fromEntries(header.map((name, index) => [name, row[index]]));
    expect(cells(rows[1])).toMatchObject({
      scenario: 'madv-collapse',
      profile: '',
      seed: '',
      source: 'host',
      scheme: 'kernel',
      place: 'inside',
      'stall.maxNs': '6000',
      'stallByCauseNs.fault': '',
      spinNs: '',
      'operations.maxDurationNs': '5000',
      'notifier.sections': '',
      events: '',
      'maxStallRatio.baseline': 'control',
      'maxStallDifferenceNs.estimate': '5700',
    });
    // The pair of another place is not this one's.
    expect(cells(rows[3])).toMatchObject({ place: 'outside', 'maxStallRatio.baseline': '' });
  });

  it('touches: the rate counts, as the windows need not be of one length', () => {
    const [, kernel] = measurementResult(
      measurement([repetition(window(10_000, [[]]), window(20_000, [[]], { touches: 500 }), 1)]),
      FACTS,
    ).schemes;
    expect(kernel!.guest).toEqual({ touches: 500, throughputLoss: 0.75 });
  });

  it('several vCPUs: a blackout is where all of them stand still', () => {
    const operation = window(10_000, [
      [
        [0, 3_000],
        [5_000, 6_000],
      ],
      [[2_000, 5_500]],
    ]);
    const [, kernel] = measurementResult(
      measurement([repetition(window(10_000, [[], []]), operation, 1)]),
      FACTS,
    ).schemes;
    expect(kernel!.blackout).toEqual({ count: 2, maxNs: 1_000, totalNs: 1_500 });
  });

  it('what KVM counts: faults and flushes as a mean, and every counter that moved', () => {
    const counted = (taken: number): Partial<Window> => ({
      kvm: new Map([
        ['pf_taken', taken],
        ['remote_tlb_flush', 1],
        ['pf_spurious', 0],
      ]),
      dispatches: 0,
      efaults: 2,
    });
    const control = window(10_000, [[]], { kvm: new Map([['pf_taken', 0]]) });
    const [first, kernel] = measurementResult(
      measurement([2, 5].map((taken) => repetition(control, window(10_000, [[]], counted(taken)), 1))),
      FACTS,
    ).schemes;
    expect(first!.faults).toEqual({ total: 0, retries: null, spurious: 0, userfault: null });
    expect(kernel!.faults).toEqual({ total: 3.5, retries: null, spurious: 0, userfault: null });
    expect(kernel!.tlbFlushes).toBe(1);
    expect(kernel!.counters).toEqual({ efaults: 2, pf_taken: 3.5, remote_tlb_flush: 1 });
  });
});
