// Calls of live simulations, as a client makes them.

import { pino } from 'pino';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type App, buildApp } from '../../../src/server/app.ts';
import { openStore } from '../../../src/server/store/store.ts';
import { WorkerPool } from '../../../src/server/worker-pool.ts';

export const FAKE_SIMULATIONS = new URL('./fake-simulation-worker.ts', import.meta.url);

/** One service for all tests of a file that do not ask for limits: its threads are used again, and start but once. */
export function sharedService(): { readonly app: App } {
  const parts: { app?: App; pool?: WorkerPool } = {};
  beforeAll(async () => {
    parts.pool = new WorkerPool({ threads: 1, workerFile: new URL('./fake-worker.ts', import.meta.url) });
    parts.app = await buildApp({
      pool: parts.pool,
      store: openStore(),
      logger: pino({ level: 'silent' }),
      simulationWorkerFile: FAKE_SIMULATIONS,
    });
  });
  afterEach(async () => {
    const { items } = (await ask(parts.app!, 'GET', '?limit=100')).body as unknown as { items: { id: string }[] };
    for (const { id } of items) await ask(parts.app!, 'DELETE', `/${id}`);
  });
  afterAll(async () => {
    await parts.app?.close();
    await parts.pool?.close();
  });
  return {
    get app() {
      return parts.app!;
    },
  };
}

/** What of a view the tests look at. */
interface Simulation {
  id: string;
  status: string;
  ended: string | null;
  endMessage: string | null;
  simTimeNs: number;
  events: number;
  outcome?: string | null;
  pace: { speed: number; achieved: number | null; behind: boolean } | null;
  operations: { index: number; operation: string; durationNs: number | null; errno: string | null }[];
  operationsTotal: number;
  operationsDone: number;
}

export interface Answer {
  status: number;
  code?: string;
  detail?: string;
  body: Simulation & Record<string, unknown>;
  headers: Record<string, unknown>;
}

/** A simulation that the fake thread carries out as `order` says. */
export const ordered = (order: string) => ({ scenario: { name: 'ordered', description: order }, scheme: 'range' });

type Method = 'GET' | 'POST' | 'DELETE';

export async function ask(
  app: App,
  method: Method,
  path: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const url = `/v1/simulations${path}`;
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const isJson = String(response.headers['content-type']).includes('json');
  const body = isJson ? response.json<Answer['body'] & { code?: string; detail?: string }>() : ({} as Answer['body']);
  const { code, detail } = body as { code?: string; detail?: string };
  const problem = { ...(code === undefined ? {} : { code }), ...(detail === undefined ? {} : { detail }) };
  return { status: response.statusCode, ...problem, body, headers: response.headers };
}

/** Creates one that has to be accepted. */
export async function create(app: App, document: object): Promise<string> {
  const { status, body } = await ask(app, 'POST', '', document);
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body.id;
}

/** Asks until it is so; the time limit of the test ends the asking. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
