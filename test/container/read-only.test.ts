// The service as a container has it: nothing may be written but the folder of the store and the temporary one. Node's own
// permissions hold it to that, whoever runs this: they are asked before the file system is, also for root.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { REPOSITORY } from '../docs/markdown.ts';

interface Service {
  readonly process: ChildProcess;
  readonly origin: Promise<string>;
  readonly ended: Promise<number | null>;
  readonly log: () => string;
}

/** With a home that is not there. */
function serve(folder: string, store: string): Service {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const writable = [join(folder, 'data'), temporary].flatMap((path) => ['--allow-fs-write', path]);
  const args = [
    '--permission',
    '--allow-fs-read=*',
    ...writable,
    '--allow-worker',
    'bin/stallscope.js',
    'serve',
    '--port',
    '0',
  ];
  const service = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    env: { HOME: '/nonexistent', TMPDIR: temporary, STALLSCOPE_STORE: store, NO_COLOR: '1' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  onTestFinished(() => void service.kill('SIGKILL'));
  let log = '';
  const origin = new Promise<string>((resolve) => {
    service.stderr.on('data', (data) => {
      log += String(data);
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(log) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const ended = new Promise<number | null>((resolve) => service.on('exit', resolve));
  return { process: service, origin, ended, log: () => log };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-read-only-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'data'));
  return folder;
}

describe('a service on a read-only file system', () => {
  it('with a folder for its store: computes, keeps, stops with 0', async () => {
    const folder = temporaryFolder();
    const service = serve(folder, join(folder, 'data', 'stallscope.db'));
    const origin = await Promise.race([
      service.origin,
      service.ended.then(() => Promise.reject(new Error(service.log()))),
    ]);
    const body = JSON.stringify({ scenario: 'hgm-collapse-2m', schemes: ['range'], repetitions: 1 });
    const headers = { 'content-type': 'application/json' };
    const posted = await fetch(`${origin}/v1/comparisons`, { method: 'POST', headers, body });
    expect(posted.status).toBe(202);
    const { id } = (await posted.json()) as { id: string };
    const stream = await (await fetch(`${origin}/v1/comparisons/${id}/stream?topics=progress`)).text();
    expect(stream).toContain('{"type":"end","status":"succeeded"}');
    expect((await fetch(`${origin}/metrics`)).status).toBe(200);
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(existsSync(join(folder, 'data', 'stallscope.db'))).toBe(true);
    expect(service.log()).not.toContain('ERR_ACCESS_DENIED');
  });

  it('with its store elsewhere: refused at once, and it says which file', async () => {
    const folder = temporaryFolder();
    const service = serve(folder, join(folder, 'elsewhere', 'stallscope.db'));
    expect(await service.ended).not.toBe(0);
    expect(service.log()).toContain(join(folder, 'elsewhere'));
  });
});
