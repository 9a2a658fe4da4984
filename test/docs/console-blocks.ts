// Commands in the docs and what they print. A block is fenced as `console`; `$ ` starts a command, `> ` goes on with it,
// and everything else is its output. The commands of a page run in one shell, in order, so that one may use what an
// earlier one has set.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { REPOSITORY } from './markdown.ts';

export interface ConsoleCommand {
  /** Line of the page, counted from 1. */
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
}

export function consoleCommands(page: string): ConsoleCommand[] {
  const commands: { line: number; command: string; output: string[] }[] = [];
  let inside = false;
  for (const [index, text] of page.split('\n').entries()) {
    const last = commands.at(-1);
    if (text.startsWith('```')) inside = text === '```console';
    else if (!inside) continue;
    else if (text.startsWith('$ ')) commands.push({ line: index + 1, command: text.slice(2), output: [] });
    else if (last === undefined) throw new Error(`line ${index + 1}: output without a command`);
    else if (text.startsWith('> ') && last.output.length === 0) last.command += `\n${text.slice(2)}`;
    else last.output.push(text);
  }
  return commands;
}

/** The page with these outputs in the place of its own, one for each command. */
export function withOutputs(page: string, outputs: readonly (readonly string[])[]): string {
  const lines: string[] = [];
  let inside = false;
  let at = -1;
  let told = true;
  const tell = (): void => {
    if (!told) lines.push(...(outputs[at] ?? []));
    told = true;
  };
  for (const text of page.split('\n')) {
    if (text.startsWith('```')) {
      tell();
      inside = text === '```console';
      lines.push(text);
    } else if (!inside) {
      lines.push(text);
    } else if (text.startsWith('$ ')) {
      tell();
      at += 1;
      told = false;
      lines.push(text);
    } else if (text.startsWith('> ') && !told && lines.at(-1)?.match(/^[$>] /)) {
      lines.push(text);
    }
  }
  return lines.join('\n');
}

/** What may differ between two runs of one command: ids, dates, wall times. */
export function comparable(output: readonly string[]): string[] {
  return output.map((line) =>
    line
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '<date>')
      .replaceAll(/("?wallMs"?: ?)\d+/g, '$1<ms>'),
  );
}

/** Where the docs say that the service listens. */
export const DOCUMENTED_ADDRESS = '127.0.0.1:8080';

const MARK = '--- output of the next command ---';

/**
 * Runs the commands in an empty folder and returns what each prints, stderr included. `npx x` runs the x of this
 * installation at once. `address` stands in for the documented one.
 */
export async function printedBy(commands: readonly string[], address: string): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-docs-'));
  if (commands.some((command) => command.includes('stallscope/client'))) installClient(folder);
  const script = [
    'exec 2>&1',
    `npx() { if [ "$1" = stallscope ]; then shift; node '${join(REPOSITORY, 'bin/stallscope.js')}' "$@"; else "$@"; fi; }`,
    // A command may ask for the exit code of the one before it.
    `mark() { local code=$?; echo '${MARK}'; return $code; }`,
    ...commands.flatMap((command) => ['mark', command.replaceAll(DOCUMENTED_ADDRESS, address)]),
    'exit 0',
  ].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(REPOSITORY, 'node_modules', '.bin')}:${process.env.PATH}`, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  }).finally(() => rmSync(folder, { recursive: true }));
  const [, ...outputs] = stdout.split(`${MARK}\n`);
  return outputs.map((text) => {
    const lines = text.replaceAll(address, DOCUMENTED_ADDRESS).split('\n');
    while (lines.at(-1) === '') lines.pop();
    return lines.map((line) => line.trimEnd());
  });
}

/** What `npm run build:client` here and `npm install` of this folder there come to. */
function installClient(folder: string): void {
  const { status, stdout } = spawnSync('npm', ['run', 'build:client'], { cwd: REPOSITORY, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(REPOSITORY, join(folder, 'node_modules/stallscope'));
}

/** Starts the service on a free port. Returns its address and how to end it. */
export async function startService(): Promise<{ address: string; stop: () => Promise<void> }> {
  // A store of its own: an answer that an earlier service has kept would be given again, without a run.
  const service = spawn(process.execPath, ['bin/stallscope.js', 'serve', '--port', '0', '--store', ':memory:'], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => service.once('exit', () => resolve()));
  const lines = createInterface({ input: service.stderr });
  const stop = async (): Promise<void> => {
    service.kill('SIGTERM');
    await ended;
  };
  const said: string[] = [];
  for await (const line of lines) {
    said.push(line);
    const address = /listening at http:\/\/([\d.]+:\d+)/i.exec(line)?.[1];
    if (address === undefined) continue;
    // From here on nobody reads the log; it must not fill the pipe.
    service.stderr.resume();
    return { address, stop };
  }
  throw new Error(`the service did not start: ${said.join('\n')}`);
}
