// Clients that open a stream and then do not behave, over real sockets: what they cost is looked at on the service's
// end, in the bytes that wait in its sockets.

import { createConnection, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { App } from '../../src/server/app.ts';
import { DEFAULT_LOG_LIMITS } from '../../src/server/event-log.ts';
import { connect, listen } from './support/event-client.ts';
import { ordered, post, startService, until } from './support/service.ts';

const oneRun = { schemes: ['range'], repetitions: 1 };
const BUFFERED_BYTES = 64 * 1024;

const STREAMS = [
  [
    'a WebSocket',
    'events',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  ],
  ['Server-Sent Events', 'stream', 'Accept: text/event-stream\r\n'],
] as const;

interface Client {
  readonly near: Socket;
  /** The service's end of it. */
  readonly far: Socket;
  readonly ended: Promise<void>;
}

/** Sends the request for a stream by hand, and reads nothing but the first bytes of the answer. */
async function open(app: App, address: string, path: string, headers: string): Promise<Client> {
  const far = new Promise<Socket>((resolve) => app.server.once('connection', resolve));
  const near = createConnection(Number(new URL(`http://${address}`).port), '127.0.0.1');
  onTestFinished(() => void near.destroy());
  near.on('error', () => {});
  near.write(`GET ${path} HTTP/1.1\r\nHost: ${address}\r\n${headers}\r\n`);
  await new Promise((resolve) => near.once('data', resolve));
  near.pause();
  const socket = await far;
  return { near, far: socket, ended: new Promise((resolve) => socket.once('close', () => resolve())) };
}

describe.each(STREAMS)('%s that is never read', (_, name, headers) => {
  it('while a run sends: the run finishes, no more than its buffer waits, and it is let go', async () => {
    const app = await startService({ subscriberOptions: { graceMs: 0, bufferedBytes: BUFFERED_BYTES, stuckMs: 300 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 300000'), ...oneRun });
    const stuck = await open(app, address, `/v1/comparisons/${id}/${name}`, headers);
    const quick = await connect(address, id, { first: { type: 'subscribe', topics: ['progress'] } });
    let most = 0;
    const sampling = setInterval(() => {
      most = Math.max(most, stuck.far.writableLength);
    }, 1);
    onTestFinished(() => clearInterval(sampling));

    expect((await until(app, id)).status).toBe('succeeded');
    expect(await quick.closed).toBe(1000);
    await stuck.ended;
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(BUFFERED_BYTES + 2 * DEFAULT_LOG_LIMITS.frameBytes);
  });

  it('when the service stops: it stops all the same', async () => {
    const app = await startService({ subscriberOptions: { graceMs: 0, leaveMs: 20 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 300000'), ...oneRun });
    const stuck = await open(app, address, `/v1/comparisons/${id}/${name}`, headers);
    await until(app, id);
    expect(stuck.far.writableLength).toBeGreaterThan(0);
    await app.close();
    await stuck.ended;
  });
});

describe.each(STREAMS)('%s whose client says that it will send no more', (_, name, headers) => {
  it('in the middle: its place is free again', async () => {
    const app = await startService({ limits: { subscribers: 1 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await open(app, address, `/v1/comparisons/${id}/${name}`, headers);
    client.near.resume();
    client.near.end();
    await client.ended;
    const next = await connect(address, id);
    next.socket.close();
    expect(await next.closed).toBe(1005);
  });
});

describe('a socket whose client', () => {
  it('sends more messages than it may: told so, and closed with 1008', async () => {
    const app = await startService({ subscriberOptions: { messagesPerMinute: 3 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id);
    for (let i = 0; i < 100; i++) client.send({ type: 'subscribe', topics: ['stall'] });
    expect(await client.closed).toBe(1008);
    expect(client.frames).toMatchObject([{ type: 'error', problem: { code: 'RATE_LIMITED' } }]);
  });

  it('sends a message beyond 4 KiB: closed with 1009', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id, { first: 'x'.repeat(5000) });
    expect(await client.closed).toBe(1009);
  });

  it.each([
    ['twice the same topic', ['stall', 'stall']],
    ['a list of thousands', Array.from({ length: 400 }, () => 'stall')],
  ])('asks for %s: an error frame', async (_, topics) => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id, { first: { type: 'subscribe', topics } });
    while (client.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.frames).toMatchObject([{ type: 'error', problem: { code: 'REQUEST_INVALID' } }]);
  });

  it('comes back with a number from the future: a heartbeat with the one that the log has', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id, { first: { type: 'subscribe', sinceSeq: 1000 } });
    while (client.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.frames).toEqual([{ type: 'heartbeat', lastSeq: 0 }]);
  });

  it('hears nothing: heartbeats, which a browser can see', async () => {
    const app = await startService({ subscriberOptions: { heartbeatMs: 30, graceMs: 0 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id);
    while (client.frames.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.frames.slice(0, 2)).toEqual([
      { type: 'heartbeat', lastSeq: 0 },
      { type: 'heartbeat', lastSeq: 0 },
    ]);
  });

  it('asks for nothing by name: a run that starts then does not pay for the costly topics', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('topics'), schemes: ['range', 'none'], repetitions: 20 });
    const client = await connect(address, id);
    await client.closed;
    expect(client.events().filter(({ topic }) => topic === 'notifier').length).toBeGreaterThan(0);
    expect(
      client.events().filter(({ topic }) => ['lock', 'tlb', 'vcpu', 'fault', 'userfault'].includes(topic)),
    ).toEqual([]);
  });
});
