import { describe, expect, test } from 'vitest';
import { liveMemoryNeed } from '../../../src/lab/live/memory-need.ts';
import { readLiveRequest } from '../../../src/lab/live/request.ts';

const MIB = 2 ** 20;
const need = (vm: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): number =>
  liveMemoryNeed(readLiveRequest({ vm, scheme: 'range', ...more })) / MIB;

describe('liveMemoryNeed', () => {
  // Used by the heap and by typed arrays after the build, as measured: docs/decisions/0050-live-simulations.md.
  test.each([
    [{ memory: '1GiB', backing: 'hugetlb-1g', mapped: '4k' }, 6.3],
    [{ memory: '4GiB', backing: 'hugetlb-1g', mapped: '4k' }, 23.9],
    [{ memory: '1GiB', backing: 'hugetlb-1g', mapped: '4k', vcpus: 2, count: 4 }, 15.2],
    [{ memory: '2GiB', backing: 'anonymous', mapped: '4k' }, 112.2],
    [{ memory: '1GiB', backing: 'shmem', mapped: '4k' }, 73.3],
    [{ memory: '16GiB', backing: 'hugetlb-1g', mapped: '2m' }, 24.7],
  ])('%o: more than the %d MiB that were measured, and not ten times as much', (vm, measured) => {
    expect(need(vm)).toBeGreaterThan(measured);
    expect(need(vm)).toBeLessThan(10 * measured);
  });

  test('the most small folios that a scenario may have: two thousand MiB', () => {
    expect(need({ memory: '16GiB', backing: 'anonymous', mapped: '4k' })).toBeGreaterThan(2000);
  });

  test('records and stalls that are kept: on top', () => {
    const vm = { memory: '4MiB', backing: 'hugetlb-2m' };
    expect(need(vm, { record: { limit: 500_000 } }) - need(vm)).toBeGreaterThan(100);
    expect(need(vm, { keptStalls: 100_000 }) - need(vm)).toBeGreaterThan(10);
  });
});
