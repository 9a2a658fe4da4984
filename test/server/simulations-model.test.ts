// Live simulations of the model itself, through a listening service: what comes out is what comes out without one.

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { builtInLibrary } from '../../src/lab/library.ts';
import { LiveSimulation } from '../../src/lab/live/live-simulation.ts';
import { readLiveRequest } from '../../src/lab/live/request.ts';
import type { RunRecord } from '../../src/lab/run-types.ts';
import { SimulationService } from '../../src/server/simulations/simulation-service.ts';
import { SimulationThread } from '../../src/server/simulations/simulation-thread.ts';
import { connect, listen } from './support/event-client.ts';
import { startService } from './support/service.ts';
import { eventually } from './support/simulations.ts';

const document = (seed: number) => ({
  scenario: 'hgm-collapse-2m',
  overrides: { timeline: [], 'vm.memory': '4MiB' },
  scheme: seed % 2 === 0 ? 'range' : 'post-collapse/promote',
  topics: ['fault', 'lock'],
  record: {},
  seed,
});
const COLLAPSE = { operation: 'madv-collapse', range: { start: 0, length: '4MiB' } };
const LOOKS = ['stalls', 'mappings?length=4MiB', 'mappings', 'folios', 'locks', 'operations'];

/** What a client gets of one that it creates, drives, watches and looks into. */
async function driven(address: string, seed: number) {
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`http://${address}/v1/simulations${path}`, init);
    expect(response.ok).toBe(true);
    return (await response.json()) as Record<string, unknown>;
  };
  const { id } = (await call('', document(seed))) as { id: string };
  const client = await connect(address, id, { kind: 'simulations', first: { type: 'subscribe', sinceSeq: 0 } });
  await call(`/${id}/advance`, { by: '50us' });
  await call(`/${id}/operations`, COLLAPSE);
  await call(`/${id}/advance`, { until: 'operations-done', wait: '1min' });
  const { id: _, createdAt: __, ...state } = await call(`/${id}`);
  const looks = await Promise.all(LOOKS.map((look) => call(`/${id}/${look}`)));
  const trace = await call(`/${id}/trace`);
  await fetch(`http://${address}/v1/simulations/${id}`, { method: 'DELETE' });
  await client.closed;
  const events = client.events().map(({ seq: __, ...event }) => event);
  return { state, looks, trace, events };
}

describe('live simulations of the model', () => {
  it('several at once, each driven by its own client: the same bytes as one after the other', async () => {
    const address = await listen(await startService());
    const seeds = [1, 2, 3];
    const together = await Promise.all(seeds.map((seed) => driven(address, seed)));
    for (const [index, seed] of seeds.entries()) {
      expect(JSON.stringify(await driven(address, seed))).toBe(JSON.stringify(together[index]));
    }
    expect(together[0]?.state).not.toEqual(together[1]?.state);
  });

  it('through the service: the records and the state of the same simulation without one', async () => {
    const address = await listen(await startService());
    const { state, events } = await driven(address, 5);
    const records: RunRecord[] = [];
    const spec = readLiveRequest(document(5), builtInLibrary);
    const topics = ['stall', 'notifier', 'operation', 'finding', 'progress', 'fault', 'lock'] as const;
    const live = new LiveSimulation({ ...spec, topics }, (record) => records.push(record));
    live.advance(live.readGoal({ by: '50us' }));
    live.start(COLLAPSE);
    live.advance(live.readGoal({ until: 'operations-done' }));
    const { simTimeNs, events: count, stalls, counters, vcpus } = live.state();
    expect(state).toMatchObject({ simTimeNs, events: count, stalls, counters, vcpus, status: 'paused' });
    expect(events.filter(({ event }) => event !== 'advanced')).toEqual(JSON.parse(JSON.stringify(records)));
    expect(records.length).toBeGreaterThan(10);
  });
});

describe('simulations that come and go', () => {
  it('twenty, one after the other: the threads are used again, and nothing stays', async () => {
    const service = new SimulationService(builtInLibrary, pino({ level: 'silent' }));
    const ids = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { id } = await service.create(document(seed));
      ids.add(id);
      const session = service.find(id);
      await session.call('operate', COLLAPSE);
      expect((await session.advance({ until: 'operations-done' }, 60_000)).outcome).toBe('reached');
      expect(service.counts.threads).toBeLessThanOrEqual(3);
      service.remove(id);
      expect(session.log.ended).toBe(true);
    }
    expect([ids.size, service.counts.simulations]).toEqual([20, 0]);
    await service.stop();
    await eventually(() => service.counts.threads === 0);
  });

  it('a thread that has served another simulation before: the same answer as from a new one', async () => {
    const thread = new SimulationThread(1024 * 1024 * 1024, undefined, () => undefined);
    const answers: string[] = [];
    for (const seed of [7, 8, 7]) {
      await thread.call('create', { spec: readLiveRequest(document(seed)), memoryBytes: 1024 * 1024 * 1024 });
      await thread.call('operate', COLLAPSE);
      answers.push(JSON.stringify(await thread.call('advance', { until: 'operations-done' })));
      await thread.call('close', null);
    }
    await thread.end();
    expect(answers[2]).toBe(answers[0]);
    expect(answers[1]).not.toBe(answers[0]);
  });
});
