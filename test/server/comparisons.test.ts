import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/server/store/store.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { get, ordered, post, startService, until } from './support/service.ts';

describe('POST /v1/comparisons', () => {
  it('a name: 202 with id, then succeeded with a result for every scheme', async () => {
    const app = await startService();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/comparisons',
      payload: { scenario: ordered('quick'), repetitions: 2, seed: 7 },
    });
    expect(response.statusCode).toBe(202);
    const { id, status } = response.json<{ id: string; status: string }>();
    expect(status).toBe('queued');
    expect(response.headers.location).toBe(`/v1/comparisons/${id}`);

    const comparison = await until(app, id);
    expect(comparison).toMatchObject({ status: 'succeeded', progress: { done: 14, total: 14 } });
    expect(comparison.result).toMatchObject({ scenario: 'ordered', seed: 7, repetitions: 2, source: 'simulation' });
    expect(comparison.result?.schemes.map(({ scheme }) => scheme)).toEqual([
      'range',
      'range-chunked',
      'narrow',
      'post-collapse/zap',
      'post-collapse/cut',
      'post-collapse/promote',
      'none',
    ]);
    expect(comparison.spec).toEqual({ scenario: ordered('quick'), repetitions: 2, seed: 7 });
  });

  it.each([
    ['an unknown scheme', { scenario: 'hgm-collapse-1g', schemes: ['rnage'] }, 'schemes'],
    ['a scheme twice', { scenario: 'hgm-collapse-1g', schemes: ['none', 'none'] }, 'schemes'],
    ['an unknown mapcount', { scenario: 'hgm-collapse-1g', mapcounts: ['folio'] }, 'mapcounts'],
    ['an unknown scenario', { scenario: 'nothing' }, 'scenario'],
    ['no scenario', {}, 'scenario'],
    ['a field that is none', { scenario: 'hgm-collapse-1g', sede: 3 }, 'sede'],
    ['no repetition', { scenario: 'hgm-collapse-1g', repetitions: 0 }, 'repetitions'],
    ['a path that is none', { scenario: 'hgm-collapse-1g', overrides: { 'vm.cpus': 3 } }, 'vm.cpus'],
    ['an impossible size', { scenario: 'hgm-collapse-1g', overrides: { 'vm.memory': '3MiB' } }, 'vm.memory'],
    ['an unknown profile', { scenario: 'hgm-collapse-1g', overrides: { 'machine.profile': 'x' } }, 'machine.profile'],
    [
      'overlapping operations',
      {
        scenario: {
          timeline: [
            { at: '5ms', operation: 'madv-collapse' },
            { at: '5ms', operation: 'madv-collapse' },
          ],
        },
      },
      'timeline',
    ],
    [
      'a scenario that would run for ever',
      { scenario: 'hgm-collapse-1g', overrides: { 'limits.simulated': '1000min' } },
      'limits.simulated',
    ],
  ])('%s: 422 COMPARISON_INVALID that names the field', async (_, payload, path) => {
    const app = await startService();
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload });
    expect(response.statusCode).toBe(422);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = response.json<{ code: string; status: number; errors: { path: string; message: string }[] }>();
    expect(problem).toMatchObject({ code: 'COMPARISON_INVALID', status: 422 });
    expect(problem.errors.some((error) => error.path.startsWith(path) && error.message.length > 0)).toBe(true);
  });

  it.each([
    ['malformed JSON', '{"scenario":', 400, 'BODY_MALFORMED'],
    ['an empty body', '', 400, 'BODY_MALFORMED'],
    ['a body that reaches for the prototype', '{"__proto__": {}}', 400, 'BODY_KEY_FORBIDDEN'],
    ['a list', '[]', 400, 'REQUEST_INVALID'],
    ['ten megabytes', JSON.stringify({ scenario: 'x'.repeat(10_000_000) }), 413, 'BODY_TOO_LARGE'],
  ])('%s: a problem, and the service goes on', async (_, payload, status, code) => {
    const app = await startService();
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload, headers });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  it('no body: 400 REQUEST_INVALID', async () => {
    const app = await startService();
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons' });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('another content type: 415 MEDIA_TYPE_UNSUPPORTED', async () => {
    const app = await startService();
    const headers = { 'content-type': 'text/plain' };
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: 'scenario=x', headers });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
  });

  it('more unfinished ones than there is room for: 429 with Retry-After, and room again after a cancel', async () => {
    const app = await startService({ limits: { unfinished: 2 } });
    const first = await post(app, { scenario: ordered('hang') });
    await post(app, { scenario: ordered('hang') });
    const body = { scenario: ordered('quick') };
    const refused = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: body });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'TOO_MANY_COMPARISONS']);
    expect(refused.headers['retry-after']).toBe('5');
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${first}` });
    await post(app, body);
  });
});

describe('Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'k1' };

  it('same key, same body: the first answer, and one comparison', async () => {
    const app = await startService();
    const body = { scenario: ordered('quick'), schemes: ['range'] };
    const first = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: body, headers });
    const again = await app.inject({ method: 'POST', url: '/v1/comparisons', payload: body, headers });
    expect([again.statusCode, again.body, again.headers.location]).toEqual([202, first.body, first.headers.location]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await app.inject('/v1/comparisons')).json<{ items: unknown[] }>().items).toHaveLength(1);
  });

  it('same key, other body: 422 IDEMPOTENCY_KEY_REUSED', async () => {
    const app = await startService();
    await post(app, { scenario: ordered('quick') }, headers);
    const payload = { scenario: ordered('quick'), seed: 2 };
    const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload, headers });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('a refused request: its key can be used again', async () => {
    const app = await startService();
    const payload = { scenario: 'nothing' };
    expect((await app.inject({ method: 'POST', url: '/v1/comparisons', payload, headers })).statusCode).toBe(422);
    await post(app, { scenario: ordered('quick') }, headers);
  });

  it('same key at another call: a request of its own', async () => {
    const app = await startService();
    await post(app, { scenario: ordered('quick') }, headers);
    const payload = { name: 'mine' };
    expect((await app.inject({ method: 'POST', url: '/v1/scenarios', payload, headers })).statusCode).toBe(201);
  });
});

describe('GET /v1/comparisons', () => {
  it('pages: newest first, every one once, also when one is deleted between the pages', async () => {
    const app = await startService();
    const ids: string[] = [];
    for (let seed = 0; seed < 5; seed++) ids.push(await post(app, { scenario: ordered('quick'), seed }));
    for (const id of ids) await until(app, id);

    type Page = { items: { id: string }[]; nextCursor: string | null };
    const first = (await app.inject('/v1/comparisons?limit=2')).json<Page>();
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${ids[3]}` });
    const second = (await app.inject(`/v1/comparisons?limit=2&cursor=${first.nextCursor}`)).json<Page>();
    const third = (await app.inject(`/v1/comparisons?limit=2&cursor=${second.nextCursor}`)).json<Page>();
    expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(third.nextCursor).toBeNull();
  });

  it('status: only those', async () => {
    const app = await startService();
    const done = await post(app, { scenario: ordered('quick') });
    await until(app, done);
    await post(app, { scenario: ordered('hang') });
    const page = (await app.inject('/v1/comparisons?status=succeeded')).json<{ items: { id: string }[] }>();
    expect(page.items.map(({ id }) => id)).toEqual([done]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=many',
    'limit=1.5',
    'limit=true',
    'limit=%201',
    'cursor=nonsense',
    'status=lost',
    'colour=red',
  ])('%s: 400 REQUEST_INVALID that names the parameter', async (query) => {
    const app = await startService();
    const response = await app.inject(`/v1/comparisons?${query}`);
    expect(response.statusCode).toBe(400);
    const problem = response.json<{ code: string; errors: { path: string }[] }>();
    expect(problem.code).toBe('REQUEST_INVALID');
    expect(problem.errors.map(({ path }) => path)).toContain(query.split('=')[0]);
  });

  it('finished ones beyond the limit: the oldest are forgotten', async () => {
    const app = await startService({ store: openStore(':memory:', { finished: 2 }) });
    const ids: string[] = [];
    for (let seed = 0; seed < 3; seed++) {
      const id = await post(app, { scenario: ordered('quick'), seed });
      await until(app, id);
      ids.push(id);
    }
    expect((await app.inject(`/v1/comparisons/${ids[0]}`)).statusCode).toBe(404);
    expect((await app.inject(`/v1/comparisons/${ids[2]}`)).statusCode).toBe(200);
  });
});

describe('GET /v1/comparisons/:id', () => {
  it.each(['', '/result', '/trace', '/events'])('unknown id, %s: 404 NOT_FOUND', async (suffix) => {
    const app = await startService();
    const response = await app.inject(`/v1/comparisons/unknown${suffix}`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('DELETE /v1/comparisons/:id', () => {
  it('running: cancelled, its thread takes the next one', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const stuck = await post(app, { scenario: ordered('hang') });
    await until(app, stuck, ({ status }) => status === 'running');
    const response = await app.inject({ method: 'DELETE', url: `/v1/comparisons/${stuck}` });
    expect([response.statusCode, response.json<object>()]).toEqual([200, { id: stuck, status: 'cancelled' }]);
    const after = await get(app, stuck);
    expect(after).toMatchObject({ status: 'cancelled' });
    expect(after.finishedAt).not.toBeNull();
    expect((await until(app, await post(app, { scenario: ordered('quick') }))).status).toBe('succeeded');
  });

  it('queued: cancelled, and never started', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const running = await post(app, { scenario: ordered('hang') });
    const queued = await post(app, { scenario: ordered('hang') });
    expect((await get(app, queued)).status).toBe('queued');
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${queued}` });
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${running}` });
    await until(app, await post(app, { scenario: ordered('quick') }));
    expect(await get(app, queued)).toMatchObject({ status: 'cancelled', progress: { done: 0, total: 21 } });
  });

  it('finished: deleted', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('quick') });
    await until(app, id);
    expect((await app.inject({ method: 'DELETE', url: `/v1/comparisons/${id}` })).statusCode).toBe(204);
    expect((await app.inject({ method: 'DELETE', url: `/v1/comparisons/${id}` })).statusCode).toBe(404);
  });
});

describe('a run that goes wrong', () => {
  it.each([
    ['the model throws', 'throw', 'RUN_FAILED', 'the model is wrong'],
    ['its thread ends', 'exit', 'WORKER_DIED', 'code: 7'],
    ['its thread uses up its memory', 'exhaust', 'WORKER_DIED', 'memory'],
  ])('%s: the comparison fails, names the run, and the service goes on', async (_, order, code, detail) => {
    const app = await startService({ poolOptions: { memoryMb: 32 } });
    const id = await post(app, { scenario: ordered(order), schemes: ['narrow'], seed: 5, repetitions: 1 });
    const { status, error } = await until(app, id);
    expect([status, error?.code]).toEqual(['failed', code]);
    expect(error?.detail).toContain('scheme narrow, mapcount subpage, repetition 0');
    expect(error?.detail).toContain(detail);
    expect((await until(app, await post(app, { scenario: ordered('quick') }))).status).toBe('succeeded');
  });

  it('one of many: the others of its comparison end, those of another comparison do not', async () => {
    const app = await startService();
    const failing = await post(app, { scenario: ordered('fail-late'), schemes: ['none', 'range'], repetitions: 1 });
    const other = await post(app, { scenario: ordered('quick') });
    expect((await until(app, failing)).status).toBe('failed');
    expect((await until(app, other)).status).toBe('succeeded');
  });

  it('threads that cannot even start: the comparison fails instead of waiting for ever', async () => {
    const app = await startService({ poolOptions: { workerFile: new URL('./no-such-file.ts', import.meta.url) } });
    for (const seed of [1, 2]) {
      const { status, error } = await until(app, await post(app, { scenario: ordered('quick'), seed }));
      expect([status, error?.code]).toEqual(['failed', 'WORKER_DIED']);
    }
  });
});

describe('GET /v1/comparisons/:id/result', () => {
  it('json: the bytes of the result in the comparison', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('quick') });
    await until(app, id);
    const response = await app.inject(`/v1/comparisons/${id}/result`);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    const whole = (await app.inject(`/v1/comparisons/${id}`)).body;
    expect(whole).toContain(`"result":${response.body}`);
  });

  it('csv: a header and a row for each scheme', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('quick'), schemes: ['range', 'none'] });
    await until(app, id);
    const response = await app.inject(`/v1/comparisons/${id}/result?format=csv`);
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(response.body.trimEnd().split('\r\n')).toHaveLength(3);
  });

  it('no result yet: 409 RESULT_MISSING', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('hang') });
    const response = await app.inject(`/v1/comparisons/${id}/result`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([409, 'RESULT_MISSING']);
  });

  it('parquet: the rows of the CSV, as a file', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('quick'), schemes: ['range', 'none'] });
    await until(app, id);
    const csv = await app.inject(`/v1/comparisons/${id}/result?format=csv`);
    const response = await app.inject(`/v1/comparisons/${id}/result?format=parquet`);
    expect(response.headers['content-type']).toBe('application/vnd.apache.parquet');
    expect(response.headers['content-disposition']).toBe(`attachment; filename="comparison-${id}.parquet"`);
    expect(asCsvRows(await readParquet(response.rawPayload))).toEqual(readCsv(csv.body));
  });

  it('an unknown format: 400 that names the parameter and the formats', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('quick') });
    const response = await app.inject(`/v1/comparisons/${id}/result?format=xml`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ path: 'format', message: expect.stringContaining('csv') }] });
  });
});
