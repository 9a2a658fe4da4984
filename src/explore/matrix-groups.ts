// The matrix for people: cells of a row that say the same stand in one line.

import type { NotifierSchemeId } from '../lab/run-types.ts';
import type { MatrixAnswer } from './matrix.ts';
import type { MatrixResult } from './matrix-result.ts';

export interface MatrixLine {
  readonly row: string;
  readonly mapcounts: readonly string[];
  readonly kernels: readonly string[];
  /** In the order of `schemes`. */
  readonly cells: readonly string[];
}

export interface MatrixGroups {
  readonly schemes: readonly NotifierSchemeId[];
  readonly lines: readonly MatrixLine[];
}

const cellText = ({ verdict, because }: MatrixAnswer): string =>
  because.length === 0 ? verdict : `${verdict}: ${because.join(', ')}`;

export function matrixGroups({ rows, cells }: MatrixResult): MatrixGroups {
  const schemes = [...new Set(cells.map(({ scheme }) => scheme))];
  const lines = rows.flatMap(({ id }) =>
    linesOf(
      id,
      cells.filter(({ row }) => row === id),
      schemes,
    ),
  );
  return { schemes, lines };
}

/** First kernels that agree under a mapcount scheme, then mapcount schemes for which the same kernels agree on the same. */
function linesOf(row: string, cells: readonly MatrixAnswer[], schemes: readonly NotifierSchemeId[]): MatrixLine[] {
  const groups = new Map<string, { mapcounts: string[]; lines: { kernels: string[]; cells: string[] }[] }>();
  for (const mapcount of new Set(cells.map((cell) => cell.mapcount))) {
    const lines = new Map<string, { kernels: string[]; cells: string[] }>();
    for (const kernel of new Set(cells.map((cell) => cell.kernel))) {
      const said = schemes.map((scheme) => {
        const cell = cells.find((one) => one.scheme === scheme && one.mapcount === mapcount && one.kernel === kernel);
        return cell === undefined ? '' : cellText(cell);
      });
      const key = said.join('|');
      const line = lines.get(key);
      if (line === undefined) lines.set(key, { kernels: [kernel], cells: said });
      else line.kernels.push(kernel);
    }
    const key = JSON.stringify([...lines.values()]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { mapcounts: [mapcount], lines: [...lines.values()] });
    else group.mapcounts.push(mapcount);
  }
  return [...groups.values()].flatMap(({ mapcounts, lines }) => lines.map((line) => ({ row, mapcounts, ...line })));
}
