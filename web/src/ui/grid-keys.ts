// Arrow keys in the body of a table. Of all that can be focused in it one thing is a stop of the tab key; arrows, Home and End go from
// cell to cell.

const FOCUSABLE = '[tabindex], a[href], button, input, select';

/** Returns what undoes it. `start`: the first stop of the tab key, if it is not the first that can be focused. */
export function walkCells(table: HTMLTableElement, start: HTMLElement | null = null): () => void {
  const body = table.tBodies[0];
  if (body === undefined) return () => {};

  const makeStop = (wanted: HTMLElement): void => {
    for (const element of body.querySelectorAll<HTMLElement>(FOCUSABLE)) element.tabIndex = element === wanted ? 0 : -1;
  };
  const held = body.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const first = held ?? start ?? body.querySelector<HTMLElement>(FOCUSABLE);
  if (first !== null) makeStop(first);

  const onKey = (event: KeyboardEvent): void => {
    const from = event.target instanceof HTMLElement ? event.target : null;
    // Where arrows mean something already they keep it.
    if (from === null || from.matches('input:not([type=checkbox]), select, textarea')) return;
    const to = targetOf(event.key, from);
    if (to === null) return;
    event.preventDefault();
    makeStop(to);
    to.focus();
  };
  body.addEventListener('keydown', onKey);
  return () => body.removeEventListener('keydown', onKey);
}

function targetOf(key: string, from: HTMLElement): HTMLElement | null {
  const cell = from.closest('td, th') as HTMLTableCellElement | null;
  const row = cell?.parentElement as HTMLTableRowElement | null;
  if (cell === null || row === null) return null;
  const cells = [...row.cells];
  switch (key) {
    case 'ArrowRight':
      return firstFocusable(cells.slice(cell.cellIndex + 1));
    case 'ArrowLeft':
      return firstFocusable(cells.slice(0, cell.cellIndex).reverse());
    case 'Home':
      return firstFocusable(cells);
    case 'End':
      return firstFocusable(cells.reverse());
    case 'ArrowDown':
      return inColumn(row, cell.cellIndex, 'nextElementSibling');
    case 'ArrowUp':
      return inColumn(row, cell.cellIndex, 'previousElementSibling');
    default:
      return null;
  }
}

function inColumn(
  row: HTMLTableRowElement,
  column: number,
  step: 'nextElementSibling' | 'previousElementSibling',
): HTMLElement | null {
  for (let other = row[step]; other !== null; other = other[step]) {
    const cell = (other as HTMLTableRowElement).cells[column];
    const found = cell === undefined ? null : firstFocusable([cell]);
    if (found !== null) return found;
  }
  return null;
}

function firstFocusable(cells: readonly HTMLElement[]): HTMLElement | null {
  for (const cell of cells) {
    const found = cell.querySelector<HTMLElement>(FOCUSABLE);
    if (found !== null) return found;
  }
  return null;
}
