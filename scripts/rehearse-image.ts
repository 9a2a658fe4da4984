// Carries out the Dockerfile without Docker, in a temporary folder: copies what it copies, runs what it runs, starts
// what it starts, asks for health as it asks, stops it as a container is stopped. Base images are left out: the Node
// that runs this script stands for them. It shows what a build would show of our own lines, and no more.
//
//   node scripts/rehearse-image.ts

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTEXT = fileURLToPath(new URL('../', import.meta.url));
const HEALTH_ATTEMPTS = 50;
const HEALTH_PAUSE_MS = 200;

interface Stage {
  readonly root: string;
  workdir: string;
  env: Record<string, string>;
  entrypoint: string[];
  cmd: string[];
  healthcheck: string[];
}

const folder = mkdtempSync(join(tmpdir(), 'stallscope-image-'));
try {
  const stage = build(instructionsOf(readFileSync(join(CONTEXT, 'Dockerfile'), 'utf8')));
  await start(stage);
  process.stdout.write('image: built, healthy, shows its page, stopped with 0\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Lines without comments, continued ones joined. */
function instructionsOf(text: string): [name: string, rest: string][] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return [name, rest.trim()];
    });
}

/** Returns the last stage. */
function build(instructions: readonly [string, string][]): Stage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const [name, rest] of instructions) {
    if (name === 'FROM') {
      const label = / AS (\S+)$/i.exec(rest)?.[1] ?? `stage ${stages.size}`;
      stage = { root: join(folder, label), workdir: '/', env: {}, entrypoint: [], cmd: [], healthcheck: [] };
      mkdirSync(stage.root, { recursive: true });
      stages.set(label, stage);
      continue;
    }
    if (stage === undefined) throw new Error(`${name} stands in front of FROM`);
    carryOut(stage, stages, name, rest);
  }
  if (stage === undefined) throw new Error('the Dockerfile has no FROM');
  return stage;
}

function carryOut(stage: Stage, stages: ReadonlyMap<string, Stage>, name: string, rest: string): void {
  const here = join(stage.root, stage.workdir);
  switch (name) {
    case 'WORKDIR':
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
      return;
    case 'ENV':
      for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = value;
      return;
    case 'COPY':
      copy(stage, stages, rest);
      return;
    case 'RUN':
      process.stdout.write(`image: ${rest}\n`);
      execFileSync('sh', ['-c', rest], { cwd: here, env: { ...process.env, ...stage.env }, stdio: 'inherit' });
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(rest) as string[];
      return;
    case 'CMD':
      stage.cmd = JSON.parse(rest) as string[];
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = JSON.parse(rest.slice(rest.indexOf('['))) as string[];
      return;
    case 'USER':
    case 'EXPOSE':
    case 'VOLUME':
      return;
    default:
      throw new Error(`this script does not know ${name}`);
  }
}

function copy(stage: Stage, stages: ReadonlyMap<string, Stage>, rest: string): void {
  const words = rest.split(/\s+/);
  const fromLabel = words.map((word) => /^--from=(\S+)$/.exec(word)?.[1]).find((label) => label !== undefined);
  // Owners are left out, as users are.
  const paths = words.filter((word) => !word.startsWith('--'));
  const sources = paths.slice(0, -1);
  const target = paths.at(-1) ?? '';
  for (const source of sources) {
    const from = fromLabel === undefined ? fromContext(source) : join(stages.get(fromLabel)?.root ?? '', source);
    const into = join(stage.root, target.startsWith('/') ? '' : stage.workdir, target);
    cpSync(from, target.endsWith('/') ? join(into, basename(source)) : into, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

/** What .dockerignore leaves out is not there for COPY. It is a list of exceptions from "everything". */
function fromContext(source: string): string {
  const lines = readFileSync(join(CONTEXT, '.dockerignore'), 'utf8').split('\n');
  const sent = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  if (!lines.includes('*') || !sent.includes(source))
    throw new Error(`.dockerignore keeps ${source} out of the context`);
  const path = join(CONTEXT, source);
  if (!existsSync(path)) throw new Error(`${source} is not there`);
  return path;
}

async function start(stage: Stage): Promise<void> {
  // A container has a network of its own; here the service stays on the loopback address.
  const here = {
    STALLSCOPE_HOST: '127.0.0.1',
    STALLSCOPE_PORT: String(await freePort()),
    STALLSCOPE_STORE: join(stage.root, stage.env.STALLSCOPE_STORE ?? ''),
  };
  const env = { PATH: dirname(process.execPath), ...stage.env, ...here };
  const cwd = join(stage.root, stage.workdir);
  const [program = '', ...args] = [...stage.entrypoint, ...stage.cmd];
  const service = spawn(program, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => service.on('exit', resolve));
  try {
    await healthy(service, stage.healthcheck, cwd, env);
    await showsPage(`http://127.0.0.1:${here.STALLSCOPE_PORT}/`);
  } finally {
    service.kill('SIGTERM');
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the service ended with ${code}`);
}

async function healthy(
  service: ChildProcess,
  command: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [program = '', ...args] = command;
  for (let attempt = 0; attempt < HEALTH_ATTEMPTS && service.exitCode === null; attempt++) {
    if (spawnSync(program, args, { cwd, env }).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, HEALTH_PAUSE_MS));
  }
  throw new Error('the service never became healthy');
}

/** Its script and its style sheet included. */
async function showsPage(url: string): Promise<void> {
  const html = await textAt(url);
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  if (files.length === 0) throw new Error('the page names no files');
  for (const file of files) await textAt(new URL(file, url).href);
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** So that a service on the usual port does not answer in the place of this one. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
