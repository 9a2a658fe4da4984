// `explore --matrix`: the cells, on as many threads as there are, in the order of the plan.

import { from, lastValueFrom, map, mergeMap, of, tap, toArray } from 'rxjs';
import {
  answerOf,
  cellOptions,
  columnIds,
  isNamed,
  type MatrixAnswer,
  type MatrixCell,
  type MatrixFilter,
  planMatrix,
} from '../explore/matrix.ts';
import { matrixResult } from '../explore/matrix-result.ts';
import { matrixRows } from '../explore/matrix-rows.ts';
import { type InputError, InvalidInput } from '../lab/invalid-input.ts';
import { WorkerPool } from '../server/worker-pool.ts';
import { matrixMarkdown, matrixTable } from './matrix-table.ts';
import { progressBar } from './progress-bar.ts';

interface MatrixOptions extends MatrixFilter {
  readonly threads?: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

export async function exploreMatrix({ rows, columns, threads, json, markdown }: MatrixOptions): Promise<void> {
  assertKnown(rows, columns);
  const result = matrixResult(await answersOf(planMatrix({ rows, columns }), threads));
  const text =
    json === true ? JSON.stringify(result) : markdown === true ? matrixMarkdown(result) : matrixTable(result);
  process.stdout.write(`${text}\n`);
}

function assertKnown(rows: readonly string[] = [], columns: readonly string[] = []): void {
  const errors: InputError[] = [];
  for (const row of rows) {
    if (matrixRows.some((one) => isNamed(one, [row]))) continue;
    const known = matrixRows.map(({ id }) => `"${id}"`).join(', ');
    errors.push({ path: 'rows', message: `"${row}" is no row and no operation of one; the rows are ${known}` });
  }
  for (const column of columns) {
    if (columnIds.includes(column)) continue;
    errors.push({ path: 'columns', message: `must be of ${columnIds.join(', ')}, got "${column}"` });
  }
  if (errors.length > 0) throw new InvalidInput('matrix', errors);
}

export async function answersOf(cells: readonly MatrixCell[], threads: number | undefined): Promise<MatrixAnswer[]> {
  const pool = new WorkerPool({ threads, runs: cells.length });
  const bar = progressBar(process.stderr, cells.length, 'cells');
  try {
    const told = await lastValueFrom(
      from(cells.entries()).pipe(
        mergeMap(([index, cell]) => answer(pool, cell).pipe(map((one) => ({ index, one }))), pool.threads),
        tap(() => bar.advance()),
        toArray(),
      ),
    );
    return told.sort((a, b) => a.index - b.index).map(({ one }) => one);
  } finally {
    bar.clear();
    await pool.close();
  }
}

function answer(pool: WorkerPool, cell: MatrixCell) {
  const { question } = cell;
  if (question === null) return of(answerOf(cell, null));
  const options = cellOptions(cell);
  return pool
    .explore({ question, options, timeMs: null })
    .pipe(mergeMap((update) => (update.kind === 'outcome' ? [answerOf(cell, update.result)] : [])));
}
