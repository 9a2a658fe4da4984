// The matrix of verdicts cut down to a screen: one mapcount scheme, one kernel, and perhaps one protection or one kind of memory.

import type { CsvTable } from '../ui/save.ts';
import type { Matrix, MatrixCell, MatrixRow } from './types.ts';
import { type CellVerdict, verdictOf } from './verdicts.ts';

/** Of a filter: whatever there is. */
export const ANY = 'any';
/** Mapcount scheme of cells on memory that hugetlb's schemes do not count. They are there under each. */
const NOT_COUNTED = '-';

export interface MatrixFilters {
  readonly mapcount: string;
  readonly kernel: string;
  /** Or ANY. */
  readonly protection: string;
  /** Or ANY. */
  readonly backing: string;
}

export interface GridRow {
  readonly row: MatrixRow;
  /** One for each scheme; null: the matrix has none that the filters let through. */
  readonly cells: readonly (MatrixCell | null)[];
}

export interface Grid {
  readonly schemes: readonly string[];
  readonly rows: readonly GridRow[];
  /** Rows that the filters leave nothing of. */
  readonly rowsLeftOut: number;
}

const isThrough = (cell: MatrixCell, { mapcount, kernel, protection }: MatrixFilters): boolean =>
  cell.kernel === kernel &&
  (cell.mapcount === mapcount || cell.mapcount === NOT_COUNTED) &&
  (protection === ANY || cell.hgm === null || cell.hgm.protection === protection);

export function gridOf(matrix: Matrix, filters: MatrixFilters): Grid {
  const schemes = distinct(matrix.cells.map(({ scheme }) => scheme));
  const cells = new Map(
    matrix.cells.filter((cell) => isThrough(cell, filters)).map((cell) => [`${cell.row} | ${cell.scheme}`, cell]),
  );
  const rows = matrix.rows
    .filter(({ backing }) => filters.backing === ANY || backing === filters.backing)
    .map((row) => ({ row, cells: schemes.map((scheme) => cells.get(`${row.id} | ${scheme}`) ?? null) }))
    .filter((row) => row.cells.some((cell) => cell !== null));
  return { schemes, rows, rowsLeftOut: matrix.rows.length - rows.length };
}

export interface FilterChoices {
  readonly mapcounts: readonly string[];
  readonly kernels: readonly string[];
  readonly protections: readonly string[];
  readonly backings: readonly string[];
}

/** What the cells have, in their order. */
export const choicesOf = ({ cells, rows }: Matrix): FilterChoices => ({
  mapcounts: distinct(cells.map(({ mapcount }) => mapcount).filter((id) => id !== NOT_COUNTED)),
  kernels: distinct(cells.map(({ kernel }) => kernel)),
  protections: distinct(cells.flatMap(({ hgm }) => hgm?.protection ?? [])),
  backings: distinct(rows.map(({ backing }) => backing)),
});

const distinct = <T>(items: readonly T[]): T[] => [...new Set(items)];

const VERDICTS: readonly CellVerdict[] = ['safe', 'performance', 'leak', 'unsafe', 'incomplete', 'refused'];

/** How many cells on the screen say what; what none says is left out. */
export function countVerdicts({ rows }: Grid): readonly { readonly verdict: CellVerdict; readonly count: number }[] {
  const told = rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell === null ? [] : verdictOf(cell))));
  return VERDICTS.map((verdict) => ({ verdict, count: told.filter((one) => one === verdict).length })).filter(
    ({ count }) => count > 0,
  );
}

/** What is on the screen, a line for each cell. */
export function matrixCsv({ rows }: Grid): CsvTable {
  const columns = [
    'row',
    'operations',
    'backing',
    'scheme',
    'mapcount',
    'kernel',
    'hgmVersion',
    'protection',
    'verdict',
    'because',
    'findings',
    'complete',
    'endedBy',
    'schedules',
    'states',
    'transitions',
    'preemptions',
    'length',
  ];
  return {
    columns,
    rows: rows.flatMap(({ row, cells }) =>
      cells
        .filter((cell) => cell !== null)
        .map((cell) => [
          row.id,
          threadsText(row.operations),
          row.backing,
          cell.scheme,
          cell.mapcount,
          cell.kernel,
          cell.hgm?.version ?? null,
          cell.hgm?.protection ?? null,
          verdictOf(cell),
          cell.because.join('; '),
          cell.findings.map(({ kind, class: of }) => `${of} ${kind}`).join('; '),
          cell.complete,
          cell.endedBy,
          cell.schedules,
          cell.states,
          cell.transitions,
          cell.preemptions,
          cell.length,
        ]),
    ),
  };
}

/** As the command line writes threads: `a>b,c`. */
export const threadsText = (operations: MatrixRow['operations']): string =>
  operations.map((thread) => thread.join('>')).join(',');

/** The cell whose question this is; undefined: the matrix does not ask it. */
export function cellOfRequest(matrix: Matrix, request: object): MatrixCell | undefined {
  const text = JSON.stringify(request);
  return matrix.cells.find((cell) => JSON.stringify(cell.request) === text);
}
