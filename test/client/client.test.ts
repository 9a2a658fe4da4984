import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type ClientOptions,
  createClient,
  JobCancelled,
  ProblemError,
  type StreamSocket,
  UnexpectedAnswer,
} from '../../src/client/index.ts';
import { quickHost } from '../server/support/measuring-host.ts';
import { ordered, type ServiceOptions, startService } from '../server/support/service.ts';

async function service(options: ServiceOptions = {}, client: Partial<ClientOptions> = {}) {
  const app = await startService({ measuringHost: quickHost, ...options });
  const baseUrl = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).origin;
  return { app, baseUrl, ...createClient({ baseUrl, ...client }) };
}

const oneRun = { schemes: ['range' as const], repetitions: 1 };

describe('client: calls', () => {
  it('a GET: its data, typed', async () => {
    const { api } = await service();
    const { data } = await api.GET('/v1/scenarios', { params: { query: { limit: 2 } } });
    expectTypeOf(data!.items[0]!.name).toEqualTypeOf<string>();
    expect(data?.items.length).toBe(2);
  });

  it('a refusal: a ProblemError with code, fields and the id of the request', async () => {
    const { comparisons } = await service();
    const error = await comparisons.start({ scenario: 'no-such', repetitions: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    const { code, status, problem, requestId, message } = error as ProblemError;
    expect([code, status, requestId?.length]).toEqual(['COMPARISON_INVALID', 422, 36]);
    expect(problem.errors?.map(({ path }) => path)).toContain('repetitions');
    expect(message).toMatch(/^COMPARISON_INVALID: comparison/);
  });

  it('too many: the ProblemError says when to try again', async () => {
    const { comparisons } = await service({ limits: { unfinished: 0 } });
    await expect(comparisons.start({ scenario: 'hgm-collapse-2m' })).rejects.toMatchObject({
      code: 'TOO_MANY_COMPARISONS',
      retryAfter: 5,
    });
  });

  it('an answer of something else: UnexpectedAnswer', async () => {
    const { api } = await service({}, { fetch: async () => new Response('<html>bad gateway', { status: 502 }) });
    await expect(api.GET('/healthz')).rejects.toThrow(UnexpectedAnswer);
  });

  it('a key that comes twice: one job', async () => {
    const { comparisons } = await service();
    const request = { scenario: 'hgm-collapse-2m' };
    const [first, second] = [
      await comparisons.start(request, { idempotencyKey: 'k' }),
      await comparisons.start(request, { idempotencyKey: 'k' }),
    ];
    expect(second.id).toBe(first.id);
  });

  it('a token that is asked for: 401 without, calls and streams with it', async () => {
    // In base64 it has letters that no protocol may have.
    const token = '>>>???a-token';
    const { baseUrl, comparisons } = await service({ token });
    await expect(comparisons.start({ scenario: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(lastValueFrom(comparisons.follow('x', { retryMs: 1 }))).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const result = await createClient({ baseUrl, token }).comparisons.run({
      scenario: 'hgm-collapse-2m',
      ...oneRun,
    });
    expect(result.scenario).toBe('hgm-collapse-2m');
  });

  it('a token: the socket names it as a protocol, which any WebSocket can, and the address does not have it', async () => {
    const token = 'täglich/neu';
    const opened: { url: string; protocols: readonly string[]; spoken: Promise<string> }[] = [];
    const webSocket = (url: string, protocols: readonly string[]): StreamSocket => {
      const socket = new WebSocket(url, [...protocols]);
      const spoken = new Promise<string>((resolve) => {
        socket.addEventListener('open', () => resolve(socket.protocol));
      });
      opened.push({ url, protocols, spoken });
      return socket as unknown as StreamSocket;
    };
    const { comparisons } = await service({ token }, { token, webSocket });
    await comparisons.run({ scenario: ordered('quick'), ...oneRun });
    const encoded = Buffer.from(token).toString('base64url');
    expect(opened.map(({ protocols }) => protocols)).toEqual([['stallscope.v1', `stallscope.bearer.${encoded}`]]);
    expect(await opened[0]!.spoken).toBe('stallscope.v1');
    expect(opened[0]!.url).not.toContain(encoded);
  });
});

describe('client: run', () => {
  it('a comparison: its result, and what happened on the way', async () => {
    const { comparisons } = await service();
    const topics: string[] = [];
    const result = await comparisons.run(
      { scenario: ordered('records 5'), schemes: ['range', 'none'], repetitions: 2 },
      { topics: ['stall', 'progress'], onItem: (item) => item.type === 'event' && topics.push(item.event.topic) },
    );
    expect(result.schemes.map(({ scheme }) => scheme)).toEqual(['range', 'none']);
    expectTypeOf(result.schemes[0]!.stall.p99Ns).toEqualTypeOf<number>();
    expect([
      topics.filter((topic) => topic === 'stall').length,
      topics.filter((topic) => topic === 'progress').length,
    ]).toEqual([20, 4]);
  });

  it('an exploration and a measurement: alike', async () => {
    const { explorations, measurements } = await service();
    const { verdict } = await explorations.run({ operations: ['madv-collapse'], scheme: 'post-collapse/promote' });
    const { source } = await measurements.run({ operation: 'nothing', repetitions: 2 });
    expect([verdict, source]).toEqual(['safe', 'host']);
  });

  it('a sweep: alike, with a result for each point', async () => {
    const { sweeps } = await service();
    const grid = { 'vm.vcpus': [2, 4] };
    const points: number[] = [];
    const { points: results } = await sweeps.run(
      { scenario: ordered('quick'), ...oneRun, mapcounts: ['subpage'], grid },
      { onItem: (item) => item.type === 'event' && points.push(item.event.point) },
    );
    expect(results.map(({ at, result }) => [at['vm.vcpus'], result.schemes.length])).toEqual([
      [2, 1],
      [4, 1],
    ]);
    expect(points.toSorted()).toEqual([0, 1]);
  });

  it('the same request: the result that is there, unless it is to be fresh', async () => {
    const { comparisons, measurements } = await service();
    const request = { scenario: ordered('quick'), ...oneRun };
    const ids: string[] = [];
    await comparisons.run(request);
    for (const fresh of [false, true]) ids.push((await comparisons.start(request, { fresh })).id);
    await comparisons.run(request, { fresh: true });
    const jobs = await Promise.all(ids.map((id) => comparisons.get(id)));
    expect(jobs.map(({ reused }) => reused)).toEqual([true, false]);
    expect((await measurements.run({ operation: 'nothing' }, { fresh: true })).source).toBe('host');
  });

  it('a run that fails: its problem as an exception', async () => {
    const { comparisons } = await service();
    await expect(comparisons.run({ scenario: ordered('throw'), ...oneRun })).rejects.toMatchObject({
      code: 'RUN_FAILED',
    });
  });

  it('somebody cancels it: JobCancelled', async () => {
    const { app, comparisons } = await service();
    const running = comparisons.run({ scenario: ordered('hang'), ...oneRun }, { idempotencyKey: 'k' });
    const caught = expect(running).rejects.toThrow(JobCancelled);
    const { id } = await comparisons.start({ scenario: ordered('hang'), ...oneRun }, { idempotencyKey: 'k' });
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${id}` });
    await caught;
  });

  it('the signal aborts: the job is cancelled, and the reason is thrown', async () => {
    const { app, comparisons } = await service();
    const abort = new AbortController();
    const running = comparisons.run({ scenario: ordered('hang'), ...oneRun }, { signal: abort.signal });
    const caught = expect(running).rejects.toThrow('enough');
    const jobs = async () => (await app.inject('/v1/comparisons')).json<{ items: { status: string }[] }>().items;
    while ((await jobs()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error('enough'));
    await caught;
    expect((await jobs())[0]?.status).toBe('cancelled');
  });
});

/** Sockets that break as soon as so many frames have come. */
function breaking(frames: number): { open: NonNullable<ClientOptions['webSocket']>; opened: () => number } {
  let opened = 0;
  return {
    opened: () => opened,
    open(url) {
      opened++;
      const socket = new WebSocket(url);
      let left = frames;
      socket.addEventListener('message', () => {
        left--;
        if (left <= 0) socket.close();
      });
      return socket as unknown as StreamSocket;
    },
  };
}

describe('client: simulations', () => {
  it('one that is driven by hand: made, moved, looked at, followed and removed', async () => {
    const { simulations } = await service();
    const { id, simTimeNs } = await simulations.create({
      scenario: 'hgm-collapse-2m',
      scheme: 'range',
      overrides: { timeline: [] },
      record: {},
    });
    expect(simTimeNs).toBe(0);
    const followed = lastValueFrom(simulations.follow(id).pipe(toArray()));
    const operation = { operation: 'madv-collapse' as const, range: { start: 0, length: '2MiB' } };
    expect(await simulations.start(id, operation)).toEqual({ index: 0, simTimeNs: 0 });
    const { outcome, operationsDone } = await simulations.advance(id, { until: 'operations-done' });
    expectTypeOf(outcome).toEqualTypeOf<'reached' | 'stuck' | 'paused' | 'ended' | null>();
    expect([outcome, operationsDone]).toEqual(['reached', 1]);
    expect((await simulations.pace(id, 0.001)).pace?.speed).toBe(0.001);
    expect((await simulations.pause(id)).status).toBe('paused');
    const { stalls } = await simulations.state(id);
    expect((await simulations.stalls(id, { limit: 1000 })).total).toBe(stalls.count);
    const { primary, secondary } = await simulations.mappings(id, { length: '2MiB' });
    expect([primary[0]?.size, secondary.length]).toEqual(['2m', 1]);
    expect((await simulations.folios(id, { limit: 3 })).items).toHaveLength(3);
    expect(await simulations.locks(id)).toEqual(expect.any(Array));
    expect((await simulations.trace(id)).traceEvents.length).toBeGreaterThan(0);
    await simulations.remove(id);
    const items = await followed;
    expect(items.at(-1)).toEqual({ type: 'end', status: 'deleted' });
    const told = items.flatMap((item) =>
      item.type === 'event' && item.event.topic === 'progress' && 'event' in item.event ? [item.event.event] : [],
    );
    expect(told).toContain('advanced');
    await expect(simulations.state(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a key that comes twice: time moves once', async () => {
    const { simulations } = await service();
    const request = { scenario: 'hgm-collapse-2m', scheme: 'range' as const };
    const [first, second] = [
      await simulations.create(request, { idempotencyKey: 'k' }),
      await simulations.create(request, { idempotencyKey: 'k' }),
    ];
    for (const { id } of [first, second]) await simulations.advance(id, { by: '1us' }, { idempotencyKey: 'step' });
    expect([second.id, (await simulations.state(first.id)).simTimeNs]).toEqual([first.id, 1000]);
  });

  it('what is refused: a ProblemError', async () => {
    const { simulations } = await service();
    await expect(simulations.create({ scheme: 'range', scenario: 'no-such' })).rejects.toMatchObject({
      code: 'SIMULATION_INVALID',
    });
  });
});

describe('client: follow', () => {
  it('a connection that breaks again and again: every event once, in order, then the end', async () => {
    const sockets = breaking(2);
    const { comparisons } = await service({}, { webSocket: sockets.open });
    const { id } = await comparisons.start({ scenario: ordered('records 2000'), ...oneRun });
    const items = await lastValueFrom(comparisons.follow(id, { retryMs: 1 }).pipe(toArray()));
    const seqs = items.flatMap((item) => (item.type === 'event' ? [item.event.seq] : []));
    expect(seqs).toEqual(Array.from({ length: 2001 }, (_, index) => index + 1));
    expect(items.at(-1)).toEqual({ type: 'end', status: 'succeeded' });
    expect(sockets.opened()).toBeGreaterThan(2);
  });

  it('more than the service keeps: a gap, and nothing twice', async () => {
    const { app, comparisons } = await service();
    const { id } = await comparisons.start({ scenario: ordered('records 70000'), ...oneRun });
    while ((await comparisons.get(id)).finishedAt === null) await new Promise((resolve) => setTimeout(resolve, 5));
    const items = await lastValueFrom(comparisons.follow(id).pipe(toArray()));
    const lost = items.reduce((sum, item) => sum + (item.type === 'gap' ? item.dropped : 0), 0);
    const events = items.filter(({ type }) => type === 'event').length;
    expect(items[0]?.type).toBe('gap');
    expect(events + lost).toBe(70_001);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
  });

  it('topics and sinceSeq: as asked', async () => {
    const { comparisons } = await service();
    const { id } = await comparisons.start({ scenario: ordered('records 10'), ...oneRun });
    const items = await lastValueFrom(comparisons.follow(id, { topics: ['stall'], sinceSeq: 7 }).pipe(toArray()));
    expect(items.map((item) => (item.type === 'event' ? item.event.seq : item.type))).toEqual([8, 9, 10, 'end']);
  });

  it('a job that is not there: NOT_FOUND', async () => {
    const { comparisons } = await service();
    await expect(lastValueFrom(comparisons.follow('unknown', { retryMs: 1 }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('a service that never comes back: an error after so many attempts', async () => {
    const { app, comparisons } = await service();
    const { id } = await comparisons.start({ scenario: ordered('hang'), ...oneRun });
    const followed = expect(lastValueFrom(comparisons.follow(id, { retryMs: 1, attempts: 3 }))).rejects.toThrow(
      '3 attempts',
    );
    while ((await comparisons.get(id)).status !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close();
    await followed;
  });

  it('nobody subscribes: no connection', async () => {
    const sockets = breaking(1);
    const { comparisons } = await service({}, { webSocket: sockets.open });
    comparisons.follow('unknown');
    expect(sockets.opened()).toBe(0);
  });
});
