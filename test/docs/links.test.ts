import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf, headings, links, REPOSITORY, readPage } from './markdown.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
];

function anchorsOf(path: string): string[] {
  const page = readPage(path);
  return [1, 2, 3, 4].flatMap((rank) => headings(page, rank).map(anchorOf));
}

describe.each(pages)('%s', (path) => {
  it('links inside of the repository: lead to a file, and to a heading that it has', () => {
    const broken = links(readPage(path)).filter(({ target }) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(REPOSITORY, linked))) return true;
      return anchor !== undefined && !anchorsOf(linked).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
