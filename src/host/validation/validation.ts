// What the model predicts beside what a measurement has shown. Of each figure there is a ratio only where the operation can be
// told from the control: a prediction of 0 that meets the noise of the machine is no miss, and no hit either.

import type { CostProfile } from '../../lab/profile.ts';
import { runScenario } from '../../lab/run.ts';
import type { RunResult } from '../../lab/run-types.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { mean, pairedDifference, quantile } from '../../lab/statistics.ts';
import { US } from '../../lab/units.ts';
import type { Measurement, Repetition } from '../measure.ts';
import { touchNs } from '../pace.ts';
import { type ModelledFacts, scenarioOf } from '../scenario-of-plan.ts';
import type { Window } from '../window.ts';

/** All ns but the counts, which are of one repetition. Null: it cannot be said. */
export interface Figures {
  /** Median over the repetitions. */
  readonly operationNs: number | null;
  /** Longest stall of a repetition, median over them. */
  readonly longestNs: number;
  /** Of all stalls above the threshold. */
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly stallsOver10us: number;
  readonly faults: number | null;
}

export interface Validated {
  readonly case: string;
  readonly repetitions: number;
  readonly dropped: number;
  readonly predicted: Figures;
  readonly measured: Figures;
  readonly control: Figures;
  /** Predicted over measured, the control taken off of what is counted; null: the operation does not stand out. */
  readonly ratios: Readonly<Record<keyof Figures, number | null>>;
}

const LONG_STALL_NS = 10 * US;
/** Where a vCPU starts is drawn from the seed. */
const SEEDS = [1, 2, 3, 4, 5];
/** Times the control, from which on a stall is the operation's. */
const STANDS_OUT = 1.5;
/** Times the control's stalls, from which on quantiles of all stalls are those of the operation's. */
const MOSTLY = 3;

export function validated(
  caseId: string,
  measurement: Measurement,
  host: ModelledFacts,
  profile: CostProfile,
): Validated {
  const { plan, ticksPerNs, samples, around } = measurement;
  const { repetitions = [], dropped = 0 } = samples[0] ?? {};
  const controls = repetitions.map(({ control }) => control);
  const scenario = scenarioOf(plan, host, touchNs(controls, ticksPerNs), around);
  const predicted = predictedFigures(scenario, profile, plan.thresholdNs);
  const operations = repetitions.map(({ operation }) => operation);
  const measured = { ...observed(operations, ticksPerNs), operationNs: operationNs(repetitions, ticksPerNs) };
  const control = observed(controls, ticksPerNs);
  return {
    case: caseId,
    repetitions: repetitions.length,
    dropped,
    predicted,
    measured,
    control,
    ratios: ratiosOf(predicted, measured, { control, controls, operations, ticksPerNs }),
  };
}

function predictedFigures(scenario: Scenario, profile: CostProfile, thresholdNs: number): Figures {
  const runs = SEEDS.map((seed) =>
    runScenario({ scenario, profile, scheme: 'range', mapcount: scenario.mapcount, seed }),
  );
  const stalls = runs.map(({ stallsNs }) => [...stallsNs].filter((ns) => ns >= thresholdNs));
  return {
    ...stallFigures(stalls),
    operationNs: quantile(runs.map(lengthOfOperations), 0.5),
    faults: mean(runs.map(({ faults }) => faults.total - faults.retries)),
  };
}

const lengthOfOperations = ({ operations }: RunResult): number =>
  operations.reduce((sum, { durationNs }) => sum + durationNs, 0);

function observed(windows: readonly Window[], ticksPerNs: number): Figures {
  const counted = windows.flatMap(({ kvm }) => kvm?.get('pf_taken') ?? []);
  return {
    ...stallFigures(windows.map((window) => stallsOf(window, ticksPerNs))),
    operationNs: null,
    faults: counted.length === windows.length && counted.length > 0 ? mean(counted) : null,
  };
}

const stallsOf = ({ gaps }: Window, ticksPerNs: number): number[] =>
  gaps.flat().map(({ from, to }) => Number(to - from) / ticksPerNs);

function stallFigures(
  repetitions: readonly (readonly number[])[],
): Pick<Figures, 'longestNs' | 'p50Ns' | 'p90Ns' | 'stallsOver10us'> {
  const all = repetitions.flat();
  return {
    longestNs: quantile(repetitions.map(longest), 0.5),
    p50Ns: quantile(all, 0.5),
    p90Ns: quantile(all, 0.9),
    stallsOver10us: mean(repetitions.map(countLong)),
  };
}

const longest = (list: readonly number[]): number => list.reduce((most, ns) => Math.max(most, ns), 0);
const countLong = (list: readonly number[]): number => list.filter((ns) => ns > LONG_STALL_NS).length;

function operationNs(repetitions: readonly Repetition[], ticksPerNs: number): number {
  return quantile(
    repetitions.map(({ time }) => Number(time.end - time.start) / ticksPerNs),
    0.5,
  );
}

interface Seen {
  readonly control: Figures;
  readonly controls: readonly Window[];
  readonly operations: readonly Window[];
  readonly ticksPerNs: number;
}

function ratiosOf(
  predicted: Figures,
  measured: Figures,
  { control, controls, operations, ticksPerNs }: Seen,
): Validated['ratios'] {
  const standsOut = Math.max(predicted.longestNs, measured.longestNs) > STANDS_OUT * control.longestNs;
  const count = (windows: readonly Window[]): number =>
    windows.reduce((sum, window) => sum + stallsOf(window, ticksPerNs).length, 0);
  const areMostlyItsOwn = count(operations) > MOSTLY * count(controls);
  const long = (windows: readonly Window[]): number[] =>
    windows.map((window) => countLong(stallsOf(window, ticksPerNs)));
  const { estimate, ci95 } = pairedDifference(long(controls), long(operations));
  const moreAreLong = ci95 !== null && ci95[0] > 0;
  return {
    operationNs: ratio(predicted.operationNs, measured.operationNs),
    longestNs: standsOut ? ratio(predicted.longestNs, measured.longestNs) : null,
    p50Ns: areMostlyItsOwn ? ratio(predicted.p50Ns, measured.p50Ns) : null,
    p90Ns: areMostlyItsOwn ? ratio(predicted.p90Ns, measured.p90Ns) : null,
    stallsOver10us: moreAreLong ? ratio(predicted.stallsOver10us, estimate) : null,
    faults: measured.faults === null ? null : ratio(predicted.faults, measured.faults - (control.faults ?? 0)),
  };
}

function ratio(predicted: number | null, measured: number | null): number | null {
  if (predicted === null || measured === null || measured < 0.5) return null;
  return Number((predicted / measured).toPrecision(3));
}
