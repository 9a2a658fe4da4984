// A measurement in the shape of a comparison. What cannot be seen from outside of the kernel is null, so that nobody takes a
// 0 for an observation.
//
// A stall window is a gap: the time between two touches of the guest, longer than the threshold. It holds the touch itself,
// some 10 ns. Windows are those that overlap the time of the operation and its tail, in their full length.

import type { SchemeResult } from '../lab/result.ts';
import { mean, pairedDifference, quantile } from '../lab/statistics.ts';
import { compareLongest, stallFigures } from '../lab/summary.ts';
import { blackouts } from './blackout.ts';
import { MEMORY_AT } from './guest-memory.ts';
import type { HostFacts } from './host-facts.ts';
import type { Measurement, PlaceSample, Repetition } from './measure.ts';
import { type EventsSummary, eventsSummary, type MeasuredEvent, measuredEvents } from './measured-events.ts';
import type { MemoryKind, Place } from './vocabulary.ts';
import type { Window } from './window.ts';

export interface MeasurementResult {
  /** The operation that was measured. */
  readonly scenario: string;
  readonly profile: null;
  readonly seed: null;
  /** Those that count, at the place that has the fewest. */
  readonly repetitions: number;
  readonly source: 'host';
  readonly schemes: readonly MeasuredScheme[];
  readonly paired: readonly MeasuredPair[];
  readonly measurement: {
    readonly memory: MemoryKind;
    readonly memoryBytes: number;
    readonly rangeBytes: number;
    readonly strideBytes: number;
    readonly vcpus: number;
    readonly thresholdNs: number;
    readonly tailNs: number;
    readonly tscHz: number;
    /** The guest's time-stamp counter less the host's. */
    readonly guestTscOffset: number;
    /** CPU of the operating thread and of each vCPU; null: nobody was kept on any. */
    readonly cpus: Measurement['cpus'];
    /** Null: they were not asked for. */
    readonly kernelEvents: EventsSummary | null;
  };
  readonly host: HostFacts;
}

/** `control`: all but the operation. `kernel`: the operation, with what this kernel tells KVM about it. */
type MeasuredSchemeId = 'control' | 'kernel';

export interface MeasuredScheme {
  readonly scheme: MeasuredSchemeId;
  readonly mapcount: 'kernel';
  readonly place: Place;
  readonly repetitions: number;
  /** Repetitions left out because a thread had to wait for a CPU; the same for both schemes. */
  readonly dropped: number;
  readonly stall: SchemeResult['stall'];
  /** Quantiles over the repetitions, of the longest stall and of the sum of all stalls of one repetition. */
  readonly perRepetition: {
    readonly longestNs: RepetitionQuantiles;
    readonly totalNs: RepetitionQuantiles;
  };
  readonly stallByCauseNs: null;
  readonly spinNs: null;
  readonly sleepNs: null;
  readonly blackout: SchemeResult['blackout'];
  readonly operations: SchemeResult['operations'];
  readonly notifier: null;
  /** As KVM counts them, a mean per repetition; `retries` and `userfault` it does not count. Null: no statistics here. */
  readonly faults: { total: number; retries: null; spurious: number; userfault: null } | null;
  readonly tlbFlushes: number | null;
  readonly seqBumps: null;
  readonly hugeRecoveryNs: null;
  readonly guest: {
    /** Mean per repetition. */
    readonly touches: number;
    /** Part of the touches that the guest made in the same time of the control and did not make here; 0 of the control. */
    readonly throughputLoss: number;
  };
  readonly findings: readonly never[];
  readonly histogram: string;
  /** What KVM and the threads counted, a mean per repetition, sorted by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Mean length of the window in which stalls were looked for. */
  readonly windowNs: number;
  readonly wallMs: number;
  /** All stall windows one by one, if they were asked for. */
  readonly windows?: readonly MeasuredStall[];
  /** What the kernel reported, if it was asked for and could be had. */
  readonly kernelEvents?: readonly MeasuredEvent[];
}

interface MeasuredStall {
  readonly repetition: number;
  readonly vcpu: number;
  /** From the start of the operation, or of the control; less than 0 if the vCPU stood still already. */
  readonly startNs: number;
  readonly endNs: number;
  /** What the guest touched behind it, from the start of its memory. */
  readonly offset: number;
}

interface RepetitionQuantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

interface MeasuredPair extends ReturnType<typeof compareLongest> {
  readonly baseline: 'control';
  readonly scheme: 'kernel';
  readonly place: Place;
  /** All stalls of a repetition together, less those of its control. */
  readonly totalStallDifferenceNs: ReturnType<typeof compareLongest>['maxStallDifferenceNs'];
}

export function measurementResult(measurement: Measurement, host: HostFacts): MeasurementResult {
  const { plan, samples, ticksPerNs, guestLeadTicks, cpus, kernelEvents } = measurement;
  const { operation, kind, memoryBytes, rangeBytes, strideBytes, vcpus, thresholdNs, tailNs } = plan;
  return {
    scenario: operation,
    profile: null,
    seed: null,
    repetitions: Math.min(...samples.map(({ repetitions }) => repetitions.length)),
    source: 'host',
    schemes: samples.flatMap((sample) =>
      (['control', 'kernel'] as const).map((scheme) => {
        const windows = sample.repetitions.map((repetition) => windowOf(repetition, scheme));
        return {
          ...schemeOf(scheme, sample, measurement),
          ...(plan.windows ? { windows: stallWindows(windows, ticksPerNs) } : {}),
          ...(kernelEvents?.recorded ? { kernelEvents: measuredEvents(windows, ticksPerNs) } : {}),
        };
      }),
    ),
    paired: samples.map((sample) => pairOf(sample, ticksPerNs)),
    measurement: {
      memory: kind,
      memoryBytes,
      rangeBytes,
      strideBytes,
      vcpus,
      thresholdNs,
      tailNs,
      tscHz: Math.round(ticksPerNs * 1e9),
      guestTscOffset: Number(guestLeadTicks),
      cpus,
      kernelEvents: eventsSummary(
        kernelEvents,
        samples.flatMap(({ repetitions }) => repetitions.flatMap(({ control, operation }) => [control, operation])),
      ),
    },
    host,
  };
}

function schemeOf(
  scheme: MeasuredSchemeId,
  sample: PlaceSample,
  { plan, ticksPerNs, wallMs, samples }: Measurement,
): MeasuredScheme {
  const { place, repetitions, dropped } = sample;
  const windows = repetitions.map((repetition) => windowOf(repetition, scheme));
  const stalls = windows.map((window) => stallsNs(window, ticksPerNs));
  const { stall, histogram } = stallFigures(stalls);
  const counters = meanCounters(windows);
  const perRepetition = {
    longestNs: quantiles(stalls.map(longest)),
    totalNs: quantiles(stalls.map(sum)),
  };
  const isCounted = windows.every(({ kvm }) => kvm !== null);
  return {
    scheme,
    mapcount: 'kernel',
    place,
    repetitions: repetitions.length,
    dropped,
    stall,
    perRepetition,
    stallByCauseNs: null,
    spinNs: null,
    sleepNs: null,
    blackout: blackoutFigures(windows, ticksPerNs),
    operations: scheme === 'control' ? [] : [operationFigures(plan.operation, repetitions, ticksPerNs)],
    notifier: null,
    faults: isCounted
      ? { total: counters.pf_taken ?? 0, retries: null, spurious: counters.pf_spurious ?? 0, userfault: null }
      : null,
    tlbFlushes: isCounted ? (counters.remote_tlb_flush ?? 0) : null,
    seqBumps: null,
    hugeRecoveryNs: null,
    guest: {
      touches: Math.round(mean(windows.map(({ touches }) => touches))),
      throughputLoss: scheme === 'control' ? 0 : throughputLoss(repetitions),
    },
    findings: [],
    histogram,
    counters,
    windowNs: Math.round(mean(windows.map(({ start, end }) => Number(end - start))) / ticksPerNs),
    wallMs: Math.round(wallMs / (2 * samples.length)),
  };
}

const windowOf = (repetition: Repetition, scheme: MeasuredSchemeId): Window =>
  scheme === 'control' ? repetition.control : repetition.operation;

function stallsNs({ gaps }: Window, ticksPerNs: number): number[] {
  return gaps.flat().map(({ from, to }) => Math.round(Number(to - from) / ticksPerNs));
}

const sum = (list: readonly number[]): number => list.reduce((total, ns) => total + ns, 0);

const longest = (list: readonly number[]): number => list.reduce((most, ns) => Math.max(most, ns), 0);

function quantiles(values: readonly number[]): RepetitionQuantiles {
  return { p10: quantile(values, 0.1), p50: quantile(values, 0.5), p90: quantile(values, 0.9) };
}

function blackoutFigures(windows: readonly Window[], ticksPerNs: number): SchemeResult['blackout'] {
  const lengths = windows.flatMap(({ start, gaps }) =>
    blackouts(
      gaps.map((list) => list.map(({ from, to }) => ({ from: Number(from - start), to: Number(to - start) }))),
    ).map(({ from, to }) => Math.round((to - from) / ticksPerNs)),
  );
  return { count: lengths.length, maxNs: longest(lengths), totalNs: sum(lengths) };
}

function operationFigures(
  operation: string,
  repetitions: readonly Repetition[],
  ticksPerNs: number,
): SchemeResult['operations'][number] {
  const durations = repetitions.map(({ time }) => Math.round(Number(time.end - time.start) / ticksPerNs));
  return {
    operation,
    durationNs: { p50: quantile(durations, 0.5), max: Math.max(...durations) },
    errno: repetitions.find(({ time }) => time.errno !== null)?.time.errno ?? null,
  };
}

/** Touches a tick, of all repetitions together: the windows of the two need not be of one length. */
function throughputLoss(repetitions: readonly Repetition[]): number {
  const rate = (windows: readonly Window[]): number =>
    windows.reduce((sum, { touches }) => sum + touches, 0) /
    windows.reduce((sum, { start, end }) => sum + Number(end - start), 0);
  const loss =
    1 - rate(repetitions.map(({ operation }) => operation)) / rate(repetitions.map(({ control }) => control));
  return Number(Math.max(0, loss).toPrecision(4));
}

function stallWindows(windows: readonly Window[], ticksPerNs: number): MeasuredStall[] {
  return windows.flatMap(({ start, gaps }, repetition) =>
    gaps.flatMap((list, vcpu) =>
      list.map(({ from, to, address }) => ({
        repetition,
        vcpu,
        startNs: Math.round(Number(from - start) / ticksPerNs),
        endNs: Math.round(Number(to - start) / ticksPerNs),
        offset: address - MEMORY_AT,
      })),
    ),
  );
}

function meanCounters(windows: readonly Window[]): Record<string, number> {
  const own = ({ runDelayNs, efaults, lostGaps }: Window): [string, number][] =>
    Object.entries({ runDelayNs, efaults, lostGaps });
  const all = windows.map((window) => new Map([...(window.kvm ?? []), ...own(window)]));
  const names = new Set(all.flatMap((counters) => [...counters.keys()]));
  return Object.fromEntries(
    [...names]
      .sort()
      .map((name): [string, number] => [name, mean(all.map((counters) => counters.get(name) ?? 0))])
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => [name, Number(value.toFixed(3))]),
  );
}

function pairOf({ place, repetitions }: PlaceSample, ticksPerNs: number): MeasuredPair {
  const each = (scheme: MeasuredSchemeId): number[][] =>
    repetitions.map((repetition) => stallsNs(windowOf(repetition, scheme), ticksPerNs));
  const [control, kernel] = [each('control'), each('kernel')];
  const total = pairedDifference(control.map(sum), kernel.map(sum));
  return {
    baseline: 'control',
    scheme: 'kernel',
    place,
    ...compareLongest(control.map(longest), kernel.map(longest)),
    totalStallDifferenceNs: {
      estimate: Math.round(total.estimate),
      ci95: total.ci95 === null ? null : [Math.round(total.ci95[0]), Math.round(total.ci95[1])],
    },
  };
}
