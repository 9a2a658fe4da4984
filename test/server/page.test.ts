import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VIEW_PATHS } from '../../src/server/page.ts';
import { type ServiceOptions, startService } from './support/service.ts';

const HTML = '<!doctype html><title>page</title>';
const SCRIPT = 'console.log(1);';

/** A folder as the build leaves it, in a folder with something that is nobody's business. */
function builtPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret-12345678.js'), 'secret');
  const page = join(folder, 'dist');
  mkdirSync(join(page, 'assets/inner'), { recursive: true });
  writeFileSync(join(page, 'index.html'), HTML);
  writeFileSync(join(page, 'assets/index-a1B2_c3-.js'), SCRIPT);
  writeFileSync(join(page, 'assets/index-a1B2_c3-.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(page, 'assets/plain.js'), 'secret');
  writeFileSync(join(page, 'assets/inner/index-a1B2_c3-.js'), 'secret');
  return page;
}

const serviceWith = (options: ServiceOptions = {}) => startService({ pageFolder: builtPage(), ...options });

describe('the page', () => {
  it.each(VIEW_PATHS)('GET %s: the page, asked for again each time', async (url) => {
    const app = await serviceWith();
    for (const accept of ['text/html,application/xhtml+xml', '*/*', undefined]) {
      const answer = await app.inject({ url: `${url}?scenario=x`, headers: { ...(accept && { accept }) } });
      expect([answer.statusCode, answer.body]).toEqual([200, HTML]);
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    }
  });

  it('whoever takes JSON alone: 404 as a problem', async () => {
    const app = await serviceWith();
    const answer = await app.inject({ url: '/compare', headers: { accept: 'application/json' } });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'ROUTE_NOT_FOUND']);
  });

  it('a file of the build: kept for ever, compressed for who takes that', async () => {
    const app = await serviceWith();
    const url = '/assets/index-a1B2_c3-.js';
    const plain = await app.inject(url);
    expect([plain.statusCode, plain.body]).toEqual([200, SCRIPT]);
    expect(plain.headers['content-type']).toMatch(/^(text|application)\/javascript/);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(packed.rawPayload).toEqual(brotliCompressSync(SCRIPT));
  });

  it.each([
    '/assets/plain.js',
    '/assets/inner/index-a1B2_c3-.js',
    '/assets/inner%2Findex-a1B2_c3-.js',
    '/assets/../../secret-12345678.js',
    '/assets/..%2F..%2Fsecret-12345678.js',
    '/assets/%2e%2e%2f%2e%2e%2fsecret-12345678.js',
    '/assets/..%5C..%5Csecret-12345678.js',
    '/assets/%252e%252e%252fsecret-12345678.js',
    '/assets/index-a1B2_c3-.js%00.js',
    '/assets//index-a1B2_c3-.js',
    '/assets/',
    '/assets/index-a1B2_c3-.js.br',
    '/assets/missing-12345678.js',
    '/index.html',
    '/secret-12345678.js',
    '/..%2Fsecret-12345678.js',
    '/compare/more',
    '/v1/nothing',
  ])('%s: 404 as a problem', async (url) => {
    const app = await serviceWith();
    const answer = await app.inject({ url, headers: { accept: 'text/html' } });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    expect(answer.body).not.toBe('secret');
  });

  it('not built: 404 that says how to build it', async () => {
    const app = await startService({ pageFolder: join(tmpdir(), 'stallscope-no-such-folder') });
    const answer = await app.inject('/');
    expect(answer.statusCode).toBe(404);
    expect(answer.json<{ detail: string }>().detail).toContain('npm run build:page');
  });

  it('a service with a token: its files are open, its calls are not', async () => {
    const app = await serviceWith({ token: 'a-token' });
    for (const url of ['/', '/history', '/assets/index-a1B2_c3-.js']) {
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
    }
    for (const url of ['/v1/catalog', '/v1/nothing', '/docs', '/metrics']) {
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, 401]);
    }
  });

  it('more files than an address may send requests: none is refused, and none is counted', async () => {
    const app = await serviceWith({ requestsPerMinute: 2 });
    for (let i = 0; i < 5; i++) expect((await app.inject('/assets/index-a1B2_c3-.js')).statusCode).toBe(200);
    expect((await app.inject('/v1/scenarios')).headers['ratelimit-remaining']).toBe('1');
  });

  it('the OpenAPI document: does not have them', async () => {
    const app = await serviceWith();
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, unknown> }>();
    expect(Object.keys(paths).filter((path) => !/^\/(v1\/|healthz|readyz)/.test(path))).toEqual([]);
  });
});
