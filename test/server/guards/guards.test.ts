import { createConnection } from 'node:net';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../../src/server/app.ts';
import { isLoad } from '../../../src/server/guards/pressure.ts';
import { connect, listen } from '../support/event-client.ts';
import { ordered, post, startService } from '../support/service.ts';

const token = 'a token/of+all=kinds';
const authorization = `Bearer a-token`;
const oneRun = { scenario: ordered('hang'), schemes: ['range'], repetitions: 1 };

const codeOf = async (app: App, request: InjectOptions): Promise<string | number> => {
  const response = await app.inject(request);
  return response.statusCode < 400 ? response.statusCode : response.json<{ code: string }>().code;
};

/** Status that answers a handshake by hand, and the protocol that was chosen. */
function handshake(
  address: string,
  path: string,
  { protocols = [], origin }: { protocols?: string[]; origin?: string } = {},
): Promise<[status: number, protocol: string]> {
  const socket = new WebSocket(`ws://${address}${path}`, protocols, origin === undefined ? {} : { origin });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      resolve([response.statusCode ?? 0, '']);
      socket.on('error', () => {});
      socket.terminate();
    });
    socket.on('open', () => {
      resolve([101, socket.protocol]);
      socket.terminate();
    });
  });
}

/** What comes back for these bytes until the connection ends. */
async function answerTo(address: string, bytes: string): Promise<string> {
  const socket = createConnection(Number(new URL(`http://${address}`).port), '127.0.0.1');
  socket.write(bytes);
  let answer = '';
  for await (const data of socket) answer += String(data);
  return answer;
}

describe('token on a socket', () => {
  const encoded = Buffer.from(token).toString('base64url');

  it('as a protocol beside stallscope.v1: open, and the protocol that is answered is not the token', async () => {
    const app = await startService({ token: 'a-token' });
    const address = await listen(app);
    const id = await post(app, oneRun, { authorization });
    const mine = `stallscope.bearer.${Buffer.from('a-token').toString('base64url')}`;
    const path = `/v1/comparisons/${id}/events`;
    expect(await handshake(address, path, { protocols: ['stallscope.v1', mine] })).toEqual([101, 'stallscope.v1']);
    const wrong = { protocols: ['stallscope.v1', `stallscope.bearer.${encoded}`] };
    expect(await handshake(address, path, wrong)).toEqual([401, '']);
    expect(await handshake(address, path, { protocols: ['stallscope.v1'] })).toEqual([401, '']);
  });

  it('of any characters: passes', async () => {
    const app = await startService({ token: 'ä,b' });
    const address = await listen(app);
    const protocols = ['stallscope.v1', `stallscope.bearer.${Buffer.from('ä,b').toString('base64url')}`];
    expect(await handshake(address, '/v1/comparisons/unknown/events', { protocols })).toEqual([404, '']);
  });

  it('as a protocol of a call that is no socket: 401', async () => {
    const app = await startService({ token: 'a-token' });
    const protocol = `stallscope.bearer.${Buffer.from('a-token').toString('base64url')}`;
    const headers = { 'sec-websocket-protocol': protocol };
    expect(await codeOf(app, { url: '/v1/catalog', headers })).toBe('UNAUTHORIZED');
  });

  it('wherever it stood: not in the log', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const app = await startService({ token: 'a-token', logger });
    const address = await listen(app);
    const id = await post(app, oneRun, { authorization });
    const mine = Buffer.from('a-token').toString('base64url');
    await handshake(address, `/v1/comparisons/${id}/events`, {
      protocols: ['stallscope.v1', `stallscope.bearer.${mine}`],
    });
    await app.inject({ url: '/v1/nothing', headers: { authorization } });
    expect(lines.join('')).toContain('/v1/nothing');
    expect(lines.join('')).not.toMatch(new RegExp(`a-token|${mine}`));
  });
});

describe('origin of a page', () => {
  it.each([
    ['its own', 'http://localhost:80', 202],
    ['one that is let in', 'https://vm.example', 202],
    ['another', 'https://elsewhere.example', 'ORIGIN_REFUSED'],
    ['its own name on another port', 'http://localhost:81', 'ORIGIN_REFUSED'],
    ['nobody: null', 'null', 'ORIGIN_REFUSED'],
    ['no origin', 'nonsense', 'ORIGIN_REFUSED'],
  ])('%s: POST answers', async (_, origin, expected) => {
    const app = await startService({ origins: ['https://vm.example'] });
    const request = { method: 'POST', url: '/v1/comparisons', payload: oneRun, headers: { origin } } as const;
    expect(await codeOf(app, request)).toBe(expected);
  });

  it('another: neither a socket nor a stream, but health', async () => {
    const app = await startService();
    const address = await listen(app);
    const id = await post(app, oneRun);
    const origin = 'https://elsewhere.example';
    expect(await handshake(address, `/v1/comparisons/${id}/events`, { origin })).toEqual([403, '']);
    expect(await codeOf(app, { url: `/v1/comparisons/${id}/stream`, headers: { origin } })).toBe('ORIGIN_REFUSED');
    expect(await codeOf(app, { url: '/healthz', headers: { origin } })).toBe(200);
    expect(await handshake(address, `/v1/comparisons/${id}/events`, { origin: `http://${address}` })).toEqual([
      101,
      '',
    ]);
  });

  it('behind a proxy that is believed: that of the name that it was asked for', async () => {
    const headers = { origin: 'https://public.example', 'x-forwarded-host': 'public.example' };
    const believing = await startService({ trustProxy: ['127.0.0.1'] });
    expect(await codeOf(believing, { url: '/v1/catalog', headers })).toBe(200);
    const doubting = await startService();
    expect(await codeOf(doubting, { url: '/v1/catalog', headers })).toBe('ORIGIN_REFUSED');
  });
});

describe('name of the host', () => {
  it.each([
    ['localhost:8080', 200],
    ['127.0.0.1', 200],
    ['[::1]:8080', 200],
    ['vm.localhost:1', 200],
    ['vm.example/.localhost', 'HOST_REFUSED'],
    ['vm.example', 200],
    ['attacker.example:8080', 'HOST_REFUSED'],
    ['127.0.0.1.attacker.example', 'HOST_REFUSED'],
  ])('"%s", of a service that listens for its own machine: %s', async (host, expected) => {
    const app = await startService({ loopback: true, origins: ['https://vm.example'] });
    expect(await codeOf(app, { url: '/v1/catalog', headers: { host } })).toBe(expected);
    expect(await codeOf(app, { url: '/healthz', headers: { host } })).toBe(200);
  });

  it('any, with a token: not looked at', async () => {
    const app = await startService({ loopback: true, token: 'a-token' });
    const headers = { host: 'attacker.example', authorization };
    expect(await codeOf(app, { url: '/v1/catalog', headers })).toBe(200);
  });
});

describe('requests of one address', () => {
  it('more than it may send in a minute: 429 that says until when, for guesses of the token, too, but not for health', async () => {
    const app = await startService({ requestsPerMinute: 3, token: 'a-token' });
    const first = await app.inject({ url: '/v1/catalog', headers: { authorization } });
    expect([first.statusCode, first.headers['ratelimit-limit'], first.headers['ratelimit-remaining']]).toEqual([
      200,
      '3',
      '2',
    ]);
    expect(await codeOf(app, { url: '/v1/catalog' })).toBe('UNAUTHORIZED');
    expect(await codeOf(app, { url: '/v1/unknown' })).toBe('UNAUTHORIZED');
    const refused = await app.inject({ url: '/v1/catalog', headers: { authorization } });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await codeOf(app, { url: '/healthz' })).toBe(200);
    const other = { url: '/v1/catalog', headers: { authorization }, remoteAddress: '10.0.0.9' };
    expect(await codeOf(app, other)).toBe(200);
  });
});

describe('a service that has too much to do', () => {
  it('answers OVERLOADED, but health and what makes it less', async () => {
    const app = await startService({ pressure: { lagMs: 0, heapBytes: 1, memoryBytes: 0 } });
    while ((await codeOf(app, { url: '/v1/catalog' })) === 200) await new Promise((resolve) => setTimeout(resolve, 20));
    const response = await app.inject('/v1/catalog');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
    expect(response.json()).toMatchObject({ code: 'OVERLOADED', detail: 'Beyond its limit: its JavaScript objects.' });
    expect(await codeOf(app, { url: '/readyz' })).toBe(200);
    expect(await codeOf(app, { method: 'DELETE', url: '/v1/comparisons/unknown' })).toBe('NOT_FOUND');
  });
});

describe('a service that is late', () => {
  it.each([
    ['after its start, by a time', 2000, 60_000, true],
    ['after its start, by nobody knows how much', Number.POSITIVE_INFINITY, 60_000, false],
    ['while it loads its own code', 2000, 3000, false],
  ])('%s: has too much to do or not', (_, lag, sinceStartMs, expected) => {
    expect(isLoad(lag, sinceStartMs)).toBe(expected);
  });
});

describe('headers of every answer', () => {
  it.each(['/healthz', '/v1/catalog', '/v1/unknown', '/docs/'])('%s: what a browser may do with it', async (url) => {
    const app = await startService();
    const { headers } = await app.inject(url);
    expect(headers['content-security-policy']).toContain("default-src 'self';");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('/docs: no script and no style that stands in the page', async () => {
    const app = await startService();
    const { body } = await app.inject({ url: '/docs/', headers: { accept: 'text/html' } });
    for (const [, attributes = ''] of body.matchAll(/<script([^>]*)>/g)) expect(attributes).toContain('src=');
    expect(body).not.toMatch(/<style|style=|\son[a-z]+=/);
  });
});

describe('a request that is slow or long', () => {
  it.each([
    ['a head that does not end', 'GET /v1/catalog HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'a body that does not end',
      'POST /v1/scenarios HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    ],
    ['nothing', ''],
  ])('%s: 408, and the connection ends', async (_, bytes) => {
    const app = await startService({ timeouts: { headMs: 100, requestMs: 200 } });
    const answer = await answerTo(await listen(app), bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n.*"code":"REQUEST_TIMEOUT"/s);
  });

  it('a head beyond 16 KiB: 431', async () => {
    const app = await startService();
    const answer = await answerTo(await listen(app), `GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n.*"code":"HEADERS_TOO_LARGE"/s);
  });

  it.each([65, 5000])('a name of %i letters: 400', async (letters) => {
    const app = await startService();
    expect(await codeOf(app, { url: `/v1/scenarios/${'x'.repeat(letters)}` })).toBe('REQUEST_INVALID');
  });

  it('a socket that is in use: not closed for its silence', async () => {
    const app = await startService({ timeouts: { idleMs: 50 }, subscriberOptions: { heartbeatMs: 200 } });
    const address = await listen(app);
    const client = await connect(address, await post(app, oneRun));
    while (client.frames.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.frames.map(({ type }) => type)).toEqual(['heartbeat', 'heartbeat']);
  });
});

describe('CORS', () => {
  const origin = 'https://vm.example';
  const preflight = {
    method: 'OPTIONS',
    url: '/v1/comparisons',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  } as const;

  it('a preflight of a listed origin: answered before the token is asked for', async () => {
    const app = await startService({ token: 'a-token', origins: [origin] });
    const { statusCode, headers, body } = await app.inject(preflight);
    expect([statusCode, body, headers['access-control-allow-origin']]).toEqual([204, '', origin]);
    expect(headers['access-control-allow-methods']).toBe('GET, POST, DELETE');
    expect(String(headers['access-control-allow-headers'])).toContain('authorization');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('a call of a listed origin: its page may read the answer and the headers that say something, refusals, too', async () => {
    const app = await startService({ token: 'a-token', origins: [origin], requestsPerMinute: 2 });
    const request = { method: 'POST', url: '/v1/comparisons', payload: oneRun } as const;
    const answers = [
      await app.inject({ ...request, headers: { origin, authorization } }),
      await app.inject({ ...request, headers: { origin } }),
      await app.inject({ ...request, headers: { origin, authorization } }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 401, 429]);
    for (const { headers } of answers) {
      expect([headers['access-control-allow-origin'], headers.vary]).toEqual([origin, 'Origin']);
      for (const told of ['location', 'idempotency-replayed', 'retry-after', 'ratelimit-remaining']) {
        expect(String(headers['access-control-expose-headers'])).toContain(told);
      }
    }
  });

  it('a stream by Server-Sent Events: readable, too', async () => {
    const app = await startService({ origins: [origin] });
    const id = await post(app, { ...oneRun, scenario: ordered('quick') });
    const { headers } = await app.inject({ url: `/v1/comparisons/${id}/stream`, headers: { origin } });
    expect([headers['content-type'], headers['access-control-allow-origin']]).toEqual([
      'text/event-stream; charset=utf-8',
      origin,
    ]);
  });

  it('an origin that is not listed, or none are: refused, and nothing said that would let it read', async () => {
    const other = 'https://other.example';
    for (const [origins, headers] of [
      [[origin], { ...preflight.headers, origin: other }],
      [[], preflight.headers],
      [undefined, preflight.headers],
    ] as const) {
      const app = await startService({ origins });
      const refused = await app.inject({ ...preflight, headers });
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'ORIGIN_REFUSED']);
      expect(Object.keys(refused.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('OPTIONS of no page: no call, as ever', async () => {
    const app = await startService({ origins: [origin] });
    expect(await codeOf(app, { method: 'OPTIONS', url: '/v1/comparisons' })).toBe('ROUTE_NOT_FOUND');
  });
});
