// The model behind the interface, in the threads that serve it.

import { describe, expect, it } from 'vitest';
import { type ComparisonResult, withoutWallTime } from '../../src/lab/result.ts';
import { connect, listen } from './support/event-client.ts';
import { post, startService, until } from './support/service.ts';

const model = { poolOptions: { workerFile: undefined, threads: 1 } };
const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

describe('a comparison of the model', () => {
  it('stall events: as many, as long and as caused as the result says', async () => {
    const app = await startService(model);
    const address = await listen(app);
    const schemes = ['range', 'range-chunked', 'post-collapse/promote'];
    const id = await post(app, { scenario: 'hgm-collapse-2m', schemes, repetitions: 2 });
    const client = await connect(address, id);
    expect(await client.closed).toBe(1000);
    const { status, result } = await until(app, id);
    expect(status).toBe('succeeded');
    expect(client.frames.filter(({ type }) => type === 'gap')).toEqual([]);

    for (const expected of (result as unknown as ComparisonResult).schemes) {
      const stalls = client.events().filter(({ scheme, topic }) => scheme === expected.scheme && topic === 'stall');
      expect(stalls).toHaveLength(expected.stall.count);
      expect(sum(stalls.map(({ startNs, endNs }) => Number(endNs) - Number(startNs)))).toBe(expected.stall.totalNs);
      const byCause: Record<string, number> = {};
      for (const { causes } of stalls) {
        for (const [cause, ns] of Object.entries(causes as Record<string, number>))
          byCause[cause] = (byCause[cause] ?? 0) + ns;
      }
      expect(byCause).toEqual(expected.stallByCauseNs);
    }
  });

  it('notifier and operation events: a section under range, a notification under post-collapse', async () => {
    const app = await startService(model);
    const address = await listen(app);
    const schemes = ['range', 'post-collapse/promote'];
    const id = await post(app, { scenario: 'hgm-collapse-2m', schemes, repetitions: 1 });
    const client = await connect(address, id, { first: { type: 'subscribe', topics: ['notifier', 'operation'] } });
    await client.closed;
    const rows = client.events().map(({ scheme, topic, event }) => `${scheme} ${topic} ${event}`);
    expect(rows).toContain('range notifier range-start');
    expect(rows).toContain('range notifier range-end');
    expect(rows).not.toContain('range notifier collapsed');
    expect(rows).toContain('post-collapse/promote notifier collapsed');
    expect(rows).toContain('range operation start');
    expect(rows).toContain('range operation end');
  });

  it('a topic that costs: sent by runs that start after somebody asked for it', async () => {
    const app = await startService(model);
    const address = await listen(app);
    const body = { scenario: 'hgm-collapse-2m', schemes: ['range'], repetitions: 1 };
    const unasked = await post(app, body);
    await until(app, unasked);

    // The only thread is busy until the client has asked; the answer to a wrong message shows that the one before it came in.
    const blocking = await post(app, { scenario: 'hgm-collapse-1g', repetitions: 1000 });
    const asked = await post(app, body, {}, '?fresh=true');
    const client = await connect(address, asked, { first: { type: 'subscribe', topics: ['fault'] } });
    client.send('anything else');
    await new Promise((resolve) => client.socket.once('message', resolve));
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${blocking}` });
    await client.closed;
    expect(client.events().length).toBeGreaterThan(0);
    expect(new Set(client.events().map(({ topic }) => topic))).toEqual(new Set(['fault']));

    const late = await connect(address, unasked, { first: { type: 'subscribe', topics: ['fault'] } });
    await late.closed;
    expect(late.events()).toEqual([]);
    const [one, other] = [await until(app, unasked), await until(app, asked)].map(({ result }) =>
      withoutWallTime(result as unknown as ComparisonResult),
    );
    expect(other).toEqual(one);
  });
});
