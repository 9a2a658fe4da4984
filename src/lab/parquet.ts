import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Cell, Column, Table } from './table.ts';

const types = { text: 'STRING', integer: 'INT64', real: 'DOUBLE' } as const;

/** As Apache Parquet: every column with its type, and may be null. Same table, same bytes. */
export function tableToParquet({ columns, rows }: Table): Buffer {
  const columnData = columns.map((column, index) => ({
    name: column.name,
    type: types[column.type],
    nullable: true,
    data: rows.map((row) => encoded(row[index] ?? null, column)),
  }));
  return Buffer.from(parquetWriteBuffer({ columnData, createdBy: 'stallscope' }));
}

function encoded(cell: Cell, { name, type }: Column): string | number | bigint | null {
  if (cell === null) return null;
  if ((typeof cell === 'string') !== (type === 'text')) throw new TypeError(`${name}: ${cell} is no ${type}`);
  return type === 'integer' ? BigInt(cell) : cell;
}
