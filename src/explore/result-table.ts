// Findings of an exploration as a table, a row for each.

import type { Column, Table } from '../lab/table.ts';
import type { ExplorationResult } from './exploration-types.ts';

const columns: readonly Column[] = [
  { name: 'verdict', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'class', type: 'text' },
  { name: 'count', type: 'integer' },
  { name: 'preemptions', type: 'integer' },
  { name: 'length', type: 'integer' },
  { name: 'minimality', type: 'text' },
  { name: 'message', type: 'text' },
];

/** A search that has found nothing has one row, with its verdict alone. */
export function explorationTable({ verdict, findings }: ExplorationResult): Table {
  const rows = findings.map(({ kind, class: of, count, message, counterexample }) => {
    const { preemptions, length, minimality } = counterexample;
    return [verdict, kind, of, count, preemptions, length, minimality, message];
  });
  return { columns, rows: rows.length === 0 ? [[verdict, ...columns.slice(1).map(() => null)]] : rows };
}
