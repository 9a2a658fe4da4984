// Asks every cell of the matrix of verdicts, and writes what they say to both places that have it: the file that the service hands out, and
// the table of docs/guides/exploring.md. Tests hold the two together. Takes minutes. Usage: npm run matrix

import { readFileSync, writeFileSync } from 'node:fs';
import { answersOf } from '../src/cli/explore-matrix.ts';
import { matrixMarkdown } from '../src/cli/matrix-table.ts';
import { planMatrix } from '../src/explore/matrix.ts';
import { matrixResult } from '../src/explore/matrix-result.ts';
import { MATRIX_FILE, matrixFileText } from '../src/server/matrix.ts';

const PAGE = new URL('../docs/guides/exploring.md', import.meta.url);
const TABLE = /^\| operations \| mapcount \|.*\n(?:\|.*\n)+/m;

const answers = await answersOf(planMatrix(), undefined);
const page = readFileSync(PAGE, 'utf8');
if (!TABLE.test(page)) throw new Error('docs/guides/exploring.md has no table of the matrix');
writeFileSync(MATRIX_FILE, matrixFileText(answers));
writeFileSync(
  PAGE,
  page.replace(TABLE, () => `${matrixMarkdown(matrixResult(answers))}\n`),
);
