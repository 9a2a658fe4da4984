// Every output that README and guides show was printed by the command above it. To write the pages anew after a change
// of the model: UPDATE_DOCS=1 npx vitest run test/docs/outputs.test.ts

import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  comparable,
  consoleCommands,
  DOCUMENTED_ADDRESS,
  printedBy,
  startService,
  withOutputs,
} from './console-blocks.ts';
import { REPOSITORY, readPage } from './markdown.ts';

const UPDATE = process.env.UPDATE_DOCS !== undefined && process.env.UPDATE_DOCS !== '';
const PAGE_TIMEOUT_MS = 600_000;

/** What a host measures differs from run to run: these pages show it, and say so. */
const measured: ReadonlySet<string> = new Set(['docs/guides/measure.md', 'docs/guides/validate.md']);

const guides = readdirSync(join(REPOSITORY, 'docs/guides'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/guides/${file}`)
  .filter((path) => !measured.has(path));

const hasCurl = spawnSync('curl', ['--version']).status === 0;

const pages = ['README.md', ...guides].filter((path) => consoleCommands(readPage(path)).length > 0);

describe.each(pages)('%s', (path) => {
  const page = readPage(path);
  const commands = consoleCommands(page);
  const firstCurl = commands.findIndex(({ command }) => command.includes('curl '));
  // Without curl, what comes after its first use cannot run either.
  const runnable = hasCurl || firstCurl === -1 ? commands : commands.slice(0, firstCurl);
  let outputs: string[][] = [];
  let stopService = async (): Promise<void> => {};

  beforeAll(async () => {
    const needsService = runnable.some(({ command }) => command.includes(DOCUMENTED_ADDRESS));
    const service = needsService ? await startService() : null;
    stopService = service?.stop ?? stopService;
    outputs = await printedBy(
      runnable.map(({ command }) => command),
      service?.address ?? DOCUMENTED_ADDRESS,
    );
    if (!UPDATE) return;
    // A command whose output is still right keeps the ids and wall times that it has.
    const shown = commands.map(({ output }, index) => {
      const printed = outputs[index] ?? output;
      return comparable(printed).join('\n') === comparable(output).join('\n') ? output : printed;
    });
    writeFileSync(join(REPOSITORY, path), withOutputs(page, shown));
  }, PAGE_TIMEOUT_MS);

  afterAll(async () => stopService());

  it.for(commands.map((command, index) => ({ ...command, index, title: command.command.split('\n')[0] })))(
    'line $line: $title',
    ({ output, index }, { skip }) => {
      if (index >= runnable.length) skip('there is no curl on this machine');
      const expected = UPDATE ? (outputs[index] ?? []) : output;
      expect(comparable(outputs[index] ?? ['the command did not run'])).toEqual(comparable(expected));
    },
  );
});

describe('console blocks', () => {
  const page = [
    'text',
    '```console',
    '$ first',
    'one',
    '$ second \\',
    '> more',
    '> and more',
    '> output that looks alike',
    '```',
    '```sh',
    '$ not run',
    '```',
  ];

  it('commands of a page: only those in console blocks, with their continuation lines', () => {
    expect(consoleCommands(page.join('\n'))).toEqual([
      { line: 3, command: 'first', output: ['one'] },
      { line: 5, command: 'second \\\nmore\nand more\noutput that looks alike', output: [] },
    ]);
  });

  it('new outputs: take the place of the old ones, and nothing else changes', () => {
    const written = withOutputs(page.join('\n'), [['uno', 'dos'], ['tres']]).split('\n');
    expect(written).toEqual([...page.slice(0, 3), 'uno', 'dos', ...page.slice(4, 8), 'tres', ...page.slice(8)]);
  });

  it('commands: run in one shell, and an error is part of what they print', async () => {
    const printed = await printedBy(['a=1', 'echo $a; echo b >&2', 'cat /nowhere/at/all; false', 'echo $?'], 'x:1');
    expect(printed).toEqual([[], ['1', 'b'], [expect.stringContaining('No such file')], ['1']]);
  });

  it('ids, dates and wall times: may differ', () => {
    const line = '{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","at":"2024-01-02T03:04:05.678Z","wallMs":12}';
    expect(comparable([line])).toEqual(['{"id":"<id>","at":"<date>","wallMs":<ms>}']);
  });
});
