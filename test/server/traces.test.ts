// The trace of a run of a comparison, over a real socket: made by the model, in a thread of the pool.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/lab/library.ts';
import { TRACES_AT_ONCE } from '../../src/server/traces.ts';
import { faultsOf, readTrace } from '../support/trace.ts';
import { post, startService } from './support/service.ts';

const SMALL = { 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB', 'vm.vcpus': 2 };
const request = {
  scenario: 'hgm-collapse-2m',
  overrides: SMALL,
  schemes: ['range', 'post-collapse/promote'],
  mapcounts: ['subpage', 'head-per-pte'],
  repetitions: 2,
  seed: 10,
};

/** A run that nobody waits for the end of: every access of a minute is an event. */
const endless = {
  scenario: { ...loadScenario('hgm-collapse-2m'), settle: '9s', limits: { simulated: '10s', events: 2_000_000_000 } },
  overrides: { 'machine.kernel': '6.1', 'guest.pattern': 'uniform', 'vm.mapped': 'none', 'vm.populatedFraction': 0 },
  schemes: ['range'],
  repetitions: 1,
};

interface Problem {
  readonly code: string;
  readonly errors: readonly { path: string; message: string }[];
}

describe('GET /v1/comparisons/:id/trace', () => {
  it('a scheme, a mapcount scheme, a repetition · the same again · that run, sound, and the same bytes', async () => {
    const app = await startService();
    const id = await post(app, request);
    const url = `/v1/comparisons/${id}/trace?scheme=post-collapse/promote&mapcount=head-per-pte&repetition=1`;
    const [response, again] = [await app.inject(url), await app.inject(url)];
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['content-disposition']).toBe(
      'attachment; filename="hgm-collapse-2m-post-collapse-promote-head-per-pte-seed-11.trace.json"',
    );
    expect(faultsOf(response.body)).toEqual([]);
    const { about, slices } = readTrace(response.body);
    expect(about).toMatchObject({ scheme: 'post-collapse/promote', mapcount: 'head-per-pte', seed: 11 });
    expect(slices.filter(({ name }) => name === 'collapsed').length).toBeGreaterThan(0);
    expect(again.body).toBe(response.body);
  });

  it('fewer records · that many, and the trace says how many are left out', async () => {
    const app = await startService();
    const id = await post(app, request);
    const all = readTrace((await app.inject(`/v1/comparisons/${id}/trace`)).body).about as Record<string, number>;
    const response = await app.inject(`/v1/comparisons/${id}/trace?records=20`);
    expect(readTrace(response.body).about).toMatchObject({ records: 20, recordsLeftOut: (all.records ?? 0) - 20 });
    expect((await app.inject(`/v1/comparisons/${id}/trace?records=1250001`)).statusCode).toBe(400);
  });

  it('a client that takes gzip · the same bytes, compressed on the way', async () => {
    const app = await startService();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const url = `/v1/comparisons/${await post(app, request)}/trace`;
    const packed = await fetch(address + url, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toBe((await app.inject(url)).body);
  });

  it('what stood still for a section · its args · name a section and an operation that have their slices', async () => {
    const app = await startService();
    const { slices } = readTrace((await app.inject(`/v1/comparisons/${await post(app, request)}/trace`)).body);
    const caused = slices.filter(({ args }) => args.notification === 'section');
    expect(caused.length).toBeGreaterThan(0);
    for (const { args } of caused) {
      const section = slices.find(
        ({ name, args: of }) => name === `section ${args.section}` && of.section === args.section,
      );
      expect(section?.args.operation).toBe(args.operation);
      expect(
        slices.filter(({ name, args: of }) => name === 'madv-collapse' && of.index === args.operation),
      ).toHaveLength(1);
    }
  });

  it('nothing named · the first run', async () => {
    const app = await startService();
    const response = await app.inject(`/v1/comparisons/${await post(app, request)}/trace`);
    expect(readTrace(response.body).about).toMatchObject({ scheme: 'range', mapcount: 'subpage', seed: 10 });
  });

  it('no such run · 400, with each field and what there is', async () => {
    const app = await startService();
    const id = await post(app, request);
    const response = await app.inject(`/v1/comparisons/${id}/trace?scheme=narrow&mapcount=x&repetition=2`);
    expect(response.statusCode).toBe(400);
    const { code, errors } = response.json<Problem>();
    expect(code).toBe('REQUEST_INVALID');
    expect(errors.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "scheme: must be one of this comparison's, which are range, post-collapse/promote, got narrow",
      "mapcount: must be one of this comparison's, which are subpage, head-per-pte, got x",
      'repetition: must be from 0 to 1, got 2',
    ]);
    expect((await app.inject(`/v1/comparisons/${id}/trace?repetition=-1`)).statusCode).toBe(400);
    expect((await app.inject('/v1/comparisons/nothing/trace')).json<Problem>().code).toBe('NOT_FOUND');
  });

  it('more than are made at once · 429 with Retry-After, and none when the others have gone', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const url = `${address}/v1/comparisons/${await post(app, endless)}/trace`;
    const leave = new AbortController();
    const open = Array.from({ length: TRACES_AT_ONCE }, () => fetch(url, { signal: leave.signal }).catch(() => 'left'));
    for (;;) {
      const response = await fetch(url, { signal: AbortSignal.any([leave.signal, AbortSignal.timeout(300)]) }).catch(
        () => null,
      );
      if (response === null) continue;
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
      expect(((await response.json()) as Problem).code).toBe('TOO_MANY_TRACES');
      break;
    }
    leave.abort();
    expect(await Promise.all(open)).toEqual(open.map(() => 'left'));

    // The one thread would be busy for minutes, were the runs not ended with their clients.
    const small = `${address}/v1/comparisons/${await post(app, request)}/trace`;
    for (;;) {
      const response = await fetch(small);
      if (response.status === 200) {
        expect(faultsOf(await response.text())).toEqual([]);
        break;
      }
      await response.arrayBuffer();
      await sleep(20);
    }
  });

  it('the service stops meanwhile · 503, not a trace that is cut off', async () => {
    const app = await startService({ poolOptions: { threads: 1 } });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const id = await post(app, endless);
    const answer = fetch(`${address}/v1/comparisons/${id}/trace`);
    await sleep(100);
    await app.close();
    const response = await answer;
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([503, 'STOPPING']);
  });
});
