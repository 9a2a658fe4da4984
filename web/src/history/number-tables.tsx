import { useState } from 'preact/hooks';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { formatRatio } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { Field } from '../ui/field.tsx';
import { MetricValue } from '../ui/metric-value.tsx';
import type { Kind } from './job-kinds.ts';
import { type Entry, type MetricMeta, metricsOf, ratioToFirst, type SideRow, sideRows } from './side-rows.ts';

/** More rows than that are for a file. */
const MOST_ROWS = 500;

/** One result: a row of it, a row here. */
export function OneTable({ entries, kinds }: { readonly entries: readonly Entry[]; readonly kinds: readonly Kind[] }) {
  const columns: readonly Column<Entry>[] = [
    nameColumn(kinds),
    ...metricsOf(kinds).map(
      (metric): Column<Entry> => ({
        id: metric.id,
        header: metric.header,
        explanation: metric,
        isNumber: true,
        value: ({ values }) => values[metric.id] ?? null,
        cell: ({ values, isMeasured }) => (
          <MetricValue metric={metric} value={values[metric.id] ?? null} isMeasured={isMeasured} />
        ),
      }),
    ),
  ];
  return (
    <DataTable
      caption={`What it has shown${boundText(entries.length)}`}
      columns={columns}
      rows={entries.slice(0, MOST_ROWS)}
      rowKey={({ key }) => key}
      csvName="result"
    />
  );
}

const nameColumn = (kinds: readonly Kind[]): Column<{ readonly name: string }> => ({
  id: 'row',
  header: kinds.every((kind) => kind === 'exploration') ? 'Verdict' : 'Scheme',
  isRowHeader: true,
  value: ({ name }) => name,
  cell: ({ name }) => <code>{name}</code>,
});

const boundText = (count: number): string =>
  count > MOST_ROWS ? `: the first ${MOST_ROWS} of ${count} rows. The files above have all.` : '.';

const ALL = '';

export interface ManyTableProps {
  /** Of each result, the first of which the others are held against. */
  readonly entries: readonly (readonly Entry[])[];
  readonly kinds: readonly Kind[];
  readonly letters: readonly string[];
}

/** Several results: a number of a row of them, a row here. */
export function ManyTable({ entries, kinds, letters }: ManyTableProps) {
  const [only, setOnly] = useState(ALL);
  const all = metricsOf(kinds);
  const rows = sideRows(
    entries,
    all.filter(({ id }) => only === ALL || id === only),
  );
  const columns: readonly Column<SideRow>[] = [
    { id: 'number', header: 'Number', value: ({ metric }) => metric.header, cell: metricName },
    nameColumn(kinds),
    ...letters.flatMap((letter, index) => columnsOf(letter, index, letters[0] ?? '')),
  ];
  return (
    <>
      <div class="chart-controls">
        <Field label="Numbers">
          {(control) => (
            <select {...control} value={only} onChange={({ currentTarget }) => setOnly(currentTarget.value)}>
              <option value={ALL}>all</option>
              {all.map(({ id, header }) => (
                <option key={id} value={id}>
                  {header}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <DataTable
        caption={`The same numbers of each result, and their ratio to ${letters[0]}${boundText(rows.length)}`}
        columns={columns}
        rows={rows.slice(0, MOST_ROWS)}
        rowKey={({ key }) => key}
        csvName="side-by-side"
      />
    </>
  );
}

const metricName = ({ metric }: SideRow) => (
  <Explained what={metric.what} source={metric.source}>
    {metric.header}
  </Explained>
);

function columnsOf(letter: string, index: number, first: string): readonly Column<SideRow>[] {
  const own: Column<SideRow> = {
    id: letter,
    header: letter,
    isNumber: true,
    value: ({ values }) => values[index],
    cell: ({ values, metric, isMeasured }) => <Side value={values[index]} metric={metric} isMeasured={isMeasured} />,
  };
  if (index === 0) return [own];
  return [
    own,
    {
      id: `${letter}/${first}`,
      header: `${letter} / ${first}`,
      explanation: { what: `The number of ${letter} over that of ${first}. Below 1 it is less.` },
      isNumber: true,
      value: (row) => ratioToFirst(row, index),
      cell: (row) => <Ratio ratio={ratioToFirst(row, index)} letter={letter} first={first} />,
    },
  ];
}

function Side({
  value,
  metric,
  isMeasured,
}: {
  readonly value: number | null | undefined;
  readonly metric: MetricMeta;
  readonly isMeasured: boolean;
}) {
  if (value !== undefined) return <MetricValue metric={metric} value={value} isMeasured={isMeasured} />;
  return <Explained what="This result has no such row.">–</Explained>;
}

function Ratio({
  ratio,
  letter,
  first,
}: {
  readonly ratio: number | null;
  readonly letter: string;
  readonly first: string;
}) {
  const what = `The number of ${letter} over that of ${first}, as far as both have one and that of ${first} is not 0.`;
  return (
    <Explained what={what} {...(ratio !== null && { exact: String(ratio) })}>
      {ratio === null ? '–' : `${formatRatio(ratio)}x`}
    </Explained>
  );
}
