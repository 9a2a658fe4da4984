// A page table on the screen: a row for each level, from large to small, each entry as wide as the memory that it stands for.

import { useEffect, useRef } from 'preact/hooks';
import { Explained } from '../ui/explained.tsx';
import { walkCells } from '../ui/grid-keys.ts';
import { entryText, isHuge, type MapCell, type MapEntry, type MapLevel, type TableFrame } from './table-map.ts';

export interface PageTableMapProps {
  readonly title: string;
  /** What its columns count: pages of the host, or guest frames. */
  readonly unit: 'page' | 'gfn';
  readonly source: string;
  readonly frame: TableFrame;
  readonly levels: readonly MapLevel[];
}

/** That fit beside the trace with a frame in each; more are scrolled through. */
const COLUMNS_MAX = 8;
const SIZES: Readonly<Record<number, string>> = { 1: '4k', 2: '2m', 3: '1g' };

export function PageTableMap({ title, unit, source, frame, levels }: PageTableMapProps) {
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => walkCells(table.current!));
  const isVeryWide = frame.stretches.length > COLUMNS_MAX;
  return (
    <div class="map-scroll">
      <table ref={table} class={`page-table-map ${isVeryWide ? 'map-very-wide' : ''}`}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">level</th>
            {frame.stretches.map(({ page, pages }) => (
              <th key={page} scope="col">
                {isVeryWide ? '' : `${unit} `}
                {pages === 1 ? page : `${page}–${page + pages - 1}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {levels.map(({ level, cells }) => (
            <tr key={level}>
              <th scope="row">
                {level} <span class="level-size">{SIZES[level] ?? ''}</span>
              </th>
              {cells.map((cell, index) => (
                <td key={index} colSpan={cell.span} class={cellClass(cell)}>
                  <CellText cell={cell} source={source} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass({ entry, was }: MapCell): string {
  const kind = entry === null ? 'nothing' : isHuge(entry) ? 'huge' : entry.kind;
  return `entry entry-${kind}${was === null ? '' : ' entry-changed'}`;
}

function CellText({ cell: { entry, was }, source }: { readonly cell: MapCell; readonly source: string }) {
  return (
    <>
      {was === null ? null : (
        <span class="was">
          was <del>{was === 'no table' ? was : entryText(was)}</del>
        </span>
      )}
      {entry === null ? (
        <span class="no-table">no table</span>
      ) : (
        <Explained what={whatItIs(entry)} source={source}>
          {isHuge(entry) ? <strong>huge </strong> : null}
          {entryText(entry)}
        </Explained>
      )}
      {entry !== null && entry.frame !== null && entry.folio === null ? (
        <strong class="freed"> freed frame</strong>
      ) : null}
    </>
  );
}

const KINDS: Readonly<Record<MapEntry['kind'], string>> = {
  none: 'Nothing is mapped here.',
  table: 'A table of the level below.',
  leaf: 'A leaf.',
  migration: 'A migration entry: a fault that meets it sleeps until the page has arrived.',
  invalid: 'Not present for the hardware, while its table changes.',
  poison: 'The hardware has reported an error in the page.',
  frozen: 'Its table is being replaced; a fault that meets it goes round again.',
};

function whatItIs(entry: MapEntry): string {
  const { level, pages, kind, frame, folio, flags } = entry;
  const where = `Level ${level}, for ${pages === 1 ? 'one page' : `${pages} pages`}. `;
  if (kind !== 'leaf' || frame === null) return `${where}${KINDS[kind]}`;
  const of = folio === null ? 'which belongs to no folio any more' : `of the folio at ${folio}`;
  const mode = flags.includes('W') ? 'may be written' : 'is read-only';
  return `${where}A leaf to frame ${frame}, ${of}; it ${mode}.${flags.length > 1 ? ` Also: ${flags.slice(1).join(', ')}.` : ''}`;
}
