import type { ComparisonResult, SchemeResult } from './result.ts';
import { stallCauses } from './vocabulary.ts';

type Cell = string | number | null;

type Pair = ComparisonResult['paired'][number];

/** A row. Of a host some things cannot be known; they are null or absent. */
type TabularScheme = Pick<
  SchemeResult,
  'stall' | 'blackout' | 'operations' | 'guest' | 'findings' | 'histogram' | 'wallMs'
> & {
  readonly scheme: string;
  readonly mapcount: string;
  /** What the guest touched, where that is told. */
  readonly place?: string;
} & { readonly [K in Unknowable]?: Nullable<SchemeResult[K]> };
type Unknowable =
  | 'stallByCauseNs'
  | 'spinNs'
  | 'sleepNs'
  | 'notifier'
  | 'faults'
  | 'tlbFlushes'
  | 'seqBumps'
  | 'hugeRecoveryNs'
  | 'simulatedNs'
  | 'events';
type Nullable<T> = (T extends object ? { readonly [K in keyof T]: T[K] | null } : T) | null;

/** What a comparison and a measurement have in common. */
export interface TabularResult {
  readonly scenario: string;
  readonly profile: string | null;
  readonly seed: number | null;
  readonly repetitions: number;
  readonly source: string;
  readonly schemes: readonly TabularScheme[];
  readonly paired: readonly (Pick<Pair, 'maxStallRatio' | 'maxStallDifferenceNs'> & {
    readonly baseline: string;
    readonly scheme: string;
    readonly mapcount?: string;
    readonly place?: string;
  })[];
}

/** Each column: its name, as in the JSON with dots for what is nested, and where its cell comes from. */
const columns: readonly (readonly [name: string, cell: (result: TabularResult, scheme: TabularScheme) => Cell])[] = [
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
    ({ id }) =>
      [
        `stallByCauseNs.${id}`,
        (_: unknown, { stallByCauseNs }: TabularScheme) => (stallByCauseNs ? (stallByCauseNs[id] ?? 0) : null),
      ] as const,
  ),
  ['spinNs', (_, { spinNs }) => spinNs ?? null],
  ['sleepNs', (_, { sleepNs }) => sleepNs ?? null],
  ['blackout.count', (_, { blackout }) => blackout.count],
  ['blackout.maxNs', (_, { blackout }) => blackout.maxNs],
  ['blackout.totalNs', (_, { blackout }) => blackout.totalNs],
  ['operations.count', (_, { operations }) => operations.length],
  [
    'operations.maxDurationNs',
    (_, { operations }) => operations.reduce((max, op) => Math.max(max, op.durationNs.max), 0),
  ],
  ['operations.errno', (_, { operations }) => operations.find(({ errno }) => errno !== null)?.errno ?? null],
  ['notifier.sections', (_, { notifier }) => notifier?.sections ?? null],
  ['notifier.startNs', (_, { notifier }) => notifier?.startNs ?? null],
  ['notifier.openNs', (_, { notifier }) => notifier?.openNs ?? null],
  ['notifier.collapsed', (_, { notifier }) => notifier?.collapsed ?? null],
  ['faults.total', (_, { faults }) => faults?.total ?? null],
  ['faults.retries', (_, { faults }) => faults?.retries ?? null],
  ['faults.spurious', (_, { faults }) => faults?.spurious ?? null],
  ['faults.userfault', (_, { faults }) => faults?.userfault ?? null],
  ['tlbFlushes', (_, { tlbFlushes }) => tlbFlushes ?? null],
  ['seqBumps', (_, { seqBumps }) => seqBumps ?? null],
  ['hugeRecoveryNs', (_, { hugeRecoveryNs }) => hugeRecoveryNs ?? null],
  ['guest.touches', (_, { guest }) => guest.touches],
  ['guest.throughputLoss', (_, { guest }) => guest.throughputLoss],
  ['findings.count', (_, { findings }) => findings.length],
  ['simulatedNs', (_, { simulatedNs }) => simulatedNs ?? null],
  ['events', (_, { events }) => events ?? null],
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
 * A comparison or a measurement as CSV (RFC 4180): one row for each scheme, the same columns for every comparison; those of a
 * measurement, which has a row for each place, end with the place. What is null or not known is an empty cell. Counters,
 * single operations and the text of findings are only in the JSON.
 */
export function resultToCsv(result: TabularResult): string {
  const isPlaced = result.schemes.some(({ place }) => place !== undefined);
  const shown = isPlaced ? [...columns, PLACE] : columns;
  const header = shown.map(([name]) => name);
  const rows = result.schemes.map((scheme) => shown.map(([, cell]) => cell(result, scheme)));
  return [header, ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

const PLACE: (typeof columns)[number] = ['place', (_, { place }) => place ?? null];

const pairOf = ({ paired }: TabularResult, { scheme, mapcount, place }: TabularScheme) =>
  paired.find((pair) => pair.scheme === scheme && (pair.mapcount ?? mapcount) === mapcount && pair.place === place);

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
