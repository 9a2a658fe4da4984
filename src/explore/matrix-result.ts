// The matrix as data: what each row is, what each cell says, and how its question is asked anew.

import { boundsOf } from './bounds.ts';
import type { ExplorationLimits, ExplorationQuestion } from './exploration-types.ts';
import { type CellRequest, cellOptions, type MatrixAnswer, type MatrixCell, planMatrix } from './matrix.ts';
import { type MatrixRow, matrixRows } from './matrix-rows.ts';

interface MatrixResultRow {
  readonly id: string;
  readonly about: string;
  /** Each thread, with what follows in it. */
  readonly operations: readonly (readonly string[])[];
  readonly backing: ExplorationQuestion['backing'];
  readonly limits: ExplorationLimits;
  /** What a complete search of one of its cells covers, for people. */
  readonly bounds: readonly string[];
}

interface MatrixResultCell extends MatrixAnswer {
  /** Every schedule within the bounds of the row was searched. */
  readonly complete: boolean;
  /** What keeps others away from a page in collapse; null: refused. */
  readonly hgm: ExplorationQuestion['hgm'] | null;
  readonly request: CellRequest;
}

export interface MatrixResult {
  readonly search: 'exhaustive';
  readonly rows: readonly MatrixResultRow[];
  readonly cells: readonly MatrixResultCell[];
}

/** Throws where an answer is to a cell that there is not. */
export function matrixResult(answers: readonly MatrixAnswer[]): MatrixResult {
  const present = [...new Set(answers.map(({ row }) => row))];
  const mapcounts = answers.flatMap(({ mapcount }) => (mapcount === '-' ? [] : [mapcount]));
  const planned = planMatrix({ rows: present, columns: [...new Set(mapcounts)] });
  const cells = new Map(planned.map((cell) => [keyOf(cell), cell]));
  const cellOf = (answer: MatrixAnswer): MatrixCell => {
    const cell = cells.get(keyOf(answer));
    if (cell === undefined) throw new RangeError(`the matrix has no cell ${keyOf(answer)}`);
    return cell;
  };
  return {
    search: 'exhaustive',
    rows: matrixRows
      .filter(({ id }) => present.includes(id))
      .map((row) => rowOf(row, cellOf(answers.find((answer) => answer.row === row.id) as MatrixAnswer))),
    cells: answers.map((answer) => resultCell(answer, cellOf(answer))),
  };
}

const keyOf = ({ row, scheme, mapcount, kernel }: Pick<MatrixCell, 'row' | 'scheme' | 'mapcount' | 'kernel'>) =>
  [row, scheme, mapcount, kernel].join(' | ');

/** Bounds are the same in all cells of a row: they tell of memory, threads and limits. */
function rowOf({ id, about, input }: MatrixRow, cell: MatrixCell): MatrixResultRow {
  return {
    id,
    about,
    operations: (cell.question?.operations ?? []).map((one) => {
      const thread: string[] = [];
      for (let at: typeof one | undefined = one; at !== undefined; at = at.next) thread.push(at.operation);
      return thread;
    }),
    backing: input.backing ?? 'hugetlb-2m',
    limits: cell.limits,
    bounds: cell.question === null ? [] : boundsOf(cell.question, cellOptions(cell)),
  };
}

function resultCell(answer: MatrixAnswer, { question, request }: MatrixCell): MatrixResultCell {
  return { ...answer, complete: answer.endedBy === 'complete', hgm: question?.hgm ?? null, request };
}
