import { describe, expect, it } from 'vitest';
import { isSleep, type StallCause } from '../../src/kvm/stall-windows.ts';
import {
  handlers,
  hgmVersions,
  mapcountSchemes,
  notifierSchemes,
  operations,
  patterns,
  stallCauses,
  topics,
  type Vocabulary,
} from '../../src/lab/vocabulary.ts';
import { codeWords, readPage, section, tableRows } from './markdown.ts';

const PAGE = readPage('docs/glossary.md');

function idsUnder(heading: string): string[] {
  return tableRows(section(PAGE, heading)).map(([id = '']) => codeWords(id)[0] ?? '');
}

describe('docs/glossary.md', () => {
  it.each<[string, Vocabulary]>([
    ['Notifier schemes', notifierSchemes],
    ['Handlers', handlers],
    ['Mapcount schemes', mapcountSchemes],
    ['Stall causes', stallCauses],
    ['Operations', operations],
    ['Topics', topics],
    ['Guest access patterns', patterns],
    ['HGM revisions', hgmVersions],
  ])('%s: the ids of the vocabulary', (heading, vocabulary) => {
    expect(idsUnder(heading).sort()).toEqual(vocabulary.map(({ id }) => id).sort());
  });

  it.each<[string, Vocabulary]>([
    ['Mapcount schemes', mapcountSchemes],
    ['Operations', operations],
    ['Guest access patterns', patterns],
  ])('%s: says of those that this version refuses that they are not available', (heading, vocabulary) => {
    const refused = tableRows(section(PAGE, heading))
      .filter((row) => row.join(' ').includes('Not available yet'))
      .map(([id = '']) => codeWords(id)[0] ?? '');
    expect(refused.sort()).toEqual(
      vocabulary
        .filter(({ available }) => !available)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('stall causes: spin or sleep, as the model counts them', () => {
    for (const [id = '', kind] of tableRows(section(PAGE, 'Stall causes'))) {
      expect(`${id} ${kind}`).toBe(`${id} ${isSleep(codeWords(id)[0] as StallCause) ? 'sleep' : 'spin'}`);
    }
  });

  it('words: in alphabetical order, each once', () => {
    const words = tableRows(section(PAGE, 'Words')).map(([word = '']) => word.replaceAll('*', '').toLowerCase());
    expect(words).toEqual([...new Set(words)].sort((a, b) => a.localeCompare(b, 'en')));
  });
});
