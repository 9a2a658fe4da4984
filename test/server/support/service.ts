// A service for one test: its own pool, store and limits, gone when the test has ended.

import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type App, type AppParts, buildApp } from '../../../src/server/app.ts';
import { openStore } from '../../../src/server/store/store.ts';
import { WorkerPool, type WorkerPoolOptions } from '../../../src/server/worker-pool.ts';

const FAKE_WORKER = new URL('./fake-worker.ts', import.meta.url);

export interface ServiceOptions extends Partial<Omit<AppParts, 'pool'>> {
  readonly poolOptions?: WorkerPoolOptions;
}

export async function startService({ poolOptions, ...parts }: ServiceOptions = {}): Promise<App> {
  const pool = new WorkerPool({ threads: 2, workerFile: FAKE_WORKER, ...poolOptions });
  const store = parts.store ?? openStore();
  const app = await buildApp({ pool, logger: pino({ level: 'silent' }), ...parts, store });
  onTestFinished(async () => {
    await app.close();
    await pool.close();
    if (parts.store === undefined) store.close();
  });
  return app;
}

/** A scenario that the fake worker carries out as `order` says. */
export const ordered = (order: string) => ({ name: 'ordered', description: order });

export interface Comparison {
  id: string;
  status: string;
  createdAt: string;
  finishedAt: string | null;
  progress: { done: number; total: number };
  spec: unknown;
  result?: { schemes: { scheme: string; wallMs: number }[] };
  error?: { code: string; detail?: string };
}

/** Posts a comparison that has to be accepted. */
export async function post(app: App, body: object, headers: Record<string, string> = {}, query = ''): Promise<string> {
  const url = `/v1/comparisons${query}`;
  const response = await app.inject({ method: 'POST', url, payload: body, headers });
  if (response.statusCode !== 202) throw new Error(`${response.statusCode}: ${response.body}`);
  return response.json<{ id: string }>().id;
}

export async function get(app: App, id: string): Promise<Comparison> {
  const response = await app.inject(`/v1/comparisons/${id}`);
  return response.json<Comparison>();
}

/** Asks until the comparison is as wanted; the time limit of the test ends the asking. */
export async function until(
  app: App,
  id: string,
  wanted: (comparison: Comparison) => boolean = ({ finishedAt }) => finishedAt !== null,
): Promise<Comparison> {
  for (;;) {
    const comparison = await get(app, id);
    if (wanted(comparison)) return comparison;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
