// The document and the running service: every answer that the document has is had from a listening service, and every answer
// is as the document says. Calls and codes come from the document, so a new call is asked for all that it documents.

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/server/app.ts';
import type { EdgeErrorCode } from '../../src/server/errors.ts';
import { openStore } from '../../src/server/store/store.ts';
import { TRACES_AT_ONCE } from '../../src/server/traces.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { type Answered, ContractClient, Ledger, type Request } from './support/contract-client.ts';
import { type Call, callsOf, codesOf, type Document, documentOf, Judge } from './support/document.ts';
import { DISK_FULL, failingStore, IO_ERROR } from './support/failing-store.ts';
import { endlessHost, quickHost, stubbornHost } from './support/measuring-host.ts';
import { ordered, type ServiceOptions, startService } from './support/service.ts';
import { FAKE_SIMULATIONS, ordered as simulating } from './support/simulations.ts';

const token = 'a-token';

/** What is never done by itself, by the collection that it is posted to. */
const UNFINISHED: Readonly<Record<string, object>> = {
  '/v1/comparisons': { scenario: ordered('hang'), schemes: ['range'], repetitions: 1 },
  '/v1/explorations': {
    operations: ['migrate-pages', 'madv-collapse', 'truncate'],
    guest: 3,
    geometry: { entries: 4 },
    limits: { schedules: 1_000_000, transitions: 5_000_000 },
  },
  '/v1/measurements': { operation: 'nothing' },
  '/v1/sweeps': { scenario: ordered('hang'), schemes: ['range'], repetitions: 1, grid: { 'vm.vcpus': [2] } },
};

const SIMULATIONS = '/v1/simulations';

/** Documented, and not to be had from a service that works: by its code, or by call, status and code. */
const NEVER_SEEN: Readonly<Record<string, string>> = {
  'getComparisonTrace 500 RUN_FAILED':
    'a bug of the model; a run of a comparison that has one is in comparisons.test.ts',
  'getExplorationSteps 500 RUN_FAILED': 'a schedule of another version; steps.test.ts has one',
  INTERNAL: 'a bug; app.test.ts has a route that throws',
  WORKER_DIED: 'a thread that dies on its own; mapcount-table.test.ts has one',
};

let document: Document;
let ledger: Ledger;
let judge: Judge;

beforeAll(async () => {
  const pool = new WorkerPool({ threads: 1 });
  const store = openStore();
  const app = await buildApp({ pool, store, token, logger: pino({ level: 'silent' }) });
  document = await documentOf(app, { authorization: `Bearer ${token}` });
  await app.close();
  await pool.close();
  store.close();
  ledger = new Ledger(document);
  judge = new Judge(document, { closed: true });
});

async function serve(options: ServiceOptions = {}) {
  const app = await startService({ token, measuringHost: quickHost, ...options });
  const origin = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).origin;
  return { app, client: new ContractClient(origin, document, ledger, judge, token) };
}

const isPost = ({ method }: Call): boolean => method === 'POST';
const collectionOf = ({ path }: Call): string => path.split('/{')[0] ?? path;

/** The calls that document this code. */
const callsWith = (code: EdgeErrorCode): Call[] =>
  callsOf(document).filter(({ operation: { operationId, responses } }) =>
    Object.entries(responses).some(
      ([status, answer]) =>
        codesOf(answer).includes(code) && NEVER_SEEN[`${operationId} ${status} ${code}`] === undefined,
    ),
  );

type Act = (client: ContractClient, call: Call) => Promise<Answered>;

/** Every call that documents `code` is asked for it, of one service. */
function provokes(code: EdgeErrorCode, options: () => ServiceOptions, act: Act): void {
  it(`${code}: every call that documents it answers it`, async () => {
    const { client } = await serve(options());
    const calls = callsWith(code);
    expect(calls).not.toEqual([]);
    for (const call of calls) {
      const { code: answered } = await act(client, call);
      expect([call.method, call.path, answered]).toEqual([call.method, call.path, code]);
    }
  });
}

const example = (client: ContractClient, call: Call): object => (client.examples(call)[0]?.[1] ?? {}) as object;
const exampleRequest = (client: ContractClient, call: Call): Request =>
  isPost(call) ? posted(example(client, call)) : {};
const posted = (value: object): Request => ({ body: JSON.stringify(value) });
const sending =
  (request: Request): Act =>
  (client, call) =>
    client.call(call, request);
const normal = (): ServiceOptions => ({});

/** Against a request that is wrong wherever this call lets one be wrong. */
const wrongly: Act = (client, call) => {
  const { parameters = [] } = call.operation;
  const name = parameters.find((parameter) => parameter.in === 'path')?.name;
  if (name !== undefined) return client.call(call, { params: { [name]: '%E0%A4%A' } });
  if (parameters.some((parameter) => parameter.in === 'query')) return client.call(call, { query: '?no-such-field=1' });
  return client.call(call, { ...posted({}), headers: { 'idempotency-key': 'k'.repeat(300) } });
};

const twiceWithOneKey: Act = async (client, call) => {
  const headers = { 'idempotency-key': `key of ${call.path}` };
  const params = await client.made(call);
  await client.call(call, { ...posted(example(client, call)), params, headers });
  return client.call(call, { ...posted({}), params, headers });
};

const withWrongBody: Act = async (client, call) =>
  client.call(call, { ...posted({ 'no-such-field': 1 }), params: await client.made(call) });

/** It finds a comparison that this version cannot carry out. */
function ofALaterVersion(): ServiceOptions {
  const store = openStore();
  const labels = { scenario: null, schemes: [] };
  const createdAt = '2026-01-31T12:00:00.000Z';
  const spec = { scenario: 'gone' };
  store.jobs('comparison').add({ id: 'old', createdAt, total: 1, spec, labels, question: null, fresh: false });
  return { store };
}

/** The one thread is at something that has no end, so that no trace is ever done. */
const whileOthersWait: Act = async (client, call) => {
  const params = await client.made(call, UNFINISHED[collectionOf(call)]!);
  // They are answered when the service stops.
  for (let trace = 0; trace < TRACES_AT_ONCE; trace++) void client.call(call, { params });
  for (;;) {
    const answer = await client.call(call, { params });
    if (answer.code !== null) return answer;
  }
};

const fakeSimulations = (): ServiceOptions => ({ simulationWorkerFile: FAKE_SIMULATIONS });

/** Of a simulation whose thread does what `order` says, when it is advanced so far. */
const ofSimulation =
  (order: string, advance: object): Act =>
  async (client, call) => {
    const params = await client.made(call, { ...simulating(order), record: {} });
    const driving = callsOf(document).find(({ path }) => path.endsWith('/advance'))!;
    await client.call(driving, { ...posted(advance), params });
    const request = call.path === driving.path ? posted(advance) : exampleRequest(client, call);
    return client.call(call, { ...request, params });
  };

const twice: Act = async (client, call) => {
  await client.call(call, posted(example(client, call)));
  return client.call(call, posted(example(client, call)));
};

const takesKey = ({ operation }: Call): boolean =>
  operation.parameters?.some(({ name }) => name === 'idempotency-key') === true;

const createOf = (call: Call): Call =>
  callsOf(document).find((other) => isPost(other) && other.path === collectionOf(call))!;

async function firstFolio(client: ContractClient, params: Record<string, string>): Promise<string> {
  const list = callsOf(document).find(({ path }) => path.endsWith('/folios'))!;
  const { items } = (await client.call(list, { params })).json() as { items: { index: number }[] };
  return String(items[0]!.index);
}

/** The stream of a live simulation ends with it, and begins with the first that happens. */
function ending(client: ContractClient, call: Call, params: Record<string, string>): Pick<Request, 'end'> {
  if (collectionOf(call) !== SIMULATIONS || !call.path.endsWith('/stream')) return {};
  const [advance, remove] = ['/advance', '/{id}'].map(
    (end) =>
      callsOf(document).find(
        ({ method, path }) => path.startsWith(SIMULATIONS) && path.endsWith(end) && method !== 'GET',
      )!,
  );
  void client.call(advance!, { ...posted({ by: '1ms' }), params });
  return { end: () => client.call(remove!, { params }) };
}

/** With a name of its own each time, until there is no room. */
const untilFull: Act = async (client, call) => {
  for (let i = 0; ; i++) {
    const answer = await client.call(call, posted({ ...example(client, call), name: `entry-${i}` }));
    if (answer.status !== 201) return answer;
  }
};

const untilRefused: Act = async (client, call) => {
  for (;;) {
    const answer = await client.call(call, posted(UNFINISHED[call.path] ?? example(client, call)));
    if (answer.status !== 202) return answer;
  }
};

const beforeItIsDone: Act = async (client, call) =>
  client.call(call, { params: await client.made(call, UNFINISHED[collectionOf(call)] ?? {}) });

const withoutRoom: Act = async (client, call) => {
  const params = await client.made(call);
  return '426' in call.operation.responses ? client.upgrade(call, { params }) : client.call(call, { params });
};

describe('errors of a listening service', () => {
  provokes('UNAUTHORIZED', normal, sending({ headers: { authorization: 'Bearer wrong' } }));
  provokes('REQUEST_INVALID', normal, wrongly);
  provokes('NOT_FOUND', normal, (client, call) => client.call(call, exampleRequest(client, call)));
  provokes('BODY_MALFORMED', normal, sending({ body: '{' }));
  provokes('BODY_TOO_LARGE', normal, sending({ body: JSON.stringify('x'.repeat(1024 * 1024)) }));
  provokes('MEDIA_TYPE_UNSUPPORTED', normal, sending({ body: 'x', headers: { 'content-type': 'text/plain' } }));
  provokes('BODY_TOO_DEEP', normal, sending({ body: '['.repeat(100) }));
  provokes('BODY_KEY_FORBIDDEN', normal, sending({ body: '{"a":{"__proto__":{}}}' }));
  provokes('ORIGIN_REFUSED', normal, sending({ headers: { origin: 'http://elsewhere.example' } }));
  provokes(
    'RATE_LIMITED',
    () => ({ requestsPerMinute: 1 }),
    async (client, call) => {
      await client.call(call);
      return client.call(call);
    },
  );
  // The memory is looked at once a second, and is more than a byte from the first time on.
  provokes(
    'OVERLOADED',
    () => ({ pressure: { lagMs: 0, heapBytes: 1, memoryBytes: 0 } }),
    async (client, call) => {
      for (;;) {
        const answer = await client.call(call);
        if (answer.code === 'OVERLOADED') return answer;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  );
  for (const code of ['EXPLORATION_INVALID', 'MEASUREMENT_INVALID'] as const) {
    provokes(code, normal, sending(posted({ 'no-such-field': 1 })));
  }
  provokes('COMPARISON_INVALID', ofALaterVersion, (client, call) =>
    client.call(call, isPost(call) ? posted({ 'no-such-field': 1 }) : { params: { id: 'old' } }),
  );
  provokes('SWEEP_INVALID', normal, withWrongBody);
  provokes('SIMULATION_INVALID', normal, withWrongBody);
  provokes('SCENARIO_INVALID', normal, sending(posted({ 'no-such-field': 1 })));
  provokes('PROFILE_INVALID', normal, sending(posted({ 'no-such-field': 1 })));
  provokes('IDEMPOTENCY_KEY_REUSED', normal, twiceWithOneKey);
  provokes('NAME_TAKEN', normal, twice);
  provokes('LIBRARY_FULL', normal, untilFull);
  provokes('RESULT_MISSING', () => ({ measuringHost: endlessHost }), beforeItIsDone);
  provokes('TOO_MANY_COMPARISONS', normal, untilRefused);
  provokes('TOO_MANY_EXPLORATIONS', normal, untilRefused);
  provokes('TOO_MANY_SWEEPS', normal, untilRefused);
  provokes('TOO_MANY_SIMULATIONS', () => ({ simulationLimits: { simulations: 0 } }), untilRefused);
  provokes('SIMULATION_TOO_LARGE', () => ({ simulationLimits: { memoryBytes: 1024 } }), untilRefused);
  provokes('SIMULATION_BUSY', fakeSimulations, ofSimulation('count', { by: 1e12, wait: 0 }));
  provokes('SIMULATION_ENDED', fakeSimulations, ofSimulation('exit', { by: 1 }));
  provokes('NOT_RECORDED', normal, async (client, call) =>
    client.call(call, { params: await client.made(call, { scenario: 'hgm-collapse-2m', scheme: 'range' }) }),
  );
  provokes('RUN_FAILED', fakeSimulations, sending(posted(simulating('fail-to-build'))));
  provokes('TOO_MANY_MEASUREMENTS', () => ({ measuringHost: endlessHost }), untilRefused);
  provokes('TOO_MANY_TRACES', () => ({ poolOptions: { threads: 1 } }), whileOthersWait);
  provokes('TOO_MANY_SUBSCRIBERS', () => ({ limits: { subscribers: 0 } }), withoutRoom);
  provokes('UPGRADE_REQUIRED', normal, async (client, call) => client.call(call, { params: await client.made(call) }));
  provokes(
    'HOST_CANNOT_MEASURE',
    () => ({ measuringHost: { ...quickHost, missing: () => 'there is no /dev/kvm' } }),
    (client, call) => client.call(call, posted(example(client, call))),
  );
  it('STOPPING: while the last work is put down, every call that documents it answers it', async () => {
    const host = stubbornHost();
    const { app, client } = await serve({ measuringHost: host });
    const measurements = callsOf(document).find((call) => isPost(call) && call.path === '/v1/measurements')!;
    await client.call(measurements, posted(UNFINISHED['/v1/measurements']!));
    const requests = new Map<Call, Request>();
    for (const call of callsWith('STOPPING')) {
      requests.set(call, isPost(call) ? exampleRequest(client, call) : { params: await client.made(call) });
    }
    const closed = app.close();
    for (const [call, request] of requests) {
      const { code } = await client.call(call, request);
      expect([call.path, code]).toEqual([call.path, 'STOPPING']);
    }
    host.release();
    await closed;
  });

  it.each([
    ['STORE_FAILED', IO_ERROR],
    ['STORE_FULL', DISK_FULL],
  ] as const)('%s: the store fails under the call: every call that documents it answers it', async (code, errcode) => {
    const under = openStore();
    const failing = failingStore(under);
    const { client } = await serve({ store: failing.store });
    for (const call of callsWith(code)) {
      failing.fail(null);
      const params = isPost(call) ? {} : await client.made(call);
      failing.fail(errcode);
      const answer = await client.call(call, isPost(call) ? posted(example(client, call)) : { params });
      expect([call.method, call.path, answer.code]).toEqual([call.method, call.path, code]);
    }
    failing.fail(null);
  });
});

describe('answers of a listening service', () => {
  it('every POST: each of its examples is accepted, and again under its key', async () => {
    const { client } = await serve();
    for (const call of callsOf(document).filter(isPost)) {
      const examples = client.examples(call);
      const isWithoutBody = call.operation.requestBody === undefined;
      for (const [name, value] of isWithoutBody ? [['nothing', undefined] as const] : examples) {
        const params = await client.made(call);
        const headers = { 'idempotency-key': `${call.path} ${name}` };
        const request = { ...(value === undefined ? {} : posted(value as object)), params, headers };
        const first = await client.call(call, request);
        expect([call.path, name, first.code]).toEqual([call.path, name, null]);
        if (!call.path.includes('{')) expect(first.header('location')).toMatch(new RegExp(`^${call.path}/`));
        if (!takesKey(call)) continue;
        const again = await client.call(call, request);
        expect([again.status, again.text, again.header('idempotency-replayed')]).toEqual([
          first.status,
          first.text,
          'true',
        ]);
      }
    }
  });

  it('every GET: answered, of what each example makes, in every format', async () => {
    const { client } = await serve();
    for (const call of callsOf(document).filter(({ method }) => method === 'GET')) {
      const create = callsOf(document).find((other) => isPost(other) && other.path === collectionOf(call));
      const bodies =
        create === undefined || !call.path.includes('{')
          ? [undefined]
          : client.examples(create).map(([, body]) => body);
      for (const body of bodies) {
        const params = await client.made(call, body as object | undefined);
        if (body !== undefined) await client.finished(collectionOf(call), params);
        if (call.path.includes('{index}')) params.index = await firstFolio(client, params);
        const formats = call.operation.parameters?.find(({ name }) => name === 'format')?.schema.enum as
          | string[]
          | undefined;
        if ('204' in call.operation.responses) await client.call(call, { params, headers: { 'last-event-id': 'end' } });
        for (const query of formats?.map((format) => `?format=${format}`) ?? [undefined]) {
          await client.call(call, {
            params,
            ...(query === undefined ? {} : { query }),
            ...ending(client, call, params),
          });
        }
      }
    }
  });

  it('every DELETE: of what is unfinished, and of what is done', async () => {
    const { client } = await serve({ measuringHost: endlessHost });
    for (const call of callsOf(document).filter(({ method }) => method === 'DELETE')) {
      const params = await client.made(call, UNFINISHED[collectionOf(call)] ?? example(client, createOf(call)));
      const statuses = [(await client.call(call, { params })).status, (await client.call(call, { params })).status];
      expect([call.path, ...statuses]).toEqual([
        call.path,
        ...(collectionOf(call) === SIMULATIONS ? [204, 404] : [200, 204]),
      ]);
    }
  });
});

afterAll(() => {
  // Behind all of the above: an answer that is documented and was never seen is a promise that nobody has tried.
  const unseen = ledger
    .unseen()
    .filter((answer) => (NEVER_SEEN[answer.split(' ')[2] ?? ''] ?? NEVER_SEEN[answer]) === undefined);
  expect(unseen).toEqual([]);
});
