import { gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/server/app.ts';
import { compressAnswers } from '../../src/server/compression.ts';
import { fixedAnswer } from '../../src/server/fixed-answer.ts';

describe('fixedAnswer', () => {
  it('a client that takes gzip, and one that does not · the same answer, and caches are told what it goes by', async () => {
    const words = { said: 'often '.repeat(100) };
    const app = fastify();
    app.get('/', fixedAnswer(words));
    const plain = await app.inject('/');
    const compressed = await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } });

    expect(plain.json()).toEqual(words);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(compressed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 5);
    expect(gunzipSync(compressed.rawPayload).toString()).toBe(plain.payload);
    for (const { headers } of [plain, compressed]) expect(headers.vary).toBe('accept-encoding');
  });

  it.each([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['*', true],
    ['*;q=0', false],
    ['gzipped', false],
  ])(
    'accept-encoding %j · whether it is compressed, with the answers of the service as well · %j',
    async (accepted, expected) => {
      const app = fastify();
      await compressAnswers(app as unknown as App);
      app.get('/fixed', fixedAnswer({ said: 'often '.repeat(1000) }));
      app.get('/made', () => ({ said: 'often '.repeat(1000) }));
      for (const url of ['/fixed', '/made']) {
        const { headers, rawPayload } = await app.inject({
          url,
          headers: accepted === undefined ? {} : { 'accept-encoding': accepted },
        });
        expect([url, headers['content-encoding']]).toEqual([url, expected ? 'gzip' : undefined]);
        const text = (expected ? gunzipSync(rawPayload) : rawPayload).toString();
        expect(JSON.parse(text)).toEqual({ said: 'often '.repeat(1000) });
      }
    },
  );
});
