import type { ComparisonResult, SchemeResult } from './result.ts';
import { stallCauses } from './vocabulary.ts';

type Cell = string | number | null;

/** Each column: its name, as in the JSON with dots for what is nested, and where its cell comes from. */
const columns: readonly (readonly [name: string, cell: (result: ComparisonResult, scheme: SchemeResult) => Cell])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['profile', ({ profile }) => profile],
  ['seed', ({ seed }) => seed],
  ['repetitions', ({ repetitions }) => repetitions],
  ['source', ({ source }) => source],
  ['scheme', (_, { scheme }) => scheme],
  ['mapcount', (_, { mapcount }) => mapcount],
  ['stall.count', (_, { stall }) => stall.count],
  ['stall.meanNs', (_, { stall }) => stall.meanNs],
  ['stall.p50Ns', (_, { stall }) => stall.p50Ns],
  ['stall.p90Ns', (_, { stall }) => stall.p90Ns],
  ['stall.p99Ns', (_, { stall }) => stall.p99Ns],
  ['stall.p999Ns', (_, { stall }) => stall.p999Ns],
  ['stall.maxNs', (_, { stall }) => stall.maxNs],
  ['stall.totalNs', (_, { stall }) => stall.totalNs],
  ...stallCauses.map(
    ({ id }) => [`stallByCauseNs.${id}`, (_: unknown, scheme: SchemeResult) => scheme.stallByCauseNs[id] ?? 0] as const,
  ),
  ['spinNs', (_, { spinNs }) => spinNs],
  ['sleepNs', (_, { sleepNs }) => sleepNs],
  ['blackout.count', (_, { blackout }) => blackout.count],
  ['blackout.maxNs', (_, { blackout }) => blackout.maxNs],
  ['blackout.totalNs', (_, { blackout }) => blackout.totalNs],
  ['operations.count', (_, { operations }) => operations.length],
  [
    'operations.maxDurationNs',
    (_, { operations }) => operations.reduce((max, op) => Math.max(max, op.durationNs.max), 0),
  ],
  ['operations.errno', (_, { operations }) => operations.find(({ errno }) => errno !== null)?.errno ?? null],
  ['notifier.sections', (_, { notifier }) => notifier.sections],
  ['notifier.startNs', (_, { notifier }) => notifier.startNs],
  ['notifier.openNs', (_, { notifier }) => notifier.openNs],
  ['notifier.collapsed', (_, { notifier }) => notifier.collapsed],
  ['faults.total', (_, { faults }) => faults.total],
  ['faults.retries', (_, { faults }) => faults.retries],
  ['faults.spurious', (_, { faults }) => faults.spurious],
  ['faults.userfault', (_, { faults }) => faults.userfault],
  ['tlbFlushes', (_, { tlbFlushes }) => tlbFlushes],
  ['seqBumps', (_, { seqBumps }) => seqBumps],
  ['hugeRecoveryNs', (_, { hugeRecoveryNs }) => hugeRecoveryNs],
  ['guest.touches', (_, { guest }) => guest.touches],
  ['guest.throughputLoss', (_, { guest }) => guest.throughputLoss],
  ['findings.count', (_, { findings }) => findings.length],
  ['simulatedNs', (_, { simulatedNs }) => simulatedNs],
  ['events', (_, { events }) => events],
  ['wallMs', (_, { wallMs }) => wallMs],
  ['maxStallRatio.baseline', (result, scheme) => pairOf(result, scheme)?.baseline ?? null],
  ['maxStallRatio.estimate', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.estimate ?? null],
  ['maxStallRatio.ci95Low', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.ci95?.[0] ?? null],
  ['maxStallRatio.ci95High', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.ci95?.[1] ?? null],
  ['maxStallDifferenceNs.estimate', (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.estimate ?? null],
  ['maxStallDifferenceNs.ci95Low', (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.ci95?.[0] ?? null],
  ['maxStallDifferenceNs.ci95High', (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.ci95?.[1] ?? null],
  ['histogram', (_, { histogram }) => histogram],
];

/**
 * A comparison as CSV (RFC 4180): one row for each scheme, the same columns for every result. Null is an empty cell.
 * Counters, single operations and the text of findings are only in the JSON.
 */
export function resultToCsv(result: ComparisonResult): string {
  const header = columns.map(([name]) => name);
  const rows = result.schemes.map((scheme) => columns.map(([, cell]) => cell(result, scheme)));
  return [header, ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

const pairOf = ({ paired }: ComparisonResult, { scheme, mapcount }: SchemeResult) =>
  paired.find((pair) => pair.scheme === scheme && pair.mapcount === mapcount);

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
