// Types, lint and format, the arrows between the folders, and dead code: everything that can be said about the
// source without running it. All of them run even if the first fails, so one look shows all there is to repair.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { runAudit, tellAudit } from './audit.ts';

export const CHECKS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the page', command: ['tsc', '--noEmit', '-p', 'web'] },
  { name: 'types of its tests', command: ['tsc', '--noEmit', '-p', 'test/web'] },
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'arrows', command: ['depcruise', '--config', '.dependency-cruiser.mjs', 'src', 'bin', 'web/src'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
];

/** Runs every check and returns the names of those that failed. Expects node_modules/.bin on the path, as npm scripts have it. */
export function runChecks(): string[] {
  const failed: string[] = [];
  for (const { name, command } of CHECKS) {
    const [program = '', ...args] = command;
    process.stdout.write(`check: ${name}\n`);
    const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
    if (error !== undefined) process.stdout.write(`${program}: ${error.message}\n`);
    if (status !== 0) failed.push(name);
  }
  return failed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const failed = runChecks();
  const audit = runAudit();
  process.stdout.write(`${tellAudit(audit)}\n`);
  if (audit.kind === 'holes') failed.push('audit');
  if (failed.length > 0) {
    process.stdout.write(`check: failed: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
