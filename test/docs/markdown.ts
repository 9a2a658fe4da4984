// What the tests of the docs read of a page: its tables, its fenced blocks, its headings and its links.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** `path` is relative to the repository. */
export function readPage(path: string): string {
  return readFileSync(new URL(path, new URL('../../', import.meta.url)), 'utf8');
}

/** The text under a heading, down to the next heading of the same or a higher rank. */
export function section(page: string, heading: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`the page has no heading "${heading}"`);
  const rank = lines[start]?.indexOf(' ') ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

export function headings(page: string, rank: number): string[] {
  const mark = `${'#'.repeat(rank)} `;
  return withoutFences(page)
    .split('\n')
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(mark.length));
}

/** Every row of every table, without the header rows. Cells are trimmed. */
export function tableRows(markdown: string): string[][] {
  const rows: string[][] = [];
  const lines = withoutFences(markdown).split('\n');
  for (const [index, line] of lines.entries()) {
    const isRule = (text: string | undefined): boolean => /^\|[-:| ]+\|$/.test(text ?? '');
    if (!line.startsWith('|') || isRule(line) || isRule(lines[index + 1])) continue;
    const cells = line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/);
    rows.push(cells.map((cell) => cell.trim().replaceAll('\\|', '|')));
  }
  return rows;
}

/** What stands between backticks. */
export function codeWords(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Targets of inline links, in prose only. */
export function links(page: string): Link[] {
  return withoutFences(page)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ target, line: index + 1 })),
    );
}

/** The anchor that a heading gets. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** The page with the lines of fenced blocks emptied, so that line numbers stay. */
function withoutFences(page: string): string {
  let inside = false;
  return page
    .split('\n')
    .map((line) => {
      const isFence = line.startsWith('```');
      if (isFence) inside = !inside;
      return inside || isFence ? '' : line;
    })
    .join('\n');
}
