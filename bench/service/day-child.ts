// The client of a day: makes, drives, watches and deletes live simulations, each before the next.
//   node bench/service/day-child.ts '{"address": "http://127.0.0.1:8080", "count": 10, "atOnce": 1}'

import { WebSocket } from 'ws';

export interface DayRequest {
  readonly address: string;
  readonly count: number;
  readonly atOnce: number;
}

export interface DayResult {
  /** That came over the sockets. */
  readonly events: number;
  readonly ms: number;
}

const SCENARIO = { scenario: 'hgm-collapse-2m', overrides: { timeline: [], 'vm.memory': '4MiB' }, scheme: 'range' };

const { address, count, atOnce } = JSON.parse(String(process.argv[2])) as DayRequest;
const simulations = `${address}/v1/simulations`;
const startedMs = performance.now();
let events = 0;
let seed = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (seed < count) events += await oneSimulation(seed++);
  }),
);
const result: DayResult = { events, ms: performance.now() - startedMs };
process.stdout.write(JSON.stringify(result));

async function oneSimulation(ofSeed: number): Promise<number> {
  const { id } = await post('', { ...SCENARIO, seed: ofSeed });
  const socket = new WebSocket(`${simulations.replace('http:', 'ws:')}/${id}/events`);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  let told = 0;
  const advanced = new Promise<void>((resolve) => {
    socket.on('message', (frame) => {
      const message = JSON.parse(String(frame)) as { events?: { event?: string }[] };
      told += message.events?.length ?? 0;
      if (message.events?.some(({ event }) => event === 'advanced')) resolve();
    });
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  socket.send(JSON.stringify({ type: 'subscribe', sinceSeq: 0 }));
  await post(`/${id}/operations`, { operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
  await post(`/${id}/advance`, { until: 'operations-done' });
  await advanced;
  await fetch(`${simulations}/${id}`, { method: 'DELETE' });
  await closed;
  return told;
}

async function post(path: string, body: object): Promise<{ id: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${simulations}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
