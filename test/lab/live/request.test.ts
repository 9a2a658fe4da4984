import { describe, expect, test } from 'vitest';
import { builtInLibrary, loadScenario } from '../../../src/lab/library.ts';
import { liveLimits } from '../../../src/lab/live/limits.ts';
import { readLiveRequest } from '../../../src/lab/live/request.ts';
import { parseScenario } from '../../../src/lab/scenario.ts';
import { errorsOf, pathsOf } from '../errors.ts';

const refused = (request: unknown) => errorsOf(() => readLiveRequest(request));

describe('readLiveRequest', () => {
  test('a scenario by name: with its own timeline, mapcount scheme and profile, and nothing told or kept', () => {
    const scenario = loadScenario('hgm-collapse-2m');
    const { profile, ...spec } = readLiveRequest({ scenario: 'hgm-collapse-2m', scheme: 'post-collapse/promote' });
    expect(spec).toEqual({
      scenario,
      scheme: 'post-collapse/promote',
      mapcount: scenario.mapcount,
      seed: 1,
      topics: [],
      record: null,
      keptStalls: liveLimits.keptStalls,
    });
    expect(profile.name).toBe(scenario.machine.profile);
  });

  test('a scenario and its changes: as in a comparison', () => {
    const overrides = { 'vm.vcpus': 3, 'timeline.0.at': '1ms' };
    const spec = readLiveRequest({
      scenario: 'hgm-collapse-2m',
      overrides,
      scheme: 'range',
      mapcount: 'folio-pairs',
      seed: 9,
    });
    expect(spec.scenario).toEqual(loadScenario('hgm-collapse-2m', overrides));
    expect([spec.mapcount, spec.seed]).toEqual(['folio-pairs', 9]);
  });

  test('parts: those of a scenario; the timeline is empty unless there is one', () => {
    const parts = {
      vm: { vcpus: 1, memory: '8MiB', backing: 'hugetlb-2m' },
      hgm: { version: 'rfc2' },
      mapcount: 'head-per-pte',
    };
    const spec = readLiveRequest({ ...parts, scheme: 'none', record: { topics: ['stall'] } });
    expect(spec.scenario).toEqual(parseScenario(parts));
    expect([spec.scenario.timeline, spec.mapcount]).toEqual([[], 'head-per-pte']);
    expect(spec.record).toEqual({ topics: ['stall'], limit: liveLimits.keptRecords });
    const timeline = [{ operation: 'munmap', range: { start: 0, length: '2MiB' } }];
    expect(readLiveRequest({ ...parts, timeline, scheme: 'none' }).scenario.timeline).toMatchObject([
      { operation: 'munmap' },
    ]);
  });

  test('what it has read: plain data', () => {
    const spec = readLiveRequest({ scheme: 'range', record: {}, topics: ['stall', 'fault'] });
    expect(structuredClone(spec)).toEqual(spec);
  });

  test('parts beside a scenario: refused, each by its name', () => {
    expect(refused({ scenario: 'two-vms', scheme: 'range', vm: {}, limits: {} })).toEqual([
      { path: 'vm', message: 'must be absent where scenario is given; overrides change single fields of it' },
      { path: 'limits', message: 'must be absent where scenario is given; overrides change single fields of it' },
    ]);
  });

  test('fields of the scenario that are wrong: the path that they have in it', () => {
    expect(
      pathsOf(() => readLiveRequest({ scheme: 'range', vm: { vcpus: 0, memory: '3MiB' }, guest: { pattern: 'x' } })),
    ).toEqual(expect.arrayContaining(['vm.vcpus', 'guest.pattern']));
    expect(pathsOf(() => readLiveRequest({ scheme: 'range', overrides: { 'vm.nothing': 1 } }))).toEqual(['vm.nothing']);
    expect(pathsOf(() => readLiveRequest({ scheme: 'range', mapcount: 'none' }))).toEqual(['mapcount']);
    expect(refused({ scheme: 'range', machine: { profile: 'nobody' } })).toMatchObject([
      { path: 'machine.profile', message: expect.stringContaining('no cost profile is named "nobody"; there are ') },
    ]);
  });

  test('fields of the request that are wrong: what is allowed', () => {
    expect(refused({})).toMatchObject([
      { path: 'scheme', message: expect.stringContaining('is missing; must be one of "range"') },
    ]);
    expect(refused({ scheme: 'post-collapse' })).toMatchObject([{ path: 'scheme' }]);
    expect(refused(null)).toMatchObject([{ path: '', message: expect.stringContaining('must be an object') }]);
    expect(refused({ scheme: 'range', scenario: 'nowhere' })).toMatchObject([{ path: 'scenario' }]);
    expect(refused({ scheme: 'range', scenario: 7 })[0]?.message).toContain('must be an object');
    expect(
      pathsOf(() =>
        readLiveRequest({ scheme: 'range', seed: -1, topics: ['all'], keptStalls: 0, record: { limit: 0 } }),
      ),
    ).toEqual(['seed', 'topics.0', 'record.limit', 'keptStalls']);
    expect(refused({ scheme: 'range', schemes: ['range'] })).toMatchObject([
      { path: 'schemes', message: expect.stringContaining('is not a field here; the fields are ') },
    ]);
  });

  test('a scheme that the scenario cannot be run under: refused, with those that it can', () => {
    expect(refused({ scheme: 'post-collapse/cut', vm: { mmu: 'shadow' } })).toMatchObject([
      { path: 'scheme', message: expect.stringContaining('must be of range, ') },
    ]);
  });

  test('another library: its scenarios and profiles', () => {
    const own = { ...builtInLibrary, scenario: (name: string) => (name === 'mine' ? { vm: { vcpus: 5 } } : null) };
    expect(readLiveRequest({ scenario: 'mine', scheme: 'range' }, own).scenario.vm.vcpus).toBe(5);
  });

  test('keys that reach for a prototype: no fields', () => {
    expect(refused(JSON.parse('{"scheme":"range","__proto__":{"seed":1}}'))).toMatchObject([{ path: '__proto__' }]);
  });
});
