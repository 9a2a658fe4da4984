// One store, one service after the other.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/server/app.ts';
import type { MeasuringHost } from '../../src/server/measurement-service.ts';
import { openStore } from '../../src/server/store/store.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { type Comparison, get, ordered, post, until } from './support/service.ts';
import { ask, FAKE_SIMULATIONS, ordered as orderedSimulation } from './support/simulations.ts';
import { storeFile, storeFolder } from './support/store-file.ts';

const FAKE_WORKER = new URL('./support/fake-worker.ts', import.meta.url);

/** Measures for ever. */
const endlessHost: MeasuringHost = {
  missing: () => null,
  measure: (_plan, { signal } = {}) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
};

/** Runs a service on the store for as long as `use` takes. */
async function serving<T>(file: string, use: (app: App) => Promise<T>): Promise<T> {
  const pool = new WorkerPool({ threads: 1, workerFile: FAKE_WORKER });
  const store = openStore(file);
  const logger = pino({ level: 'silent' });
  const simulationWorkerFile = FAKE_SIMULATIONS;
  const app = await buildApp({ pool, store, logger, measuringHost: endlessHost, simulationWorkerFile });
  try {
    return await use(app);
  } finally {
    await app.close();
    await pool.close();
    store.close();
  }
}

const create = async (app: App, kind: string, payload: object, query = ''): Promise<string> =>
  (await app.inject({ method: 'POST', url: `/v1/${kind}s${query}`, payload })).json<{ id: string }>().id;

async function untilSweep(
  app: App,
  id: string,
  wanted: (sweep: Comparison) => boolean = ({ finishedAt }) => finishedAt !== null,
): Promise<Comparison> {
  for (;;) {
    const sweep = (await app.inject(`/v1/sweeps/${id}`)).json<Comparison>();
    if (wanted(sweep)) return sweep;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a service on the store of one that has stopped', () => {
  it('a comparison in its middle: goes on behind the runs that it has, to the result that it would have had', async () => {
    const [file, gate] = [storeFile(), join(storeFolder(), 'gate')];
    const body = { scenario: ordered(`once ${gate}`), schemes: ['range', 'none'], repetitions: 2 };
    const id = await serving(file, async (app) => {
      const posted = await post(app, body);
      await until(app, posted, ({ progress }) => progress.done === 2);
      return posted;
    });
    writeFileSync(gate, '');
    await serving(file, async (app) => {
      const resumed = await get(app, id);
      expect(resumed.progress.done).toBeGreaterThanOrEqual(2);
      const { status, progress, result } = await until(app, id);
      expect([status, progress]).toEqual(['succeeded', { done: 4, total: 4 }]);
      const other = { ...body, scenario: ordered('quick') };
      const whole = await until(app, await post(app, other));
      expect(result).toEqual(whole.result);
    });
  });

  it('a sweep in its middle: goes on behind the runs that it has, to the bytes that it would have had', async () => {
    const [file, gate] = [storeFile(), join(storeFolder(), 'gate')];
    // The first run of the first point fails if it is made again when the gate is open; the second waits for the gate.
    const grid = { description: [`once ${gate}`, 'quick'] };
    const body = {
      scenario: ordered('quick'),
      schemes: ['range', 'none'],
      mapcounts: ['subpage'],
      grid,
      repetitions: 1,
    };
    const isAtTheGate = ({ progress }: Comparison): boolean => progress.done === 1;
    const id = await serving(file, async (app) => {
      const started = await create(app, 'sweep', body);
      await untilSweep(app, started, isAtTheGate);
      return started;
    });
    writeFileSync(gate, '');
    const resumed = await serving(file, async (app) => {
      const { status, progress, error } = await untilSweep(app, id);
      expect([status, progress, error]).toEqual(['succeeded', { done: 4, total: 4 }, undefined]);
      return (await app.inject(`/v1/sweeps/${id}/result`)).body;
    });
    rmSync(gate);
    await serving(file, async (app) => {
      const again = (await app.inject({ method: 'POST', url: '/v1/sweeps', payload: body })).json<Comparison>();
      expect(again.status).toBe('succeeded');
      expect((await app.inject(`/v1/sweeps/${again.id}/result`)).body).toBe(resumed);
      const whole = await create(app, 'sweep', body, '?fresh=true');
      await untilSweep(app, whole, isAtTheGate);
      writeFileSync(gate, '');
      expect((await untilSweep(app, whole)).status).toBe('succeeded');
      const timeless = (text: string): string => text.replaceAll(/"wallMs":[\d.]+/g, '');
      const { body: text } = await app.inject(`/v1/sweeps/${whole}/result`);
      expect(timeless(text)).toBe(timeless(resumed));
      const { items } = (await app.inject('/v1/history')).json<{ items: object[] }>();
      expect(items).toEqual([
        expect.objectContaining({ kind: 'sweep', id: whole, reused: false }),
        expect.objectContaining({ kind: 'sweep', id: again.id, reused: true }),
        expect.objectContaining({ kind: 'sweep', id, reused: false, scenario: 'ordered' }),
      ]);
    });
  });

  it('queued and cancelled ones: the first run now, the others stay as they are', async () => {
    const file = storeFile();
    const [cancelled, queued, second] = await serving(file, async (app) => {
      const ids = [await post(app, { scenario: ordered('hang') })];
      for (const seed of [1, 2]) ids.push(await post(app, { scenario: ordered('quick'), seed }));
      await until(app, ids[0]!, ({ status }) => status === 'running');
      await app.inject({ method: 'DELETE', url: `/v1/comparisons/${ids[0]}` });
      return ids as [string, string, string];
    });
    await serving(file, async (app) => {
      expect((await get(app, cancelled)).status).toBe('cancelled');
      expect((await until(app, queued)).status).toBe('succeeded');
      expect((await until(app, second)).status).toBe('succeeded');
    });
  });

  it('finished ones: the same bytes', async () => {
    const file = storeFile();
    const [url, before] = await serving(file, async (app) => {
      const id = await post(app, { scenario: ordered('quick') });
      await until(app, id);
      const path = `/v1/comparisons/${id}`;
      return [path, (await app.inject(path)).body];
    });
    await serving(file, async (app) => expect((await app.inject(url)).body).toBe(before));
  });

  it('a measurement that ran: failed with INTERRUPTED', async () => {
    const file = storeFile();
    const id = await serving(file, (app) => create(app, 'measurement', { operation: 'madv-collapse' }));
    await serving(file, async (app) => {
      const job = (await app.inject(`/v1/measurements/${id}`)).json<{ status: string; error: { code: string } }>();
      expect([job.status, job.error.code]).toEqual(['failed', 'INTERRUPTED']);
    });
  });

  it('an exploration that ran: begins again', async () => {
    const file = storeFile();
    const geometry = { entries: 4, blocks: 2 };
    const body = { operations: ['madv-collapse', 'truncate', 'madv-dontneed'], geometry, time: '10min' };
    const id = await serving(file, (app) => create(app, 'exploration', body));
    await serving(file, async (app) => {
      const job = (await app.inject(`/v1/explorations/${id}`)).json<{ status: string; progress: { done: number } }>();
      expect(['queued', 'running']).toContain(job.status);
      expect((await app.inject({ method: 'DELETE', url: `/v1/explorations/${id}` })).statusCode).toBe(200);
    });
  });

  it('one that was begun again and again, and got nowhere: failed with INTERRUPTED', async () => {
    const file = storeFile();
    const id = await serving(file, (app) => post(app, { scenario: ordered('hang') }));
    const store = openStore(file);
    const jobs = store.jobs('comparison');
    for (let attempt = 0; attempt < 40; attempt++) jobs.begin(id);
    store.close();
    await serving(file, async (app) => {
      const { status, error } = await get(app, id);
      expect([status, error?.code]).toEqual(['failed', 'INTERRUPTED']);
    });
  });

  it('a repeated Idempotency-Key: the first answer, and nothing new', async () => {
    const file = storeFile();
    const headers = { 'idempotency-key': 'k' };
    const payload = { scenario: ordered('quick') };
    const request = { method: 'POST', url: '/v1/comparisons', payload, headers } as const;
    const first = await serving(file, (app) => app.inject(request));
    await serving(file, async (app) => {
      const again = await app.inject(request);
      expect([again.statusCode, again.body, again.headers.location]).toEqual([202, first.body, first.headers.location]);
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect((await app.inject('/v1/history')).json<{ items: object[] }>().items).toHaveLength(1);
      const other = await app.inject({ ...request, payload: { scenario: ordered('hang') } });
      expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });
  });

  it('a repeated Idempotency-Key of a live simulation, which is gone: a new one, that is there', async () => {
    const file = storeFile();
    const key = { 'idempotency-key': 'k' };
    const first = await serving(file, (app) => ask(app, 'POST', '', orderedSimulation('count'), key));
    await serving(file, async (app) => {
      const again = await ask(app, 'POST', '', orderedSimulation('count'), key);
      expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([201, 201, undefined]);
      expect((await ask(app, 'GET', `/${first.body.id}`)).status).toBe(404);
      expect((await ask(app, 'GET', `/${again.body.id}`)).status).toBe(200);
    });
  });

  it('an added scenario: as it was written, and its name is taken', async () => {
    const file = storeFile();
    const payload = { name: 'mine', description: 'of mine', vm: { vcpus: 2 } };
    await serving(file, (app) => app.inject({ method: 'POST', url: '/v1/scenarios', payload }));
    await serving(file, async (app) => {
      expect((await app.inject('/v1/scenarios/mine')).json()).toEqual(payload);
      expect((await app.inject({ method: 'POST', url: '/v1/scenarios', payload })).statusCode).toBe(409);
    });
  });

  it('an added scenario that this version cannot read: left out, and its name is free', async () => {
    const file = storeFile();
    const store = openStore(file);
    store.added('scenario').add('old', { name: 'old', field: 'that is gone' }, () => undefined);
    store.close();
    await serving(file, async (app) => {
      expect((await app.inject('/v1/scenarios/old')).statusCode).toBe(404);
      const payload = { name: 'old' };
      expect((await app.inject({ method: 'POST', url: '/v1/scenarios', payload })).statusCode).toBe(201);
    });
  });
});
