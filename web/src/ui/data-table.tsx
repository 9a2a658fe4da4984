// A table that can be sorted, read out, walked through with the arrow keys and saved.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Explained, type Explanation } from './explained.tsx';
import { walkCells } from './grid-keys.ts';
import { type CsvCell, saveCsv } from './save.ts';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly explanation?: Explanation;
  /** What it is sorted by, and what stands in the CSV file. */
  readonly value: (row: Row) => CsvCell;
  /** What is shown, if it is not the value itself. */
  readonly cell?: (row: Row) => ComponentChildren;
  /** Numbers stand at the end of their column. */
  readonly isNumber?: boolean;
  /** It names the row. */
  readonly isRowHeader?: boolean;
}

export interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Name of the CSV file, without its ending. Absent: it cannot be saved. */
  readonly csvName?: string;
  readonly empty?: string;
}

interface Order {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  csvName,
  empty = 'Nothing here.',
}: DataTableProps<Row>) {
  const table = useRef<HTMLTableElement>(null);
  const [order, setOrder] = useState<Order | null>(null);
  const sorted = sortRows(columns, rows, order);

  // One stop of the tab key for all explanations of the body; arrows go on from there.
  useEffect(() => walkCells(table.current!));

  return (
    <div class="data-table">
      <div class="data-table-scroll">
        <table ref={table}>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ id, header, explanation, isNumber }) => (
                <th
                  key={id}
                  scope="col"
                  class={isNumber ? 'end' : undefined}
                  aria-sort={order?.column === id ? order.direction : 'none'}
                >
                  <button type="button" class="sort" onClick={() => setOrder(nextOrder(order, id))}>
                    {header}
                    <span aria-hidden="true">{order?.column === id ? ARROWS[order.direction] : ''}</span>
                  </button>
                  {explanation === undefined ? null : (
                    <>
                      {' '}
                      <Explained {...explanation}>
                        <span aria-hidden="true">?</span>
                        <span class="visually-hidden">What {header} is</span>
                      </Explained>
                    </>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map(({ id, value, cell, isNumber, isRowHeader }) => {
                  const shown = cell === undefined ? (value(row) ?? '') : cell(row);
                  return isRowHeader ? (
                    <th key={id} scope="row">
                      {shown}
                    </th>
                  ) : (
                    <td key={id} class={isNumber ? 'end' : undefined}>
                      {shown}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p>{empty}</p> : null}
      {csvName === undefined ? null : (
        <div class="tools">
          <button
            type="button"
            onClick={() =>
              saveCsv(csvName, {
                columns: columns.map(({ id }) => id),
                rows: sorted.map((row) => columns.map(({ value }) => value(row))),
              })
            }
          >
            Save CSV
          </button>
        </div>
      )}
    </div>
  );
}

const ARROWS = { ascending: ' ▲', descending: ' ▼' } as const;

function nextOrder(order: Order | null, column: string): Order | null {
  if (order?.column !== column) return { column, direction: 'ascending' };
  return order.direction === 'ascending' ? { column, direction: 'descending' } : null;
}

/** What has no value comes last, whichever way. */
function sortRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[], order: Order | null): readonly Row[] {
  const by = columns.find(({ id }) => id === order?.column);
  if (by === undefined || order === null) return rows;
  const sign = order.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [by.value(a) ?? null, by.value(b) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left < right ? -1 : Number(left > right));
  });
}
