import { gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { takesGzip } from '../../src/server/compression.ts';
import { fixedAnswer } from '../../src/server/fixed-answer.ts';

describe('takesGzip', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['*', true],
    ['*, gzip;q=0', false],
    ['*;q=0', false],
    ['x-gzip', true],
    ['gzip;q=much', false],
    ['gzipped', false],
  ])('accept-encoding %j · as RFC 9110 has it · %j', (accepted, expected) => {
    expect(takesGzip(accepted)).toBe(expected);
  });
});

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
});
