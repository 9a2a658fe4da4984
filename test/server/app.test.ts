import { createConnection } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { EDGE_ERRORS, EdgeError } from '../../src/server/errors.ts';
import { startService } from './support/service.ts';

describe('any call', () => {
  it('unknown: 404 ROUTE_NOT_FOUND as a problem with an instance', async () => {
    const app = await startService();
    const response = await app.inject({ method: 'PUT', url: '/v1/nothing?x=1' });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toEqual({
      type: 'urn:stallscope:error:ROUTE_NOT_FOUND',
      title: EDGE_ERRORS.ROUTE_NOT_FOUND.title,
      status: 404,
      code: 'ROUTE_NOT_FOUND',
      detail: 'PUT /v1/nothing is no call of this API.',
      instance: '/v1/nothing',
    });
  });

  it('an address that cannot be decoded: 400 as a problem', async () => {
    const app = await startService();
    const response = await app.inject('/v1/scenarios/%E0%A4%A');
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('bytes that are no HTTP: 400 as a problem, and the connection ends', async () => {
    const app = await startService();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nno header\r\n\r\n');
    let answer = '';
    for await (const bytes of socket) answer += String(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json/s);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('offers HTTP/2 in passing: answered as if it had not, its body too', async () => {
    const app = await startService();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = createConnection(Number(port), '127.0.0.1');
    const body = '{"scenario":"nowhere"}';
    socket.write(
      `POST /v1/comparisons HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let answer = '';
    for await (const bytes of socket) answer += String(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 422 .*"code":"COMPARISON_INVALID"/s);
  });

  it('answered: with an id that the log has too', async () => {
    const app = await startService();
    expect((await app.inject('/healthz')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('an error that nobody expected: 500 INTERNAL that says nothing of it', async () => {
    const app = await startService();
    app.get('/fails', () => {
      throw new Error('secret of the house');
    });
    const response = await app.inject('/fails');
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([500, 'INTERNAL']);
    expect(response.body).not.toContain('secret');
  });
});

describe('the log', () => {
  it.each([
    ['STOPPING', false],
    ['WORKER_DIED', true],
  ] as const)('of an answer %s: as an error of the service, %s', async (code, told) => {
    const lines: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const app = await startService({ logger });
    app.get('/fails', () => {
      throw new EdgeError(code);
    });
    expect((await app.inject('/fails')).statusCode).toBeGreaterThanOrEqual(500);
    expect(lines.some((line) => line.includes('request failed'))).toBe(told);
  });
});

describe('health', () => {
  it.each(['/healthz', '/readyz'])('%s: 200', async (url) => {
    const app = await startService();
    const response = await app.inject(url);
    expect([response.statusCode, response.json<object>()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('STALLSCOPE_TOKEN', () => {
  const token = 'a-token';

  it.each(['/v1/catalog', '/v1/comparisons', '/docs', '/openapi.json', '/unknown'])(
    '%s without it: 401',
    async (url) => {
      const app = await startService({ token });
      const response = await app.inject(url);
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([401, 'UNAUTHORIZED']);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="stallscope"');
    },
  );

  it.each(['Bearer wrong', `Basic ${token}`, token, 'Bearer', `Bearer ${token} and more`])(
    '"%s": 401',
    async (value) => {
      const app = await startService({ token });
      const response = await app.inject({ url: '/v1/catalog', headers: { authorization: value } });
      expect(response.statusCode).toBe(401);
    },
  );

  it.each([
    ['Latin-1, as a page sends it', 'latin1'],
    ['UTF-8, as everybody else does', 'utf8'],
  ] as const)('with other letters than ASCII and a space, in %s: 200', async (_, encoding) => {
    const app = await startService({ token: 'schlüssel des hauses' });
    // What Node reads of such bytes.
    const header = Buffer.from('Bearer schlüssel des hauses', encoding).toString('latin1');
    const response = await app.inject({ url: '/v1/scenarios', headers: { authorization: header } });
    expect(response.statusCode).toBe(200);
  });

  it('in an address: 401, and not in the log', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const app = await startService({ token, logger });
    const response = await app.inject(`/v1/scenarios?limit=3&access_token=${token}`);
    expect(response.statusCode).toBe(401);
    const logged = lines.map((line) => JSON.parse(line) as { req?: { url: string; host: string } });
    expect(logged.map(({ req }) => req?.url)).toContain('/v1/scenarios?limit=3&access_token=…');
    expect(lines.join('')).not.toContain(token);
  });

  it('with it: 200', async () => {
    const app = await startService({ token });
    const response = await app.inject({ url: '/v1/catalog', headers: { authorization: `Bearer ${token}` } });
    expect(response.statusCode).toBe(200);
  });

  it.each(['/healthz', '/readyz'])('%s: open', async (url) => {
    const app = await startService({ token });
    expect((await app.inject(url)).statusCode).toBe(200);
  });
});

describe('GET /openapi.json', () => {
  interface Operation {
    responses: Record<string, { content?: Record<string, unknown> }>;
  }
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  }

  it('is OpenAPI 3.1 and has every call, each with the problems that it may answer', async () => {
    const app = await startService();
    const document = (await app.inject('/openapi.json')).json<Document>();
    expect(document.openapi).toBe('3.1.0');
    const calls = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls.toSorted()).toEqual([
      'DELETE /v1/comparisons/{id}',
      'DELETE /v1/explorations/{id}',
      'DELETE /v1/measurements/{id}',
      'DELETE /v1/simulations/{id}',
      'DELETE /v1/sweeps/{id}',
      'GET /healthz',
      'GET /readyz',
      'GET /v1/catalog',
      'GET /v1/catalog/mapcounts',
      'GET /v1/catalog/matrix',
      'GET /v1/comparisons',
      'GET /v1/comparisons/{id}',
      'GET /v1/comparisons/{id}/events',
      'GET /v1/comparisons/{id}/result',
      'GET /v1/comparisons/{id}/stream',
      'GET /v1/comparisons/{id}/trace',
      'GET /v1/explorations',
      'GET /v1/explorations/{id}',
      'GET /v1/explorations/{id}/events',
      'GET /v1/explorations/{id}/result',
      'GET /v1/explorations/{id}/steps',
      'GET /v1/explorations/{id}/stream',
      'GET /v1/explorations/{id}/trace',
      'GET /v1/history',
      'GET /v1/measurements',
      'GET /v1/measurements/{id}',
      'GET /v1/measurements/{id}/events',
      'GET /v1/measurements/{id}/result',
      'GET /v1/measurements/{id}/stream',
      'GET /v1/profiles',
      'GET /v1/profiles/{name}',
      'GET /v1/scenarios',
      'GET /v1/scenarios/{name}',
      'GET /v1/simulations',
      'GET /v1/simulations/{id}',
      'GET /v1/simulations/{id}/events',
      'GET /v1/simulations/{id}/folios',
      'GET /v1/simulations/{id}/folios/{index}',
      'GET /v1/simulations/{id}/locks',
      'GET /v1/simulations/{id}/mappings',
      'GET /v1/simulations/{id}/operations',
      'GET /v1/simulations/{id}/stalls',
      'GET /v1/simulations/{id}/stream',
      'GET /v1/simulations/{id}/trace',
      'GET /v1/sweeps',
      'GET /v1/sweeps/{id}',
      'GET /v1/sweeps/{id}/events',
      'GET /v1/sweeps/{id}/result',
      'GET /v1/sweeps/{id}/stream',
      'POST /v1/comparisons',
      'POST /v1/explorations',
      'POST /v1/measurements',
      'POST /v1/profiles',
      'POST /v1/scenarios',
      'POST /v1/simulations',
      'POST /v1/simulations/{id}/advance',
      'POST /v1/simulations/{id}/operations',
      'POST /v1/simulations/{id}/pace',
      'POST /v1/simulations/{id}/pause',
      'POST /v1/sweeps',
    ]);
    const errors = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ responses }) => Object.entries(responses))
      .filter(([status]) => Number(status) >= 400);
    expect(errors.length).toBeGreaterThan(0);
    for (const [, response] of errors)
      expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
  });

  it.each(['/openapi.json', '/asyncapi.json'])('%s, asked for again: made once', async (url) => {
    const app = await startService();
    const made = vi.spyOn(app, 'swagger');
    const [first, second] = [await app.inject(url), await app.inject(url)];
    expect([second.statusCode, second.body]).toEqual([200, first.body]);
    expect(made).toHaveBeenCalledTimes(1);
  });

  it('describes the body of a comparison as the lab has it', async () => {
    const app = await startService();
    const body = (await app.inject('/openapi.json')).body;
    expect(body).toContain('Notifier schemes, each once.');
    expect(body).toContain('Kernel version that the fault path and the zap follow.');
  });
});

describe('GET /docs', () => {
  it('is a page that loads nothing from elsewhere', async () => {
    const app = await startService();
    const page = await app.inject({ url: '/docs/', headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(loaded.length).toBeGreaterThan(2);
    for (const url of loaded) {
      expect(url).toMatch(/^\.?\//);
      const path = new URL(url, 'http://localhost/docs/').pathname;
      expect([path, (await app.inject(path)).statusCode]).toEqual([path, 200]);
    }
  });
});
