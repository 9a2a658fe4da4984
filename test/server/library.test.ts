import { describe, expect, it } from 'vitest';
import { ordered, post, startService, until } from './support/service.ts';

interface Page {
  items: { name: string; description: string }[];
  nextCursor: string | null;
}

describe('GET /v1/catalog', () => {
  it('has the schemes, mapcounts, operations and patterns, and says which can be run', async () => {
    const app = await startService();
    const catalog = (await app.inject('/v1/catalog')).json<Record<string, { id: string; available: boolean }[]>>();
    expect(catalog.schemes?.map(({ id }) => id)).toContain('range-chunked');
    expect(catalog.mapcounts?.map(({ available }) => available)).toEqual(new Array(6).fill(true));
    expect(catalog.operations?.find(({ id }) => id === 'madv-collapse')?.available).toBe(true);
    expect(catalog.patterns?.map(({ id }) => id)).toContain('stride');
  });
});

describe.each(['scenarios', 'profiles'])('GET /v1/%s', (shelf) => {
  it('pages by name until there is no more', async () => {
    const app = await startService();
    const all = (await app.inject(`/v1/${shelf}`)).json<Page>();
    expect(all.nextCursor).toBeNull();
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = (await app.inject(`/v1/${shelf}?limit=1${cursor && `&cursor=${cursor}`}`)).json<Page>();
      expect(page.items).toHaveLength(1);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(all.items.map(({ name }) => name));
    expect(names).toEqual(names.toSorted());
  });

  it('every name leads to its document', async () => {
    const app = await startService();
    const { items } = (await app.inject(`/v1/${shelf}`)).json<Page>();
    for (const { name, description } of items) {
      const document = (await app.inject(`/v1/${shelf}/${name}`)).json<object>();
      expect(document).toMatchObject({ name, description });
    }
  });

  it.each(['unknown', '..%2Fpackage', 'constructor'])('%s: 404 NOT_FOUND', async (name) => {
    const app = await startService();
    const response = await app.inject(`/v1/${shelf}/${name}`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([404, 'NOT_FOUND']);
  });

  it('a cursor that is none: 400 that names it', async () => {
    const app = await startService();
    const response = await app.inject(`/v1/${shelf}?cursor=nonsense`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ path: 'cursor' }] });
  });
});

describe('POST /v1/scenarios', () => {
  it('adds one, that can be read and compared by name', async () => {
    const app = await startService();
    const document = { ...ordered('quick'), name: 'mine', vm: { vcpus: 4 } };
    const response = await app.inject({ method: 'POST', url: '/v1/scenarios', payload: document });
    expect(response.statusCode).toBe(201);
    expect(response.headers.location).toBe('/v1/scenarios/mine');
    expect((await app.inject('/v1/scenarios/mine')).json()).toEqual(document);
    const { status, result } = await until(app, await post(app, { scenario: 'mine', schemes: ['range'] }));
    expect(status).toBe('succeeded');
    expect(result).toMatchObject({ scenario: 'mine' });
  });

  it.each([
    ['no name', { vm: { vcpus: 4 } }, 'name'],
    ['a name with a slash', { name: '../x' }, 'name'],
    ['a vCPU too few', { name: 'x', vm: { vcpus: 0 } }, 'vm.vcpus'],
    [
      'a range outside of the memory',
      { name: 'x', timeline: [{ operation: 'madv-collapse', range: { start: '2GiB' } }] },
      'timeline.0.range',
    ],
    [
      'an operation that no memory of its kind has',
      { name: 'x', timeline: [{ operation: 'khugepaged-scan' }] },
      'timeline.0.operation',
    ],
  ])('%s: 422 SCENARIO_INVALID that names the field', async (_, payload, path) => {
    const app = await startService();
    const response = await app.inject({ method: 'POST', url: '/v1/scenarios', payload });
    const { code, errors } = response.json<{ code: string; errors: { path: string }[] }>();
    expect([response.statusCode, code]).toEqual([422, 'SCENARIO_INVALID']);
    expect(errors.some((error) => error.path.startsWith(path))).toBe(true);
  });

  it.each(['hgm-collapse-1g', 'mine'])('%s, which is there: 409 NAME_TAKEN', async (name) => {
    const app = await startService();
    await app.inject({ method: 'POST', url: '/v1/scenarios', payload: { name: 'mine' } });
    const response = await app.inject({ method: 'POST', url: '/v1/scenarios', payload: { name } });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([409, 'NAME_TAKEN']);
  });

  it('more than there is room for: 507 LIBRARY_FULL', async () => {
    const app = await startService();
    const statuses: number[] = [];
    for (let i = 0; i < 257; i++) {
      const payload = { name: `added-${i}` };
      statuses.push((await app.inject({ method: 'POST', url: '/v1/scenarios', payload })).statusCode);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(256);
    expect(statuses.at(-1)).toBe(507);
  });
});

describe('POST /v1/profiles', () => {
  it('adds one, that a comparison can name', async () => {
    const app = await startService();
    const document = { ...(await app.inject('/v1/profiles/epyc-uncontended')).json<object>(), name: 'mine' };
    expect((await app.inject({ method: 'POST', url: '/v1/profiles', payload: document })).statusCode).toBe(201);
    const id = await post(app, {
      scenario: ordered('quick'),
      schemes: ['range'],
      overrides: { 'machine.profile': 'mine' },
    });
    expect((await until(app, id)).result).toMatchObject({ profile: 'mine' });
  });

  it('a cost without a source: 422 PROFILE_INVALID that names it', async () => {
    const app = await startService();
    const document = (await app.inject('/v1/profiles/epyc-uncontended')).json<{ costs: Record<string, object> }>();
    const payload = { ...document, name: 'mine', costs: { ...document.costs, ptlNs: { value: 1, low: 1, high: 1 } } };
    const response = await app.inject({ method: 'POST', url: '/v1/profiles', payload });
    const { code, errors } = response.json<{ code: string; errors: { path: string }[] }>();
    expect([response.statusCode, code]).toEqual([422, 'PROFILE_INVALID']);
    expect(errors.map(({ path }) => path)).toContain('costs.ptlNs.source');
  });
});
