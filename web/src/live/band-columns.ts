// What a band shows in each column of its picture. Where a column is narrower than an entry, or several kinds share it, it has all
// of them with their shares, so nothing is hidden by what is drawn last.

import type { Run } from './band-entry.ts';
import type { BandView } from './band-view.ts';

export type Level = '4k' | '2m' | '1g';

/** What of an entry can be seen. */
export interface EntryLook {
  /** null: nothing is mapped. */
  readonly level: Level | null;
  readonly kind: Run['kind'];
  readonly access: 'writable' | 'read-only' | 'protected';
}

export interface ColumnPart {
  readonly look: EntryLook;
  /** Of the column, 0 to 1. */
  readonly share: number;
}

/** Columns side by side that show the same. */
export interface ColumnRun {
  readonly first: number;
  readonly count: number;
  /** Empty: not known. */
  readonly parts: readonly ColumnPart[];
}

/** Smaller shares are what rounding leaves. */
const LEAST_SHARE = 1e-6;

export function columnsOf(runs: readonly Run[], { start, length }: BandView, width: number): ColumnRun[] {
  const bytesAColumn = length / width;
  const columns: ColumnRun[] = [];
  let at = 0;
  let column = 0;
  while (column < width) {
    const from = start + column * bytesAColumn;
    while (at < runs.length && runs[at]!.start + runs[at]!.length <= from) at++;
    const run = runs[at];
    if (run === undefined) {
      addColumns(columns, { first: column, count: width - column, parts: [] });
      break;
    }
    // As far as one run reaches there is nothing to be mixed.
    const whole = Math.min(Math.floor((run.start + run.length - start) / bytesAColumn + LEAST_SHARE), width);
    if (run.start <= from && whole > column) {
      addColumns(columns, { first: column, count: whole - column, parts: [{ look: lookOf(run), share: 1 }] });
      column = whole;
    } else {
      addColumns(columns, { first: column, count: 1, parts: mixedParts(runs, at, from, bytesAColumn) });
      column++;
    }
  }
  return columns;
}

function mixedParts(runs: readonly Run[], first: number, from: number, bytes: number): ColumnPart[] {
  const shares = new Map<string, { look: EntryLook; share: number }>();
  for (let at = first; at < runs.length && runs[at]!.start < from + bytes; at++) {
    const run = runs[at]!;
    const overlap = Math.min(run.start + run.length, from + bytes) - Math.max(run.start, from);
    const look = lookOf(run);
    const key = keyOf(look);
    const part = shares.get(key) ?? { look, share: 0 };
    part.share += overlap / bytes;
    shares.set(key, part);
  }
  return [...shares.values()].filter(({ share }) => share > LEAST_SHARE);
}

function addColumns(columns: ColumnRun[], added: ColumnRun): void {
  const last = columns.at(-1);
  if (last !== undefined && isAlike(last.parts, added.parts)) {
    columns[columns.length - 1] = { ...last, count: last.count + added.count };
  } else columns.push(added);
}

const isAlike = (a: readonly ColumnPart[], b: readonly ColumnPart[]): boolean =>
  a.length === b.length &&
  a.every(({ look, share }, index) => {
    const other = b[index]!;
    return keyOf(look) === keyOf(other.look) && Math.abs(share - other.share) < LEAST_SHARE;
  });

const keyOf = ({ level, kind, access }: EntryLook): string => `${level} ${kind} ${access}`;

function lookOf(run: Run): EntryLook {
  const isGuarded = ('uffdWp' in run && run.uffdWp) || ('protected' in run && run.protected);
  const access = isGuarded ? 'protected' : run.writable || run.kind !== 'present' ? 'writable' : 'read-only';
  return { level: run.kind === 'none' ? null : run.size, kind: run.kind, access };
}
