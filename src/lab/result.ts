// The result of a comparison, as the API gives it and as files keep it. Plain JSON: its keys always stand in the order
// in which they are written here, and open maps are sorted, so that equal results are equal byte for byte.
//
// Stall windows, their causes and blackouts are those of all repetitions together: sums are sums, `max` is the longest of
// all, and only the quantiles come from the histogram, within 0.1 %. Everything that counts what one run did (notifier,
// faults, flushes, touches, counters, simulatedNs, events) is a mean per run. `wallMs` is the time of all repetitions.

import type { MapcountSchemeId, NotifierSchemeId, RunFinding, RunResult, StallCause } from './run-types.ts';

export interface ComparisonResult {
  readonly scenario: string;
  readonly profile: string;
  readonly seed: number;
  readonly repetitions: number;
  readonly source: 'simulation';
  readonly schemes: readonly SchemeResult[];
  readonly paired: readonly PairedResult[];
}

export interface SchemeResult {
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly stall: {
    readonly count: number;
    readonly meanNs: number;
    readonly p50Ns: number;
    readonly p90Ns: number;
    readonly p99Ns: number;
    readonly p999Ns: number;
    readonly maxNs: number;
    readonly totalNs: number;
  };
  readonly stallByCauseNs: Partial<Record<StallCause, number>>;
  readonly spinNs: number;
  readonly sleepNs: number;
  readonly blackout: RunResult['blackout'];
  /** In the order of the run; quantiles over the repetitions. `errno`: of the first repetition that had one. */
  readonly operations: readonly {
    readonly operation: string;
    readonly durationNs: { readonly p50: number; readonly max: number };
    readonly errno: string | null;
  }[];
  /** As of one run, each a mean. */
  readonly notifier: RunResult['notifier'];
  readonly faults: RunResult['faults'];
  readonly tlbFlushes: number;
  readonly seqBumps: number;
  /** Median over the repetitions; null if it never happened in one of them. */
  readonly hugeRecoveryNs: number | null;
  /** `throughputLoss`: mean over the repetitions. */
  readonly guest: { readonly touches: number; readonly throughputLoss: number };
  readonly findings: readonly SchemeFinding[];
  /** HdrHistogram V2, base64, of all stall windows. */
  readonly histogram: string;
  /** What the model did, sorted by name. */
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedNs: number;
  readonly events: number;
  /** The only field that two runs of one comparison may differ in. */
  readonly wallMs: number;
}

/** A finding, with the seed that shows it again. */
interface SchemeFinding extends RunFinding {
  readonly seed: number;
}

interface RatioEstimate {
  /** Null, with its interval, where the baseline had no stall in some repetition. */
  readonly estimate: number | null;
  readonly ci95: readonly [number, number] | null;
}

interface DifferenceEstimate {
  readonly estimate: number;
  readonly ci95: readonly [number, number] | null;
}

/** A scheme beside the baseline of the same mapcount scheme, repetition by repetition. */
export interface PairedResult {
  readonly baseline: NotifierSchemeId;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  /** Longest stall of the scheme over that of the baseline. */
  readonly maxStallRatio: RatioEstimate;
  /** Longest stall of the scheme less that of the baseline. */
  readonly maxStallDifferenceNs: DifferenceEstimate;
}

/** A result without the field that depends on the machine: what must be equal for equal requests. */
export function withoutWallTime(result: ComparisonResult): unknown {
  return { ...result, schemes: result.schemes.map(({ wallMs: _, ...scheme }) => scheme) };
}
