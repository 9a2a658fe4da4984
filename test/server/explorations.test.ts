import { describe, expect, it } from 'vitest';
import type { ExplorationResult } from '../../src/explore/exploration-types.ts';
import type { App } from '../../src/server/app.ts';
import { asCsvRows, readCsv, readParquet } from '../support/parquet.ts';
import { connect, listen } from './support/event-client.ts';
import { ordered, post as postComparison, startService } from './support/service.ts';

interface Stored {
  id: string;
  status: string;
  finishedAt: string | null;
  progress: { done: number; total: number };
  spec: unknown;
  result?: ExplorationResult;
  error?: { code: string };
}

/** Safe, and explored in a moment. */
const SMALL = { operations: ['madv-collapse'], scheme: 'post-collapse/promote' };
/** Unsafe, in a moment. */
const UNSAFE = { ...SMALL, backing: 'anonymous' };
/** Nothing for the length of a test. */
const LARGE = {
  operations: ['migrate-pages', 'madv-collapse', 'truncate'],
  guest: 3,
  geometry: { entries: 4 },
  limits: { schedules: 1_000_000, transitions: 5_000_000 },
};

const post = (app: App, payload: object | string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/explorations', payload, headers });

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
    const stored = (await app.inject(`/v1/explorations/${id}`)).json<Stored>();
    if (wanted(stored)) return stored;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('POST /v1/explorations', () => {
  it('a safe case: 202 with id, then succeeded with the verdict, and the result alone is the same', async () => {
    const app = await startService();
    const response = await post(app, SMALL);
    expect(response.statusCode).toBe(202);
    const { id, status } = response.json<{ id: string; status: string }>();
    expect([status, response.headers.location]).toEqual(['queued', `/v1/explorations/${id}`]);
    const stored = await until(app, id);
    expect(stored).toMatchObject({ status: 'succeeded', spec: SMALL });
    expect(stored.result).toMatchObject({ verdict: 'safe', complete: true, endedBy: 'complete', findings: [] });
    expect(stored.progress.done).toBe(stored.result?.transitions);
    expect((await app.inject(`/v1/explorations/${id}/result`)).json()).toEqual(stored.result);
  });

  it('the same body again: the same bytes', async () => {
    const app = await startService();
    const ids = [await accepted(app, UNSAFE), await accepted(app, UNSAFE)];
    const bodies: string[] = [];
    for (const id of ids) {
      await until(app, id);
      bodies.push((await app.inject(`/v1/explorations/${id}/result`)).body);
    }
    expect(bodies[0]).toBe(bodies[1]);
  });

  it('an unsafe case: the counterexample as JSON, as CSV and as a trace', async () => {
    const app = await startService();
    const id = await accepted(app, UNSAFE);
    const { result } = await until(app, id);
    expect(result?.verdict).toBe('unsafe');
    expect(result?.counterexample?.tasks).toEqual(['madv-collapse', 'vcpu0']);
    const csv = (await app.inject(`/v1/explorations/${id}/result?format=csv`)).body.split('\r\n');
    expect(csv[0]).toMatch(/^verdict,kind,class/);
    expect(csv).toHaveLength((result?.findings.length ?? 0) + 2);
    const parquet = await app.inject(`/v1/explorations/${id}/result?format=parquet`);
    expect(asCsvRows(await readParquet(parquet.rawPayload))).toEqual(readCsv(csv.join('\r\n')));
    const trace = (await app.inject(`/v1/explorations/${id}/trace`)).json<{ traceEvents: { ph: string }[] }>();
    expect(trace.traceEvents.filter(({ ph }) => ph === 'X')).toHaveLength(result?.counterexample?.length ?? -1);
  });

  it.each<[string, object, string]>([
    ['no operation', {}, 'operations'],
    ['four operations', { operations: ['fork', 'fork', 'fork', 'fork'] }, 'operations'],
    ['no vCPU', { operations: ['fork'], guest: 0 }, 'guest'],
    ['a range outside', { operations: [{ operation: 'munmap', pages: { first: 2, count: 1 } }] }, 'operations.0.pages'],
    ['a limit of 0', { operations: ['fork'], limits: { schedules: 0 } }, 'limits.schedules'],
    ['a huge limit', { operations: ['fork'], limits: { transitions: 1e15 } }, 'limits.transitions'],
    ['another type', { operations: { fork: true } }, 'operations'],
    ['a field that is none', { operations: ['fork'], vcpus: 2 }, 'vcpus'],
  ])('%s: 422 EXPLORATION_INVALID that names the field', async (_, payload, path) => {
    const response = await post(await startService(), payload);
    const problem = response.json<{ code: string; errors: { path: string }[] }>();
    expect([response.statusCode, problem.code]).toEqual([422, 'EXPLORATION_INVALID']);
    expect(problem.errors.map((error) => error.path)).toContain(path);
  });

  it.each([
    ['a list', '[]', 400],
    ['no JSON', '{', 400],
  ])('%s as body: refused as anywhere', async (_, payload, status) => {
    const response = await post(await startService(), payload, { 'content-type': 'application/json' });
    expect(response.statusCode).toBe(status);
  });

  it('a time that is over at once: succeeded, incomplete, and stopped', async () => {
    const app = await startService();
    const { status, result } = await until(app, await accepted(app, { ...LARGE, time: '1ms' }));
    expect([status, result?.complete, result?.endedBy]).toEqual(['succeeded', false, 'stopped']);
  });

  it('more than there are threads: the others wait, and more than 16 are refused', async () => {
    const app = await startService();
    const ids: string[] = [];
    for (let i = 0; i < 16; i++) ids.push(await accepted(app, LARGE));
    await until(app, ids[0] ?? '', ({ status }) => status === 'running');
    await until(app, ids[1] ?? '', ({ status }) => status === 'running');
    expect((await until(app, ids[2] ?? '', () => true)).status).toBe('queued');
    const refused = await post(app, SMALL);
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'TOO_MANY_EXPLORATIONS']);
  });
});

describe('DELETE /v1/explorations/:id', () => {
  it('in the middle: cancelled, no result, no trace, and the thread is free for the next', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const id = await accepted(app, LARGE);
    await until(app, id, ({ progress }) => progress.done > 0);
    const deleted = await app.inject({ method: 'DELETE', url: `/v1/explorations/${id}` });
    expect([deleted.statusCode, deleted.json()]).toEqual([200, { id, status: 'cancelled' }]);
    for (const part of ['result', 'trace']) {
      const missing = await app.inject(`/v1/explorations/${id}/${part}`);
      expect([missing.statusCode, missing.json<{ code: string }>().code]).toEqual([409, 'RESULT_MISSING']);
    }
    expect((await until(app, await accepted(app, SMALL))).status).toBe('succeeded');
    expect((await app.inject({ method: 'DELETE', url: `/v1/explorations/${id}` })).statusCode).toBe(204);
  });

  it('beside a comparison: that one finishes', async () => {
    const app = await startService();
    const id = await accepted(app, LARGE);
    const comparison = await postComparison(app, { scenario: ordered('quick'), schemes: ['range'], repetitions: 1 });
    for (;;) {
      const { status } = (await app.inject(`/v1/comparisons/${comparison}`)).json<Stored>();
      if (status === 'succeeded') break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await until(app, id, () => true)).status).toBe('running');
  });
});

describe('GET /v1/explorations/:id/trace', () => {
  it('a finding that was not met, or none at all: 404 that says what was', async () => {
    const app = await startService();
    const [safe, unsafe] = [await accepted(app, SMALL), await accepted(app, UNSAFE)];
    await until(app, safe);
    await until(app, unsafe);
    const none = await app.inject(`/v1/explorations/${safe}/trace`);
    expect([none.statusCode, none.json<{ detail: string }>().detail]).toEqual([
      404,
      expect.stringContaining('nothing'),
    ]);
    const other = await app.inject(`/v1/explorations/${unsafe}/trace?finding=deadlock`);
    expect([other.statusCode, other.json<{ detail: string }>().detail]).toEqual([
      404,
      expect.stringContaining('stale-spte'),
    ]);
    expect((await app.inject(`/v1/explorations/${unsafe}/trace?finding=stale-spte`)).statusCode).toBe(200);
  });
});

describe('WebSocket /v1/explorations/:id/events', () => {
  it('an unsafe case: a finding for each, then the end', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await accepted(app, UNSAFE);
    const client = await connect(address, id, { kind: 'explorations', first: { type: 'subscribe', sinceSeq: 0 } });
    await client.closed;
    const { result } = await until(app, id);
    const findings = client.events().filter(({ topic }) => topic === 'finding');
    expect(findings.map(({ kind }) => kind)).toEqual(result?.findings.map(({ kind }) => kind));
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'succeeded' });
  });

  it('a long one: progress while it runs, and the end when it is cancelled', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await accepted(app, LARGE);
    const client = await connect(address, id, { kind: 'explorations', first: { type: 'subscribe', sinceSeq: 0 } });
    while (client.events().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.events()[0]).toMatchObject({ topic: 'progress', explored: { total: 5_000_000 } });
    await app.inject({ method: 'DELETE', url: `/v1/explorations/${id}` });
    await client.closed;
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'cancelled' });
  });
});

describe('GET /v1/catalog', () => {
  it('explorations: operations with their memory, protections, and what a finding means', async () => {
    const app = await startService();
    const { explorations } = (await app.inject('/v1/catalog')).json<{
      explorations: Record<string, { id: string; backings?: string[] }[]>;
    }>();
    const truncate = explorations.operations?.find(({ id }) => id === 'truncate');
    expect(truncate?.backings).toEqual(['shmem', 'hugetlb-2m', 'hugetlb-1g']);
    expect(explorations.findingClasses?.map(({ id }) => id)).toEqual([
      'hazard',
      'leak',
      'performance',
      'warning',
      'outcome',
    ]);
    expect(explorations.protections?.map(({ id }) => id)).toEqual(['version-locks', 'folio-lock', 'atomic-swap']);
  });
});
