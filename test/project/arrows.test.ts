import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONFIGURATION = '.dependency-cruiser.mjs';

interface Report {
  summary: { violations: { rule: { name: string }; from: string; to: string }[]; totalCruised: number };
}

/** What the rules say of the src and the page in this folder. */
function cruise(folder: string): Report['summary'] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [program, '--config', CONFIGURATION, '--output-type', 'json', 'src', 'web/src'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 27 });
  if (stderr !== '') throw new Error(stderr);
  return (JSON.parse(stdout) as Report).summary;
}

/** A project with the rules of this one and these files. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-arrows-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'web/src'), { recursive: true });
  // A folder without any file is no project for the compiler.
  writeFileSync(join(folder, 'src/empty.ts'), 'export {};\n');
  for (const file of [CONFIGURATION, 'tsconfig.json', 'package.json'])
    copyFileSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

describe('arrows between the folders', () => {
  it('hold', () => {
    const { violations, totalCruised } = cruise(ROOT);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    expect(totalCruised).toBeGreaterThan(50);
  });

  it.each([
    [
      'a value against the arrow',
      'src/mm/a.ts',
      "export { b } from '../kvm/b.ts';",
      'src/kvm/b.ts',
      'mm-looks-inward-only',
    ],
    [
      'a type against the arrow',
      'src/kvm/a.ts',
      "export type { B } from '../lab/b.ts';",
      'src/lab/b.ts',
      'kvm-looks-inward-only',
    ],
    [
      'the server in the command line: allowed',
      'src/cli/a.ts',
      "export { b } from '../server/b.ts';",
      'src/server/b.ts',
      null,
    ],
    [
      'the command line in the server',
      'src/server/a.ts',
      "export { b } from '../cli/b.ts';",
      'src/cli/b.ts',
      'server-looks-inward-only',
    ],
    [
      'the server in the client, be it a type',
      'src/client/a.ts',
      "export type { B } from '../server/b.ts';",
      'src/server/b.ts',
      'client-stands-alone',
    ],
    [
      'the client in the server',
      'src/server/a.ts',
      "export { b } from '../client/b.ts';",
      'src/client/b.ts',
      'nothing-needs-the-client',
    ],
    [
      'a file of the host in the model',
      'src/mm/a.ts',
      "export { readFileSync } from 'node:fs';",
      'src/mm/b.ts',
      'model-has-no-outside',
    ],
    [
      'a package in the engine',
      'src/engine/a.ts',
      "export { fastify } from 'fastify';",
      'src/engine/b.ts',
      'engine-is-bare',
    ],
    [
      'a test in the product',
      'src/lab/a.ts',
      "export { b } from '../../test/b.ts';",
      'test/b.ts',
      'nothing-imports-tests',
    ],
    [
      'a tool of the developers in the product',
      'src/lab/a.ts',
      "export { test } from 'vitest';",
      'src/lab/b.ts',
      'no-dev-dependency-in-product',
    ],
    [
      'the server in the page, be it a type',
      'web/src/a.ts',
      "export type { B } from '../../src/server/b.ts';",
      'src/server/b.ts',
      'page-sees-the-interface-only',
    ],
    [
      'the client in the page: allowed',
      'web/src/a.ts',
      "export { b } from '../../src/client/b.ts';",
      'src/client/b.ts',
      null,
    ],
    [
      'the page in the server',
      'src/server/a.ts',
      "export { b } from '../../web/src/b.ts';",
      'web/src/b.ts',
      'nothing-needs-the-page',
    ],
    [
      'a view in another',
      'web/src/live/a.ts',
      "export { b } from '../compare/b.ts';",
      'web/src/compare/b.ts',
      'views-stand-apart',
    ],
    ['a file that is not there', 'src/lab/a.ts', "export { c } from './c.ts';", 'src/lab/b.ts', 'resolvable'],
  ])('%s', (_, from, text, to, rule) => {
    const target = 'export const b = 1;\nexport type B = number;\n';
    const names = cruise(project({ [from]: text, [to]: target })).violations.map((violation) => violation.rule.name);
    if (rule === null) expect(names).toEqual([]);
    else expect(names).toContain(rule);
  });

  it('a worker that loads the server', () => {
    const files = {
      'src/server/run-worker.ts': "export { a } from './a.ts';",
      'src/server/a.ts': "import { fastify } from 'fastify';\nexport const a = fastify;\n",
    };
    expect(cruise(project(files)).violations.map(({ rule }) => rule.name)).toContain('worker-stays-light');
  });

  it('two files that need each other', () => {
    const files = {
      'src/mm/a.ts': "import { b } from './b.ts';\nexport const a = (): unknown => b;\n",
      'src/mm/b.ts': "import { a } from './a.ts';\nexport const b = (): unknown => a;\n",
    };
    expect(cruise(project(files)).violations.map(({ rule }) => rule.name)).toContain('no-cycles');
  });
});
