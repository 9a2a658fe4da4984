// The grid: a verdict in each cell, which a link opens as a question. What it rests on stands beside it while it is pointed at or focused.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Catalog } from '../api/loaded.ts';
import { Link } from '../app/link.tsx';
import { textCodec, useQueryState, writeQuery } from '../app/query-state.ts';
import { hrefOf, place } from '../app/router.ts';
import { Explained } from '../ui/explained.tsx';
import { walkCells } from '../ui/grid-keys.ts';
import { type ExplorationWords, schemeDescription } from './catalog-words.ts';
import { CellExplanation } from './cell-explanation.tsx';
import { type Grid, type GridRow, threadsText } from './matrix-grid.ts';
import type { MatrixCell } from './types.ts';
import { cellWord, LOOKS, verdictOf } from './verdicts.ts';

interface Pointed {
  readonly cell: MatrixCell;
  readonly row: GridRow['row'];
  readonly around: DOMRect;
}

/** The address of the question of a cell; the way back leads to the cell. */
function questionHref(cell: MatrixCell): string {
  const kept = Object.fromEntries(place.value.query);
  const fields = { ...kept, view: 'question', row: cell.row, scheme: cell.scheme, ask: JSON.stringify(cell.request) };
  return hrefOf('/explore', { ...fields, id: '', finding: '', step: '' });
}

export interface MatrixTableProps {
  readonly grid: Grid;
  readonly catalog: Catalog | null;
  readonly words: ExplorationWords;
}

export function MatrixTable({ grid, catalog, words }: MatrixTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const explanation = useId();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const [row] = useQueryState('row', textCodec, '');
  const [scheme] = useQueryState('scheme', textCodec, '');
  const cellCount = grid.rows.reduce((sum, { cells }) => sum + cells.filter((cell) => cell !== null).length, 0);
  const shape = `${grid.rows.map((one) => one.row.id).join()} ${cellCount}`;

  // One stop of the tab key for all cells: that of the address, if it is on the screen.
  useEffect(() => {
    const chosen = table.current!.querySelector<HTMLElement>('a[aria-current]');
    return walkCells(table.current!, chosen);
  }, [shape]);

  // Whoever comes back from a question, or by a link to a cell, is at the cell.
  useEffect(() => {
    if (document.activeElement === document.body) table.current!.querySelector<HTMLElement>('a[aria-current]')?.focus();
  }, []);

  useEffect(() => {
    if (pointed === null) return;
    const close = (event: Event): void => {
      if (!(event instanceof KeyboardEvent) || event.key === 'Escape') setPointed(null);
    };
    addEventListener('keydown', close);
    addEventListener('scroll', close, true);
    return () => {
      removeEventListener('keydown', close);
      removeEventListener('scroll', close, true);
    };
  }, [pointed]);

  return (
    <div class="matrix">
      <table ref={table}>
        <caption class="visually-hidden">
          Verdicts by operations and notifier scheme. Arrow keys go from cell to cell, Enter opens the question.
        </caption>
        <thead>
          <tr>
            <th scope="col">Operations that meet</th>
            {grid.schemes.map((id) => (
              <th key={id} scope="col">
                <Explained what={schemeDescription(catalog, id)} source="cells[].scheme">
                  <code>{id.split('/')[0]}</code>
                  {id.includes('/') ? (
                    <>
                      <wbr />
                      <code>/{id.split('/')[1]}</code>
                    </>
                  ) : null}
                </Explained>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.rows.map(({ row: of, cells }) => (
            <tr key={of.id}>
              <th scope="row" title={`${of.about} (${threadsText(of.operations)} on ${of.backing})`}>
                {of.id}
              </th>
              {cells.map((cell, index) =>
                cell === null ? (
                  <td key={grid.schemes[index]} class="verdict-none">
                    <span aria-hidden="true">·</span>
                    <span class="visually-hidden">asked with another protection</span>
                  </td>
                ) : (
                  <td key={cell.scheme} class={`verdict verdict-${verdictOf(cell)}`}>
                    <Link
                      href={questionHref(cell)}
                      aria-current={cell.row === row && cell.scheme === scheme ? 'true' : undefined}
                      aria-describedby={pointed?.cell === cell ? explanation : undefined}
                      onMouseEnter={({ currentTarget }) =>
                        setPointed({ cell, row: of, around: currentTarget.getBoundingClientRect() })
                      }
                      onMouseLeave={() => setPointed(null)}
                      onFocus={({ currentTarget }) => {
                        setPointed({ cell, row: of, around: currentTarget.getBoundingClientRect() });
                        writeQuery({ row: cell.row, scheme: cell.scheme });
                      }}
                      onBlur={() => setPointed(null)}
                    >
                      <span aria-hidden="true">{LOOKS[verdictOf(cell)].sign} </span>
                      {cellWord(cell)}
                      {verdictOf(cell) === 'safe' ? null : <span class="because"> {cell.because.join(', ')}</span>}
                    </Link>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {pointed === null ? null : (
        <CellExplanation id={explanation} cell={pointed.cell} row={pointed.row} around={pointed.around} words={words} />
      )}
    </div>
  );
}
