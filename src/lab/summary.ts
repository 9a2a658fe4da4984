import type { ComparisonPlan } from './comparison.ts';
import { StallHistogram } from './histogram.ts';
import type { ComparisonResult, PairedResult, SchemeResult } from './result.ts';
import type { NotifierSchemeId, RunResult } from './run-types.ts';
import { mean, pairedDifference, pairedRatio, quantile } from './statistics.ts';
import { stallCauses } from './vocabulary.ts';

/**
 * What the repetitions of each scheme have shown. Stall windows, their causes and blackouts are those of all repetitions
 * together; counts of what one run did (sections, faults, flushes, work) are means per run.
 *
 * Takes the results in the order of the plan's runs, and the wall time of each. Same results, same bytes.
 */
export function summarize(
  plan: ComparisonPlan,
  results: readonly RunResult[],
  wallMs: readonly number[],
): ComparisonResult {
  if (results.length !== plan.runs.length || wallMs.length !== plan.runs.length) {
    throw new RangeError(`${plan.runs.length} runs were planned, ${results.length} results came`);
  }
  const groups = groupsOf(plan, results, wallMs);
  return {
    scenario: plan.scenario.name,
    profile: plan.profile.name,
    seed: plan.seed,
    repetitions: plan.repetitions,
    source: 'simulation',
    schemes: groups.map(summarizeGroup),
    paired: pairsOf(plan, groups),
  };
}

/** The repetitions of one notifier scheme under one mapcount scheme. */
interface Group {
  readonly results: readonly [RunResult, ...RunResult[]];
  readonly wallMs: readonly number[];
}

function groupsOf(plan: ComparisonPlan, results: readonly RunResult[], wallMs: readonly number[]): Group[] {
  const groups: Group[] = [];
  for (let start = 0; start < results.length; start += plan.repetitions) {
    const end = start + plan.repetitions;
    for (let index = start; index < end; index++) mustBelongTo(plan, results, index);
    const [first, ...rest] = results.slice(start, end);
    if (first !== undefined) groups.push({ results: [first, ...rest], wallMs: wallMs.slice(start, end) });
  }
  return groups;
}

function mustBelongTo(plan: ComparisonPlan, results: readonly RunResult[], index: number): void {
  const [run, result] = [plan.runs[index], results[index]];
  if (run?.scheme === result?.scheme && run?.mapcount === result?.mapcount && run?.seed === result?.seed) return;
  throw new RangeError(`result ${index} is not that of the run at this place of the plan`);
}

function summarizeGroup({ results, wallMs }: Group): SchemeResult {
  const [first] = results;
  const { stall, histogram } = stallFigures(results.map(({ stallsNs }) => stallsNs));
  const sum = (pick: (result: RunResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  const perRun = (pick: (result: RunResult) => number) => thousandths(mean(results.map(pick)));
  const nsPerRun = (pick: (result: RunResult) => number) => Math.round(mean(results.map(pick)));
  return {
    scheme: first.scheme,
    mapcount: first.mapcount,
    stall,
    stallByCauseNs: sumOfCauses(results),
    spinNs: sum((result) => result.spinNs),
    sleepNs: sum((result) => result.sleepNs),
    blackout: {
      count: sum((result) => result.blackout.count),
      maxNs: Math.max(...results.map((result) => result.blackout.maxNs)),
      totalNs: sum((result) => result.blackout.totalNs),
    },
    operations: operationsOf(results),
    notifier: {
      sections: perRun((result) => result.notifier.sections),
      startNs: nsPerRun((result) => result.notifier.startNs),
      openNs: nsPerRun((result) => result.notifier.openNs),
      collapsed: perRun((result) => result.notifier.collapsed),
    },
    faults: {
      total: perRun((result) => result.faults.total),
      retries: perRun((result) => result.faults.retries),
      spurious: perRun((result) => result.faults.spurious),
      userfault: perRun((result) => result.faults.userfault),
    },
    tlbFlushes: perRun((result) => result.tlbFlushes),
    seqBumps: perRun((result) => result.seqBumps),
    hugeRecoveryNs: medianRecovery(results),
    guest: {
      touches: perRun((result) => result.guest.touches),
      throughputLoss: significant(mean(results.map((result) => result.guest.throughputLoss))),
    },
    findings: results.flatMap(({ seed, findings }) => findings.map((finding) => ({ ...finding, seed }))),
    histogram,
    counters: meanCounters(results),
    simulatedNs: nsPerRun((result) => result.simulatedNs),
    events: nsPerRun((result) => result.events),
    wallMs: Math.round(wallMs.reduce((total, ms) => total + ms, 0)),
  };
}

/** Of all stall windows together; one list for each repetition. */
export function stallFigures(
  repetitions: readonly (Float64Array | readonly number[])[],
): Pick<SchemeResult, 'stall' | 'histogram'> {
  const histogram = new StallHistogram();
  let count = 0;
  let totalNs = 0;
  let maxNs = 0;
  for (const stallsNs of repetitions) {
    for (const ns of stallsNs) {
      histogram.record(ns);
      totalNs += ns;
      if (ns > maxNs) maxNs = ns;
    }
    count += stallsNs.length;
  }
  const meanNs = count === 0 ? 0 : Math.round(totalNs / count);
  return { stall: { count, meanNs, ...histogram.quantiles(), maxNs, totalNs }, histogram: histogram.encode() };
}

/** Only causes that some run reports, in the order of the vocabulary. */
function sumOfCauses(results: readonly RunResult[]): SchemeResult['stallByCauseNs'] {
  const sums: SchemeResult['stallByCauseNs'] = {};
  for (const { id } of stallCauses) {
    const reported = results.flatMap((result) => result.stallByCauseNs[id] ?? []);
    if (reported.length > 0) sums[id] = reported.reduce((total, ns) => total + ns, 0);
  }
  return sums;
}

/** Work counts of one run. */
function meanCounters(results: readonly RunResult[]): Record<string, number> {
  const names = new Set(results.flatMap((result) => Object.keys(result.counters)));
  return Object.fromEntries(
    [...names].sort().map((name) => [name, thousandths(mean(results.map(({ counters }) => counters[name] ?? 0)))]),
  );
}

/** The n-th operation of a run beside the n-th of the others. A run that ended early lacks some. */
function operationsOf(results: readonly RunResult[]): SchemeResult['operations'] {
  const most = Math.max(...results.map(({ operations }) => operations.length));
  return Array.from({ length: most }).flatMap((_, index) => {
    const same = results.flatMap(({ operations }) => operations[index] ?? []);
    const [first] = same;
    if (first === undefined) return [];
    const durations = same.map(({ durationNs }) => durationNs);
    return {
      operation: first.operation,
      durationNs: { p50: quantile(durations, 0.5), max: Math.max(...durations) },
      errno: same.find(({ errno }) => errno !== null)?.errno ?? null,
    };
  });
}

function medianRecovery(results: readonly RunResult[]): number | null {
  const times = results.map(({ hugeRecoveryNs }) => hugeRecoveryNs);
  return times.every((ns) => ns !== null) ? quantile(times, 0.5) : null;
}

function pairsOf(plan: ComparisonPlan, groups: readonly Group[]): PairedResult[] {
  const baseline = baselineOf(plan);
  return plan.mapcounts.flatMap((mapcount) => {
    const same = groups.filter(({ results: [first] }) => first.mapcount === mapcount);
    const baselines = longestStalls(same.find(({ results: [first] }) => first.scheme === baseline));
    return same
      .filter(({ results: [first] }) => first.scheme !== baseline)
      .map((group): PairedResult => {
        const longest = longestStalls(group);
        const { scheme } = group.results[0];
        return { baseline, scheme, mapcount, ...compareLongest(baselines, longest) };
      });
  });
}

/** What the others are held against: today's scheme, or the first where it is not among them. */
function baselineOf({ schemes }: ComparisonPlan): NotifierSchemeId {
  return schemes.includes('range') ? 'range' : (schemes[0] ?? 'range');
}

/** The longest stall of each repetition beside that of the baseline. */
export function compareLongest(
  baselines: readonly number[],
  longest: readonly number[],
): Pick<PairedResult, 'maxStallRatio' | 'maxStallDifferenceNs'> {
  const ratio = pairedRatio(baselines, longest);
  const difference = pairedDifference(baselines, longest);
  return {
    maxStallRatio:
      ratio === null
        ? { estimate: null, ci95: null }
        : { estimate: significant(ratio.estimate), ci95: mapInterval(ratio.ci95, significant) },
    maxStallDifferenceNs: {
      estimate: Math.round(difference.estimate),
      ci95: mapInterval(difference.ci95, Math.round),
    },
  };
}

function longestStalls(group: Group | undefined): number[] {
  return (group?.results ?? []).map(({ stallsNs }) => stallsNs.reduce((longest, ns) => Math.max(longest, ns), 0));
}

function mapInterval(
  interval: readonly [number, number] | null,
  change: (value: number) => number,
): readonly [number, number] | null {
  return interval === null ? null : [change(interval[0]), change(interval[1])];
}

/** Six significant digits: more would be noise of the floating point, and would look like knowledge. */
function significant(value: number): number {
  return Number(value.toPrecision(6));
}

/** Exact for counts that are the same in every run. */
function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
