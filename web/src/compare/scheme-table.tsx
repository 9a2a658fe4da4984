// A row for each scheme, and for each mapcount scheme where there are several.

import { Link } from '../app/link.tsx';
import { hrefOf } from '../app/router.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { MetricValue } from '../ui/metric-value.tsx';
import { SchemeMark } from '../ui/scheme-mark.tsx';
import { SCHEME_METRICS } from '../ui/scheme-metrics.ts';
import { type Explored, worstVerdict } from './explored.ts';
import { ExploredCell } from './explored-cell.tsx';
import { type ComparisonResult, mapcountsOf, type RowId, rowKey, type SchemeResult } from './row-names.ts';

export interface SchemeTableProps {
  readonly comparison: string;
  readonly result: ComparisonResult;
  /** null: not known yet. */
  readonly explored: (row: RowId) => Explored | null;
}

export function SchemeTable({ comparison, result, explored }: SchemeTableProps) {
  const hasMapcounts = mapcountsOf(result).length > 1;
  const columns: readonly Column<SchemeResult>[] = [
    {
      id: 'scheme',
      header: 'Scheme',
      isRowHeader: true,
      value: ({ scheme }) => scheme,
      cell: ({ scheme }) => (
        <span class="scheme-name">
          <SchemeMark scheme={scheme} />
          <code>{scheme}</code>
        </span>
      ),
    },
    ...(hasMapcounts ? [mapcountColumn] : []),
    ...SCHEME_METRICS.filter(({ id }) => id !== 'stalls').map(
      (metric): Column<SchemeResult> => ({
        id: metric.id,
        header: metric.header,
        explanation: metric,
        isNumber: true,
        value: metric.value,
        cell: (row) => <MetricValue metric={metric} value={metric.value(row)} />,
      }),
    ),
    {
      id: 'findings',
      header: 'Findings',
      explanation: FINDINGS,
      isNumber: true,
      value: ({ findings }) => findings.length,
      cell: ({ findings }) => <FindingCount count={findings.length} />,
    },
    {
      id: 'explored',
      header: 'Explored',
      explanation: EXPLORED,
      value: (row) => worstVerdict(explored(row)?.own ?? []),
      cell: (row) => <ExploredCell row={row} explored={explored(row)} />,
    },
    {
      id: 'timeline',
      header: 'Look',
      value: () => null,
      cell: ({ scheme, mapcount }) => (
        <Link href={hrefOf('/timeline', { comparison, scheme, mapcount, repetition: '0' })}>
          Timeline<span class="visually-hidden"> of {scheme}</span>
        </Link>
      ),
    },
  ];
  return (
    <DataTable
      caption="Schemes on the same seeds. Point at a number, or move the focus there, to see what it is."
      columns={columns}
      rows={result.schemes}
      rowKey={rowKey}
      csvName={`${result.scenario}-schemes`}
    />
  );
}

const mapcountColumn: Column<SchemeResult> = {
  id: 'mapcount',
  header: 'Mapcount',
  explanation: { what: 'How folios count the entries that map them.', source: 'schemes[].mapcount' },
  value: ({ mapcount }) => mapcount,
  cell: ({ mapcount }) => <code>{mapcount}</code>,
};

const FINDINGS = {
  what: 'What the checkers have shown to be wrong in these runs; of each kind a run keeps the first ten. None is no proof of safety: a run is one order of events out of many.',
  source: 'schemes[].findings',
};

const EXPLORED = {
  what: 'What searching all interleavings of a small case of the same operations has shown, for this scheme, mapcount scheme and kernel. safe: every schedule within its bounds. It is about that case, and not about this run.',
  source: '/v1/catalog/matrix',
};

function FindingCount({ count }: { readonly count: number }) {
  return (
    <>
      <Explained {...FINDINGS}>{count === 0 ? 'none' : formatCount(count)}</Explained>
      {count === 0 ? null : (
        <>
          {' '}
          <a href="#findings" class="finding-link">
            see
          </a>
        </>
      )}
    </>
  );
}
