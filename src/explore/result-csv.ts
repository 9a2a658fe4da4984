// Findings of an exploration as CSV, a row for each.

import type { ExplorationResult } from './exploration-types.ts';

const columns = ['verdict', 'kind', 'class', 'count', 'preemptions', 'length', 'minimality', 'message'] as const;

/** A search that has found nothing has one row, with its verdict alone. */
export function explorationCsv({ verdict, findings }: ExplorationResult): string {
  const rows = findings.map(({ kind, class: of, count, message, counterexample }) => {
    const { preemptions, length, minimality } = counterexample;
    return [verdict, kind, of, count, preemptions, length, minimality, message];
  });
  const body = rows.length === 0 ? [[verdict, ...columns.slice(1).map(() => '')]] : rows;
  return [columns, ...body].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

const quoted = (cell: string | number): string => {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
