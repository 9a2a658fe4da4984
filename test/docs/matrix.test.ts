// The table of verdicts in the guide is that of `stallscope explore --matrix --markdown`. All of it takes minutes: here are the
// rows that take a moment.

import { describe, expect, it } from 'vitest';
import { matrixMarkdown } from '../../src/cli/matrix-table.ts';
import { explore } from '../../src/explore/explore.ts';
import { answerOf, cellOptions, matrixResult, planMatrix } from '../../src/explore/matrix.ts';
import { matrixRows } from '../../src/explore/matrix-rows.ts';
import { readPage } from './markdown.ts';

const PAGE = readPage('docs/guides/exploring.md').split('\n');
const linesOf = (row: string): string[] => PAGE.filter((line) => line.startsWith(`| ${row} |`));

const QUICK = [
  'madv-collapse',
  'madv-collapse+fork',
  'madv-collapse+dirty-log-disable',
  'madv-collapse, shmem THP',
  'madv-collapse, anonymous',
];

describe('docs/guides/exploring.md', () => {
  it('the table: all rows of the matrix, in their order', () => {
    const rows = PAGE.flatMap((line) => /^\| ([^|]+) \| [^|]+ \| 6\.1/.exec(line)?.[1] ?? []);
    expect([...new Set(rows)]).toEqual(matrixRows.map(({ id }) => id));
  });

  it.each(QUICK)('the row %s: what its explorations say', (row) => {
    const cells = planMatrix({ rows: [row] }).filter((cell) => cell.row === row);
    const answers = cells.map((cell) =>
      answerOf(cell, cell.question === null ? null : explore(cell.question, cellOptions(cell))),
    );
    const [, , ...lines] = matrixMarkdown(matrixResult(answers)).split('\n');
    expect(linesOf(row)).toEqual(lines);
  });
});
