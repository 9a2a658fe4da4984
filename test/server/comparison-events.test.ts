import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Topic } from '../../src/lab/run-types.ts';
import { EventLog } from '../../src/server/event-log.ts';
import { EventSubscriber, type FrameSink, type Frame as SentFrame } from '../../src/server/event-subscriber.ts';
import { connect, type Frame, listen } from './support/event-client.ts';
import { get, ordered, post, startService, until } from './support/service.ts';

const oneRun = { schemes: ['range'], repetitions: 1 };

/** Waits for something that comes in through the socket; the time limit of the test ends the waiting. */
async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('WebSocket /v1/comparisons/:id/events', () => {
  it('a comparison: its events in order of seq, labelled with their run, then end and close 1000', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 600'), schemes: ['range', 'none'], repetitions: 2 });
    const client = await connect(address, id);
    expect(await client.closed).toBe(1000);

    const events = client.events();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const ofRun = events.filter(
      ({ scheme, repetition, topic }) => scheme === 'none' && repetition === 1 && topic === 'stall',
    );
    expect(ofRun.map(({ simTimeNs }) => simTimeNs)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(ofRun[0]).toMatchObject({ mapcount: 'subpage', vcpu: 0, startNs: 0, endNs: 1, causes: { fault: 1 } });
    const progress = events.filter(({ topic }) => topic === 'progress');
    expect(progress.map(({ runs }) => runs)).toEqual([1, 2, 3, 4].map((done) => ({ done, total: 4 })));
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'succeeded' });
    expect(client.frames.length).toBeLessThan(events.length / 10);
  });

  it('subscribe with topics: only those', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 10'), ...oneRun });
    const client = await connect(address, id, { first: { type: 'subscribe', topics: ['progress'] } });
    await client.closed;
    expect(client.events().map(({ topic }) => topic)).toEqual(['progress']);
  });

  it('subscribe with sinceSeq: what comes after it, also when all is over', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 10'), ...oneRun });
    await until(app, id);
    const client = await connect(address, id, { first: { type: 'subscribe', sinceSeq: 8 } });
    await client.closed;
    expect(client.events().map(({ seq }) => seq)).toEqual([9, 10, 11]);
  });

  it('a message that is none: an error frame, and the socket goes on', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id, { first: 'not json' });
    client.send({ type: 'subscribe', topics: ['colour'] });
    client.send({ type: 'unsubscribe' });
    await eventually(() => client.frames.length === 3);
    for (const frame of client.frames) {
      expect(frame).toMatchObject({ type: 'error', problem: { code: 'REQUEST_INVALID' } });
    }
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${id}` });
    expect(await client.closed).toBe(1000);
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'cancelled' });
  });

  it('a run that failed: end says so', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('throw'), ...oneRun });
    const client = await connect(address, id);
    await client.closed;
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'failed' });
  });

  it('the log is no longer kept: end at once', async () => {
    const app = await startService({ limits: { logs: 1 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 10'), ...oneRun });
    await until(app, id);
    await until(app, await post(app, { scenario: ordered('quick'), ...oneRun }));
    const client = await connect(address, id, { first: { type: 'subscribe', sinceSeq: 2 } });
    await client.closed;
    expect(client.frames).toEqual([{ type: 'end', status: 'succeeded' }]);
  });

  it.each([
    ['an unknown comparison', '/v1/comparisons/unknown/events', 404],
    ['an address without a socket', '/v1/catalog', 404],
  ])('%s: refused before the upgrade', async (_, path, status) => {
    const app = await startService();
    const address = await listen(app);
    await expect(upgrade(address, path)).resolves.toBe(status);
  });

  it('without an upgrade: 426 UPGRADE_REQUIRED', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const response = await app.inject(`/v1/comparisons/${id}/events`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([426, 'UPGRADE_REQUIRED']);
    expect(response.headers.upgrade).toBe('websocket');
  });

  it('a token that is asked for: 401 without, events with it', async () => {
    const app = await startService({ token: 'a-token' });
    const address = await listen(app);
    const headers = { authorization: 'Bearer a-token' };
    const id = await post(app, { scenario: ordered('records 3'), ...oneRun }, headers);
    await expect(upgrade(address, `/v1/comparisons/${id}/events`)).resolves.toBe(401);
    const client = await connect(address, id, { headers });
    expect(await client.closed).toBe(1000);
    expect(client.events()).toHaveLength(4);
  });

  it('more sockets than there is room for: 429, and room again after one has left', async () => {
    const app = await startService({ limits: { subscribers: 1 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const first = await connect(address, id);
    await expect(upgrade(address, `/v1/comparisons/${id}/events`)).resolves.toBe(429);
    first.socket.close();
    await first.closed;
    let status = 429;
    while (status === 429) status = await upgrade(address, `/v1/comparisons/${id}/events`);
    expect(status).toBe(101);
  });

  it('the service stops: end, close 1001, and the comparison is cancelled', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = await connect(address, id);
    expect((await get(app, id)).finishedAt).toBeNull();
    await app.close();
    expect(await client.closed).toBe(1001);
    expect(client.frames.at(-1)).toEqual({ type: 'end', status: 'running' });
  });

  it('a client that does not read: the run finishes without it, and the client learns what it lost', async () => {
    const app = await startService({ subscriberOptions: { graceMs: 0, bufferedBytes: 1 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 300000'), ...oneRun });
    const slow = await connect(address, id);
    slow.socket.pause();
    const quick = await connect(address, id, { first: { type: 'subscribe', topics: ['progress'] } });
    expect((await until(app, id)).status).toBe('succeeded');
    await quick.closed;

    slow.socket.resume();
    expect(await slow.closed).toBe(1000);
    const lost = slow.frames.reduce((sum, frame) => sum + (frame.type === 'gap' ? frame.dropped : 0), 0);
    expect(lost).toBeGreaterThan(0);
    expect(slow.events().length + lost).toBe(300_001);
    expectNoHole(slow.frames);
  });
});

/** Every number is in an event or in a gap, once. */
function expectNoHole(frames: readonly Frame[]): void {
  let next = 1;
  for (const frame of frames) {
    if (frame.type === 'gap') {
      expect(frame.fromSeq).toBe(next);
      next = frame.toSeq + 1;
    }
    if (frame.type === 'events') for (const { seq } of frame.events) expect(seq).toBe(next++);
  }
}

/** Status that answers an attempt to open a socket. */
async function upgrade(address: string, path: string): Promise<number> {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`ws://${address}${path}`);
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', reject);
  });
}

/** A socket whose other end reads when the test says so. */
class StuckSocket implements FrameSink {
  readonly sent: Frame[] = [];
  readonly closes: number[] = [];
  terminations = 0;
  bufferedAmount = 0;
  #waiting: (() => void)[] = [];

  send({ json }: SentFrame, done: () => void): void {
    this.sent.push(JSON.parse(json.toString()) as Frame);
    this.bufferedAmount += json.length;
    this.#waiting.push(done);
  }

  close(code: number): void {
    this.closes.push(code);
  }

  terminate(): void {
    this.terminations++;
  }

  /** The other end has read everything. */
  drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.bufferedAmount = 0;
    for (const done of waiting) done();
  }
}

describe('event subscriber', () => {
  const options = { flushMs: 0, graceMs: 0, bufferedBytes: 100 };
  const fill = (log: EventLog, count: number, topic: Topic = 'stall'): void => {
    for (let i = 0; i < count; i++) log.append({ topic, simTimeNs: i });
  };

  it('a socket that is full: nothing more is put into it until it has drained', async () => {
    const log = new EventLog({ events: 8, frameEvents: 2 });
    const socket = new StuckSocket();
    const subscriber = new EventSubscriber(log, socket, () => 'running', options);
    fill(log, 4);
    subscriber.receive('{"type":"subscribe"}');
    expect(socket.sent).toHaveLength(1);
    fill(log, 20);
    expect(socket.sent).toHaveLength(1);
    for (let i = 0; i < 10; i++) socket.drain();
    expect(socket.sent.map((frame) => (frame.type === 'events' ? frame.events.map(({ seq }) => seq) : frame))).toEqual([
      [1, 2],
      { type: 'gap', fromSeq: 3, toSeq: 16, dropped: 14 },
      [17, 18],
      [19, 20],
      [21, 22],
      [23, 24],
    ]);
    subscriber.dispose();
  });

  it('the log ends while the socket is full: the rest, then end, then close', () => {
    const log = new EventLog({ events: 8, frameEvents: 2 });
    const socket = new StuckSocket();
    const subscriber = new EventSubscriber(log, socket, () => 'succeeded', options);
    fill(log, 3);
    subscriber.receive('{"type":"subscribe"}');
    log.end();
    expect(socket.closes).toEqual([]);
    for (let i = 0; i < 10; i++) socket.drain();
    expect(socket.sent.map(({ type }) => type)).toEqual(['events', 'events', 'end']);
    expect(socket.closes).toEqual([1000]);
  });

  it('a socket that takes nothing, look after look: ended; one that takes a little in between: not', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const [stuck, slow] = [new StuckSocket(), new StuckSocket()];
    for (const socket of [stuck, slow]) {
      const log = new EventLog({ frameEvents: 1 });
      const subscriber = new EventSubscriber(log, socket, () => 'running', {
        ...options,
        stuckMs: 3000,
        heartbeatMs: 3000,
      });
      onTestFinished(() => subscriber.dispose());
      fill(log, 100);
      subscriber.receive('{"type":"subscribe"}');
    }
    for (let second = 0; second < 20 && stuck.terminations === 0; second++) {
      vi.advanceTimersByTime(1000);
      slow.drain();
    }
    expect([stuck.terminations, slow.terminations]).toEqual([1, 0]);
    expect(slow.sent.length).toBeGreaterThan(stuck.sent.length);
  });

  it('the service was late for long: nobody is taken for stuck at once', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const socket = new StuckSocket();
    const log = new EventLog();
    const subscriber = new EventSubscriber(log, socket, () => 'running', { ...options, stuckMs: 3000 });
    onTestFinished(() => subscriber.dispose());
    fill(log, 1);
    subscriber.receive('{"type":"subscribe"}');
    // The clock has gone on, and the timer has come once.
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    onTestFinished(() => now.mockRestore());
    vi.advanceTimersToNextTimer();
    expect(socket.terminations).toBe(0);
  });
});
