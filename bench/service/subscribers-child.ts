// Clients of one event stream. Those that read are counted for; those that are stuck ask for everything and take nothing.
//   node bench/service/subscribers-child.ts '{"stream": "ws://…", "transport": "socket", "clients": 10, "seconds": 5}'

import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { topics } from '../../src/lab/vocabulary.ts';

export interface Subscribers {
  /** Of a comparison: http://…/v1/comparisons/<id> */
  readonly job: string;
  readonly transport: 'socket' | 'sse' | 'stuck';
  readonly clients: number;
  readonly seconds: number;
}

export interface SubscribersResult {
  readonly events: number;
  /** Told in gaps. */
  readonly dropped: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** They are counted for from so long after the first event: runs that began before their topics were named are over. */
const WARM_UP_MS = 2000;
const FIRST_MS_MAX = 60_000;
/** A stuck client comes back after so long: the service has let it go by then. */
const STUCK_MS = 45_000;
/** Every so many frames, one is read as JSON and its events are counted one by one. */
const CHECKED = 64;
const TOPICS = topics.map(({ id }) => id);

const { job, transport, clients, seconds } = JSON.parse(String(process.argv[2])) as Subscribers;
const told = { events: 0, dropped: 0, bytes: 0 };
let frames = 0;

if (transport === 'stuck') {
  const all = Array.from({ length: clients }, () => stuck());
  const turn = setInterval(() => {
    for (const [index, socket] of all.entries()) {
      socket.terminate();
      all[index] = stuck();
    }
  }, STUCK_MS);
  await sleep(seconds * 1000);
  clearInterval(turn);
  process.stdout.write(JSON.stringify({ ...told, seconds }));
} else {
  for (let client = 0; client < clients; client++) transport === 'socket' ? reading() : sse();
  await first();
  await sleep(WARM_UP_MS);
  const before = { ...told };
  const started = performance.now();
  await sleep(seconds * 1000);
  const result: SubscribersResult = {
    events: told.events - before.events,
    dropped: told.dropped - before.dropped,
    bytes: told.bytes - before.bytes,
    seconds: (performance.now() - started) / 1000,
  };
  process.stdout.write(JSON.stringify(result));
}
process.exit();

async function first(): Promise<void> {
  const giveUpAtMs = performance.now() + FIRST_MS_MAX;
  while (told.events + told.dropped === 0) {
    if (performance.now() > giveUpAtMs) throw new Error('no event comes');
    await sleep(50);
  }
}

function open(): WebSocket {
  const socket = new WebSocket(`${job.replace('http:', 'ws:')}/events`, { perMessageDeflate: false });
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics: TOPICS })));
  return socket;
}

function reading(): void {
  open().on('message', (frame) => take(String(frame)));
}

function stuck(): WebSocket {
  const socket = open();
  socket.on('open', () => socket.pause());
  return socket;
}

function sse(): void {
  get(`${job}/stream?topics=${TOPICS.join(',')}`, (response: IncomingMessage) => {
    // Those who were there before may have left the service with more than it takes on: it says so, and when to come again.
    if (response.statusCode !== 200) {
      response.resume();
      setTimeout(sse, 1000 * Number(response.headers['retry-after'] ?? 1));
      return;
    }
    response.setEncoding('utf8');
    let rest = '';
    response.on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const at = part.indexOf('\ndata: ');
        if (at !== -1) take(part.slice(at + '\ndata: '.length));
      }
    });
  });
}

/** With all topics the numbers of a frame have no holes, so its first and its last say how many there are. */
function take(text: string): void {
  told.bytes += text.length;
  if (text.startsWith('{"type":"gap"')) {
    told.dropped += (JSON.parse(text) as { dropped: number }).dropped;
    return;
  }
  if (!text.startsWith('{"type":"events"')) return;
  const count = seqAt(text, text.lastIndexOf('{"seq":')) - seqAt(text, text.indexOf('{"seq":')) + 1;
  if (frames++ % CHECKED === 0) {
    const { events } = JSON.parse(text) as { events: unknown[] };
    if (events.length !== count) throw new Error(`a frame of ${events.length} events looks like one of ${count}`);
  }
  told.events += count;
}

function seqAt(text: string, at: number): number {
  return Number.parseInt(text.slice(at + '{"seq":'.length, at + 32), 10);
}
