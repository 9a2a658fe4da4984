// The OpenAPI document as a document: valid, complete, and its examples right. That the service does what it says is held by
// contract.test.ts.

import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { hoistComponents } from '../../src/server/openapi/components.ts';
import { exampleOf } from '../../src/server/openapi/examples.ts';
import { operationIdOf } from '../../src/server/openapi/operation-ids.ts';
import { callsOf, documentOf, examplesOf, Judge } from './support/document.ts';
import { startService } from './support/service.ts';

describe('GET /openapi.json', () => {
  it('is valid OpenAPI 3.1, with and without a token', async () => {
    for (const parts of [{}, { token: 'a-token' }]) {
      const app = await startService(parts);
      const document = await documentOf(app, { authorization: 'Bearer a-token' });
      const validation = await new Validator().validate(
        JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
      );
      expect(validation.errors ?? []).toEqual([]);
      expect([validation.valid, document.openapi]).toEqual([true, '3.1.0']);
    }
  });

  it('every call: a name of its own, a summary, a tag, parameters with a sentence', async () => {
    const calls = callsOf(await documentOf(await startService()));
    const names = calls.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { method, path, operation } of calls) {
      const call = `${method} ${path}`;
      expect([call, operation.operationId]).toEqual([call, expect.stringMatching(/^[a-z]+([A-Z][a-z0-9]*)+$/)]);
      expect([call, operation.summary, operation.tags]).toEqual([
        call,
        expect.stringMatching(/\.$/),
        [expect.any(String)],
      ]);
      for (const parameter of operation.parameters ?? []) {
        expect([call, parameter]).toEqual([call, expect.objectContaining({ description: expect.any(String) })]);
      }
      for (const [status, answer] of Object.entries(operation.responses)) {
        expect([call, status, answer.description]).not.toEqual([call, status, 'Default Response']);
      }
    }
  });

  it('every body that is asked for or answered: examples that its schema takes', async () => {
    const document = await documentOf(await startService());
    const judge = new Judge(document);
    let examples = 0;
    for (const { method, path, operation } of callsOf(document)) {
      const bodies = [operation.requestBody, ...Object.values(operation.responses)].filter(
        (body) => body !== undefined,
      );
      for (const { content } of bodies) {
        for (const [type, media] of Object.entries(content ?? {}).filter(([name]) => name.endsWith('json'))) {
          const own = examplesOf({ [type]: media });
          expect([method, path, own.length]).not.toEqual([method, path, 0]);
          for (const [name, value] of own) {
            expect([method, path, name, judge.value(media.schema, value)]).toEqual([method, path, name, null]);
            examples++;
          }
        }
      }
    }
    expect(examples).toBeGreaterThan(100);
  });

  it('no answer is an object of which nothing is known', async () => {
    const document = await documentOf(await startService());
    for (const { method, path, operation } of callsOf(document)) {
      for (const { content } of Object.values(operation.responses)) {
        const schema = content?.['application/json']?.schema;
        if (schema === undefined) continue;
        const isKnown = '$ref' in schema || Object.keys((schema.properties as object | undefined) ?? {}).length > 0;
        expect([method, path, isKnown]).toEqual([method, path, true]);
      }
    }
  });
});

describe('operation ids', () => {
  const paths = [
    '/v1/things',
    '/v1/things/{id}',
    '/v1/things/{id}/parts/{part}',
    '/v1/things/{id}/advance',
    '/healthz',
  ];

  it.each([
    ['get', '/v1/things', 'listThings'],
    ['post', '/v1/things', 'createThing'],
    ['get', '/v1/things/{id}', 'getThing'],
    ['delete', '/v1/things/{id}', 'deleteThing'],
    ['get', '/v1/things/{id}/parts/{part}', 'getThingPart'],
    ['post', '/v1/things/{id}/advance', 'postThingAdvance'],
    ['get', '/healthz', 'getHealthz'],
  ])('%s %s: %s', (method, path, expected) => {
    expect(operationIdOf(method, path, paths)).toBe(expected);
  });
});

describe('components', () => {
  it('a schema with a name, at two places: once, and two references', () => {
    const thing = { 'x-component': 'Thing', type: 'object' };
    const into = new Map();
    expect(hoistComponents({ a: thing, b: [thing] }, into)).toEqual({
      a: { $ref: '#/components/schemas/Thing' },
      b: [{ $ref: '#/components/schemas/Thing' }],
    });
    expect([...into]).toEqual([['Thing', { type: 'object' }]]);
  });

  it('two that differ under one name: refused', () => {
    const one = { 'x-component': 'Thing', type: 'object' };
    expect(() => hoistComponents([one, { ...one, type: 'array' }], new Map())).toThrow('two schemas are named Thing');
  });

  it('an example of a schema: every field, the least that each may be', () => {
    const schema = {
      type: 'object',
      properties: {
        n: { type: 'integer', minimum: 3 },
        w: { enum: ['a', 'b'] },
        l: { type: 'array', items: { const: 1 } },
      },
    };
    expect(exampleOf(schema, new Map())).toEqual({ n: 3, w: 'a', l: [1] });
  });
});
