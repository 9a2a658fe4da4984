import type { ComparisonResult, SchemeResult } from './result.ts';
import type { Cell, Column, Table } from './table.ts';
import { stallCauses } from './vocabulary.ts';

type Pair = ComparisonResult['paired'][number];

/** A row. Of a host some things cannot be known; they are null or absent. */
type TabularScheme = Pick<SchemeResult, 'stall' | 'blackout' | 'operations' | 'guest' | 'findings' | 'wallMs'> & {
  readonly histogram?: string;
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

type ResultColumn = readonly [
  name: string,
  type: Column['type'],
  cell: (result: TabularResult, scheme: TabularScheme) => Cell,
];

/** Each column: its name, as in the JSON with dots for what is nested, and where its cell comes from. */
const columns: readonly ResultColumn[] = [
  ['scenario', 'text', ({ scenario }) => scenario],
  ['profile', 'text', ({ profile }) => profile],
  ['seed', 'integer', ({ seed }) => seed],
  ['repetitions', 'integer', ({ repetitions }) => repetitions],
  ['source', 'text', ({ source }) => source],
  ['scheme', 'text', (_, { scheme }) => scheme],
  ['mapcount', 'text', (_, { mapcount }) => mapcount],
  ['stall.count', 'integer', (_, { stall }) => stall.count],
  ['stall.meanNs', 'integer', (_, { stall }) => stall.meanNs],
  ['stall.p50Ns', 'integer', (_, { stall }) => stall.p50Ns],
  ['stall.p90Ns', 'integer', (_, { stall }) => stall.p90Ns],
  ['stall.p99Ns', 'integer', (_, { stall }) => stall.p99Ns],
  ['stall.p999Ns', 'integer', (_, { stall }) => stall.p999Ns],
  ['stall.maxNs', 'integer', (_, { stall }) => stall.maxNs],
  ['stall.totalNs', 'integer', (_, { stall }) => stall.totalNs],
  ...stallCauses.map(
    ({ id }) =>
      [
        `stallByCauseNs.${id}`,
        'integer',
        (_: unknown, { stallByCauseNs }: TabularScheme) => (stallByCauseNs ? (stallByCauseNs[id] ?? 0) : null),
      ] as const,
  ),
  ['spinNs', 'integer', (_, { spinNs }) => spinNs ?? null],
  ['sleepNs', 'integer', (_, { sleepNs }) => sleepNs ?? null],
  ['blackout.count', 'integer', (_, { blackout }) => blackout.count],
  ['blackout.maxNs', 'integer', (_, { blackout }) => blackout.maxNs],
  ['blackout.totalNs', 'integer', (_, { blackout }) => blackout.totalNs],
  ['operations.count', 'integer', (_, { operations }) => operations.length],
  [
    'operations.maxDurationNs',
    'integer',
    (_, { operations }) => operations.reduce((max, op) => Math.max(max, op.durationNs.max), 0),
  ],
  ['operations.errno', 'text', (_, { operations }) => operations.find(({ errno }) => errno !== null)?.errno ?? null],
  ['notifier.sections', 'real', (_, { notifier }) => notifier?.sections ?? null],
  ['notifier.startNs', 'integer', (_, { notifier }) => notifier?.startNs ?? null],
  ['notifier.openNs', 'integer', (_, { notifier }) => notifier?.openNs ?? null],
  ['notifier.collapsed', 'real', (_, { notifier }) => notifier?.collapsed ?? null],
  ['faults.total', 'real', (_, { faults }) => faults?.total ?? null],
  ['faults.retries', 'real', (_, { faults }) => faults?.retries ?? null],
  ['faults.spurious', 'real', (_, { faults }) => faults?.spurious ?? null],
  ['faults.userfault', 'real', (_, { faults }) => faults?.userfault ?? null],
  ['tlbFlushes', 'real', (_, { tlbFlushes }) => tlbFlushes ?? null],
  ['seqBumps', 'real', (_, { seqBumps }) => seqBumps ?? null],
  ['hugeRecoveryNs', 'real', (_, { hugeRecoveryNs }) => hugeRecoveryNs ?? null],
  ['guest.touches', 'real', (_, { guest }) => guest.touches],
  ['guest.throughputLoss', 'real', (_, { guest }) => guest.throughputLoss],
  ['findings.count', 'integer', (_, { findings }) => findings.length],
  ['simulatedNs', 'integer', (_, { simulatedNs }) => simulatedNs ?? null],
  ['events', 'integer', (_, { events }) => events ?? null],
  ['wallMs', 'integer', (_, { wallMs }) => wallMs],
  ['maxStallRatio.baseline', 'text', (result, scheme) => pairOf(result, scheme)?.baseline ?? null],
  ['maxStallRatio.estimate', 'real', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.estimate ?? null],
  ['maxStallRatio.ci95Low', 'real', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.ci95?.[0] ?? null],
  ['maxStallRatio.ci95High', 'real', (result, scheme) => pairOf(result, scheme)?.maxStallRatio.ci95?.[1] ?? null],
  [
    'maxStallDifferenceNs.estimate',
    'integer',
    (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.estimate ?? null,
  ],
  [
    'maxStallDifferenceNs.ci95Low',
    'integer',
    (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.ci95?.[0] ?? null,
  ],
  [
    'maxStallDifferenceNs.ci95High',
    'integer',
    (result, scheme) => pairOf(result, scheme)?.maxStallDifferenceNs.ci95?.[1] ?? null,
  ],
  ['histogram', 'text', (_, { histogram }) => histogram ?? null],
];

/**
 * A comparison or a measurement as a table: one row for each scheme, the same columns for every comparison; those of a
 * measurement, which has a row for each place, end with the place. What is null or not known is an empty cell. Counters,
 * single operations and the text of findings are only in the JSON.
 */
export function resultTable(result: TabularResult): Table {
  const isPlaced = result.schemes.some(({ place }) => place !== undefined);
  if (!isPlaced) return { columns: resultColumns, rows: resultRows(result) };
  const shown = [...columns, PLACE];
  return { columns: shown.map(([name, type]) => ({ name, type })), rows: resultRows(result, shown) };
}

/** Of every comparison. */
export const resultColumns: readonly Column[] = columns.map(([name, type]) => ({ name, type }));

export const resultRows = (result: TabularResult, shown: readonly ResultColumn[] = columns): Cell[][] =>
  result.schemes.map((scheme) => shown.map(([, , cell]) => cell(result, scheme)));

const PLACE: ResultColumn = ['place', 'text', (_, { place }) => place ?? null];

const pairOf = ({ paired }: TabularResult, { scheme, mapcount, place }: TabularScheme) =>
  paired.find((pair) => pair.scheme === scheme && (pair.mapcount ?? mapcount) === mapcount && pair.place === place);
