// A recorded trace of a guest as text: a header, then a line for each access, in the order of time.
//
//   time,vcpu,gfn,write
//   1200,0,4711,1

import { MOST_ERRORS } from './invalid-input.ts';

const TRACE_HEADER = 'time,vcpu,gfn,write';
const columns = ['time', 'vcpu', 'gfn', 'write'] as const;
type Column = (typeof columns)[number];

/** What may stand in each column, both ends included, and why, for a refusal. */
export type TraceLimits = Readonly<
  Record<Column, { readonly from: number; readonly to: number; readonly why: string }>
>;

/** The columns as arrays, all of one length. */
export type TraceColumns = Readonly<Record<Column, Float64Array>>;

export type TraceReading =
  | { readonly columns: TraceColumns; readonly errors?: never }
  | { readonly columns?: never; readonly errors: readonly string[] };

/** Reads a trace, or says of its first wrong lines what is wrong and what is allowed. */
export function readTrace(text: string, limits: TraceLimits): TraceReading {
  const lines = text.split('\n');
  // The end of the last line begins none.
  if (lines.at(-1)?.trim() === '') lines.pop();
  const header = lines[0]?.trim() ?? '';
  if (header !== TRACE_HEADER) return { errors: [`line 1: must be the header ${TRACE_HEADER}, got ${shown(header)}`] };
  if (lines.length === 1) return { errors: ['line 2: must be an access: the trace has none'] };

  const rows = lines.length - 1;
  const read = { time: new Float64Array(rows), vcpu: new Float64Array(rows), gfn: new Float64Array(rows) };
  const all: TraceColumns = { ...read, write: new Float64Array(rows) };
  const errors: string[] = [];
  for (let row = 0; row < rows && errors.length <= MOST_ERRORS; row++) {
    const error = readLine((lines[row + 1] ?? '').trimEnd(), row, all, limits);
    if (error !== null) errors.push(`line ${row + 2}${error}`);
  }
  return errors.length > 0 ? { errors } : { columns: all };
}

/** Null, or what is wrong with the line. */
function readLine(line: string, row: number, into: TraceColumns, limits: TraceLimits): string | null {
  const cells = line.split(',');
  if (cells.length !== columns.length) {
    return `: must have the ${columns.length} columns ${TRACE_HEADER}, got ${line === '' ? 'an empty line' : shown(line)}`;
  }
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    const { from, to, why } = limits[column];
    const value = /^\d{1,15}$/.test(cell) ? Number(cell) : Number.NaN;
    if (!(value >= from && value <= to)) {
      return `, column ${column}: must be an integer from ${from} to ${to} (${why}), got ${shown(cell)}`;
    }
    into[column][row] = value;
  }
  const before = into.time[row - 1] ?? 0;
  if ((into.time[row] ?? 0) >= before) return null;
  return `, column time: must not be before the line above it (${before}), got ${into.time[row]}`;
}

const SHOWN_CHARACTERS = 40;

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
