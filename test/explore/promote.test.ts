// Why a huge SPTE may be put in place of small ones (reference D.5), and the races of the handlers (I.4): each as a question.

import { describe, expect, test } from 'vitest';
import { ask, kindsOf } from '../support/exploration.ts';

const scheme = 'post-collapse/promote';
const shmem = { backing: 'shmem', folios: '2m', scheme } as const;
const write = (page: number) => ({ page, write: true });

describe('promotion in place', () => {
  test('a present leaf shows that no section has finished its zap · MADV_DONTNEED beside it · safe', () => {
    expect(ask({ ...shmem, operations: ['madv-collapse', 'madv-dontneed'] }).verdict).toBe('safe');
  });

  test('a slot with dirty logging takes no large SPTE · logging begins beside the collapse · safe', () => {
    expect(ask({ ...shmem, operations: ['madv-collapse', 'dirty-log-enable'] }).verdict).toBe('safe');
  });

  test('children that differ in their permission · one may only be read, the host lets both be written · safe', () => {
    const result = ask({ ...shmem, operations: ['madv-collapse'], readOnlySptes: [0], guest: [[write(0), write(1)]] });
    expect([result.verdict, kindsOf(result, 'performance')]).toEqual(['safe', []]);
  });

  test('two vCPUs that fault while it runs · preemptible kernel · safe', () => {
    const guest = [[write(0)], [write(1)]];
    expect(ask({ ...shmem, operations: ['madv-collapse'], sptes: 'none', guest }).verdict).toBe('safe');
  });

  test('a hole that the collapse fills · the guest touches it · safe, and all of it huge', () => {
    const result = ask({ ...shmem, operations: ['madv-collapse'], holes: [1], guest: [[write(1)]] });
    expect([result.verdict, kindsOf(result, 'hazard')]).toEqual(['safe', []]);
  });
});

describe('handlers that hold mmu_lock for read', () => {
  test.each(['post-collapse/cut', 'post-collapse/promote'] as const)(
    '%s · a fault with the old host level · safe',
    (handler) => {
      const guest = [[write(0)]];
      const result = ask({ ...shmem, scheme: handler, operations: ['madv-collapse'], sptes: 'none', guest });
      expect(result.verdict).toBe('safe');
    },
  );
});
