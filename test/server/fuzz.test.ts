// Every call of the document, with requests drawn from it: right ones, and ones with something broken. None may end in a 5xx
// that is no documented refusal, hang, or come back as anything that the document does not know. More of it: npm run fuzz:api

import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/server/app.ts';
import { EDGE_ERRORS } from '../../src/server/errors.ts';
import { openStore } from '../../src/server/store/store.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { type DrawnRequest, requestOf, smallComparison } from './support/arbitraries.ts';
import { type Call, callsOf, type Document, documentOf, examplesOf, type Heard, Judge } from './support/document.ts';
import { quickHost } from './support/measuring-host.ts';
import { startService } from './support/service.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
/** Comparisons that are really run. */
const REAL_RUNS = Math.ceil(RUNS / 4);
/** From the request to the last byte of the answer, which an advance may have wait for a minute. A stream is given up instead. */
const ANSWER_MS_MAX = 80_000;
const BODY_READ_MAX = 64 * 1024;
const TIMEOUT_MS = 120_000 + RUNS * 100;
/** Refusals of the service as a whole, which are no bug. */
const ALLOWED_5XX: ReadonlySet<string> = new Set([
  'HOST_CANNOT_MEASURE',
  'LIBRARY_FULL',
  'NOT_AVAILABLE_YET',
  'STORE_FULL',
]);

/** Said of what no call has been told of, because it is not even HTTP. */
const NO_HTTP = 'The request is not valid HTTP';

const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));

/** A raw request: fetch would refuse to send half of them. Null: a stream that goes on, or a body that was cut off. */
function send(origin: string, { method, path, query, headers, body }: DrawnRequest): Promise<Heard | null> {
  const search = query.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('=')).join('&');
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<Heard | null>();
  const outgoing = httpRequest(
    {
      hostname,
      port,
      method,
      path: search === '' ? path : `${path}?${search}`,
      agent: false,
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    },
    (response) => {
      const type = (response.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
      const status = response.statusCode ?? 0;
      if (type === 'text/event-stream') {
        response.destroy();
        resolve(null);
        return;
      }
      const header = (name: string): string | null => [response.headers[name] ?? null].flat()[0] ?? null;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status, type, text: Buffer.concat(chunks).toString(), header }));
      response.on('error', reject);
    },
  );
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    // The service need not read to the end what it has refused.
    const isCutOff = (body?.length ?? 0) > BODY_READ_MAX && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    // What is refused before its first line is read is answered with a body, even if it is a HEAD.
    const isHeadWithBody = method === 'HEAD' && error.code === 'HPE_CLOSED_CONNECTION';
    if (isCutOff || isHeadWithBody) resolve(null);
    else reject(error);
  });
  outgoing.end(body);
  return promise;
}

/** What is wrong with an answer, whatever the question was; null: nothing. */
function wrongWith(judge: Judge, calls: readonly Call[], drawn: DrawnRequest, heard: Heard): string | null {
  const { status, type, text } = heard;
  // Its answer has no code to tell by.
  if (drawn.method === 'HEAD') return status === 500 ? `HEAD ${drawn.path}: ${status}` : null;
  const code = type === 'application/problem+json' ? (JSON.parse(text) as { code: string }).code : null;
  const told = `${drawn.method} ${drawn.path}: ${status} ${text.slice(0, 300)}`;
  if (status >= 500 && !ALLOWED_5XX.has(code ?? '')) return told;
  if (status >= 400 && (code === null || !Object.hasOwn(EDGE_ERRORS, code)))
    return `no problem with a known code: ${told}`;
  if (code === 'ROUTE_NOT_FOUND' || code === 'HEADERS_TOO_LARGE' || text.includes(NO_HTTP)) return null;
  // A path that ends early, or another method, may have become another call.
  const asked = calls.find(({ method, path }) => method === drawn.method && matches(path, drawn.path));
  return asked === undefined ? null : judge.answer(asked, heard);
}

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`).test(path);

interface Target {
  readonly app: App;
  readonly origin: string;
  readonly document: Document;
  readonly judge: Judge;
}

async function target(): Promise<Target> {
  const app = await startService({ measuringHost: quickHost });
  const origin = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).origin;
  const document = await documentOf(app);
  return { app, origin, document, judge: new Judge(document) };
}

/** Names that the path of this call may have: of something that each example has made. */
async function placesOf(app: App, call: Call, document: Document): Promise<string[]> {
  const [collection = ''] = call.path.split('/{');
  const create = document.paths[collection]?.post;
  if (create === undefined || !call.path.includes('{')) return [];
  const places: string[] = [];
  for (const [, payload] of examplesOf(create.requestBody?.content)) {
    const { headers } = await app.inject({ method: 'POST', url: collection, payload: payload as object });
    places.push(String(headers.location).split('/').at(-1) ?? '');
  }
  return places;
}

const names = await namesOfCalls();

/** The calls have to be known before the tests are. */
async function namesOfCalls(): Promise<string[]> {
  const pool = new WorkerPool({ threads: 1 });
  const store = openStore();
  const built = await buildApp({ pool, store, logger: pino({ level: 'silent' }) });
  const names = callsOf(await documentOf(built)).map(({ method, path }) => `${method} ${path}`);
  await built.close();
  await pool.close();
  store.close();
  return names;
}

describe('requests drawn from the document', () => {
  it.each(names)('%s: answered in time, as the document says', { timeout: TIMEOUT_MS }, async (name) => {
    const { app, origin, document, judge } = await target();
    const calls = callsOf(document);
    const call = calls.find(({ method, path }) => `${method} ${path}` === name)!;
    const places = await placesOf(app, call, document);
    await fc.assert(
      fc.asyncProperty(requestOf(call, document.components, places), async (drawn) => {
        const heard = await send(origin, drawn);
        if (heard !== null) expect(wrongWith(judge, calls, drawn, heard)).toBeNull();
      }),
      { numRuns: RUNS, endOnFailure: RUNS < 100 },
    );
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect(rejections).toEqual([]);
  });

  it('comparisons that are really run, small ones: each comes to an end, and answers as the document says', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const app = await startService({ poolOptions: { workerFile: undefined } });
    const document = await documentOf(app);
    const judge = new Judge(document);
    const get = callsOf(document).find(({ operation }) => operation.operationId === 'getComparison')!;
    await fc.assert(
      fc.asyncProperty(smallComparison(document.components), async (payload) => {
        const posted = await app.inject({ method: 'POST', url: '/v1/comparisons', payload });
        // The rules between the fields of a scenario are not in its schema.
        expect([202, 422]).toContain(posted.statusCode);
        if (posted.statusCode === 422) return;
        for (;;) {
          const { statusCode, headers, body } = await app.inject(String(posted.headers.location));
          const type = 'application/json';
          const heard = { status: statusCode, type, text: body, header: (name: string) => String(headers[name] ?? '') };
          expect(judge.answer(get, heard)).toBeNull();
          const { status, error } = JSON.parse(body) as { status: string; error?: unknown };
          if (status === 'succeeded') return;
          expect([status, error]).toEqual([expect.stringMatching(/^(queued|running)$/), undefined]);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }),
      { numRuns: REAL_RUNS, endOnFailure: true },
    );
  });

  it('a prototype that a body reached for: is as it was', () => {
    expect(({} as Record<string, unknown>).pad ?? Object.keys(Object.prototype)).toEqual([]);
  });
});
