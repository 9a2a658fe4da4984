import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';

type App = Awaited<ReturnType<typeof startService>>;

interface Problem {
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

async function send(app: App, payload: string, url = '/v1/comparisons'): Promise<[status: number, problem: Problem]> {
  const response = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } });
  return [response.statusCode, response.json<Problem>()];
}

const nested = (depth: number, inner = '1'): string => '{"a":'.repeat(depth) + inner + '}'.repeat(depth);

describe('a body that is nested', () => {
  it('32 levels: read, and judged by what is in it', async () => {
    const app = await startService();
    expect((await send(app, nested(32)))[1].code).toBe('COMPARISON_INVALID');
  });

  it.each([
    ['33 levels', nested(33)],
    ['as deep as a body is long', '['.repeat(1_000_000)],
    ['deep behind a string full of brackets', `{"x":"]]]}}}\\"]","y":${nested(40)}}`],
  ])('%s: 400 BODY_TOO_DEEP', async (_, body) => {
    const app = await startService();
    const [status, problem] = await send(app, body);
    expect([status, problem.code, problem.detail]).toEqual([400, 'BODY_TOO_DEEP', 'The limit is 32 levels.']);
  });

  it('brackets in strings: no levels', async () => {
    const app = await startService();
    expect((await send(app, JSON.stringify({ scenario: '[{"\\'.repeat(100) })))[1].code).toBe('COMPARISON_INVALID');
  });

  it('any JSON that is shallow: read as JSON.parse reads it', async () => {
    const app = await startService();
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (text) => {
        const [, problem] = await send(app, text);
        // Read: it came as far as to whoever asks what is in it.
        expect(['COMPARISON_INVALID', 'REQUEST_INVALID', 'BODY_KEY_FORBIDDEN']).toContain(problem.code);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('a key that every object has already', () => {
  it.each([
    ['{"__proto__":{"polluted":1}}', '__proto__'],
    ['{"scenario":{"vm":{"constructor":{"prototype":{"polluted":1}}}}}', 'scenario.vm.constructor'],
    ['{"overrides":{"prototype":1}}', 'overrides.prototype'],
    ['{"schemes":[{"\\u005f_proto__":1}]}', 'schemes.0.__proto__'],
  ])('%s: 400 that names it', async (body, path) => {
    const app = await startService();
    const [status, problem] = await send(app, body);
    expect([status, problem.code, problem.errors?.[0]?.path]).toEqual([400, 'BODY_KEY_FORBIDDEN', path]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'vm.__proto__.polluted',
    'vm.constructor',
    'toString',
  ])('as the path %s of an override: refused by name', async (path) => {
    const app = await startService();
    const body = `{"scenario":"hgm-collapse-2m","overrides":{${JSON.stringify(path)}:1}}`;
    const [status, problem] = await send(app, body);
    expect([status, problem.code]).toEqual([422, 'COMPARISON_INVALID']);
    expect(problem.detail).toContain(path);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

const NAMES = [
  '../package',
  '..%2fpackage',
  '%2e%2e%2fpackage',
  '..%5cpackage',
  '%2fetc%2fpasswd',
  'hgm-collapse-1g%00',
  'hgm-collapse-1g.json',
  '__proto__',
  'constructor',
  'toString',
];

describe('a name that means something else than an entry', () => {
  it.each(NAMES.flatMap((name) => [`/v1/scenarios/${name}`, `/v1/profiles/${name}`]))('%s: not found', async (url) => {
    const app = await startService();
    const response = await app.inject(url);
    expect(['NOT_FOUND', 'ROUTE_NOT_FOUND', 'REQUEST_INVALID']).toContain(response.json<Problem>().code);
    expect(response.body).not.toMatch(/"(devDependencies|machine|costs)"|root:/);
  });

  it.each([
    '../package',
    '/etc/passwd',
    'file:///etc/passwd',
    'hgm-collapse-1g\0',
    '__proto__',
    'constructor',
    'toString',
  ])('"%s" in a body: refused, by the field that it stands in', async (name) => {
    const app = await startService();
    const ask = async (body: object): Promise<[string, string | undefined]> => {
      const [, { code, errors }] = await send(app, JSON.stringify(body));
      return [code, errors?.[0]?.path];
    };
    const scenario = 'hgm-collapse-2m';
    expect(await ask({ scenario: name })).toEqual(['COMPARISON_INVALID', 'scenario']);
    expect(await ask({ scenario, overrides: { 'machine.profile': name } })).toEqual([
      'COMPARISON_INVALID',
      expect.stringContaining('profile'),
    ]);
    // A trace is its text, never the name of a file.
    const trace = { 'guest.pattern': 'trace', 'guest.trace': name };
    expect(await ask({ scenario, overrides: trace })).toEqual(['COMPARISON_INVALID', 'guest.trace']);
    expect((await send(app, JSON.stringify({ name }), '/v1/profiles'))[1].code).toBe('PROFILE_INVALID');
  });

  it.each(['../package', '/etc/passwd', 'hgm-collapse-1g\0', '__proto__', 'toString', '.hidden', 'a/b', 'A'])(
    '"%s" as the name of what is added: refused',
    async (name) => {
      const app = await startService();
      const [status, problem] = await send(app, JSON.stringify({ name }), '/v1/scenarios');
      expect([status, problem.code, problem.errors?.[0]?.path]).toEqual([422, 'SCENARIO_INVALID', 'name']);
    },
  );

  it('"constructor" as the name of what is added: a name like any other', async () => {
    const app = await startService();
    expect((await app.inject('/v1/scenarios/constructor')).statusCode).toBe(404);
    expect((await send(app, '{"name":"constructor"}', '/v1/scenarios'))[0]).toBe(201);
    expect((await app.inject('/v1/scenarios/constructor')).json()).toEqual({ name: 'constructor' });
  });
});
