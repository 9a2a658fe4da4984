// What the exploration matrix says about the operations of a scenario. A cell is a proof for a small case or a counterexample; it is
// about the operations, the memory and the kernel that it names, never about the run beside it.

import type { components } from '../../../src/client/index.ts';

type Schemas = components['schemas'];
export type Matrix = Schemas['Matrix'];
export type MatrixCell = Schemas['MatrixCell'];
export type Verdict = MatrixCell['verdict'];

/** What of a scenario the matrix asks for. */
export interface ExploredCase {
  readonly backing: string;
  /** Leaves of the host's page table at time 0 are as large as the pages of the backing. */
  readonly isMappedHuge: boolean;
  /** Folios of transparent huge pages that are huge already. */
  readonly hasHugeFolios: boolean;
  readonly operations: ReadonlySet<string>;
  readonly kernel: string;
  readonly hgm: string;
}

export interface Explored {
  /** Cells in which nothing but operations of the scenario run. */
  readonly own: readonly MatrixCell[];
  /** Cells in which one of them meets another operation. */
  readonly beside: readonly MatrixCell[];
}

export function exploredCells(matrix: Matrix, about: ExploredCase, scheme: string, mapcount: string): Explored {
  const rows = new Map(matrix.rows.map((row) => [row.id, row]));
  const own: MatrixCell[] = [];
  const beside: MatrixCell[] = [];
  for (const cell of matrix.cells) {
    if (cell.scheme !== scheme || (cell.mapcount !== '-' && cell.mapcount !== mapcount)) continue;
    const row = rows.get(cell.row);
    if (row === undefined || cell.kernel !== about.kernel || !isSameMemory(row, cell, about)) continue;
    const operations = row.operations.flat();
    if (operations.every((operation) => about.operations.has(operation))) own.push(cell);
    else if (operations.some((operation) => about.operations.has(operation))) beside.push(cell);
  }
  return { own, beside };
}

const isHugetlb = (backing: string): boolean => backing.startsWith('hugetlb');

function isSameMemory(row: Schemas['MatrixRow'], cell: MatrixCell, about: ExploredCase): boolean {
  const { request } = cell;
  // Rows that ask for locks of their own are about these locks, and no run takes them.
  if (request.hgm !== undefined) return false;
  if (isHugetlb(row.backing)) {
    // Exploration knows small HugeTLB pages, whose code is that of large ones.
    return isHugetlb(about.backing) && cell.hgm?.version === about.hgm && isMappedHuge(cell) === about.isMappedHuge;
  }
  return row.backing === about.backing && (request.folios === '2m') === about.hasHugeFolios;
}

const isMappedHuge = ({ request }: MatrixCell): boolean => request.mapped !== undefined && request.mapped !== '4k';

/** From what must not be to what is proven. */
const ORDER: readonly Verdict[] = ['unsafe', 'leak', 'incomplete', 'performance', 'refused', 'safe'];

/** The worst of the cells; null: none. */
export const worstVerdict = (cells: readonly MatrixCell[]): Verdict | null =>
  ORDER.find((verdict) => cells.some((cell) => cell.verdict === verdict)) ?? null;

/** Kinds of the findings that make the worst verdict. */
export function reasonsOf(cells: readonly MatrixCell[]): readonly string[] {
  const worst = worstVerdict(cells);
  return [...new Set(cells.filter(({ verdict }) => verdict === worst).flatMap(({ because }) => because))];
}

/** How many cells have which verdict, the worst first: "2 unsafe, 12 safe". */
export function countsText(cells: readonly MatrixCell[]): string {
  return ORDER.map((verdict) => ({ verdict, count: cells.filter((cell) => cell.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ');
}

/** "unsafe in 1 of 14", "safe in all 14"; of a single cell its verdict alone. */
export function worstText(cells: readonly MatrixCell[]): string {
  const worst = worstVerdict(cells);
  const count = cells.filter(({ verdict }) => verdict === worst).length;
  if (cells.length < 2) return worst ?? '';
  return count === cells.length ? `${worst} in all ${count}` : `${worst} in ${count} of ${cells.length}`;
}
