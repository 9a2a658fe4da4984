// The tables of arguments and races in the guide are those of the tests that ask them. UPDATE_DOCS=1 writes them anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guest, operations } from '../../src/cli/explore-options.ts';
import { readExploration } from '../../src/explore/exploration-request.ts';
import { questionOf } from '../../src/explore/question.ts';
import { promotionArguments } from '../explore/promotion/arguments.ts';
import { argumentTable, commandOf, raceTable } from '../explore/promotion/promotion-tables.ts';
import { collapseRaces } from '../explore/promotion/races.ts';

const page = new URL('../../docs/guides/exploring.md', import.meta.url);

test.each([
  ['arguments', argumentTable],
  ['races', raceTable],
] as const)('docs/guides/exploring.md · the table of %s · as the tests ask them', (name, table) => {
  const text = readFileSync(page, 'utf8');
  const [before, after = ''] = text.split(`<!-- ${name} -->\n`);
  const old = /^\n(?:\|.*\n)*\n?/.exec(after)?.[0] ?? '';
  const now = `\n${table()}\n\n`;
  if (process.env.UPDATE_DOCS !== undefined && process.env.UPDATE_DOCS !== '') {
    writeFileSync(page, `${before}<!-- ${name} -->\n${now}${after.slice(old.length)}`);
  } else expect(old).toBe(now);
});

test.each([...promotionArguments, ...collapseRaces].map((one) => [commandOf(one.question), one] as const))(
  '%s · read · the question of the test',
  (command, one) => {
    const given = (option: string): string | undefined =>
      new RegExp(`--${option} (?:'([^']*)'|(\\S+))`)
        .exec(command)
        ?.slice(1)
        .find((part) => part !== undefined);
    const plain = ['scheme', 'backing', 'folios', 'kernel', 'preemption', 'mapped', 'sptes'].flatMap((name) => {
      const value = given(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const [protection, mode, pages, accesses] = ['protection', 'userfault', 'read-only-sptes', 'guest'].map(given);
    const document = {
      operations: operations(given('operations') ?? ''),
      ...Object.fromEntries(plain),
      ...(protection === undefined ? {} : { hgm: { protection } }),
      ...(mode === undefined ? {} : { userfault: { mode, answered: !command.includes('--unanswered') } }),
      ...(pages === undefined ? {} : { readOnlySptes: [Number(pages)] }),
      ...(accesses === undefined ? {} : { guest: guest(accesses) }),
    };
    expect(readExploration(document).question).toEqual(questionOf(one.question));
  },
);
