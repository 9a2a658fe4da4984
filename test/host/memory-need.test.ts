import { describe, expect, it } from 'vitest';
import { planMeasurement } from '../../src/host/measurement-plan.ts';
import { assertEnoughMemory } from '../../src/host/memory-need.ts';

const GIB = 2 ** 30;

describe('assertEnoughMemory', () => {
  const plan = planMeasurement({ operation: 'nothing' });
  const hugetlb = planMeasurement({ operation: 'nothing', backing: 'hugetlb-2m' });

  it('enough of it: accepted', () => {
    expect(() => assertEnoughMemory(plan, { total: 0, free: 0 }, GIB)).not.toThrow();
    expect(() => assertEnoughMemory(hugetlb, { total: 33, free: 33 }, GIB)).not.toThrow();
  });

  it('too little: refused, with both numbers', () => {
    expect(() => assertEnoughMemory(plan, { total: 0, free: 0 }, 100 * 2 ** 20)).toThrow('132MiB are needed');
    expect(() => assertEnoughMemory(hugetlb, { total: 64, free: 32 }, GIB)).toThrow(/33 free huge pages.* has 32;/);
  });
});
