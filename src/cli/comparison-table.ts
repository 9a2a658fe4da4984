import Table from 'cli-table3';
import type { ComparisonResult, PairedResult, SchemeResult } from '../lab/result.ts';
import { recordLines } from './finding-lines.ts';
import { digits, percent, showNs } from './quantities.ts';

/** Largest shares that a cell lists; the rest is in the JSON. */
const CAUSES_SHOWN = 3;

/** The result for people: a row for each scheme, then what the runs have found. */
export function comparisonTable(result: ComparisonResult, vcpus: number): string {
  const table = new Table({
    head: [
      'scheme',
      'stalls',
      'longest',
      'p99',
      'total a vCPU',
      'causes',
      'operation',
      'huge again',
      'longest, to baseline',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left', 'right', 'right', 'right'],
  });
  const manyMapcounts = new Set(result.schemes.map(({ mapcount }) => mapcount)).size > 1;
  for (const scheme of result.schemes) {
    const { stall } = scheme;
    table.push([
      manyMapcounts ? `${scheme.scheme}\n${scheme.mapcount}` : scheme.scheme,
      String(stall.count),
      showNs(stall.maxNs),
      showNs(stall.p99Ns),
      showNs(stall.totalNs / (vcpus * result.repetitions)),
      causes(scheme),
      operations(scheme),
      scheme.hugeRecoveryNs === null ? 'never' : showNs(scheme.hugeRecoveryNs),
      ratio(result.paired, scheme),
    ]);
  }
  const { scenario, profile, seed, repetitions } = result;
  const heading = `${scenario}, ${vcpus} vCPUs, profile ${profile}, seed ${seed}, ${repetitions} repetitions`;
  return [heading, table.toString(), ...findings(result)].join('\n');
}

function causes({ stallByCauseNs, stall }: SchemeResult): string {
  return Object.entries(stallByCauseNs)
    .filter(([, ns]) => ns > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, CAUSES_SHOWN)
    .map(([cause, ns]) => `${cause} ${percent(ns / stall.totalNs)}`)
    .join('\n');
}

export function operations({ operations }: Pick<SchemeResult, 'operations'>): string {
  const [only] = operations;
  const shown = operations.length > 1 || only === undefined ? operations : [only];
  return shown
    .slice(0, CAUSES_SHOWN)
    .map(({ durationNs, errno }) => `${showNs(durationNs.p50)}${errno === null ? '' : ` ${errno}`}`)
    .concat(shown.length > CAUSES_SHOWN ? [`and ${shown.length - CAUSES_SHOWN} more`] : [])
    .join('\n');
}

export function ratio(
  paired: readonly PairedResult[],
  { scheme, mapcount }: Pick<SchemeResult, 'scheme' | 'mapcount'>,
): string {
  const pair = paired.find((candidate) => candidate.scheme === scheme && candidate.mapcount === mapcount);
  if (pair === undefined) return 'baseline';
  const { estimate, ci95 } = pair.maxStallRatio;
  if (estimate === null) return 'no stall in baseline';
  return ci95 === null ? `${digits(estimate)}x` : `${digits(estimate)}x\n[${digits(ci95[0])}, ${digits(ci95[1])}]`;
}

function findings({ schemes }: ComparisonResult): string[] {
  return schemes.flatMap(({ scheme, mapcount, findings }) =>
    findings.flatMap((finding) => {
      const { kind, message, simTimeNs, seed } = finding;
      const line = `finding: ${scheme}, ${mapcount}, seed ${seed}, at ${showNs(simTimeNs)}: ${kind}: ${message}`;
      return [line, ...recordLines(finding).map((record) => `  ${record}`)];
    }),
  );
}
