// Which rows of a long list are in sight.

export interface RowWindow {
  readonly first: number;
  readonly count: number;
  /** Height of the rows in front of the first, and of all. */
  readonly before: number;
  readonly total: number;
}

/** Rows beyond the edges, so that scrolling meets no empty place. */
const MARGIN = 8;

export function rowsInSight(rows: number, scrolled: number, height: number, rowHeight: number): RowWindow {
  const last = Math.max(rows - 1, 0);
  const first = Math.min(Math.max(Math.floor(scrolled / rowHeight) - MARGIN, 0), last);
  const end = Math.min(Math.ceil((scrolled + height) / rowHeight) + MARGIN, rows);
  return { first, count: Math.max(end - first, 0), before: first * rowHeight, total: rows * rowHeight };
}
