import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const ENTRY = fileURLToPath(new URL('../../../bin/stallscope.js', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a user does, without a terminal. */
export async function stallscope(...args: string[]): Promise<Ending> {
  return ending(start(args));
}

export function start(args: readonly string[], node: string = process.execPath, env = process.env): ChildProcess {
  // A service of a test keeps nothing, least of all where the one of the user does.
  const own = { STALLSCOPE_STORE: ':memory:', ...env };
  const child = spawn(node, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: own });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

export async function ending(child: ChildProcess): Promise<Ending> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Resolves with the address that the log of a service names. */
export function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const address = /listening at (http:\/\/[^"]+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on('exit', () => reject(new Error(log)));
  });
}

/** A file that is gone when the test has ended. */
export function temporaryFile(name: string, content: string | object): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
