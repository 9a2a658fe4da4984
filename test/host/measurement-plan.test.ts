import { describe, expect, it } from 'vitest';
import { LIMITS, type MeasurementRequest, planMeasurement } from '../../src/host/measurement-plan.ts';
import { hostOperations } from '../../src/host/vocabulary.ts';
import { InvalidInput } from '../../src/lab/invalid-input.ts';

const MIB = 2 ** 20;

function errorsOf(request: MeasurementRequest): string[] {
  try {
    planMeasurement(request);
  } catch (error) {
    if (error instanceof InvalidInput) return error.errors.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('planMeasurement', () => {
  it.each(hostOperations)('%s: has defaults that can be measured', (operation) => {
    const plan = planMeasurement({ operation });
    expect(plan.memoryBytes).toBe(64 * MIB);
    expect(plan.timeNs).toBe(2e9);
    expect(plan.places.length).toBe(1);
  });

  it('several faults: all are named', () => {
    expect(errorsOf({ operation: 'x', places: ['inside', 'y'], memoryBytes: 2 ** 40, tailNs: 1.5 })).toEqual([
      expect.stringMatching(/^operation: no such operation: x; there are nothing, madv-collapse, /),
      expect.stringMatching(/^place: no such place: y; there are inside, outside, /),
      'memory: has to be from 4MiB to 1GiB',
      'tail: has to be from 100us to 1s',
    ]);
  });

  it.each<[string, MeasurementRequest, RegExp]>([
    [
      'a range of more than half of the memory',
      { operation: 'nothing', memoryBytes: 4 * MIB, rangeBytes: 4 * MIB },
      /half/,
    ],
    ['a range that is no multiple of a huge page', { operation: 'nothing', rangeBytes: 3 * MIB }, /multiple of 2MiB/],
    ['huge entries over small folios', { operation: 'nothing', folios: '4k', mapped: '2m' }, /folios of 4k/],
    [
      'hugetlb in small pieces',
      { operation: 'nothing', backing: 'hugetlb-2m', mapped: '4k', folios: '2m' },
      /hugetlb-2m has/,
    ],
    ['a collapse of what is huge', { operation: 'madv-collapse', mapped: '2m' }, /nothing to collapse/],
    ['a collapse of hugetlb', { operation: 'madv-collapse', backing: 'hugetlb-2m', mapped: '2m' }, /no kernel/],
    ['munmap under the guest', { operation: 'munmap', places: ['inside'] }, /cannot go on/],
    ['a hole in anonymous memory', { operation: 'punch-hole', backing: 'anonymous' }, /backing shmem/],
    ['fork of shared memory', { operation: 'fork', backing: 'shmem' }, /backing anonymous/],
    ['demand paging that nobody demands', { operation: 'uffdio-continue', places: ['outside'] }, /inside or whole/],
  ])('%s: refused', (_, request, message) => {
    expect(errorsOf(request)).toEqual([expect.stringMatching(message)]);
  });

  it('limits: the default lies between them', () => {
    for (const { least, most, usual } of Object.values(LIMITS)) {
      expect(least <= usual && usual <= most).toBe(true);
    }
  });
});
