// The matrix of verdicts, as the service hands it out. It takes minutes to compute and changes with the model alone, so it is computed
// when that changes (`npm run matrix`) and kept beside the explorer.

import { readFileSync } from 'node:fs';
import type { MatrixAnswer } from '../explore/matrix.ts';
import { type MatrixResult, matrixResult } from '../explore/matrix-result.ts';

export const MATRIX_FILE = new URL('../explore/matrix-verdicts.json', import.meta.url);

export const readMatrixAnswers = (): MatrixAnswer[] => JSON.parse(readFileSync(MATRIX_FILE, 'utf8')) as MatrixAnswer[];

/** What `stallscope explore --matrix --json` printed when the file was made. */
export const keptMatrix = (): MatrixResult => matrixResult(readMatrixAnswers());

/** A line for each cell, so that a change of one shows as one. */
export const matrixFileText = (answers: readonly MatrixAnswer[]): string =>
  `[\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`;
