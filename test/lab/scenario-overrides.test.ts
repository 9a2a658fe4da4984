import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../src/lab/invalid-input.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import { applyOverrides, parseAssignment } from '../../src/lab/scenario-overrides.ts';
import { errorsOf, pathsOf } from './errors.ts';

const document = { vm: { vcpus: 4 }, timeline: [{ at: '5ms' }, { at: '9ms' }] };

describe('overrides', () => {
  test('numbers, texts of the command line and JSON: each read as its field has it', () => {
    const scenario = parseScenario(document, {
      'vm.vcpus': '16',
      'vm.memory': '2GiB',
      'machine.kernel': '6.1',
      'machine.earlyRetryCheck': 'true',
      'vm.populatedFraction': '0.5',
      'timeline.0.at': '1ms',
      'timeline[1].target': '2m',
      guest: '{"pattern": "idle"}',
    });
    expect(scenario.vm.vcpus).toBe(16);
    expect(scenario.vm.memory).toBe(2_147_483_648);
    expect(scenario.machine).toMatchObject({ kernel: '6.1', earlyRetryCheck: true });
    expect(scenario.vm.populatedFraction).toBe(0.5);
    expect(scenario.timeline.map(({ at }) => at)).toEqual([1_000_000, 9_000_000]);
    expect(scenario.timeline[1]?.target).toBe('2m');
    expect(scenario.guest.pattern).toBe('idle');
  });

  test('null as text: null where the field may be null', () => {
    const base = { machine: { earlyRetryCheck: true }, timeline: [{ step: '2MiB' }] };
    const scenario = parseScenario(base, { 'machine.earlyRetryCheck': 'null', 'timeline.0.step': 'null' });
    expect(scenario.machine.earlyRetryCheck).toBeNull();
    expect(scenario.timeline[0]?.step).toBeNull();
  });

  test('a list of operations as JSON text: takes the place of the timeline', () => {
    const { timeline } = parseScenario(document, { timeline: '[{"at": "2ms"}]' });
    expect(timeline.map(({ at }) => at)).toEqual([2_000_000]);
  });

  test('the document: left as it was', () => {
    const before = structuredClone(document);
    applyOverrides(document, { 'vm.vcpus': 9, 'timeline.1.at': 3 });
    expect(document).toEqual(before);
  });

  test('a section that the document lacks: opened', () => {
    expect(parseScenario({}, { 'limits.events': 1000 }).limits.events).toBe(1000);
  });

  test('misspelt field: refused with the fields of the section and the nearest path', () => {
    expect(errorsOf(() => parseScenario({}, { 'vm.vcpu': 3 }))).toEqual([
      {
        path: 'vm.vcpu',
        message:
          'no such field; vm has vcpus, count, processes, backends, memory, backing, mapped, folios, populatedFraction, sptePopulatedFraction, youngFraction, memslots, pfnCaches, pfnCacheUse, mmu, guestPage, asyncPageFault; did you mean vm.vcpus?',
      },
    ]);
  });

  test('field without its section: the full path is suggested', () => {
    expect(errorsOf(() => parseScenario({}, { vcpus: 3 }))[0]?.message).toMatch(/did you mean vm\.vcpus\?$/);
  });

  test('entry that the timeline does not have: refused with how many there are', () => {
    expect(errorsOf(() => parseScenario(document, { 'timeline.2.at': 3 }))[0]?.message).toMatch(
      /^no such entry; timeline has 2 of them/,
    );
  });

  test('path below a single value: refused', () => {
    expect(errorsOf(() => parseScenario({}, { 'vm.vcpus.x': 3 }))[0]?.message).toMatch(/vm\.vcpus is a single value/);
  });

  test('several unknown paths: all refused in one error', () => {
    expect(pathsOf(() => parseScenario({}, { a: 1, 'vm.b': 2, 'timeline.0.at': 3 }))).toEqual([
      'a',
      'vm.b',
      'timeline.0.at',
    ]);
  });

  test('value out of range: refused under the same path', () => {
    expect(pathsOf(() => parseScenario({}, { 'vm.vcpus': '1000' }))).toContain('vm.vcpus');
  });

  test('section that is not an object in the document: refused as what it is', () => {
    expect(errorsOf(() => parseScenario({ vm: 3 }, { 'vm.vcpus': 1 }))[0]?.message).toBe(
      'vm is not an object in the document',
    );
  });

  test('paths to prototypes: refused, and nothing is polluted', () => {
    const names = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'vm',
      'timeline',
      '0',
      'length',
      '',
    );
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 4 }), (keys) => {
        fc.pre(keys.some((key) => !['vm', 'timeline', '0'].includes(key)));
        expect(() => applyOverrides(document, { [keys.join('.')]: { polluted: true } })).toThrow(InvalidInput);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        expect(Object.hasOwn(Array.prototype, 'polluted')).toBe(false);
      }),
    );
  });
});

describe('assignment', () => {
  test('path=value: split at the first equals sign', () => {
    expect(parseAssignment('vm.vcpus=16')).toEqual(['vm.vcpus', '16']);
    expect(parseAssignment('description=a = b')).toEqual(['description', 'a = b']);
  });

  test.each(['vm.vcpus', '=3', ''])('%j: refused', (text) => {
    expect(() => parseAssignment(text)).toThrow(InvalidInput);
  });
});
