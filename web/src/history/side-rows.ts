// Results of any kind as rows of the same numbers, and rows of several results beside each other.

import type { JobStates } from '../api/job.ts';
import type { ResultRow } from '../ui/scheme-metrics.ts';
import { SCHEME_METRICS, type SchemeMetric } from '../ui/scheme-metrics.ts';
import type { AnyJob, Kind } from './job-kinds.ts';

type SweepResult = NonNullable<JobStates['sweeps']['result']>;
type ExplorationResult = NonNullable<JobStates['explorations']['result']>;
type TableResult = NonNullable<JobStates['comparisons' | 'measurements']['result']>;

export type MetricMeta = Omit<SchemeMetric, 'value'>;

/** A row of a result. */
export interface Entry {
  /** Rows of two results with the same key are about the same. */
  readonly key: string;
  readonly name: string;
  readonly isMeasured: boolean;
  readonly values: Readonly<Record<string, number | null>>;
}

const count = (id: string, header: string, what: string): MetricMeta => ({
  id,
  header,
  what,
  source: `result.${id}`,
  kind: 'count',
  none: 'none',
});

const EXPLORATION_METRICS: readonly MetricMeta[] = [
  count('schedules', 'Schedules', 'Orders of the steps of all tasks that were run to their end.'),
  count('states', 'States', 'Different states of memory, page tables and tasks that were met.'),
  count('transitions', 'Transitions', 'What a task does from one point at which others may come in to the next.'),
  count('depth', 'Depth', 'Transitions of the longest schedule.'),
  { ...count('findings', 'Findings', 'Kinds of findings that the search came upon.'), source: 'result.findings' },
];

export const metricsOf = (kinds: readonly Kind[]): readonly MetricMeta[] => [
  ...(kinds.some((kind) => kind !== 'exploration') ? SCHEME_METRICS : []),
  ...(kinds.includes('exploration') ? EXPLORATION_METRICS : []),
];

/** `byMapcount`: rows under different mapcount schemes are different rows. */
export function entriesOf(kind: Kind, result: NonNullable<AnyJob['result']>, byMapcount: boolean): readonly Entry[] {
  switch (kind) {
    case 'comparison':
    case 'measurement':
      return (result as TableResult).schemes.map((row) => schemeEntry(row, byMapcount));
    case 'sweep':
      return (result as SweepResult).points.flatMap(({ at, result: point }) =>
        (point.schemes as unknown as readonly ResultRow[]).map((row) => {
          const entry = schemeEntry(row, byMapcount);
          const place = Object.entries(at).map(([path, value]) => `${path}=${String(value)}`);
          return { ...entry, key: [...place, entry.key].join(' '), name: [...place, entry.name].join(' · ') };
        }),
      );
    case 'exploration':
      return [explorationEntry(result as ExplorationResult)];
  }
}

function schemeEntry(row: ResultRow, byMapcount: boolean): Entry {
  const place = 'place' in row ? row.place : byMapcount ? row.mapcount : null;
  return {
    key: place === null ? row.scheme : `${row.scheme} ${place}`,
    name: place === null ? row.scheme : `${row.scheme} · ${place}`,
    isMeasured: 'place' in row,
    values: Object.fromEntries(SCHEME_METRICS.map(({ id, value }) => [id, value(row)])),
  };
}

function explorationEntry(result: ExplorationResult): Entry {
  const { schedules, states, transitions, depth, findings, verdict } = result;
  return {
    key: 'verdict',
    name: verdict,
    isMeasured: false,
    values: { schedules, states, transitions, depth, findings: findings.length },
  };
}

/** Whether one of these results has a row for more than one mapcount scheme. */
export function hasSeveralMapcounts(kind: Kind, result: NonNullable<AnyJob['result']>): boolean {
  if (kind !== 'comparison' && kind !== 'sweep') return false;
  const rows = kind === 'sweep' ? (result as SweepResult).points[0]?.result.schemes : (result as TableResult).schemes;
  return (
    new Set((rows as readonly { readonly mapcount: string }[] | undefined)?.map(({ mapcount }) => mapcount)).size > 1
  );
}

/** A number of the same row in each result. */
export interface SideRow {
  readonly key: string;
  readonly name: string;
  readonly metric: MetricMeta;
  /** undefined: the result has no such row. */
  readonly values: readonly (number | null | undefined)[];
  readonly isMeasured: boolean;
}

/** Number by number, and within one in the order in which rows first come. */
export function sideRows(results: readonly (readonly Entry[])[], metrics: readonly MetricMeta[]): readonly SideRow[] {
  const byKey = results.map((entries) => new Map(entries.map((entry) => [entry.key, entry])));
  const keys = [...new Set(results.flatMap((entries) => entries.map(({ key }) => key)))];
  return metrics.flatMap((metric) =>
    keys.flatMap((key) => {
      const entries = byKey.map((of) => of.get(key));
      const first = entries.find((entry) => entry !== undefined);
      if (first === undefined || !Object.hasOwn(first.values, metric.id)) return [];
      const values = entries.map((entry) => entry?.values[metric.id]);
      return [{ key: `${metric.id} ${key}`, name: first.name, metric, values, isMeasured: first.isMeasured }];
    }),
  );
}

/** To the first; null: one of them is none, or the first is 0. */
export function ratioToFirst({ values }: SideRow, index: number): number | null {
  const [first, own] = [values[0], values[index]];
  return typeof first === 'number' && typeof own === 'number' && first !== 0 ? own / first : null;
}
