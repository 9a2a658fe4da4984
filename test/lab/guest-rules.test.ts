import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/lab/scenario.ts';
import { errorsOf } from './errors.ts';

const MIB = 1_048_576;

const phased = (...phases: object[]) => ({
  vm: { memory: '4MiB', backing: 'hugetlb-2m' },
  guest: { pattern: 'phases', phases },
});
const replaying = (trace: unknown, guest: object = {}) => ({
  vm: { memory: '4MiB', backing: 'hugetlb-2m', vcpus: 2 },
  guest: { pattern: 'trace', trace, ...guest },
});
const csv = (...lines: string[]) => ['time,vcpu,gfn,write', ...lines, ''].join('\n');

describe('guest.phases', () => {
  test('a phase: fields of its own, with the defaults of the guest; its range ends where the memory does', () => {
    const { guest } = parseScenario(phased({ lasts: '1ms', range: { start: '1MiB' } }));
    expect(guest.phases).toEqual([
      {
        pattern: 'stride',
        lasts: 1_000_000,
        accesses: null,
        range: { start: MIB, length: 3 * MIB },
        stridePages: 4,
        zipfExponent: 1,
        writeFraction: 1,
        thinkNs: 100,
      },
    ]);
  });

  test.each([
    ['none', [], 'guest.phases', /got no phase$/],
    ['idle ones only', [{ pattern: 'idle', lasts: '1ms' }], 'guest.phases', /got idle ones only$/],
    ['no length', [{}], 'guest.phases.0', 'must have either lasts or accesses, got neither'],
    ['two lengths', [{ lasts: '1ms', accesses: 3 }], 'guest.phases.0', 'must have either lasts or accesses, got both'],
    ['idle accesses', [{ lasts: '1ms' }, { pattern: 'idle', accesses: 3 }], 'guest.phases.1.accesses', /must be null/],
    ['idle without an end', [{ lasts: '1ms' }, { pattern: 'idle' }], 'guest.phases.1', /must have either lasts, got/],
    ['999 ns', [{ lasts: 999 }], 'guest.phases.0.lasts', /must be a time from 1us to 10min/],
    ['a year', [{ accesses: 1e9, thinkNs: '1s' }], 'guest.phases.0.accesses', /must take at most 10min at thinkNs/],
    ['a pattern of patterns', [{ pattern: 'trace' }], 'guest.phases.0.pattern', /"stride", "uniform", "zipf", "idle"/],
    ['outside', [{ lasts: '1ms', range: { start: '4MiB' } }], 'guest.phases.0.range', /must lie inside vm.memory/],
    [
      'a stride beyond its range',
      [{ lasts: '1ms', stridePages: 300, range: { length: '1MiB' } }],
      'guest.phases.0.stridePages',
      'must be at most the 256 pages of guest.phases.0.range, got 300',
    ],
  ])('%s: refused', (_, phases, path, message) => {
    const errors = errorsOf(() => parseScenario(phased(...phases)));
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(errors).toEqual([{ path, message: expected }]);
  });

  test('another pattern: they are not looked into', () => {
    expect(parseScenario({ guest: { phases: [{}] } }).guest.pattern).toBe('stride');
  });

  test('overrides: a phase is put into an empty list as JSON, and a field of it by its path', () => {
    const document = phased({ lasts: '1ms' });
    const { guest } = parseScenario(document, { 'guest.phases.0.thinkNs': '1us', 'guest.repeatPhases': 'false' });
    expect([guest.phases[0]?.thinkNs, guest.repeatPhases]).toEqual([1000, false]);
    const list = parseScenario({ guest: { pattern: 'phases' } }, { 'guest.phases': '[{"accesses":7}]' });
    expect(list.guest.phases[0]?.accesses).toBe(7);
  });
});

describe('guest.trace', () => {
  test('in order, with the line ends of either kind: accepted as it is', () => {
    for (const trace of [csv('0,0,0,1', '0,1,1023,0'), 'time,vcpu,gfn,write\r\n5,1,7,1']) {
      expect(parseScenario(replaying(trace)).guest.trace).toBe(trace);
    }
  });

  test.each([
    ['null', null, 'must be a text, as guest.pattern is trace, got null'],
    ['an empty text', '', 'line 1: must be the header time,vcpu,gfn,write, got ""'],
    ['another header', 'time,cpu\n', 'line 1: must be the header time,vcpu,gfn,write, got "time,cpu"'],
    ['no access', csv(), 'line 2: must be an access: the trace has none'],
    ['a column too few', csv('1,0,1'), 'line 2: must have the 4 columns time,vcpu,gfn,write, got "1,0,1"'],
    ['an empty line', csv('', '1,0,1,1'), 'line 2: must have the 4 columns time,vcpu,gfn,write, got an empty line'],
    ['a time before the last', csv('9,0,1,1', '8,0,1,1'), /^line 3, column time: must not be before the line above/],
    ['half a ns', csv('0.5,0,1,1'), /^line 2, column time: must be an integer from 0 to 600000000000 .*, got "0.5"$/],
    ['a space', csv(' 1,0,1,1'), /^line 2, column time: must be an integer .*, got " 1"$/],
    ['a vCPU too many', csv('1,2,1,1'), 'line 2, column vcpu: must be an integer from 0 to 1 (vm.vcpus is 2), got "2"'],
    ['a frame behind the memory', csv('1,0,1024,1'), /^line 2, column gfn: must be an integer from 0 to 1023 \(frames/],
    ['neither read nor write', csv('1,0,1,2'), /^line 2, column write: must be an integer from 0 to 1 .*, got "2"$/],
  ])('%s: refused, with line and column', (_, trace, message) => {
    const errors = errorsOf(() => parseScenario(replaying(trace)));
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(errors).toEqual([{ path: 'guest.trace', message: expected }]);
  });

  test('a narrower guest.range: frames outside of it are refused, on both sides', () => {
    const range = { start: '1MiB', length: '1MiB' };
    const messages = errorsOf(() => parseScenario(replaying(csv('0,0,255,1', '0,0,256,1', '0,0,512,1'), { range })));
    expect(messages.map(({ message }) => message.slice(0, 53))).toEqual([
      'line 2, column gfn: must be an integer from 256 to 51',
      'line 4, column gfn: must be an integer from 256 to 51',
    ]);
  });

  test('wrong in every line: a hundred errors, not one for each line', () => {
    const errors = errorsOf(() => parseScenario(replaying(csv(...Array.from({ length: 5000 }, () => 'x,0,0,0')))));
    expect(errors).toHaveLength(101);
  });

  test('slices for each vCPU: refused, the trace says who touches what', () => {
    const errors = errorsOf(() => parseScenario(replaying(csv('0,0,0,1'), { partitioned: true })));
    expect(errors.map(({ path }) => path)).toEqual(['guest.partitioned']);
  });

  test('another pattern: it is not read', () => {
    expect(parseScenario({ guest: { trace: 'x' } }).guest.trace).toBe('x');
  });
});
