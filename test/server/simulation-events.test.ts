// The socket of a live simulation, over the loopback address.

import { describe, expect, it } from 'vitest';
import { connect as connectTo, type EventClient, listen } from './support/event-client.ts';
import { startService } from './support/service.ts';
import { ask, create, eventually, FAKE_SIMULATIONS, ordered, sharedService } from './support/simulations.ts';

const LONG = 1e12;

const shared = sharedService();
let sharedAddress: string | null = null;

/** Limits, or an end of its own: a service of its own. */
async function start(simulationLimits?: object) {
  const isOwn = simulationLimits !== undefined;
  const app = isOwn ? await startService({ simulationWorkerFile: FAKE_SIMULATIONS, simulationLimits }) : shared.app;
  if (!isOwn) sharedAddress ??= await listen(app);
  const address = isOwn ? await listen(app) : (sharedAddress ?? '');
  const connect = (id: string, first?: object): Promise<EventClient> =>
    connectTo(address, id, { kind: 'simulations', ...(first === undefined ? {} : { first }) });
  return { app, connect };
}

const subscribe = (...topics: string[]) => ({ type: 'subscribe', topics });
const told = (client: EventClient) => client.events().map(({ seq: _, ...event }) => event);

describe('WebSocket /v1/simulations/:id/events', () => {
  it('an advance: its records, and then that it is over', async () => {
    const { app, connect } = await start();
    const id = await create(app, { ...ordered('records 3'), topics: ['fault'] });
    const client = await connect(id, subscribe('fault', 'progress'));
    await ask(app, 'POST', `/${id}/advance`, { by: 100 });
    await eventually(() => client.events().length === 4);
    expect(client.events().map(({ seq, topic, gfn }) => [seq, topic, gfn])).toEqual([
      [1, 'fault', 0],
      [2, 'fault', 1],
      [3, 'fault', 2],
      [4, 'progress', undefined],
    ]);
    expect(told(client).at(-1)).toEqual({ topic: 'progress', simTimeNs: 100, event: 'advanced', outcome: 'reached' });
  });

  it('a topic that nobody has named: not told until somebody does, and no more when that one has left', async () => {
    const { app, connect } = await start();
    const id = await create(app, ordered('records 1'));
    const watcher = await connect(id, { type: 'subscribe' });
    await ask(app, 'POST', `/${id}/advance`, { by: 1 });
    const asker = await connect(id, subscribe('fault', 'progress'));
    await eventually(() => asker.events().some(({ event }) => event === 'topics'));
    await ask(app, 'POST', `/${id}/advance`, { by: 1 });
    asker.socket.close();
    await eventually(() => watcher.events().filter(({ event }) => event === 'topics').length === 2);
    await ask(app, 'POST', `/${id}/advance`, { by: 1 });
    await eventually(() => watcher.events().filter(({ event }) => event === 'advanced').length === 3);
    const rows = told(watcher).map(({ topic, event, simTimeNs }) => [simTimeNs, event ?? topic]);
    expect(rows).toEqual([
      [1, 'advanced'],
      [1, 'topics'],
      [2, 'fault'],
      [2, 'advanced'],
      [2, 'topics'],
      [3, 'advanced'],
    ]);
  });

  it('subscribed while it advances: told at once', async () => {
    const { app, connect } = await start();
    const id = await create(app, ordered('records 1'));
    await ask(app, 'POST', `/${id}/advance`, { by: LONG, wait: 0 });
    const client = await connect(id, subscribe('fault'));
    await eventually(() => client.events().length > 0);
    expect(client.events()[0]?.topic).toBe('fault');
  });

  it('more records in a slice than a log takes over at once: none is lost', async () => {
    const { app, connect } = await start();
    const id = await create(app, { ...ordered('records 20000'), topics: ['fault'] });
    const client = await connect(id, subscribe('fault', 'progress'));
    await ask(app, 'POST', `/${id}/advance`, { by: 1000 });
    await eventually(() => client.events().some(({ event }) => event === 'advanced'));
    expect(client.frames.filter(({ type }) => type === 'gap')).toEqual([]);
    expect(client.events()).toHaveLength(40_001);
  });

  it('more than the log keeps: a gap for who comes late, and the newest events', async () => {
    const { app, connect } = await start({ logEvents: 10 });
    const id = await create(app, { ...ordered('records 100'), topics: ['fault'] });
    await ask(app, 'POST', `/${id}/advance`, { by: 1 });
    const client = await connect(id, { type: 'subscribe', sinceSeq: 0 });
    await eventually(() => client.events().length === 10);
    expect(client.frames[0]).toEqual({ type: 'gap', fromSeq: 1, toSeq: 91, dropped: 91 });
  });

  it('deleted: end says so, close 1000', async () => {
    const { app, connect } = await start();
    const id = await create(app, ordered('count'));
    const client = await connect(id, subscribe('progress'));
    await ask(app, 'POST', `/${id}/advance`, { by: 7 });
    await ask(app, 'DELETE', `/${id}`);
    expect(await client.closed).toBe(1000);
    expect(told(client)).toEqual([{ topic: 'progress', simTimeNs: 7, event: 'advanced', outcome: 'reached' }]);
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'deleted' });
  });

  it.each([
    ['a deadlock', 'deadlock', 'deadlock'],
    ['its thread died', 'exit', 'died'],
  ])('%s: the last event says so, and the socket ends', async (_, order, ended) => {
    const { app, connect } = await start();
    const id = await create(app, ordered(order));
    const client = await connect(id);
    await ask(app, 'POST', `/${id}/advance`, { by: 7 });
    expect(await client.closed).toBe(1000);
    expect(told(client).find(({ event }) => event === 'ended')).toMatchObject({ topic: 'progress', ended });
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'ended' });
  });

  it('the service stops while it advances: end and close 1001, who waits is told', async () => {
    const { app, connect } = await start({});
    const id = await create(app, ordered('count'));
    const client = await connect(id);
    const waits = ask(app, 'POST', `/${id}/advance`, { by: LONG });
    await eventually(async () => (await ask(app, 'GET', `/${id}`)).body.status === 'advancing');
    await app.close();
    expect(await client.closed).toBe(1001);
    expect(client.frames.at(-1)).toMatchObject({ type: 'end' });
    expect((await waits).status).toBeGreaterThanOrEqual(400);
  });

  it('somebody watches: it is not idle; it is when nobody does any more', async () => {
    const { app, connect } = await start({ idleMs: 50 });
    const id = await create(app, ordered('count'));
    const client = await connect(id, subscribe('progress'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.close();
    await client.closed;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await ask(app, 'GET', `/${id}`)).status).toBe(404);
  });

  it('one that nobody knows, and one without an upgrade: refused', async () => {
    const { app, connect } = await start();
    await expect(connect('unknown')).rejects.toThrow('404');
    const id = await create(app, ordered('count'));
    expect(await ask(app, 'GET', `/${id}/events`)).toMatchObject({ status: 426, code: 'UPGRADE_REQUIRED' });
  });
});
