// A service and its client in one process: makes, drives, watches and deletes live simulations one after the other, and
// prints how long that took and what memory there was before and after.
//   node --expose-gc bench/one-day.ts [simulations]

import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { buildApp } from '../src/server/app.ts';
import { openStore } from '../src/server/store/store.ts';
import { WorkerPool } from '../src/server/worker-pool.ts';

const WARM_UP = 50;
const [count = 1000] = process.argv.slice(2).map(Number);

const pool = new WorkerPool({ threads: 1 });
const app = await buildApp({ pool, store: openStore(), logger: pino({ level: 'silent' }) });
const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).host;

/** Returns how many events came over the socket. */
async function oneSimulation(seed: number): Promise<number> {
  const scenario = { scenario: 'hgm-collapse-2m', overrides: { timeline: [], 'vm.memory': '4MiB' } };
  const { id } = await post('', { ...scenario, scheme: 'range', seed });
  const socket = new WebSocket(`ws://${address}/v1/simulations/${id}/events`);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  let events = 0;
  const advanced = new Promise<void>((resolve) => {
    socket.on('message', (frame) => {
      const message = JSON.parse(String(frame)) as { events?: { event?: string }[] };
      events += message.events?.length ?? 0;
      if (message.events?.some(({ event }) => event === 'advanced')) resolve();
    });
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  socket.send(JSON.stringify({ type: 'subscribe', sinceSeq: 0 }));
  await post(`/${id}/operations`, { operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
  await post(`/${id}/advance`, { until: 'operations-done' });
  await advanced;
  await fetch(`http://${address}/v1/simulations/${id}`, { method: 'DELETE' });
  await closed;
  return events;
}

async function post(path: string, body: object): Promise<{ id: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://${address}/v1/simulations${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}

/** When what may go has gone: collectors first, then what was waiting for them. */
async function memory(): Promise<{ rssMib: number; heapMib: number }> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await sleep(200);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMib: rss / 2 ** 20, heapMib: heapUsed / 2 ** 20 };
}

// Two at once first: from then on there are as many spare threads as there ever will be.
await Promise.all([oneSimulation(0), oneSimulation(1)]);
for (let seed = 0; seed < WARM_UP; seed++) await oneSimulation(seed);
const before = await memory();
const startedMs = performance.now();
let events = 0;
for (let seed = 0; seed < count; seed++) events += await oneSimulation(seed);
const ms = performance.now() - startedMs;
const after = await memory();
await app.close();
await pool.close();
process.stdout.write(JSON.stringify({ count, events, ms, before, after }));
