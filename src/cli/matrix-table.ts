// The matrix of verdicts, for a terminal and for the docs.

import Table from 'cli-table3';
import { type MatrixLine, matrixGroups } from '../explore/matrix-groups.ts';
import type { MatrixResult } from '../explore/matrix-result.ts';

const head = ['operations', 'mapcount', 'kernel'];

export function matrixTable(result: MatrixResult): string {
  const { schemes, lines } = matrixGroups(result);
  const table = new Table({ head: [...head, ...schemes], style: { head: [], border: [], compact: true } });
  for (const line of lines) {
    const cells = line.cells.map((cell) => cell.replaceAll(/[:,] /g, '\n'));
    table.push([line.row, line.mapcounts.join('\n'), line.kernels.join('\n'), ...cells]);
  }
  return table.toString();
}

export function matrixMarkdown(result: MatrixResult): string {
  const { schemes, lines } = matrixGroups(result);
  const titles = [...head, ...schemes.map((scheme) => `\`${scheme}\``)];
  return [titles, titles.map(() => '---'), ...lines.map(markdownCells)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const markdownCells = ({ row, mapcounts, kernels, cells }: MatrixLine): string[] => [
  row,
  mapcounts.join(', '),
  kernels.join(', '),
  ...cells,
];
