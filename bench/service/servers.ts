// The servers that are measured, each in a process of its own, with a log and a store in a folder that goes with it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Usage } from './usage-hook.ts';

const HOOK = new URL('./usage-hook.ts', import.meta.url).href;
const STALLSCOPE = fileURLToPath(new URL('../../bin/stallscope.js', import.meta.url));
const HELLO = fileURLToPath(new URL('./hello-child.ts', import.meta.url));
const START_MS_MAX = 30_000;

export class Server {
  readonly address: string;
  readonly folder: string;
  readonly #process: ChildProcess;

  constructor(address: string, folder: string, process: ChildProcess) {
    this.address = address;
    this.folder = folder;
    this.#process = process;
  }

  async usage(when: 'now' | 'after a collection' = 'now'): Promise<Usage> {
    this.#process.send(when);
    const [usage] = (await once(this.#process, 'message')) as [Usage];
    return usage;
  }

  async get(path: string): Promise<string> {
    return (await fetch(`${this.address}${path}`)).text();
  }

  async post<Answer>(path: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async delete(path: string): Promise<void> {
    await fetch(`${this.address}${path}`, { method: 'DELETE' });
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The service as the command starts it, with every guard but the limit of requests, which is there to stop a load like this. */
export const startService = (): Promise<Server> =>
  start((port, folder) => [STALLSCOPE, ['serve', '--port', String(port), '--store', join(folder, 'store.db')]]);

/** The least that Fastify does. */
export const startHello = (): Promise<Server> => start((port) => [HELLO, [String(port)]]);

async function start(command: (port: number, folder: string) => [file: string, args: string[]]): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-bench-'));
  const port = await freePort();
  const [file, args] = command(port, folder);
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'a');
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--import', HOOK],
    env: { ...process.env, STALLSCOPE_RATE_LIMIT: '0', STALLSCOPE_TOKEN: '', NODE_COMPILE_CACHE: '' },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const server = new Server(`http://127.0.0.1:${port}`, folder, child);
  const giveUpAtMs = performance.now() + START_MS_MAX;
  while (!(await answers(server))) {
    if (child.exitCode !== null || performance.now() > giveUpAtMs) {
      const said = readFileSync(logFile, 'utf8');
      await server.close();
      throw new Error(`${file} did not start: ${said}`);
    }
    await sleep(50);
  }
  return server;
}

const answers = (server: Server): Promise<boolean> =>
  server.get('/healthz').then(
    () => true,
    () => false,
  );

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
