// Results as rows and columns, and the texts that spreadsheets read.

export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  /** Integers are exact up to 2^53, as everywhere. */
  readonly type: 'text' | 'integer' | 'real';
}

export interface Table {
  readonly columns: readonly Column[];
  /** As many cells as there are columns. */
  readonly rows: readonly (readonly Cell[])[];
}

/** As CSV (RFC 4180): a header, then a line for each row. Null is an empty cell. */
export function tableToCsv({ columns, rows }: Table): string {
  const header = columns.map(({ name }) => name);
  return [header, ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
