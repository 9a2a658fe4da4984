// docs/reference and docs/dependencies.md beside what they describe, both ways: nothing undocumented, nothing invented.

import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { calibrateCommand } from '../../src/cli/commands/calibrate.ts';
import { compareCommand } from '../../src/cli/commands/compare.ts';
import { exploreCommand } from '../../src/cli/commands/explore.ts';
import { mapcountsCommand } from '../../src/cli/commands/mapcounts.ts';
import { measureCommand } from '../../src/cli/commands/measure.ts';
import { profilesCommand } from '../../src/cli/commands/profiles.ts';
import { runCommand } from '../../src/cli/commands/run.ts';
import { scenariosCommand } from '../../src/cli/commands/scenarios.ts';
import { serveCommand } from '../../src/cli/commands/serve.ts';
import { sweepCommand } from '../../src/cli/commands/sweep.ts';
import { traceCommand } from '../../src/cli/commands/trace.ts';
import { validateCommand } from '../../src/cli/commands/validate.ts';
import { EDGE_ERRORS } from '../../src/server/errors.ts';
import { TOPICS } from '../../src/server/event-log.ts';
import { codeWords, headings, REPOSITORY, readPage, section, tableRows } from '../docs/markdown.ts';
import { startService } from '../server/support/service.ts';

/** Texts of the TypeScript files under these folders. */
function sourcesOf(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(`${REPOSITORY}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`${REPOSITORY}${folder}/${file}`, 'utf8')),
  );
}

describe('docs/reference/errors.md', () => {
  it('has every code, with its status and its sentence', () => {
    const documented = tableRows(readPage('docs/reference/errors.md')).map(([code = '', status, sentence]) => [
      codeWords(code)[0],
      Number(status),
      sentence,
    ]);
    const declared = Object.entries(EDGE_ERRORS).map(([code, { status, title }]) => [code, status, title]);
    expect(documented.toSorted()).toEqual(declared.toSorted());
  });

  it('every code is used', () => {
    const used = new Set(
      sourcesOf('src/server', 'src/cli').flatMap((text) =>
        [...text.matchAll(/'([A-Z_]{4,})'/g)].map(([, code]) => code),
      ),
    );
    expect(Object.keys(EDGE_ERRORS).filter((code) => !used.has(code))).toEqual([]);
  });
});

describe('docs/reference/api.md', () => {
  const page = readPage('docs/reference/api.md');

  it('has every call, with the statuses that it may answer', async () => {
    const app = await startService();
    interface Document {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    }
    const { paths } = (await app.inject('/openapi.json')).json<Document>();
    const calls = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { responses }]) => ({
        call: `${method.toUpperCase()} ${path}`,
        responses,
      })),
    );
    const rows = tableRows(page).filter(([call = '']) => /^`(GET|POST|DELETE) /.test(call));
    expect(rows.map(([call = '']) => codeWords(call)[0]).toSorted()).toEqual(calls.map(({ call }) => call).toSorted());
    for (const [call = '', statuses = ''] of rows) {
      const { responses } = calls.find((candidate) => candidate.call === codeWords(call)[0])!;
      for (const status of statuses.split(', ').filter((text) => text !== '101')) {
        expect([call, Object.keys(responses)]).toEqual([call, expect.arrayContaining([status])]);
      }
    }
  });

  it('has every topic', () => {
    const [, list = ''] = /^Topics: (.*?)\. Every run/ms.exec(page) ?? [];
    expect(codeWords(list)).toEqual(TOPICS);
  });
});

describe('docs/reference/cli.md', () => {
  const page = readPage('docs/reference/cli.md');
  const commands = [
    compareCommand(),
    runCommand(),
    traceCommand(),
    sweepCommand(),
    exploreCommand(),
    scenariosCommand(),
    profilesCommand(),
    mapcountsCommand(),
    measureCommand(),
    calibrateCommand(),
    validateCommand(),
    serveCommand(),
  ];

  /** Heading of the section of a command. */
  function sectionOf(command: Command): string {
    const found = headings(page, 2).find(
      (heading) =>
        heading.includes(`\`stallscope ${command.name()} `) || heading.includes(`\`stallscope ${command.name()}\``),
    );
    if (found === undefined) throw new Error(`no section for ${command.name()}`);
    return section(page, found);
  }

  it.each(commands.map((command) => [command.name(), command] as const))('%s: has every option', (_, command) => {
    const documented = tableRows(sectionOf(command)).map(([option = '']) => codeWords(option)[0]);
    expect(documented).toEqual(command.options.map(({ flags }) => flags));
  });

  it('has every command', () => {
    const documented = headings(page, 2).flatMap((heading) => [...heading.matchAll(/`stallscope (\w+)/g)]);
    expect(documented.map(([, name]) => name).toSorted()).toEqual(commands.map((command) => command.name()).toSorted());
  });

  it('has every variable of the environment', () => {
    const read = sourcesOf('src/server', 'src/cli').flatMap((text) => text.match(/STALLSCOPE_[A-Z_]+/g) ?? []);
    const documented = tableRows(section(page, 'Environment')).map(([variable = '']) => codeWords(variable)[0]);
    expect(documented.toSorted()).toEqual([...new Set(read)].toSorted());
  });
});

describe('docs/dependencies.md', () => {
  it('has a line for every dependency', () => {
    type Names = Record<string, string>;
    const manifest = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8')) as {
      dependencies: Names;
      devDependencies: Names;
      optionalDependencies: Names;
    };
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const declared = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const rows = tableRows(readPage('docs/dependencies.md'));
    expect(rows.map(([name = '']) => codeWords(name)[0]).toSorted()).toEqual(declared.toSorted());
    expect(rows.filter(([, why = '']) => why.length < 5)).toEqual([]);
  });
});
