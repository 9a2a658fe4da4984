import { describe, expect, it } from 'vitest';
import { listen } from './support/event-client.ts';
import { follow, type Message } from './support/event-source-client.ts';
import { ordered, post, startService, until } from './support/service.ts';

const oneRun = { schemes: ['range'], repetitions: 1 };
const seqs = (messages: readonly Message[]): number[] =>
  messages.flatMap(({ frame }) => (frame.type === 'events' ? frame.events.map(({ seq }) => seq) : []));

describe('GET /v1/comparisons/:id/stream', () => {
  it('a comparison: its events in order, each frame with the last seq as id, then the end, after which a browser stays away', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 600'), ...oneRun });
    const client = follow(`http://${address}/v1/comparisons/${id}/stream`);
    expect(await client.closed).toBe(204);

    expect(seqs(client.messages)).toEqual(Array.from({ length: 601 }, (_, index) => index + 1));
    for (const { id: eventId, frame } of client.messages) {
      if (frame.type === 'events') expect(eventId).toBe(String(frame.events.at(-1)?.seq));
    }
    expect(client.messages.at(-1)).toEqual({ id: 'end', frame: { type: 'end', status: 'succeeded' } });
  });

  it('topics and sinceSeq: only those, after that', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('records 10'), ...oneRun });
    await until(app, id);
    const after = follow(`http://${address}/v1/comparisons/${id}/stream?sinceSeq=8`);
    const progress = follow(`http://${address}/v1/comparisons/${id}/stream?topics=finding,%20progress`);
    await Promise.all([after.closed, progress.closed]);
    expect([seqs(after.messages), seqs(progress.messages)]).toEqual([[9, 10, 11], [11]]);
  });

  it('Last-Event-ID: goes on after it, whatever sinceSeq says', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('records 10'), ...oneRun });
    await until(app, id);
    const headers = { 'last-event-id': '9' };
    const response = await app.inject({ url: `/v1/comparisons/${id}/stream?sinceSeq=2`, headers });
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(response.body).toContain('event: events\nid: 11\ndata: {"type":"events","events":[{"seq":10,');
    expect(response.body).not.toContain('"seq":9,');
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a topic that is none', 'topics=stall,colour', 'topics'],
    ['a number that is none', 'sinceSeq=-1', 'sinceSeq'],
    ['a field that is none', 'token=secret', 'token'],
  ])('%s: 400 that names it', async (_, query, field) => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const response = await app.inject(`/v1/comparisons/${id}/stream?${query}`);
    const problem = response.json<{ code: string; errors: { path: string }[] }>();
    expect([response.statusCode, problem.code, problem.errors[0]?.path]).toEqual([400, 'REQUEST_INVALID', field]);
  });

  it('HEAD: answered at once, also while nothing has ended', async () => {
    const app = await startService();
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const { statusCode, headers } = await app.inject({ method: 'HEAD', url: `/v1/comparisons/${id}/stream` });
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  it('an unknown comparison: 404', async () => {
    const app = await startService();
    const response = await app.inject('/v1/comparisons/unknown/stream');
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([404, 'NOT_FOUND']);
  });

  it('a token that is asked for: 401 without, events with it', async () => {
    const app = await startService({ token: 'a-token' });
    const address = await listen(app);
    const headers = { authorization: 'Bearer a-token' };
    const id = await post(app, { scenario: ordered('records 3'), ...oneRun }, headers);
    const url = `http://${address}/v1/comparisons/${id}/stream`;
    expect(await follow(url).closed).toBe(401);
    const client = follow(url, headers);
    expect(await client.closed).toBe(204);
    expect(seqs(client.messages)).toHaveLength(4);
  });

  it('more streams than there is room for: 429, whatever they are', async () => {
    const app = await startService({ limits: { subscribers: 0 } });
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const response = await app.inject(`/v1/comparisons/${id}/stream`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([429, 'TOO_MANY_SUBSCRIBERS']);
  });

  it('nothing happens: heartbeats that say where the client is', async () => {
    const app = await startService({ subscriberOptions: { heartbeatMs: 30 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = follow(`http://${address}/v1/comparisons/${id}/stream`);
    while (client.messages.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.messages.slice(0, 2)).toEqual([
      { id: '0', frame: { type: 'heartbeat', lastSeq: 0 } },
      { id: '0', frame: { type: 'heartbeat', lastSeq: 0 } },
    ]);
  });

  it('the service stops: an end that leaves the id as it was', async () => {
    const app = await startService({ subscriberOptions: { heartbeatMs: 30 } });
    const address = await listen(app);
    const id = await post(app, { scenario: ordered('hang'), ...oneRun });
    const client = follow(`http://${address}/v1/comparisons/${id}/stream`);
    while (client.messages.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close();
    while (client.messages.at(-1)?.frame.type !== 'end') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.messages.at(-1)).toEqual({ id: '0', frame: { type: 'end', status: 'running' } });
  });

  it.each(['explorations', 'measurements'])('%s have one, too', async (kind) => {
    const app = await startService();
    const response = await app.inject(`/v1/${kind}/unknown/stream`);
    expect(response.json<{ code: string }>().code).toBe('NOT_FOUND');
  });
});
