// Many live simulations one after the other, each made, driven, watched and deleted: what the service holds afterwards is what it
// held before, by count.

import { getActiveResourcesInfo } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builtInLibrary } from '../../src/lab/library.ts';
import { LiveSimulation } from '../../src/lab/live/live-simulation.ts';
import { readLiveRequest } from '../../src/lab/live/request.ts';
import type { App } from '../../src/server/app.ts';
import { EventLog } from '../../src/server/event-log.ts';
import { EventSubscriber } from '../../src/server/event-subscriber.ts';
import { LiveSession } from '../../src/server/simulations/live-session.ts';
import { serveSimulations } from '../../src/server/simulations/serve-simulations.ts';
import type { SimulationSays } from '../../src/server/simulations/simulation-messages.ts';
import { SimulationThread } from '../../src/server/simulations/simulation-thread.ts';
import { SimulationThreads } from '../../src/server/simulations/simulation-threads.ts';
import { connect, listen } from './support/event-client.ts';
import { startService } from './support/service.ts';
import { ask, create, eventually, FAKE_SIMULATIONS, ordered } from './support/simulations.ts';

/** After so many there is whatever is made once. */
const FIRST = 10;
const COUNT = 200;
/** One a second. */
const LOOKS_MAX = 20;

async function oneSimulation(app: App, address: string): Promise<void> {
  const id = await create(app, { ...ordered('records 3'), topics: ['fault'] });
  const client = await connect(address, id, { kind: 'simulations', first: { type: 'subscribe', sinceSeq: 0 } });
  await ask(app, 'POST', `/${id}/operations`, { operation: 'madv-collapse' });
  await ask(app, 'POST', `/${id}/advance`, { by: 1000 });
  await eventually(() => client.events().some(({ event }) => event === 'advanced'));
  await ask(app, 'DELETE', `/${id}`);
  await client.closed;
}

/** After a collection: counting by class makes one. */
async function held(app: App): Promise<Record<string, unknown>> {
  const metrics = (await app.inject('/metrics')).body;
  const metric = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]);
  const resources = getActiveResourcesInfo();
  const ofKind = (kind: string): number => resources.filter((resource) => resource === kind).length;
  return {
    simulations: metric('stallscope_simulations'),
    threads: metric('stallscope_simulation_threads'),
    clients: metric('stallscope_stream_clients'),
    ports: ofKind('MessagePort'),
    sockets: ofKind('TCPSocketWrap'),
    sessions: queryObjects(LiveSession, { format: 'count' }),
    logs: queryObjects(EventLog, { format: 'count' }),
    subscribers: queryObjects(EventSubscriber, { format: 'count' }),
    threadObjects: queryObjects(SimulationThread, { format: 'count' }),
  };
}

/** Some seconds after its end the log of a simulation is still there for who reads slowly. */
async function heldAtRest(app: App): Promise<Record<string, unknown>> {
  for (let looks = LOOKS_MAX; looks > 0 && queryObjects(EventLog, { format: 'count' }) > 0; looks--) await sleep(1000);
  return held(app);
}

describe('what live simulations leave behind', () => {
  it(`${COUNT} of them through a listening service: threads, streams, ports and objects are as many as before`, async () => {
    const app = await startService({ simulationWorkerFile: FAKE_SIMULATIONS });
    const address = await listen(app);
    // Two at once first: as many threads as are ever kept.
    await Promise.all([oneSimulation(app, address), oneSimulation(app, address)]);
    for (let i = 0; i < FIRST; i++) await oneSimulation(app, address);
    const before = await heldAtRest(app);
    expect(before).toMatchObject({ simulations: 0, clients: 0, sessions: 0, logs: 0, subscribers: 0 });
    for (let i = 0; i < COUNT; i++) await oneSimulation(app, address);
    expect(await heldAtRest(app)).toEqual(before);
  });

  it('in one thread, of the model itself: nothing of a simulation stays when it is closed', async () => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    serveSimulations(port2, new Int32Array(new SharedArrayBuffer(4)), (spec, tell) => new LiveSimulation(spec, tell));
    const waiting = new Map<number, (says: SimulationSays) => void>();
    port1.on('message', (says: SimulationSays) => {
      if ('id' in says) waiting.get(says.id)?.(says);
    });
    let nextId = 1;
    const call = (name: string, question: unknown): Promise<SimulationSays> => {
      const id = nextId++;
      port1.postMessage({ id, call: name, ask: question });
      return new Promise((resolve) => waiting.set(id, resolve)).finally(() =>
        waiting.delete(id),
      ) as Promise<SimulationSays>;
    };
    const spec = readLiveRequest(
      { scenario: 'hgm-collapse-2m', overrides: { timeline: [], 'vm.memory': '4MiB' }, scheme: 'range' },
      builtInLibrary,
    );
    for (let i = 0; i < FIRST; i++) {
      expect(await call('create', { spec, memoryBytes: Number.MAX_SAFE_INTEGER })).toMatchObject({ kind: 'answer' });
      await call('operate', { operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
      expect(await call('advance', { until: 'operations-done' })).toMatchObject({ answer: { outcome: 'reached' } });
      if (i === 0) expect(queryObjects(LiveSimulation, { format: 'count' })).toBe(1);
      await call('close', null);
    }
    // What a message still holds goes with it, a turn or two later.
    await eventually(() => queryObjects(LiveSimulation, { format: 'count' }) === 0);
  });

  it('nobody comes any more: spare threads end', async () => {
    const threads = new SimulationThreads(2 ** 30, FAKE_SIMULATIONS, 50);
    onTestFinished(() => threads.stop());
    const taken = threads.take();
    await threads.giveBack(taken, new Error('over'));
    expect([threads.count, threads.take() === taken]).toEqual([1, true]);
    await threads.giveBack(taken, new Error('over'));
    await eventually(() => threads.count === 0);
    expect(threads.take()).not.toBe(taken);
  });
});
