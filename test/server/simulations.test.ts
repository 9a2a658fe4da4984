// The life of a live simulation, with a thread that obeys orders in the place of the model.

import { describe, expect, it } from 'vitest';
import type { App } from '../../src/server/app.ts';
import { startService } from './support/service.ts';
import { ask, create, eventually, FAKE_SIMULATIONS, ordered, sharedService } from './support/simulations.ts';

const MIB = 1024 * 1024;
const LONG = 1e12;

const shared = sharedService();

/** For what concerns the limits. */
const start = (simulationLimits: object): Promise<App> =>
  startService({ simulationWorkerFile: FAKE_SIMULATIONS, simulationLimits });

describe('POST /v1/simulations', () => {
  it('a scenario and a scheme: 201 at virtual time 0, with its address', async () => {
    const { app } = shared;
    const { status, body, headers } = await ask(app, 'POST', '', ordered('count'));
    expect([status, headers.location]).toEqual([201, `/v1/simulations/${body.id}`]);
    expect(body).toMatchObject({ status: 'paused', ended: null, scenario: 'ordered', scheme: 'range', simTimeNs: 0 });
    expect((await ask(app, 'GET', `/${body.id}`)).body).toEqual(body);
  });

  it('a field that is wrong: 422 SIMULATION_INVALID that names it', async () => {
    const { app } = shared;
    const { status, code, body } = await ask(app, 'POST', '', { ...ordered('count'), scheme: 'rnage' });
    expect([status, code]).toEqual([422, 'SIMULATION_INVALID']);
    expect(body.errors).toEqual([{ path: 'scheme', message: expect.stringContaining('range') as string }]);
  });

  it('a budget of events above that of the service: 422 that names the field', async () => {
    const app = await start({ events: 1000 });
    const { status, body } = await ask(app, 'POST', '', { ...ordered('count'), overrides: { 'limits.events': 1001 } });
    expect([status, body.errors]).toEqual([
      422,
      [{ path: 'limits.events', message: 'must be 1000 at most in a live simulation, got 1001' }],
    ]);
  });

  it('as many as there may be: 429, and room again after one has been deleted', async () => {
    const app = await start({ simulations: 2 });
    const [first] = await Promise.all([create(app, ordered('count')), create(app, ordered('count'))]);
    expect(await ask(app, 'POST', '', ordered('count'))).toMatchObject({ status: 429, code: 'TOO_MANY_SIMULATIONS' });
    await ask(app, 'DELETE', `/${first}`);
    expect((await ask(app, 'POST', '', ordered('count'))).status).toBe(201);
  });

  it('more than its memory while it is built: 422 SIMULATION_TOO_LARGE, and the service goes on', async () => {
    const app = await start({ memoryBytes: 128 * MIB, simulations: 1 });
    const { status, code } = await ask(app, 'POST', '', ordered('big'));
    expect([status, code]).toEqual([422, 'SIMULATION_TOO_LARGE']);
    expect((await ask(app, 'POST', '', ordered('count'))).status).toBe(201);
  });

  it('more than its memory by what it asks for: 422 SIMULATION_TOO_LARGE, and no thread is started for it', async () => {
    const app = await start({ memoryBytes: 16 * MIB });
    const large = { ...ordered('count'), record: { limit: 500_000 } };
    const { status, code, detail } = await ask(app, 'POST', '', large);
    expect([status, code]).toEqual([422, 'SIMULATION_TOO_LARGE']);
    expect(detail).toMatch(/^It would take some \d{9} bytes, of 16777216/);
  });

  it('a world that cannot be built: 500 RUN_FAILED, and the thread serves the next one', async () => {
    const { app } = shared;
    expect(await ask(app, 'POST', '', ordered('fail-to-build'))).toMatchObject({ status: 500, code: 'RUN_FAILED' });
    expect((await ask(app, 'POST', '', ordered('count'))).status).toBe(201);
  });

  it('the same Idempotency-Key, also at the same moment: one simulation', async () => {
    const { app } = shared;
    const key = { 'idempotency-key': 'one' };
    const both = await Promise.all([1, 2].map(() => ask(app, 'POST', '', ordered('count'), key)));
    const later = await ask(app, 'POST', '', ordered('count'), key);
    expect(new Set([...both, later].map(({ body }) => body.id)).size).toBe(1);
    expect(later.headers['idempotency-replayed']).toBe('true');
    expect(await ask(app, 'POST', '', ordered('stuck'), key)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect((await ask(app, 'GET', '')).body.items).toHaveLength(1);
  });

  it('the same Idempotency-Key after its simulation was deleted: a new one; a call on the old one is answered no more', async () => {
    const { app } = shared;
    const key = { 'idempotency-key': 'again' };
    const first = (await ask(app, 'POST', '', ordered('count'), key)).body.id;
    const advance = { by: 10 };
    expect((await ask(app, 'POST', `/${first}/advance`, advance, key)).status).toBe(200);
    await ask(app, 'DELETE', `/${first}`);
    const second = await ask(app, 'POST', '', ordered('count'), key);
    expect([second.status, second.headers['idempotency-replayed']]).toEqual([201, undefined]);
    expect((await ask(app, 'GET', `/${second.body.id}`)).status).toBe(200);
    expect(await ask(app, 'POST', `/${first}/advance`, advance, key)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('GET /v1/simulations', () => {
  it('pages: newest first, none twice', async () => {
    const { app } = shared;
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift(await create(app, ordered('count')));
    const first = (await ask(app, 'GET', '?limit=2')).body;
    const second = (await ask(app, 'GET', `?limit=2&cursor=${String(first.nextCursor)}`)).body;
    const listed = [first, second].flatMap(({ items }) => (items as { id: string }[]).map(({ id }) => id));
    expect(listed).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('one that is deleted while the list waits for it: the others', async () => {
    const { app } = shared;
    const [kept, deleted] = [await create(app, ordered('count')), await create(app, ordered('hang'))];
    const waits = ask(app, 'POST', `/${deleted}/advance`, { by: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const listing = ask(app, 'GET', '');
    // Behind the list, and answered by a thread: so the list has asked its own by now.
    await ask(app, 'GET', `/${kept}`);
    await ask(app, 'DELETE', `/${deleted}`);
    const { status, body } = await listing;
    expect([status, (body.items as { id: string }[]).map(({ id }) => id)]).toEqual([200, [kept]]);
    await waits;
  });

  it('a cursor of another list: 400', async () => {
    const { app } = shared;
    expect(await ask(app, 'GET', '?cursor=abc')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('POST /v1/simulations/:id/advance', () => {
  it('by a time that is soon reached: 200 with the new state', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: 70_000 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: 'reached', status: 'paused', simTimeNs: 70_000 });
  });

  it('longer than it may wait: 202 while it goes on; looked at meanwhile, refused a second time, paused', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: LONG, wait: '5ms' });
    expect(status).toBe(202);
    expect(body).toMatchObject({ outcome: null, status: 'advancing' });
    expect((await ask(app, 'GET', `/${id}`)).body.status).toBe('advancing');
    expect((await ask(app, 'GET', `/${id}/locks`)).status).toBe(200);
    expect(await ask(app, 'POST', `/${id}/advance`, { by: 1 })).toMatchObject({ status: 409, code: 'SIMULATION_BUSY' });
    expect(await ask(app, 'POST', `/${id}/pace`, { speed: 1 })).toMatchObject({ status: 409, code: 'SIMULATION_BUSY' });
    expect((await ask(app, 'POST', `/${id}/pause`)).body.status).toBe('paused');
    expect((await ask(app, 'POST', `/${id}/advance`, { by: 1 })).status).toBe(200);
  });

  it('paused by somebody else: who waits is told so', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const waits = ask(app, 'POST', `/${id}/advance`, { by: LONG });
    await eventually(async () => (await ask(app, 'GET', `/${id}`)).body.status === 'advancing');
    await ask(app, 'POST', `/${id}/pause`);
    expect(await waits).toMatchObject({ status: 200, body: { outcome: 'paused', status: 'paused' } });
  });

  it('nothing is left that could happen: 200 with the outcome stuck', async () => {
    const { app } = shared;
    const id = await create(app, ordered('stuck'));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: 10 });
    expect([status, body.outcome]).toEqual([200, 'stuck']);
  });

  it.each([
    ['a goal that is none', { by: 'soon' }, 'by'],
    ['a wait that is none', { by: 1, wait: 'long' }, 'wait'],
    ['a wait above the most', { by: 1, wait: '2min' }, 'wait'],
  ])('%s: 422 SIMULATION_INVALID that names the field', async (_, document, path) => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, code, body } = await ask(app, 'POST', `/${id}/advance`, document);
    expect([status, code]).toEqual([422, 'SIMULATION_INVALID']);
    expect(body.errors).toMatchObject([{ path }]);
    expect((await ask(app, 'GET', `/${id}`)).body.status).toBe('paused');
  });

  it('the same Idempotency-Key: time moves once, and that of another simulation is another', async () => {
    const { app } = shared;
    const [one, other] = [await create(app, ordered('count')), await create(app, ordered('count'))];
    const key = { 'idempotency-key': 'step' };
    for (const id of [one, one, other]) await ask(app, 'POST', `/${id}/advance`, { by: 10 }, key);
    for (const id of [one, other]) expect((await ask(app, 'GET', `/${id}`)).body.simTimeNs).toBe(10);
  });
});

describe('POST /v1/simulations/:id/operations', () => {
  it('one that is accepted: 202 with its index; the list has it, in pages', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    await ask(app, 'POST', `/${id}/advance`, { by: 30 });
    const started = await ask(app, 'POST', `/${id}/operations`, { operation: 'munmap' });
    expect([started.status, started.body]).toEqual([202, { index: 0, simTimeNs: 30 }]);
    for (let i = 1; i < 60; i++) await ask(app, 'POST', `/${id}/operations`, { operation: 'munmap' });
    const { body } = await ask(app, 'GET', `/${id}`);
    expect([body.operations.length, body.operations[0]?.index]).toEqual([50, 10]);
    expect([body.operationsTotal, body.operationsDone]).toEqual([60, 30]);
    const page = (await ask(app, 'GET', `/${id}/operations?from=2&limit=3`)).body;
    expect((page.items as { index: number }[]).map(({ index }) => index)).toEqual([2, 3, 4]);
    expect([page.next, (await ask(app, 'GET', `/${id}/operations?from=57`)).body.next]).toEqual([5, null]);
  });

  it('while it advances: accepted, at the virtual time that it is then', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    await ask(app, 'POST', `/${id}/advance`, { by: LONG, wait: 0 });
    await eventually(async () => (await ask(app, 'GET', `/${id}`)).body.simTimeNs > 0);
    const { status, body } = await ask(app, 'POST', `/${id}/operations`, { operation: 'munmap' });
    expect(status).toBe(202);
    expect(body.simTimeNs).toBeGreaterThan(0);
  });

  it('one that is refused: 422 SIMULATION_INVALID', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, code, body } = await ask(app, 'POST', `/${id}/operations`, { operation: 'refused' });
    expect([status, code]).toEqual([422, 'SIMULATION_INVALID']);
    expect(body.errors).toEqual([{ path: 'operation', message: 'is refused' }]);
  });
});

describe('POST /v1/simulations/:id/pace', () => {
  it('a speed: time flows until it is 0, and says what came of it', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, body } = await ask(app, 'POST', `/${id}/pace`, { speed: 0.001 });
    expect([status, body.status, body.pace?.speed]).toEqual([200, 'flowing', 0.001]);
    expect(await ask(app, 'POST', `/${id}/advance`, { by: 1 })).toMatchObject({ status: 409, code: 'SIMULATION_BUSY' });
    await eventually(async () => (await ask(app, 'GET', `/${id}`)).body.pace?.achieved !== null);
    const paused = await ask(app, 'POST', `/${id}/pace`, { speed: 0 });
    expect([paused.body.status, paused.body.pace]).toEqual(['paused', null]);
    expect((await ask(app, 'GET', `/${id}`)).body.simTimeNs).toBe(paused.body.simTimeNs);
    expect(paused.body.simTimeNs).toBeGreaterThan(0);
  });

  it.each([[-1], [1e9], ['fast'], [null]])('the speed %j: 422 that names the field', async (speed) => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, body } = await ask(app, 'POST', `/${id}/pace`, { speed });
    expect([status, body.errors]).toMatchObject([422, [{ path: 'speed' }]]);
  });
});

describe('a live simulation that has ended', () => {
  it('a deadlock: told by the advance, it can be looked at, and nothing more can be done', async () => {
    const { app } = shared;
    const id = await create(app, ordered('deadlock'));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: 10 });
    expect([status, body.outcome, body.status, body.ended]).toEqual([200, 'ended', 'ended', 'deadlock']);
    expect((await ask(app, 'GET', `/${id}/stalls`)).status).toBe(200);
    for (const [path, document] of Object.entries({
      advance: { by: 1 },
      operations: { operation: 'munmap' },
      pace: { speed: 1 },
    })) {
      expect(await ask(app, 'POST', `/${id}/${path}`, document)).toMatchObject({
        status: 409,
        code: 'SIMULATION_ENDED',
      });
    }
  });

  it('takes more memory than it may: it ends, and can still be looked at', async () => {
    const app = await start({ memoryBytes: 128 * MIB });
    const id = await create(app, ordered('grow'));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: LONG });
    expect([status, body.outcome, body.status, body.ended]).toEqual([200, 'ended', 'ended', 'out-of-memory']);
    expect((await ask(app, 'GET', `/${id}/locks`)).status).toBe(200);
    expect(await ask(app, 'POST', `/${id}/advance`, { by: 1 })).toMatchObject({
      status: 409,
      code: 'SIMULATION_ENDED',
    });
  });

  it.each([
    ['ends without a word', 'exit', 'died'],
    ['throws', 'throw', 'died'],
  ])('its thread %s: the advance and the state say so, looking inside is refused', async (_, order, ended) => {
    const { app } = shared;
    const id = await create(app, ordered(order));
    const { status, body } = await ask(app, 'POST', `/${id}/advance`, { by: 10 });
    expect([status, body.outcome, body.status, body.ended]).toEqual([200, 'ended', 'ended', ended]);
    expect((await ask(app, 'GET', `/${id}`)).body).toMatchObject({ status: 'ended', ended });
    expect(await ask(app, 'GET', `/${id}/locks`)).toMatchObject({ status: 409, code: 'SIMULATION_ENDED' });
    expect(await ask(app, 'POST', `/${id}/advance`, { by: 1 })).toMatchObject({
      status: 409,
      code: 'SIMULATION_ENDED',
    });
    expect((await ask(app, 'DELETE', `/${id}`)).status).toBe(204);
    expect((await ask(app, 'POST', '', ordered('count'))).status).toBe(201);
  });
});

describe('DELETE /v1/simulations/:id', () => {
  it('a service that stops while somebody waits for an advance: 503 STOPPING, not that there is no such simulation', async () => {
    const app = await start({});
    const id = await create(app, ordered('hang'));
    const waits = ask(app, 'POST', `/${id}/advance`, { by: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await app.close();
    expect(await waits).toMatchObject({ status: 503, code: 'STOPPING' });
  });

  it('in the middle of a slice that never ends: 204 at once, who waits gets 404, the next one has a thread', async () => {
    const app = await start({ simulations: 1 });
    const id = await create(app, ordered('hang'));
    const waits = ask(app, 'POST', `/${id}/advance`, { by: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await ask(app, 'DELETE', `/${id}`)).status).toBe(204);
    expect(await waits).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await ask(app, 'GET', `/${id}`)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await ask(app, 'POST', '', ordered('count'))).status).toBe(201);
  });

  it('one that nobody knows: 404', async () => {
    const { app } = shared;
    expect(await ask(app, 'DELETE', '/unknown')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('an idle simulation', () => {
  it('nobody calls: it ends, and a call afterwards is told why', async () => {
    const app = await start({ idleMs: 30 });
    const id = await create(app, ordered('count'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { status, code, detail } = await ask(app, 'GET', `/${id}`);
    expect([status, code]).toEqual([404, 'NOT_FOUND']);
    expect(detail).toContain('nobody had called or watched it for 0.03 s');
  });

  it('an advance goes on: it is not idle', async () => {
    const app = await start({ idleMs: 30 });
    const id = await create(app, ordered('count'));
    await ask(app, 'POST', `/${id}/advance`, { by: LONG, wait: 0 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await ask(app, 'GET', `/${id}`)).body.status).toBe('advancing');
  });
});

describe('looking inside', () => {
  it.each([
    ['/folios/17', 404, 'NOT_FOUND'],
    ['/folios/x', 400, 'REQUEST_INVALID'],
    ['/mappings?length=', 400, 'REQUEST_INVALID'],
    ['/mappings?start=1.5B&length=4096', 400, 'REQUEST_INVALID'],
    ['/stalls?limit=0', 400, 'REQUEST_INVALID'],
    ['/stalls?vcpu=', 400, 'REQUEST_INVALID'],
    ['/folios/1.5', 400, 'REQUEST_INVALID'],
    ['/stalls?limit=1001', 400, 'REQUEST_INVALID'],
    ['/operations?colour=red', 400, 'REQUEST_INVALID'],
    ['/trace', 409, 'NOT_RECORDED'],
  ])('%s: %i %s', async (path, status, code) => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    expect(await ask(app, 'GET', `/${id}${path}`)).toMatchObject({ status, code });
  });

  it('mappings: sizes may have a unit', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { body } = await ask(app, 'GET', `/${id}/mappings?start=4096&length=2MiB`);
    expect(body).toMatchObject({ start: 4096, length: 2 * MIB });
  });

  it('mappings: no length: up to the end of the memory, as the thread says it', async () => {
    const { app } = shared;
    const id = await create(app, ordered('count'));
    const { status, body } = await ask(app, 'GET', `/${id}/mappings?start=4096`);
    expect([status, body.length]).toEqual([200, 0]);
  });
});

describe('GET /v1/catalog', () => {
  it('has the limits of live simulations', async () => {
    const app = await start({ simulations: 3, idleMs: 1000 });
    const { simulations } = (await app.inject('/v1/catalog')).json<{ simulations: { limits: object } }>();
    expect(simulations.limits).toMatchObject({ simulations: 3, idleMs: 1000, operations: 10_000 });
  });
});
