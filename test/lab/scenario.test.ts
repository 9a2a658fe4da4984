import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../src/lab/invalid-input.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { scenarioDocumentSchema, scenarioSchema } from '../../src/lab/scenario-schema.ts';
import type { SchemaNode } from '../../src/lab/schema-node.ts';
import { errorsOf, pathsOf } from './errors.ts';

const GIB = 1_073_741_824;
const MIB = 1_048_576;

const collapse = (fields: object = {}) => ({ operation: 'madv-collapse', ...fields });

describe('scenario: defaults', () => {
  test('empty document: every field has its default', () => {
    expect(parseScenario({})).toEqual({
      name: 'unnamed',
      description: '',
      machine: {
        profile: 'epyc-uncontended',
        kernel: '6.12',
        preemption: 'full',
        cpus: 16,
        earlyRetryCheck: null,
        nxHugePages: false,
      },
      vm: {
        vcpus: 8,
        count: 1,
        processes: 1,
        backends: 0,
        memory: GIB,
        backing: 'hugetlb-1g',
        mapped: '4k',
        folios: null,
        populatedFraction: 1,
        sptePopulatedFraction: 1,
        youngFraction: 0.1,
        memslots: null,
        pfnCaches: 0,
        pfnCacheUse: 1_000_000,
        mmu: 'tdp',
        guestPage: null,
        asyncPageFault: false,
      },
      hgm: { version: 'v2', chunkBytes: 2 * MIB },
      userfault: { mode: 'none', writeProtect: false, fds: 1, readers: 1, exactAddress: false },
      peer: {
        pageSize: null,
        latency: 10_000,
        bandwidth: 12_500_000_000,
        background: true,
        preempt: false,
        receivers: 1,
        window: MIB,
        collapse: null,
      },
      khugepaged: { pagesToScan: 4096, scanSleep: 10_000_000_000, maxPtesNone: 511 },
      mapcount: 'subpage',
      guest: {
        pattern: 'stride',
        stridePages: 4,
        partitioned: false,
        range: { start: 0, length: 1_073_741_824 },
        zipfExponent: 1,
        phases: [],
        repeatPhases: true,
        trace: null,
        writeFraction: 1,
        thinkNs: 100,
      },
      timeline: [],
      settle: 20_000_000,
      limits: { simulated: 60_000_000_000, events: 200_000_000 },
      checks: true,
    });
  });

  test('operation without a range: the whole memory', () => {
    const { timeline } = parseScenario({ vm: { memory: '3GiB' }, timeline: [{}] });
    expect(timeline).toEqual([
      {
        at: 0,
        operation: 'madv-collapse',
        process: 0,
        range: { start: 0, length: 3 * GIB },
        step: null,
        target: null,
        to: null,
        protection: null,
        childLives: null,
        copyHugetlb: false,
        harvestEvery: null,
        manualProtect: false,
      },
    ]);
  });

  test('range without a length: up to the end of the memory', () => {
    const { timeline } = parseScenario({ timeline: [collapse({ range: { start: '1022MiB' } })] });
    expect(timeline[0]?.range).toEqual({ start: 1022 * MIB, length: 2 * MIB });
  });

  test('two readings: no default is shared between them', () => {
    const [first, second] = [parseScenario({}), parseScenario({})];
    expect(first.timeline).not.toBe(second.timeline);
  });

  test('complete scenario: read again, it is the same', () => {
    const scenario = parseScenario({
      timeline: [collapse({ at: '5ms', step: '2MiB' }), collapse({ at: 'after-previous' })],
    });
    expect(parseScenario(scenario)).toEqual(scenario);
  });
});

describe('scenario: units', () => {
  test('texts and integers: the same scenario', () => {
    const texts = parseScenario({
      vm: { memory: '1GiB' },
      hgm: { chunkBytes: '4MiB' },
      guest: { thinkNs: '1us' },
      timeline: [{ at: '5ms', range: { start: '2MiB', length: '4MiB' }, step: '2MiB' }],
      settle: '20ms',
      limits: { simulated: '1min' },
    });
    const integers = parseScenario({
      vm: { memory: GIB },
      hgm: { chunkBytes: 4 * MIB },
      guest: { thinkNs: 1000 },
      timeline: [{ at: 5_000_000, range: { start: 2 * MIB, length: 4 * MIB }, step: 2 * MIB }],
      settle: 20_000_000,
      limits: { simulated: 60_000_000_000 },
    });
    expect(texts).toEqual(integers);
  });

  test('size where a time is wanted: refused with what is allowed', () => {
    expect(errorsOf(() => parseScenario({ settle: '2MiB' }))).toEqual([
      { path: 'settle', message: 'must be a time from 0ns to 10min, such as "5ms" or an integer of ns, got "2MiB"' },
    ]);
  });
});

describe('scenario: fields', () => {
  test('several mistakes: all of them in one error', () => {
    const document = {
      vm: { vcpus: 0, memory: 'much', backing: 'hugetlb-1g' },
      guest: { pattern: 'zigzag', writeFraction: 2 },
      limits: { simulated: '1h', events: 1.5 },
    };
    expect(pathsOf(() => parseScenario(document))).toEqual([
      'vm.vcpus',
      'vm.memory',
      'guest.pattern',
      'guest.writeFraction',
      'limits.simulated',
      'limits.events',
    ]);
  });

  test('unknown field: refused, with the fields that exist', () => {
    expect(errorsOf(() => parseScenario({ vm: { vcpu: 3 } }))).toEqual([
      {
        path: 'vm.vcpu',
        message:
          'is not a field here; the fields are vcpus, count, processes, backends, memory, backing, mapped, folios, populatedFraction, sptePopulatedFraction, youngFraction, memslots, pfnCaches, pfnCacheUse, mmu, guestPage, asyncPageFault',
      },
    ]);
  });

  test('vm.guestPage: null or a size under shadow paging, null under TDP', () => {
    expect(parseScenario({ vm: { mmu: 'shadow' } }).vm.guestPage).toBeNull();
    expect(parseScenario({ vm: { mmu: 'shadow', guestPage: '4k' } }).vm.guestPage).toBe('4k');
    expect(errorsOf(() => parseScenario({ vm: { guestPage: '2m' } }))).toEqual([
      {
        path: 'vm.guestPage',
        message: 'must be null where vm.mmu is "tdp", got "2m": only shadow paging reads it',
      },
    ]);
    expect(errorsOf(() => parseScenario({ vm: { mmu: 'shadow', guestPage: '3m' } }))).toEqual([
      { path: 'vm.guestPage', message: 'must be "4k", "2m", "1g" or null, got "3m"' },
    ]);
  });

  test('misspelt id: told what there is', () => {
    const [error] = errorsOf(() => parseScenario({ vm: { backing: 'hugetlb-3g' } }));
    expect(error?.message).toBe('must be one of "anonymous", "shmem", "hugetlb-2m", "hugetlb-1g", got "hugetlb-3g"');
  });

  test.each([
    ['vm.vcpus', 257],
    ['vm.memory', '65GiB'],
    ['machine.cpus', 1025],
    ['guest.thinkNs', 0],
    ['guest.thinkNs', '2s'],
    ['guest.stridePages', 0],
    ['limits.simulated', '11min'],
    ['limits.events', 2_000_000_001],
    ['limits.events', Number.POSITIVE_INFINITY],
    ['vm.populatedFraction', Number.NaN],
  ])('%s: %s is outside of the range that lets a run end: refused', (path, value) => {
    const [section = '', field = ''] = path.split('.');
    expect(pathsOf(() => parseScenario({ [section]: { [field]: value } }))).toContain(path);
  });

  test('timeline of 1001 operations: refused', () => {
    const timeline = Array.from({ length: 1001 }, (_, index) => ({ at: index }));
    expect(pathsOf(() => parseScenario({ timeline }))).toEqual(['timeline']);
  });

  test.each([null, [], 'text', 3])('document %j: refused as a whole', (document) => {
    expect(pathsOf(() => parseScenario(document))).toEqual(['']);
  });

  test('__proto__ in JSON: an unknown field, and no prototype changes', () => {
    const document: unknown = JSON.parse('{"__proto__": {"vcpus": 3}, "vm": {"__proto__": {"vcpus": 4}}}');
    expect(pathsOf(() => parseScenario(document))).toEqual(['__proto__', 'vm.__proto__']);
    expect(Object.hasOwn(Object.prototype, 'vcpus')).toBe(false);
  });

  test('a thousand unknown fields: the first hundred are named, the others counted', () => {
    const document = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]));
    const errors = errorsOf(() => parseScenario(document));
    expect(errors).toHaveLength(101);
    expect(errors.at(-1)).toEqual({ path: '', message: 'and 900 more errors' });
  });

  test('any JSON: read or refused, never another error', () => {
    const fieldNames = [
      'vm',
      'machine',
      'guest',
      'timeline',
      'range',
      'at',
      'start',
      'length',
      'memory',
      'step',
      'settle',
    ];
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(
          0,
          1,
          -1,
          4096,
          2 * MIB,
          GIB,
          0.5,
          null,
          true,
          '5ms',
          '2MiB',
          '1GiB',
          'after-previous',
          '1g',
          '',
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...fieldNames), tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (document) => {
        try {
          expect(parseScenario(parseScenario(document))).toEqual(parseScenario(document));
        } catch (error) {
          if (!(error instanceof InvalidInput)) throw error;
          expect(error.errors.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

describe('scenario: rules between fields', () => {
  test.each([
    ['fewer CPUs than vCPUs', { vm: { vcpus: 17 } }, 'machine.cpus'],
    ['memory that is not whole pages', { vm: { memory: '1.5GiB' } }, 'vm.memory'],
    ['more small folios than fit', { vm: { memory: '17GiB', backing: 'shmem' } }, 'vm.memory'],
    ['the same in several processes', { vm: { memory: '6GiB', backing: 'anonymous', backends: 2 } }, 'vm.memory'],
    ['entries larger than the pages', { vm: { backing: 'hugetlb-2m', mapped: '1g' } }, 'vm.mapped'],
    ['chunk that is not whole pages', { hgm: { chunkBytes: 5000 } }, 'hgm.chunkBytes'],
    [
      'dirty logging of a part',
      { timeline: [{ operation: 'dirty-log-enable', range: { length: '2MiB' } }] },
      'timeline.0.range',
    ],
    ['dirty logging in steps', { timeline: [{ operation: 'dirty-log-disable', step: '1GiB' }] }, 'timeline.0.step'],
    ['guest range beyond the memory', { guest: { range: { start: '1GiB' } } }, 'guest.range'],
    ['guest range of half a page', { guest: { range: { start: 2048, length: 8192 } } }, 'guest.range'],
    ['stride beyond the range', { guest: { range: { length: '4MiB' }, stridePages: 1025 } }, 'guest.stridePages'],
    [
      'truncate that leaves an end',
      { vm: { backing: 'shmem' }, timeline: [{ operation: 'truncate', range: { start: 0, length: '4KiB' } }] },
      'timeline.0.range',
    ],
    [
      'a file operation on memory without a file',
      { vm: { backing: 'anonymous' }, timeline: [{ operation: 'punch-hole' }] },
      'timeline.0.operation',
    ],
    [
      'a hole in a part of a large folio',
      {
        vm: { backing: 'shmem', mapped: '4k', folios: '2m' },
        timeline: [{ operation: 'punch-hole', range: { start: '1MiB', length: '2MiB' } }],
      },
      'timeline.0.range.start',
    ],
    ['stride beyond the memory', { guest: { stridePages: 262_145 } }, 'guest.stridePages'],
    ['settle beyond the limit', { settle: '2s', limits: { simulated: '1s' } }, 'settle'],
    ['operation that cannot settle', { timeline: [{ at: '59990ms' }] }, 'timeline.0.at'],
    ['nothing before the first', { timeline: [{ at: 'after-previous' }] }, 'timeline.0.at'],
    ['range behind the memory', { timeline: [{ range: { start: '2MiB', length: '1GiB' } }] }, 'timeline.0.range'],
    ['range from the end on', { timeline: [{ range: { start: '1GiB' } }] }, 'timeline.0.range'],
    ['collapse of half a leaf', { timeline: [{ range: { start: '1MiB', length: '2MiB' } }] }, 'timeline.0.range.start'],
    [
      'split of part of a huge page',
      { timeline: [{ operation: 'madv-split', range: { length: '2MiB' } }] },
      'timeline.0.range.length',
    ],
    [
      'continue of part of a page',
      { timeline: [{ operation: 'uffdio-continue', range: { start: 100 } }] },
      'timeline.0.range.start',
    ],
    ['target for a continue', { timeline: [{ operation: 'uffdio-continue', target: '2m' }] }, 'timeline.0.target'],
    ['target above the page', { vm: { backing: 'hugetlb-2m' }, timeline: [{ target: '1g' }] }, 'timeline.0.target'],
    ['step for a split', { timeline: [{ operation: 'madv-split', step: '1GiB' }] }, 'timeline.0.step'],
    ['mprotect without a protection', { timeline: [{ operation: 'mprotect' }] }, 'timeline.0.protection'],
    ['protection for a collapse', { timeline: [{ protection: 'read' }] }, 'timeline.0.protection'],
    [
      'half a huge page for mprotect',
      { timeline: [{ operation: 'mprotect', protection: 'read', range: { length: '2MiB' } }] },
      'timeline.0.range.length',
    ],
    ['fork of a part', { timeline: [{ operation: 'fork', range: { length: '512MiB' } }] }, 'timeline.0.range'],
    ['step for a fork', { timeline: [{ operation: 'fork', step: '2MiB' }] }, 'timeline.0.step'],
    ['child of a collapse', { timeline: [{ childLives: '1ms' }] }, 'timeline.0.childLives'],
    ['hugetlb copied by a collapse', { timeline: [{ copyHugetlb: true }] }, 'timeline.0.copyHugetlb'],
    [
      'hugetlb copied where there is none',
      { vm: { backing: 'shmem' }, timeline: [{ operation: 'fork', copyHugetlb: true }] },
      'timeline.0.copyHugetlb',
    ],
    ['step of half a leaf', { timeline: [{ step: '3MiB' }] }, 'timeline.0.step'],
    ['step that leaves a rest', { timeline: [{ step: '6MiB' }] }, 'timeline.0.step'],
    ['step below the target', { timeline: [{ step: '2MiB', target: '1g' }] }, 'timeline.0.step'],
  ])('%s: refused at %s', (_, document, path) => {
    const paths = pathsOf(() => parseScenario(document));
    expect(paths.filter((found) => found === path)).toEqual([path]);
  });

  test('64 GiB: of huge pages, and of transparent ones', () => {
    const memory = '64GiB';
    expect(parseScenario({ vm: { memory } }).vm.memory).toBe(64 * GIB);
    expect(parseScenario({ vm: { memory, backing: 'shmem', folios: '2m' } }).vm.memory).toBe(64 * GIB);
    expect(parseScenario({ vm: { memory, backing: 'anonymous', mapped: '2m' } }).vm.memory).toBe(64 * GIB);
  });

  test('two operations at one time on overlapping ranges: the later one is refused', () => {
    const timeline = [
      { at: '1ms', range: { start: 0, length: '4MiB' } },
      { at: '2ms', range: { start: 0, length: '4MiB' } },
      { at: 1_000_000, range: { start: '2MiB', length: '2MiB' } },
    ];
    expect(errorsOf(() => parseScenario({ timeline }))).toEqual([
      { path: 'timeline.2', message: 'must not overlap the range of timeline.0, which starts at the same time' },
    ]);
  });

  test('two operations at one time side by side: allowed', () => {
    const timeline = [{ range: { start: 0, length: '2MiB' } }, { range: { start: '2MiB', length: '2MiB' } }];
    expect(parseScenario({ timeline }).timeline).toHaveLength(2);
  });

  test('a field that could not be read: rules that need it stay silent', () => {
    expect(pathsOf(() => parseScenario({ vm: { memory: 'x', vcpus: 100 }, timeline: [{}] }))).toEqual([
      'vm.memory',
      'machine.cpus',
    ]);
  });
});

describe('scenario: what is no JSON', () => {
  test('100000 unknown fields: the first hundred by name, the others by number', () => {
    const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]));
    for (const document of [fields, { vm: fields }]) {
      const errors = errorsOf(() => parseScenario(document));
      expect(errors).toHaveLength(101);
      expect(errors.at(-1)).toEqual({ path: '', message: 'and 99900 more errors' });
    }
  });

  test('unknown fields before a wrong one: both count', () => {
    const fields = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`field${index}`, index]));
    const errors = errorsOf(() => parseScenario({ ...fields, settle: -1 }));
    expect(errors.at(-1)).toEqual({ path: '', message: 'and 51 more errors' });
  });

  test.each([
    ['a BigInt', { vm: { vcpus: 8n } }, 'vm.vcpus', /, got the BigInt 8$/],
    ['a BigInt as the document', 8n, '', /, got the BigInt 8$/],
    ['a symbol', { vm: { vcpus: Symbol('x') } }, 'vm.vcpus', /, got Symbol\(x\)$/],
    ['a function', { vm: { vcpus: () => 1 } }, 'vm.vcpus', /, got \(\) => 1$/],
    ['NaN', { guest: { thinkNs: Number.NaN } }, 'guest.thinkNs', /, got NaN$/],
    ['a hole in a list', { timeline: new Array(1) }, 'timeline.0', /^is missing; must be an object/],
  ])('%s: refused as bad input', (_, document, path, message) => {
    const [error] = errorsOf(() => parseScenario(document));
    expect(error).toEqual({ path, message: expect.stringMatching(message) });
  });

  test('a document that cannot be copied: refused before overrides are put in', () => {
    const [error] = errorsOf(() => parseScenario({ vm: { vcpus: () => 1 } }, { settle: '1ms' }));
    expect(error?.message).toMatch(/^must be plain data, as in JSON: /);
  });

  test('any document: a scenario, or InvalidInput', () => {
    const value = fc.anything({ withBigInt: true, withSparseArray: true, withDate: true, withNullPrototype: true });
    const fields = fc.constantFrom('vm', 'guest', 'timeline', 'settle', 'machine', 'hgm', 'limits');
    const inside = fc.dictionary(
      fc.constantFrom('phases', 'trace', 'pattern', 'range', 'vcpus', 'memory', 'cpus'),
      value,
    );
    const document = fc.oneof(
      value,
      fc.dictionary(fields, fc.oneof(value, inside, fc.array(inside, { maxLength: 3 }))),
    );
    fc.assert(
      fc.property(document, (given) => {
        try {
          parseScenario(given);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('scenario: schema', () => {
  const leaves = (node: SchemaNode, path = ''): [string, SchemaNode][] => {
    if (node.properties !== undefined) {
      return Object.entries(node.properties).flatMap(([key, child]) => leaves(child, `${path}.${key}`));
    }
    return node.items === undefined ? [[path, node]] : leaves(node.items, `${path}.N`);
  };

  test.each(leaves(scenarioSchema as SchemaNode))('%s: has a sentence and a default', (_, node) => {
    expect(node.description).toMatch(/\.$/);
    expect(node.default !== undefined || node.derived === true).toBe(true);
  });

  test.each(
    leaves(scenarioSchema as SchemaNode).filter(([, node]) => node.type === 'integer' || node.type === 'number'),
  )('%s: is a number: has a unit and both bounds', (_, node) => {
    expect(node.unit).toBeTypeOf('string');
    expect(node.minimum).toBeLessThan(node.maximum ?? Number.NaN);
  });

  test('document schema: plain JSON Schema with nothing required, times and sizes as texts too', () => {
    const text = JSON.stringify(scenarioDocumentSchema);
    expect(text).not.toMatch(/"(unit|expected|derived)"/);
    expect(text).not.toMatch(/"required":\["/);
    const memory = (scenarioDocumentSchema as SchemaNode).properties?.vm?.properties?.memory;
    expect(memory?.anyOf?.map(({ type }) => type)).toEqual(['integer', 'string']);
  });
});
