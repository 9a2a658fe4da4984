// Sweeps over HTTP: the life of a job, run by run in the pool.

import { describe, expect, it } from 'vitest';
import type { SweepResult } from '../../src/lab/sweep-result.ts';
import type { App } from '../../src/server/app.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { connect, listen } from './support/event-client.ts';
import { ordered, post as postComparison, startService, until as untilComparison } from './support/service.ts';

interface Stored {
  readonly id: string;
  readonly status: string;
  readonly finishedAt: string | null;
  readonly progress: { readonly done: number; readonly total: number };
  readonly result?: SweepResult;
  readonly error?: { readonly code: string; readonly detail?: string };
}

const sweep = (order: string, more: object = {}) => ({
  scenario: ordered(order),
  schemes: ['range', 'none'],
  repetitions: 2,
  grid: { 'vm.vcpus': [4, 8, 16] },
  ...more,
});

const post = (app: App, payload: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/sweeps', payload, headers });

async function accepted(app: App, payload: object): Promise<string> {
  const response = await post(app, payload);
  if (response.statusCode !== 202) throw new Error(`${response.statusCode}: ${response.body}`);
  return response.json<{ id: string }>().id;
}

async function until(
  app: App,
  id: string,
  wanted: (stored: Stored) => boolean = ({ finishedAt }) => finishedAt !== null,
): Promise<Stored> {
  for (;;) {
    const stored = (await app.inject(`/v1/sweeps/${id}`)).json<Stored>();
    if (wanted(stored)) return stored;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('/v1/sweeps', () => {
  it('a grid of three points · 202, then the points in order, and progress in runs', async () => {
    const app = await startService();
    const response = await post(app, sweep('quick'));
    expect([response.statusCode, response.headers.location]).toEqual([
      202,
      `/v1/sweeps/${response.json<{ id: string }>().id}`,
    ]);
    const { status, progress, result, id } = await until(app, response.json<{ id: string }>().id);
    expect([status, progress]).toEqual(['succeeded', { done: 12, total: 12 }]);
    expect(result?.points.map(({ at }) => at)).toEqual([{ 'vm.vcpus': 4 }, { 'vm.vcpus': 8 }, { 'vm.vcpus': 16 }]);
    expect(result?.points.map((point) => point.result.schemes.map(({ scheme }) => scheme))).toEqual(
      Array.from({ length: 3 }, () => ['range', 'none']),
    );
    const alone = (await app.inject(`/v1/sweeps/${id}/result`)).json<SweepResult>();
    expect(alone).toEqual(result);
  });

  it('CSV and Parquet · the same rows, a column for the axis', async () => {
    const app = await startService();
    const id = await accepted(app, sweep('quick'));
    await until(app, id);
    const csv = readCsv((await app.inject(`/v1/sweeps/${id}/result?format=csv`)).body);
    expect(csv.map((row) => row['at.vm.vcpus'])).toEqual(['4', '4', '8', '8', '16', '16']);
    const parquet = await app.inject(`/v1/sweeps/${id}/result?format=parquet`);
    const read = await readParquet(parquet.rawPayload);
    expect(read.types['at.vm.vcpus']).toBe('INT64');
    expect(asCsvRows(read)).toEqual(csv);
  });

  it('a value that cannot be · 422 SWEEP_INVALID with its path in the grid, and nothing is queued', async () => {
    const app = await startService();
    const response = await post(app, sweep('quick', { grid: { 'vm.vcpus': [4, 0] } }));
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([422, 'SWEEP_INVALID']);
    expect(response.json()).toMatchObject({ errors: [{ path: 'grid.vm.vcpus[1]' }] });
    expect((await app.inject('/v1/sweeps')).json<{ items: unknown[] }>().items).toEqual([]);
  });

  it('the same Idempotency-Key again · the same sweep', async () => {
    const app = await startService();
    const [first, again] = [
      await post(app, sweep('quick'), { 'idempotency-key': 'k' }),
      await post(app, sweep('quick'), { 'idempotency-key': 'k' }),
    ];
    expect(again.json()).toEqual(first.json());
  });

  it('a run that fails · the sweep has failed, and names it', async () => {
    const app = await startService();
    const { status, error } = await until(app, await accepted(app, sweep('fail-late')));
    expect([status, error?.code]).toEqual(['failed', 'WORKER_DIED']);
    expect(error?.detail).toMatch(/point 0, scheme none/);
  });

  it('cancelled in the middle · its threads are free for the next', async () => {
    const app = await startService();
    const id = await accepted(app, sweep('hang'));
    await until(app, id, ({ status }) => status === 'running');
    const cancelled = await app.inject({ method: 'DELETE', url: `/v1/sweeps/${id}` });
    expect([cancelled.statusCode, cancelled.json<{ status: string }>().status]).toEqual([200, 'cancelled']);
    expect((await app.inject(`/v1/sweeps/${id}/result`)).statusCode).toBe(409);
    expect((await until(app, await accepted(app, sweep('quick')))).status).toBe('succeeded');
    expect((await app.inject({ method: 'DELETE', url: `/v1/sweeps/${id}` })).statusCode).toBe(204);
  });

  it('a second sweep waits for the first; a comparison does not', async () => {
    const app = await startService({ poolOptions: { threads: 3 } });
    const hanging = await accepted(
      app,
      sweep('hang', { schemes: ['range'], repetitions: 2, grid: { 'vm.vcpus': [4] } }),
    );
    await until(app, hanging, ({ status }) => status === 'running');
    const waiting = await accepted(app, sweep('quick'));
    const comparison = await postComparison(app, { scenario: ordered('quick') });
    expect((await untilComparison(app, comparison)).status).toBe('succeeded');
    expect((await app.inject(`/v1/sweeps/${waiting}`)).json<Stored>().status).toBe('queued');
  });

  it('more than 16 unfinished · 429 TOO_MANY_SWEEPS with Retry-After', async () => {
    const app = await startService();
    for (let count = 0; count < 16; count++) await accepted(app, sweep('hang'));
    const response = await post(app, sweep('hang'));
    expect([response.statusCode, response.json<{ code: string }>().code, response.headers['retry-after']]).toEqual([
      429,
      'TOO_MANY_SWEEPS',
      '5',
    ]);
  });

  it('its events · each run with its point, and how far the sweep is', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await accepted(app, sweep('quick'));
    const client = await connect(address, id, {
      kind: 'sweeps',
      first: { type: 'subscribe', topics: ['progress'], sinceSeq: 0 },
    });
    await client.closed;
    const progress = client.events().filter((event) => 'runs' in event);
    expect(progress.map(({ runs }) => runs)).toEqual(
      Array.from({ length: 12 }, (_, index) => ({ done: index + 1, total: 12 })),
    );
    expect(progress.map(({ point }) => point).toSorted()).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  });
});
