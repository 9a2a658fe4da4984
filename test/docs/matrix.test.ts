// The table of verdicts in the guide and the file that the service hands out are one: the file's answers, written down twice, by
// `npm run matrix`. All of it takes minutes: here are the rows that take a moment.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matrixMarkdown } from '../../src/cli/matrix-table.ts';
import { explore } from '../../src/explore/explore.ts';
import { answerOf, cellOptions, planMatrix } from '../../src/explore/matrix.ts';
import { matrixResult } from '../../src/explore/matrix-result.ts';
import { matrixRows } from '../../src/explore/matrix-rows.ts';
import { MATRIX_FILE, matrixFileText, readMatrixAnswers } from '../../src/server/matrix.ts';
import { readPage } from './markdown.ts';

const PAGE = readPage('docs/guides/exploring.md').split('\n');
const kept = readMatrixAnswers();

const QUICK = [
  'madv-collapse',
  'madv-collapse+fork',
  'madv-collapse+dirty-log-disable',
  'madv-collapse, shmem THP',
  'madv-collapse, anonymous',
];

describe('docs/guides/exploring.md', () => {
  it('the table: all of the matrix that is kept, in its order', () => {
    const [head = '', ...lines] = matrixMarkdown(matrixResult(kept)).split('\n');
    const at = PAGE.indexOf(head);
    expect(PAGE.slice(at, at + lines.length + 1)).toEqual([head, ...lines]);
  });
});

describe('src/explore/matrix-verdicts.json', () => {
  it('its cells: those of the plan, in its order', () => {
    const placeOf = ({ row, scheme, mapcount, kernel }: (typeof kept)[number]) => [row, scheme, mapcount, kernel];
    const planned = planMatrix().map((cell) => [cell.row, cell.scheme, cell.mapcount, cell.kernel]);
    expect(kept.map(placeOf)).toEqual(planned);
    expect([...new Set(kept.map(({ row }) => row))]).toEqual(matrixRows.map(({ id }) => id));
  });

  it('its text: what the command writes', () => {
    expect(readFileSync(MATRIX_FILE, 'utf8')).toBe(matrixFileText(kept));
  });

  it.each(QUICK)('the row %s: what its explorations say', (row) => {
    const answers = planMatrix({ rows: [row] })
      .filter((cell) => cell.row === row)
      .map((cell) => answerOf(cell, cell.question === null ? null : explore(cell.question, cellOptions(cell))));
    expect(kept.filter((cell) => cell.row === row)).toEqual(answers);
  });
});
