import { describe, expect, it } from 'vitest';
import type { App } from '../../src/server/app.ts';
import { codeWords, readPage, tableRows } from '../docs/markdown.ts';
import { connect, listen } from './support/event-client.ts';
import { ordered, post, startService, until } from './support/service.ts';

async function scrape(app: App): Promise<Map<string, number>> {
  const { body } = await app.inject('/metrics');
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('GET /metrics', () => {
  it('a comparison that has run: counted, with its runs, events and requests', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 100'), schemes: ['range', 'none'], repetitions: 1 });
    const client = await connect(address, id);
    expect((await scrape(app)).get('stallscope_stream_clients')).toBe(1);
    await client.closed;
    await until(app, id);

    const samples = await scrape(app);
    expect(samples.get('stallscope_runs_total{outcome="succeeded"}')).toBe(2);
    expect(samples.get('stallscope_simulated_events_total')).toBe(84);
    expect(samples.get('stallscope_run_duration_seconds_count')).toBe(2);
    expect(samples.get('stallscope_jobs_finished_total{kind="comparison",outcome="succeeded"}')).toBe(1);
    expect(samples.get('stallscope_jobs{kind="comparison",state="running"}')).toBe(0);
    expect(samples.get('stallscope_stream_events_sent_total')).toBe(202);
    expect(samples.get('stallscope_worker_threads')).toBe(2);
    const posted = 'stallscope_http_request_duration_seconds_count{method="POST",route="/v1/comparisons",status="202"}';
    expect(samples.get(posted)).toBe(1);
    expect([...samples.keys()].filter((name) => name.includes('/stream') || name.includes(id))).toEqual([]);
  });

  it('more than there are threads for: what is busy, and what waits', async () => {
    const app = await startService();
    const first = await post(app, { scenario: ordered('hang'), schemes: ['range', 'none'], repetitions: 1 });
    await post(app, { scenario: ordered('hang'), schemes: ['range'], repetitions: 1 });
    await post(app, { scenario: ordered('hang'), schemes: ['range'], repetitions: 1 });
    await until(app, first, ({ status }) => status === 'running');
    let samples = await scrape(app);
    expect(samples.get('stallscope_jobs{kind="comparison",state="running"}')).toBe(2);
    expect(samples.get('stallscope_jobs{kind="comparison",state="queued"}')).toBe(1);
    expect(samples.get('stallscope_worker_threads_busy')).toBe(2);
    expect(samples.get('stallscope_runs_waiting')).toBe(1);

    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${first}` });
    samples = await scrape(app);
    while (!samples.has('stallscope_runs_total{outcome="cancelled"}')) samples = await scrape(app);
    expect(samples.get('stallscope_jobs_finished_total{kind="comparison",outcome="cancelled"}')).toBe(1);
  });

  it('a token that is asked for: 401 without', async () => {
    const app = await startService({ token: 'a-token' });
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    expect((await app.inject({ url: '/metrics', headers: { authorization: 'Bearer a-token' } })).statusCode).toBe(200);
  });

  it('live simulations · one is made, and deleted · they are counted', async () => {
    const app = await startService();
    const payload = { scenario: 'hgm-collapse-2m', scheme: 'range' };
    const { id } = (await app.inject({ method: 'POST', url: '/v1/simulations', payload })).json<{ id: string }>();
    expect((await app.inject('/metrics')).body).toContain('\nstallscope_simulations 1\n');
    await app.inject({ method: 'DELETE', url: `/v1/simulations/${id}` });
    expect((await app.inject('/metrics')).body).toContain('\nstallscope_simulations 0\n');
  });

  it('has the metrics that the page tells of, with their types and labels, and those of the process', async () => {
    const app = await startService();
    const { body } = await app.inject('/metrics');
    const types = [...body.matchAll(/^# TYPE (stallscope_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    const rows = tableRows(readPage('docs/reference/metrics.md'));
    expect(rows.map(([name = '', type]) => [codeWords(name)[0], type]).toSorted()).toEqual(types.toSorted());
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds'])
      expect(body).toContain(`# TYPE ${name}`);
  });
});
