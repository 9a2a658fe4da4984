import { describe, expect, it } from 'vitest';
import type { Answers } from '../../src/server/idempotency.ts';
import { openStore } from '../../src/server/store/store.ts';
import { type Comparison, get, ordered, post, startService, until } from './support/service.ts';

const body = { scenario: ordered('quick'), schemes: ['range'] };
type Reusing = Comparison & { reused: boolean };

async function posted(app: Parameters<typeof post>[0], payload: object, query = ''): Promise<Reusing> {
  const response = await app.inject({ method: 'POST', url: `/v1/comparisons${query}`, payload });
  return (await until(app, response.json<{ id: string }>().id)) as Reusing;
}

describe('the same question', () => {
  it('asked again: the result that is there, at once and with another id', async () => {
    const app = await startService();
    const first = await posted(app, body);
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: body });
    const { id, status } = response.json<{ id: string; status: string }>();
    expect([response.statusCode, status]).toEqual([202, 'succeeded']);
    expect(id).not.toBe(first.id);
    const again = (await get(app, id)) as Reusing;
    expect([first.reused, again.reused]).toEqual([false, true]);
    expect(again.progress).toEqual(first.progress);
    expect(again.result).toEqual(first.result);
  });

  it('written another way: the same one', async () => {
    const app = await startService();
    await posted(app, body);
    const { name, description } = body.scenario;
    const other = { repetitions: 3, seed: 1, schemes: ['range'], scenario: { description, name }, overrides: {} };
    expect((await posted(app, other)).reused).toBe(true);
  });

  it.each([
    ['another seed', { ...body, seed: 2 }],
    ['another field of the scenario', { ...body, overrides: { 'vm.vcpus': 3 } }],
    ['another scheme', { ...body, schemes: ['none'] }],
  ])('%s: another question', async (_, other) => {
    const app = await startService();
    await posted(app, body);
    expect((await posted(app, other)).reused).toBe(false);
  });

  it('with fresh=true: computed again, and the first result stays as it is', async () => {
    const app = await startService();
    const first = await posted(app, body);
    const fresh = await posted(app, body, '?fresh=true');
    expect([fresh.id === first.id, fresh.reused]).toEqual([false, false]);
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${fresh.id}` });
    expect((await get(app, first.id)).result).toEqual(first.result);
  });

  it('asked while the first one waits: computed once', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const blocking = await post(app, { scenario: ordered('hang') });
    const [first, second] = [await post(app, body), await post(app, body)];
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${blocking}` });
    expect((await until(app, first)) as Reusing).toMatchObject({ status: 'succeeded', reused: false });
    expect((await until(app, second)) as Reusing).toMatchObject({ status: 'succeeded', reused: true });
  });

  it('its first job deleted: the result stays for the other one', async () => {
    const app = await startService();
    const first = await posted(app, body);
    const second = await posted(app, body);
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${first.id}` });
    expect((await get(app, second.id)).result).toEqual(first.result);
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${second.id}` });
    expect((await posted(app, body)).reused).toBe(false);
  });

  it('one that failed: computed again', async () => {
    const app = await startService();
    const failing = { ...body, scenario: ordered('throw') };
    for (let time = 0; time < 2; time++) expect(await posted(app, failing)).toMatchObject({ status: 'failed' });
  });
});

describe('a store without room', () => {
  it('POST: 507 STORE_FULL and nothing stored; what is there can be read, and room comes from deleting', async () => {
    const store = openStore(':memory:', { fileBytes: 320 * 1024 });
    const app = await startService({ store });
    const done = await posted(app, body);
    // Text that cannot be made smaller.
    const noise = (seed: number): string =>
      Array.from({ length: 70 }, (_, i) => ((i * 2654435761 + seed * 40503) >>> 7).toString(36)).join('');
    const ids: string[] = [];
    let refused = null;
    for (let seed = 0; refused === null && seed < 500; seed++) {
      const scenario = { name: 'large', description: `quick ${noise(seed)}` };
      const payload = { scenario, schemes: ['range'], repetitions: 1 };
      const headers = { 'idempotency-key': `k${seed}` };
      const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload, headers });
      if (response.statusCode === 202) ids.push(response.json<{ id: string }>().id);
      else refused = response;
    }
    expect([refused?.statusCode, refused?.json<{ code: string }>().code]).toEqual([507, 'STORE_FULL']);
    const { items } = (await app.inject('/v1/comparisons?limit=100')).json<{ items: { id: string }[] }>();
    expect(items.map(({ id }) => id).toSorted()).toEqual([done.id, ...ids].toSorted());
    expect((await get(app, done.id)).result).toEqual(done.result);
    for (const id of ids) {
      await until(app, id, ({ status }) => status !== 'queued');
      for (let status = 200; status !== 404; ) {
        status = (await app.inject({ method: 'DELETE', url: `/v1/comparisons/${id}` })).statusCode;
        if (status === 507) break;
      }
    }
    expect((await posted(app, { ...body, seed: 9 })).status).toBe('succeeded');
    store.close();
  });
});

describe('a store that fails', () => {
  it('POST: 503 STORE_FAILED, and nothing is begun', async () => {
    const store = openStore();
    const broken = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
    const answers: Answers = {
      get: (key) => store.answers.get(key),
      remember: () => {
        throw broken;
      },
      transaction: (act) => store.answers.transaction(act),
    };
    const app = await startService({ store: { ...store, answers } });
    const headers = { 'idempotency-key': 'k' };
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: body, headers });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: 'STORE_FAILED', detail: 'The store says: disk I/O error.' });
    expect((await app.inject('/v1/comparisons')).json()).toEqual({ items: [], nextCursor: null });
    store.close();
  });
});
