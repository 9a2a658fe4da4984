import { describe, expect, it } from 'vitest';
import { HostError } from '../../src/host/host-error.ts';
import { measureInProcess } from '../../src/host/host-process.ts';
import type { Measurement } from '../../src/host/measure.ts';
import type { MeasurementResult } from '../../src/host/measurement-result.ts';
import type { App } from '../../src/server/app.ts';
import type { MeasuringHost } from '../../src/server/measurement-service.ts';
import { isBusy, noGuest } from '../host/support.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { connect, listen } from './support/event-client.ts';
import { ordered, post as postComparison, startService } from './support/service.ts';

interface Stored {
  id: string;
  status: string;
  finishedAt: string | null;
  progress: { done: number; total: number };
  spec: unknown;
  result?: MeasurementResult;
  error?: { code: string; detail?: string; status: number };
}

const window = {
  start: 0n,
  end: 1_000_000n,
  gaps: [[{ from: 10n, to: 5_010n, address: 0 }]],
  lostGaps: 0,
  touches: 100,
  runDelayNs: 0,
  dispatches: 0,
  efaults: 0,
  kvm: null,
  kernelEvents: null,
};

/** A host with a KVM that nothing has to be there for: two repetitions, one stall of 5 us each. */
const quick: MeasuringHost['measure'] = async (plan, { onRepetition } = {}) => {
  const repetition = {
    control: window,
    operation: window,
    time: { start: 0n, end: 4_000n, errno: null },
    operatorDelayNs: 0,
  };
  onRepetition?.(1, 2);
  onRepetition?.(2, 2);
  const samples = plan.places.map((place) => ({ place, repetitions: [repetition, repetition], dropped: 0 }));
  return {
    plan,
    samples,
    ticksPerNs: 1,
    guestLeadTicks: 0n,
    cpus: null,
    around: null,
    wallMs: 1,
    kernelEvents: null,
  } satisfies Measurement;
};

/** One that is at it until it is told to stop, as a child that is killed. */
const endless: MeasuringHost['measure'] = (_, { signal } = {}) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });

const failing =
  (error: Error): MeasuringHost['measure'] =>
  () =>
    Promise.reject(error);

const service = (measure: MeasuringHost['measure'], missing: string | null = null): Promise<App> =>
  startService({ measuringHost: { missing: () => missing, measure } });

const post = (app: App, payload: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/measurements', payload, headers });

const get = async (app: App, id: string): Promise<Stored> =>
  (await app.inject(`/v1/measurements/${id}`)).json<Stored>();

async function accepted(app: App, payload: object = { operation: 'nothing', repetitions: 2 }): Promise<string> {
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
    const stored = await get(app, id);
    if (wanted(stored)) return stored;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('POST /v1/measurements', () => {
  it('an operation: 202 with id, then succeeded with a result of the host', async () => {
    const app = await service(quick);
    const spec = { operation: 'madv-collapse', places: ['inside', 'outside'], memory: '8MiB', repetitions: 2 };
    const response = await post(app, spec);
    expect(response.statusCode).toBe(202);
    const { id, status } = response.json<{ id: string; status: string }>();
    expect([status, response.headers.location]).toEqual(['queued', `/v1/measurements/${id}`]);

    const stored = await until(app, id);
    expect(stored).toMatchObject({ status: 'succeeded', spec, progress: { done: 2, total: 4 } });
    expect(stored.result).toMatchObject({ source: 'host', scenario: 'madv-collapse', repetitions: 2 });
    expect(stored.result?.measurement.memoryBytes).toBe(8 * 2 ** 20);
    expect(stored.result?.schemes.map(({ place, scheme, stall }) => [place, scheme, stall.maxNs])).toEqual([
      ['inside', 'control', 5_000],
      ['inside', 'kernel', 5_000],
      ['outside', 'control', 5_000],
      ['outside', 'kernel', 5_000],
    ]);
    expect((await app.inject(`/v1/measurements/${id}/result`)).json()).toEqual(stored.result);
  });

  it.each([
    ['no operation', {}, 'operation'],
    ['an unknown operation', { operation: 'x' }, 'operation'],
    ['a field that is none', { operation: 'nothing', memroy: '8MiB' }, 'memroy'],
    ['an impossible size', { operation: 'nothing', memory: '5MiB' }, 'memory'],
    ['too much memory', { operation: 'nothing', memory: '2GiB' }, 'memory'],
    ['too long a time', { operation: 'nothing', time: '2min' }, 'time'],
    ['an unknown place', { operation: 'nothing', places: ['here'] }, 'places.0'],
    ['an operation that does not go with the memory', { operation: 'punch-hole', backing: 'anonymous' }, 'operation'],
  ])('%s: 422 MEASUREMENT_INVALID that names the field', async (_, payload, path) => {
    const response = await post(await service(quick), payload);
    const problem = response.json<{ code: string; errors: { path: string; message: string }[] }>();
    expect([response.statusCode, problem.code]).toEqual([422, 'MEASUREMENT_INVALID']);
    expect(problem.errors.map((error) => error.path)).toContain(path);
  });

  it('a host that cannot: 503 HOST_CANNOT_MEASURE with what is missing, and the rest works', async () => {
    const app = await service(quick, 'there is no /dev/kvm');
    const response = await post(app, { operation: 'nothing' });
    expect(response.statusCode).toBe(503);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ code: 'HOST_CANNOT_MEASURE', detail: 'there is no /dev/kvm.' });
    expect((await app.inject('/v1/catalog')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  it.each([
    ['the host lacks something', new HostError('2 vCPUs need 3 CPUs'), 'HOST_CANNOT_MEASURE', '2 vCPUs need 3 CPUs'],
    ['a bug', new Error('a secret'), 'INTERNAL', undefined],
  ])('%s: failed, with a problem', async (_, error, code, detail) => {
    const app = await service(failing(error));
    const stored = await until(app, await accepted(app));
    expect([stored.status, stored.error?.code, stored.error?.detail]).toEqual(['failed', code, detail]);
  });

  it('the same key and body again: the first answer, and one measurement', async () => {
    const app = await service(endless);
    const headers = { 'idempotency-key': 'k' };
    const [first, second] = [
      await post(app, { operation: 'fork' }, headers),
      await post(app, { operation: 'fork' }, headers),
    ];
    expect(second.json()).toEqual(first.json());
    expect((await app.inject('/v1/measurements')).json<{ items: unknown[] }>().items).toHaveLength(1);
    expect((await post(app, { operation: 'nothing' }, headers)).statusCode).toBe(422);
  });

  it('more than the service takes: 429 with Retry-After', async () => {
    const app = await service(endless);
    for (let index = 0; index < 16; index++) await accepted(app);
    const response = await post(app, { operation: 'nothing' });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([429, 'TOO_MANY_MEASUREMENTS']);
    expect(response.headers['retry-after']).toBe('5');
  });
});

describe('measurements beside one another', () => {
  it('two: the second waits for the first, and the list has the newest first', async () => {
    const app = await service(endless);
    const [first, second] = [await accepted(app), await accepted(app)];
    await until(app, first, ({ status }) => status === 'running');
    expect((await get(app, second)).status).toBe('queued');
    const { items } = (await app.inject('/v1/measurements')).json<{ items: Stored[] }>();
    expect(items.map(({ id }) => id)).toEqual([second, first]);

    const page = (await app.inject('/v1/measurements?limit=1')).json<{ items: Stored[]; nextCursor: string }>();
    expect(page.items.map(({ id }) => id)).toEqual([second]);
    const rest = (await app.inject(`/v1/measurements?cursor=${page.nextCursor}`)).json<typeof page>();
    expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([[first], null]);

    await app.inject({ method: 'DELETE', url: `/v1/measurements/${first}` });
    await until(app, second, ({ status }) => status === 'running');
  });

  it('one that has failed: the next one is made', async () => {
    let calls = 0;
    const app = await service((plan, options) =>
      calls++ === 0 ? Promise.reject(new HostError('no')) : quick(plan, options),
    );
    const [first, second] = [await accepted(app), await accepted(app)];
    expect((await until(app, second)).status).toBe('succeeded');
    expect((await get(app, first)).status).toBe('failed');
  });
});

describe('DELETE /v1/measurements/:id', () => {
  it('a running one: cancelled, and it is told to stop', async () => {
    let told = false;
    const app = await service((plan, options) => {
      options?.signal?.addEventListener('abort', () => {
        told = true;
      });
      return endless(plan, options);
    });
    const id = await accepted(app);
    await until(app, id, ({ status }) => status === 'running');
    const response = await app.inject({ method: 'DELETE', url: `/v1/measurements/${id}` });
    expect([response.statusCode, response.json<Stored>().status, told]).toEqual([200, 'cancelled', true]);
    expect((await get(app, id)).finishedAt).not.toBeNull();
  });

  it('a queued one: cancelled, and it is never made', async () => {
    let calls = 0;
    const app = await service((plan, options) => {
      calls++;
      return endless(plan, options);
    });
    const [first, second] = [await accepted(app), await accepted(app)];
    await app.inject({ method: 'DELETE', url: `/v1/measurements/${second}` });
    await app.inject({ method: 'DELETE', url: `/v1/measurements/${first}` });
    const third = await accepted(app);
    await until(app, third, ({ status }) => status === 'running');
    expect(calls).toBe(2);
  });

  it('a finished one: gone', async () => {
    const app = await service(quick);
    const id = await accepted(app);
    await until(app, id);
    expect((await app.inject({ method: 'DELETE', url: `/v1/measurements/${id}` })).statusCode).toBe(204);
    expect((await app.inject(`/v1/measurements/${id}`)).statusCode).toBe(404);
  });

  it('an unknown one: 404', async () => {
    const app = await service(quick);
    expect((await app.inject({ method: 'DELETE', url: '/v1/measurements/x' })).statusCode).toBe(404);
  });
});

describe('GET /v1/measurements/:id/result', () => {
  it('no result yet: 409 RESULT_MISSING', async () => {
    const app = await service(endless);
    const response = await app.inject(`/v1/measurements/${await accepted(app)}/result`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([409, 'RESULT_MISSING']);
  });
});

describe('what a result has', () => {
  it('format=csv: the table of a comparison, with the place', async () => {
    const app = await service(quick);
    const id = await accepted(app, { operation: 'nothing', places: ['inside', 'outside'] });
    await until(app, id);
    const response = await app.inject(`/v1/measurements/${id}/result?format=csv`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const [header, ...rows] = response.body.trimEnd().split('\r\n');
    expect(header).toMatch(/^scenario,profile,seed,.*,place$/);
    expect(rows.map((row) => row.split(',').at(-1))).toEqual(['inside', 'inside', 'outside', 'outside']);
  });

  it('format=parquet: the rows of the CSV; what cannot be known is null', async () => {
    const app = await service(quick);
    const id = await accepted(app, { operation: 'nothing', places: ['inside', 'outside'] });
    await until(app, id);
    const csv = await app.inject(`/v1/measurements/${id}/result?format=csv`);
    const read = await readParquet((await app.inject(`/v1/measurements/${id}/result?format=parquet`)).rawPayload);
    expect(asCsvRows(read)).toEqual(readCsv(csv.body));
    expect(read.rows.map(({ place, spinNs }) => [place, spinNs])).toEqual([
      ['inside', null],
      ['inside', null],
      ['outside', null],
      ['outside', null],
    ]);
  });

  it('format=xml: 400', async () => {
    const app = await service(quick);
    const id = await accepted(app);
    await until(app, id);
    const response = await app.inject(`/v1/measurements/${id}/result?format=xml`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('windows asked for: each with its time and place; else none', async () => {
    const app = await service(quick);
    const [plain, listed] = [await accepted(app), await accepted(app, { operation: 'nothing', windows: true })];
    const stored = [await until(app, plain), await until(app, listed)];
    expect(stored.map(({ result }) => result?.schemes.map(({ windows }) => windows?.length))).toEqual([
      [undefined, undefined],
      [2, 2],
    ]);
    expect(stored[1]?.result?.schemes[1]?.windows?.[1]).toMatchObject({
      repetition: 1,
      vcpu: 0,
      startNs: 10,
      endNs: 5_010,
    });
  });

  it('kernelEvents asked for: it reaches the host, and what is missing is in the result', async () => {
    const asked: boolean[] = [];
    const app = await service(async (plan, options) => {
      asked.push(plan.kernelEvents);
      return { ...(await quick(plan, options)), kernelEvents: { recorded: null, missing: 'no right' } };
    });
    const { result } = await until(app, await accepted(app, { operation: 'nothing', kernelEvents: true }));
    expect(asked).toEqual([true]);
    expect(result?.measurement.kernelEvents).toEqual({ recorded: null, dropped: 0, missing: 'no right' });
  });
});

describe('GET /v1/measurements?status=', () => {
  it('a status: only those', async () => {
    const app = await service((plan, options) =>
      plan.operation === 'fork' ? endless(plan, options) : quick(plan, options),
    );
    const [done, running] = [await accepted(app), await accepted(app, { operation: 'fork' })];
    await until(app, running, ({ status }) => status === 'running');
    const list = async (status: string) =>
      (await app.inject(`/v1/measurements?status=${status}`)).json<{ items: Stored[] }>().items.map(({ id }) => id);
    expect([await list('succeeded'), await list('running'), await list('failed')]).toEqual([[done], [running], []]);
  });
});

describe('WebSocket /v1/measurements/:id/events', () => {
  it('a measurement: its progress in order of seq, then end and close 1000', async () => {
    const app = await service(quick);
    const address = await listen(app);
    const client = await connect(address, await accepted(app), { kind: 'measurements' });
    expect(await client.closed).toBe(1000);
    expect(client.events()).toEqual([
      { seq: 1, topic: 'progress', repetitions: { done: 1, total: 2 } },
      { seq: 2, topic: 'progress', repetitions: { done: 2, total: 2 } },
    ]);
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'succeeded' });
  });

  it('deleted while it runs: end with cancelled', async () => {
    const app = await service(endless);
    const address = await listen(app);
    const id = await accepted(app);
    const client = await connect(address, id, { kind: 'measurements', first: { type: 'subscribe' } });
    await app.inject({ method: 'DELETE', url: `/v1/measurements/${id}` });
    expect(await client.closed).toBe(1000);
    expect(client.frames).toEqual([{ type: 'end', status: 'cancelled' }]);
  });

  it('an unknown one: 404 instead of a socket; without an upgrade: 426', async () => {
    const app = await service(quick);
    const address = await listen(app);
    await expect(connect(address, 'x', { kind: 'measurements' })).rejects.toThrow('404');
    const response = await app.inject(`/v1/measurements/${await accepted(app)}/events`);
    expect(response.statusCode).toBe(426);
  });

  it('sockets of comparisons and measurements: counted together', async () => {
    const app = await startService({
      measuringHost: { missing: () => null, measure: endless },
      limits: { subscribers: 1 },
    });
    const address = await listen(app);
    const id = await accepted(app);
    await connect(address, id, { kind: 'measurements' });
    await expect(connect(address, id, { kind: 'measurements' })).rejects.toThrow('429');
    const comparison = await postComparison(app, { scenario: ordered('hang'), schemes: ['range'] });
    await expect(connect(address, comparison)).rejects.toThrow('429');
  });
});

describe('a stop of the service', () => {
  it('in the middle of a measurement: it is cancelled, and nothing is left to wait for', async () => {
    const app = await service(endless);
    const id = await accepted(app);
    await until(app, id, ({ status }) => status === 'running');
    await app.close();
  });
});

describe("this host's KVM", { retry: 2 }, () => {
  it('a collapse: a result with stalls of a real guest', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const app = await startService();
    const id = await accepted(app, { operation: 'madv-collapse', memory: '4MiB', repetitions: 2, time: '1s' });
    const answer = await until(app, id);
    if (answer.status === 'failed' && isBusy(JSON.stringify(answer))) skip(JSON.stringify(answer));
    const { status, result } = answer;
    expect(status).toBe('succeeded');
    expect(result?.schemes.map(({ scheme }) => scheme)).toEqual(['control', 'kernel']);
    expect(result?.schemes[1]?.guest.touches).toBeGreaterThan(1_000);
  });

  it('one that is cancelled in the middle: the next has its turn at once', async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const app = await service(measureInProcess);
    const long = await accepted(app, { operation: 'nothing', memory: '4MiB', repetitions: 1000, time: '1min' });
    await until(app, long, ({ progress }) => progress.done > 0);
    await app.inject({ method: 'DELETE', url: `/v1/measurements/${long}` });
    const next = await accepted(app, { operation: 'nothing', memory: '4MiB', repetitions: 1, time: '1s' });
    const answer = await until(app, next);
    if (answer.status === 'failed' && isBusy(JSON.stringify(answer))) skip(JSON.stringify(answer));
    expect(answer.status).toBe('succeeded');
    expect((await get(app, long)).status).toBe('cancelled');
  });
});
