import { describe, expect, it } from 'vitest';
import type { JobOutcome, NewJob } from '../../../src/server/jobs/job.ts';
import { Database } from '../../../src/server/store/database.ts';
import { type ListQuery, listStatement } from '../../../src/server/store/job-list.ts';
import { openStore, type Store } from '../../../src/server/store/store.ts';
import { startService } from '../support/service.ts';

const progress = { done: 1, total: 1 };
const succeeded: JobOutcome<unknown> = { status: 'succeeded', result: {}, lasting: true, progress };

function job(id: string, more: Partial<NewJob<unknown>> = {}): NewJob<unknown> {
  return {
    id,
    createdAt: '2026-01-01T00:00:00.000Z',
    total: 1,
    spec: {},
    labels: { scenario: null, schemes: [] },
    question: null,
    fresh: false,
    ...more,
  };
}

/** Three comparisons, one day and one scenario each, and an exploration on the last day. */
function filledStore(): Store {
  const store = openStore();
  const comparisons = store.jobs('comparison');
  const labels = [
    { scenario: 'first', schemes: ['range', 'none'] },
    { scenario: 'second', schemes: ['range'] },
    { scenario: 'third', schemes: ['none'] },
  ];
  for (const [index, label] of labels.entries()) {
    const createdAt = `2026-03-0${index + 1}T12:00:00.000Z`;
    comparisons.add(
      job(`c${index + 1}`, { createdAt, labels: label, spec: { note: `Überschrift ${index} 100% "x"` } }),
    );
  }
  comparisons.finish('c2', succeeded, '2026-03-02T13:00:00.000Z');
  const exploration = { createdAt: '2026-03-03T13:00:00.000Z', labels: { scenario: null, schemes: ['range'] } };
  store.jobs('exploration').add(job('e1', exploration));
  return store;
}

const found = async (url: string): Promise<string[]> => {
  const app = await startService({ store: filledStore() });
  const response = await app.inject(url);
  return response.json<{ items: { id: string }[] }>().items.map(({ id }) => id);
};

describe('GET /v1/comparisons', () => {
  it.each([
    ['', ['c3', 'c2', 'c1']],
    ['status=succeeded', ['c2']],
    ['scenario=first', ['c1']],
    ['scheme=none', ['c3', 'c1']],
    ['since=2026-03-02T12:00:00Z', ['c3', 'c2']],
    ['until=2026-03-02T12:00:00Z', ['c1']],
    ['since=2026-03-02T01:00:00%2B01:00&until=2026-03-03T00:00:00Z', ['c2']],
    ['q=seco', ['c2']],
    ['q=RANGE', ['c2', 'c1']],
    ['q=berschrift%202', ['c3']],
    ['q=100%25', ['c3', 'c2', 'c1']],
    ['q=%22x%5C%22', ['c3', 'c2', 'c1']],
    ['q=NOT%20range', []],
    ['q=note&scheme=none&until=2026-03-02T12:00:00Z', ['c1']],
    ['scheme=none&scenario=second', []],
  ])('%s: only those, newest first', async (query, expected) => {
    const store = filledStore();
    const { items } = listed(store, query);
    expect(items).toEqual(expected);
  });

  it.each([
    'q=ab',
    'q=ab%00',
    'since=yesterday',
    'since=2026-12-31T23:59:60Z',
    'until=2026-13-01T00:00:00Z',
    'scenario=&colour=red',
  ])('%s: 400 REQUEST_INVALID that names the parameter', async (query) => {
    const app = await startService();
    const response = await app.inject(`/v1/comparisons?${query}`);
    expect(response.statusCode).toBe(400);
    const named = response.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path);
    expect(named).toContain(query.split('&').at(-1)?.split('=')[0]);
  });
});

/** As the route would ask for it. */
function listed(store: Store, query: string): { items: string[] } {
  const { since, until, ...rest } = Object.fromEntries(new URLSearchParams(query));
  const time = (text: string | undefined) => (text === undefined ? undefined : new Date(text).toISOString());
  const page = store.jobs('comparison').list({ limit: 10, since: time(since), until: time(until), ...rest });
  return { items: page?.items.map(({ id }) => id) ?? [] };
}

describe('GET /v1/history', () => {
  it('all kinds in one list, with what each is about', async () => {
    expect((await found('/v1/history')).toSorted()).toEqual(['c1', 'c2', 'c3', 'e1']);
    expect(await found('/v1/history?status=succeeded')).toEqual(['c2']);
    expect(await found('/v1/history?scheme=range')).toEqual(['e1', 'c2', 'c1']);
  });

  it('a cursor that is none: 400 that names it', async () => {
    const app = await startService();
    const response = await app.inject('/v1/history?cursor=nonsense');
    expect([response.statusCode, response.json()]).toMatchObject([400, { errors: [{ path: 'cursor' }] }]);
  });
});

describe('a list of many', () => {
  const kind = 'comparison';
  const since = '2026-01-01T00:00:00.000Z';
  it.each<[Omit<ListQuery, 'limit'>, RegExp]>([
    [{}, /^SEARCH job USING INTEGER PRIMARY KEY \(rowid<\?\)$/],
    [{ kind }, /^SEARCH job USING INDEX job_by_kind \(kind=\? AND seq<\?\)$/],
    [{ kind, status: 'queued' }, /^SEARCH job USING INDEX job_by_status \(kind=\? AND status=\? AND seq<\?\)$/],
    [{ status: 'queued' }, /^SEARCH job USING INDEX job_by_any_status /],
    [{ kind, scenario: 's' }, /^SEARCH job USING INDEX job_by_scenario \(kind=\? AND scenario=\? AND seq<\?\)$/],
    [{ scenario: 's' }, /^SEARCH job USING INDEX job_by_any_scenario /],
    [{ kind, scheme: 'range' }, /^SEARCH scheme USING PRIMARY KEY \(scheme=\? AND seq<\?\)$/],
    [{ kind, q: 'abc' }, /^SCAN job_text VIRTUAL TABLE INDEX \d+:M1<$/],
    [{ kind, q: 'abc', scheme: 'range', status: 'queued' }, /^SCAN job_text VIRTUAL TABLE INDEX \d+:M1<$/],
    [{ kind, since }, /^SEARCH job USING INDEX job_by_kind \(kind=\? AND seq>\? AND seq<\?\)$/],
    [{ kind, until: since }, /^SEARCH job USING INDEX job_by_kind \(kind=\? AND seq<\?\)$/],
    [{ kind, since, until: since, status: 'failed', scheme: 'none' }, /^SEARCH scheme USING PRIMARY KEY \(scheme=/],
  ])('%o: walks down one index from the cursor on, and sorts nothing', (query, walk) => {
    const database = new Database(':memory:');
    const { sql, values } = listStatement({ ...query, limit: 20 }, 12);
    const [first, ...others] = database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => String(detail));
    database.close();
    expect(first).toMatch(walk);
    // All else is looked up by a key, or once for the whole list.
    for (const step of others) {
      expect(step).toMatch(/^SCALAR SUBQUERY|^SEARCH (job|scheme EXISTS) USING (INTEGER PRIMARY KEY|COVERING INDEX)/);
    }
  });

  it('deleted and added between two pages: every other one comes once', () => {
    const jobs = openStore().jobs('comparison');
    for (let index = 0; index < 9; index++) jobs.add(job(`j${index}`));
    const ids: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; ; page++) {
      const { items, nextCursor } = jobs.list({ limit: 2, cursor })!;
      ids.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
      jobs.delete(items[0]!.id);
      jobs.delete(`j${page}`);
      jobs.add(job(`new ${page}`));
    }
    expect(ids).toEqual(['j8', 'j7', 'j6', 'j5', 'j4', 'j3']);
  });
});

describe('retention', () => {
  it('more finished jobs of a kind than the bound: those that finished first go, another kind stays', () => {
    const store = openStore(':memory:', { finished: 2 });
    const jobs = store.jobs('comparison');
    store.jobs('measurement').add(job('m'));
    store.jobs('measurement').finish('m', succeeded, '2026-01-01T00:00:00.000Z');
    for (const id of ['a', 'b', 'c', 'unfinished']) jobs.add(job(id));
    for (const [second, id] of ['c', 'a', 'b'].entries())
      jobs.finish(id, succeeded, `2026-01-01T00:00:0${second}.000Z`);
    expect(jobs.list({ limit: 9 })?.items.map(({ id }) => id)).toEqual(['unfinished', 'b', 'a']);
    expect(store.jobs('measurement').get('m')?.status).toBe('succeeded');
  });

  it('more bytes of results than the bound: as many of the oldest go as it takes', () => {
    const store = openStore(':memory:', { resultBytes: 900 });
    const jobs = store.jobs('comparison');
    const result = { text: Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919) % 251)).toString('latin1') };
    for (const [second, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      jobs.add(job(id));
      jobs.finish(id, { status: 'succeeded', result, lasting: true, progress }, `2026-01-01T00:00:0${second}.000Z`);
    }
    const left = jobs.list({ limit: 9 })?.items.map(({ id }) => id) ?? [];
    expect(left.length).toBeGreaterThan(0);
    expect(left).toEqual(['e', 'd', 'c', 'b', 'a'].slice(0, left.length));
    expect(left.length).toBeLessThan(5);
    expect(jobs.get('e')?.result).toEqual(result);
  });
});

describe('parts of a job', () => {
  it('saved: every bit of them comes back, and they are gone when the job ends', () => {
    const jobs = openStore(':memory:', { partBytes: 1_000_000 }).jobs('comparison');
    jobs.add(job('a', { question: 'q' }));
    const holes = new Array(3);
    holes[2] = { errno: undefined };
    const part = { stallsNs: Float64Array.of(0.1, -0, Number.NaN, 2 ** 53), holes, long: 'x'.repeat(5000) };
    jobs.savePart('a', 3, part);
    expect([...jobs.parts('a')]).toEqual([[3, part]]);
    jobs.finish('a', succeeded, '2026-01-01T00:00:00.000Z');
    expect(jobs.parts('a').size).toBe(0);
  });

  it('another question, as after a change of the model: they count no more', () => {
    const jobs = openStore(':memory:', { partBytes: 1_000_000 }).jobs('comparison');
    jobs.add(job('a', { question: 'q' }));
    jobs.savePart('a', 0, 1);
    jobs.requeue('a', { question: 'q', total: 4, calmly: false });
    expect([jobs.parts('a').size, jobs.get('a')?.progress]).toEqual([1, { done: 1, total: 4 }]);
    jobs.requeue('a', { question: 'another', total: 4, calmly: false });
    expect([jobs.parts('a').size, jobs.get('a')?.progress]).toEqual([0, { done: 0, total: 4 }]);
  });

  it('more of them than the bound: left out', () => {
    const jobs = openStore(':memory:', { partBytes: 100 }).jobs('comparison');
    jobs.add(job('a'));
    for (let place = 0; place < 9; place++) jobs.savePart('a', place, 'x'.repeat(30));
    expect(jobs.parts('a').size).toBe(2);
  });
});

describe('a transaction', () => {
  it('that fails: nothing of it is there, and what was to come afterwards does not', () => {
    const jobs = openStore().jobs('comparison');
    let told = false;
    const act = () =>
      jobs.transaction(() => {
        jobs.add(job('a'));
        jobs.afterwards(() => {
          told = true;
        });
        throw new Error('in the middle');
      });
    expect(act).toThrow('in the middle');
    expect([jobs.get('a'), told]).toEqual([undefined, false]);
    jobs.add(job('a'));
    expect(jobs.get('a')?.status).toBe('queued');
  });
});
