// docs/checkers.md against the kinds of findings in the code: a kind that the page does not know fails, and one that it invents.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { outcomeKinds, violationKinds } from '../../src/mm/finding-kinds.ts';
import { codeWords, REPOSITORY, readPage, section, tableRows } from './markdown.ts';

const PAGE = readPage('docs/checkers.md');
const rules = tableRows(section(PAGE, 'By rule'));
const kinds = tableRows(section(PAGE, 'By kind'));

const namedIn = (rule: readonly string[]): string[] => codeWords(rule[1] ?? '');

const testFiles = readdirSync(join(REPOSITORY, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('docs'))
  .map((file) => readFileSync(join(REPOSITORY, 'test', file), 'utf8'));

describe('docs/checkers.md', () => {
  test('by kind · all kinds of the code · once each, in its order', () => {
    expect(kinds.map(([kind = '']) => codeWords(kind)[0])).toEqual([...violationKinds, ...outcomeKinds]);
  });

  test('by kind · where · the file is there, and makes findings of that kind', () => {
    const wrong = kinds.flatMap(([kind = '', , where = '']) =>
      codeWords(where).filter((file) => {
        const word = (codeWords(kind)[0] ?? '').replace('lockdep-', '');
        return !readPage(file).includes(`'${word}'`);
      }),
    );
    expect(wrong).toEqual([]);
    expect(kinds.filter(([, , where = '']) => codeWords(where).length === 0)).toEqual([]);
  });

  test('by rule · L.1 to L.12 of the reference and three more · each once', () => {
    const names = rules.map(([rule = '']) => /^(L\.\d+|No [a-z ]+)/.exec(rule)?.[1]);
    expect(names).toEqual([
      ...Array.from({ length: 12 }, (_, index) => `L.${index + 1}`),
      'No lost write',
      'No deadlock',
      'No waiter asleep for ever',
    ]);
  });

  test('by rule · its findings · every kind of a checker belongs to a rule, and no rule names another', () => {
    const named = new Set(rules.flatMap(namedIn));
    expect(violationKinds.filter((kind) => !named.has(kind))).toEqual([]);
    const known: readonly string[] = [...violationKinds, ...outcomeKinds];
    expect([...named].filter((kind) => !known.includes(kind))).toEqual([]);
  });

  test('every kind of a checker, but for those of explorations · some test · expects it', () => {
    const ofRuns = violationKinds.filter((kind) =>
      kinds.some(([id, , where = '']) => id === `\`${kind}\`` && !where.startsWith('`src/explore/')),
    );
    expect(ofRuns.length).toBeGreaterThan(30);
    const unseen = ofRuns.filter((kind) => {
      const word = kind.replace('lockdep-', '');
      return !testFiles.some((text) => text.includes(`'${kind}'`) || text.includes(`'${word}'`));
    });
    expect(unseen).toEqual([]);
  });
});
