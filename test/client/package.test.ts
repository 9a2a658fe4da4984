// The client as somebody else has it: packed, and imported from a folder outside of this repository. Node strips no types from
// what lies under node_modules, so what is packed has to be JavaScript.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { REPOSITORY } from '../docs/markdown.ts';
import { ordered, startService } from '../server/support/service.ts';

const NEEDED = ['openapi-fetch', 'openapi-typescript-helpers', 'rxjs', 'tslib'];

let packed = '';

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_offline: 'true' },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A folder like that of a user: the package from its tarball, and what it depends on. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-user-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'stallscope'), { recursive: true });
  // What npm install does with a tarball; the dependencies are those that are here, so that no registry is asked.
  run('tar', ['-xzf', packed, '--strip-components=1', '-C', join(modules, 'stallscope')], folder);
  for (const name of NEEDED) symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

describe('the packed client', () => {
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'stallscope-pack-'));
    run('npm', ['pack', '--silent', '--pack-destination', folder], REPOSITORY);
    packed = join(folder, readdirSync(folder)[0] ?? '');
    return () => rmSync(folder, { recursive: true });
  });

  it('imported by JavaScript: runs a comparison', async () => {
    const app = await startService();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const folder = project();
    const program = `
      import { createClient } from 'stallscope/client';
      const { comparisons } = createClient({ baseUrl: process.argv[2] });
      const result = await comparisons.run(${JSON.stringify({ scenario: ordered('quick'), schemes: ['range'] })});
      console.log(result.schemes[0].scheme, result.repetitions);
    `;
    writeFileSync(join(folder, 'main.js'), program);
    // Not spawnSync: the service of this process has to answer.
    const child = spawn(process.execPath, ['main.js', address], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const bytes of child.stdout) printed += String(bytes);
    expect(printed).toBe('range 3\n');
  });

  it('imported by TypeScript: its types are known, and what is wrong is told', () => {
    const folder = project();
    const program = `
      import { createClient } from 'stallscope/client';
      const { comparisons } = createClient({ baseUrl: 'http://127.0.0.1:1' });
      export const p99 = async (): Promise<number> => (await comparisons.run({ scenario: 'x' })).schemes[0]!.stall.p99Ns;
      // @ts-expect-error
      void comparisons.run({ scenario: 'x', schemes: ['rnage'] });
    `;
    writeFileSync(join(folder, 'main.ts'), program);
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      strict: true,
      noEmit: true,
      types: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const tsc = join(REPOSITORY, 'node_modules/.bin/tsc');
    expect(run(tsc, ['-p', '.'], folder)).toBe('');
  });

  it('has no dependency beside what it says', () => {
    const folder = project();
    const client = join(folder, 'node_modules/stallscope/dist/client');
    expect(
      readdirSync(client)
        .filter((file) => file.endsWith('.js'))
        .toSorted(),
    ).toEqual(
      readdirSync(join(REPOSITORY, 'src/client'))
        .map((file) => file.replace(/\.ts$/, '.js'))
        .toSorted(),
    );
  });
});
