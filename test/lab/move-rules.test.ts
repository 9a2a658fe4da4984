import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/lab/scenario.ts';
import { errorsOf } from './errors.ts';

const MIB = 2 ** 20;
const refusals = (document: Record<string, unknown>) =>
  errorsOf(() => parseScenario(document)).map(({ path, message }) => `${path}: ${message}`);
const entry = (more: Record<string, unknown>, backing = 'anonymous') => ({
  vm: { memory: '8MiB', backing, mapped: '4k' },
  timeline: [{ operation: 'mremap', range: { length: '4MiB' }, ...more }],
});

describe('mremap in a scenario', () => {
  test('where the range goes: an offset, or null for a free place', () => {
    expect(parseScenario(entry({ to: '1GiB' })).timeline[0]?.to).toBe(1024 * MIB);
    expect(parseScenario(entry({})).timeline[0]?.to).toBeNull();
  });

  test('a range behind the memory: may be moved, as it may have come there before', () => {
    const back = { range: { start: '1GiB', length: '4MiB' }, to: 0 };
    expect(parseScenario(entry(back)).timeline[0]?.range).toEqual({ start: 1024 * MIB, length: 4 * MIB });
  });

  test('over itself, not aligned, of another operation: refused by name', () => {
    const messages = [
      entry({ to: '2MiB' }),
      entry({ to: 1000 }),
      entry({ to: '1GiB', operation: 'munmap' }),
      entry({ to: 4096, range: { length: '2MiB' } }, 'hugetlb-2m'),
      entry({ range: { start: '8MiB', length: '4MiB' }, operation: 'munmap' }),
    ].map(refusals);
    expect(messages).toEqual([
      ['timeline.0.to: must not overlap the range that moves'],
      ['timeline.0.to: must be a multiple of 4KiB for mremap, got 1000B'],
      ['timeline.0.to: must be null for munmap: only mremap takes it'],
      ['timeline.0.to: must be a multiple of 2MiB for mremap, got 4KiB'],
      ['timeline.0.range: must lie inside vm.memory (8MiB), got 8MiB to 12MiB'],
    ]);
  });
});

describe('parts of the memory', () => {
  test('munmap of pages of anonymous memory, of huge pages of hugetlb: allowed; of a part of a huge page: refused', () => {
    const part = { operation: 'munmap', range: { start: 4096, length: 8192 } };
    expect(parseScenario(entry(part)).timeline[0]?.range.length).toBe(8192);
    expect(refusals(entry(part, 'hugetlb-2m'))).toEqual([
      'timeline.0.range.start: must be a multiple of 2MiB for munmap, got 4KiB',
      'timeline.0.range.length: must be a multiple of 2MiB for munmap, got 8KiB',
    ]);
  });
});
