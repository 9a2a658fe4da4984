// Faults that become messages, beside a collapse: is anybody asked who need not be, and is everybody woken who has been?

import { describe, expect, test } from 'vitest';
import { InvalidQuestion, questionOf } from '../../src/explore/question.ts';
import { ask, kindsOf } from '../support/exploration.ts';

const minor = { mode: 'minor', answered: false } as const;
const thp = { operations: ['madv-collapse'], backing: 'shmem', folios: '2m', sptes: 'none', userfault: minor } as const;
const hole = { operations: ['madv-collapse'], holes: [1], guest: [[{ page: 1, write: true }]] } as const;

describe('a fault while all entries are gone for a moment', () => {
  test('hugetlb · minor faults that nobody answers · nobody is asked: the locks of the collapse keep faults out', () => {
    const result = ask({ operations: ['madv-collapse'], sptes: 'none', userfault: minor });
    expect([result.verdict, kindsOf(result, 'hazard')]).toEqual(['safe', []]);
  });

  test('PTE-mapped THP under mmap_lock (W), 6.1 · the same · nobody is asked', () => {
    expect(ask({ ...thp, kernel: '6.1' }).verdict).toBe('safe');
  });

  test.each(['range', 'post-collapse/promote'] as const)(
    'PTE-mapped THP under mmap_lock (R), 6.12, %s · the same · who is asked for nothing sleeps for ever',
    (scheme) => {
      const result = ask({ ...thp, scheme });
      expect([result.verdict, kindsOf(result, 'hazard')]).toEqual([
        'unsafe',
        ['asleep-for-ever', 'uffd-waiter-asleep'],
      ]);
    },
  );

  test('PTE-mapped THP, 6.12 · somebody answers · the page is there already, and he wakes', () => {
    expect(ask({ ...thp, userfault: { mode: 'minor' } }).verdict).toBe('safe');
  });
});

describe('a hole that a collapse fills', () => {
  test('who sleeps for its page · nobody answers · the collapse wakes nobody', () => {
    const result = ask({ ...hole, userfault: minor });
    expect(kindsOf(result, 'hazard')).toEqual(['asleep-for-ever', 'uffd-waiter-asleep']);
  });

  test('who sleeps for its page · somebody answers · woken', () => {
    expect(ask({ ...hole, userfault: { mode: 'minor' } }).verdict).toBe('safe');
  });
});

describe('protection by a userfaultfd', () => {
  test('UFFDIO_WRITEPROTECT · a vCPU that writes · it is asked for, and woken', () => {
    const { question, verdict } = ask({ operations: ['uffdio-writeprotect'] });
    expect([question.userfault, verdict]).toEqual([{ mode: 'wp', answered: true }, 'safe']);
  });

  test('the same · nobody answers · the writer sleeps for ever, and the page is still protected', () => {
    const result = ask({ operations: ['uffdio-writeprotect'], userfault: { answered: false } });
    expect(kindsOf(result, 'hazard')).toEqual(['asleep-for-ever']);
  });

  test('missing pages of anonymous memory · MADV_DONTNEED and a guest that comes back · safe', () => {
    const result = ask({ operations: ['madv-dontneed'], backing: 'anonymous', userfault: { mode: 'missing' } });
    expect(result.verdict).toBe('safe');
  });
});

describe('questions that make no sense', () => {
  test.each([
    [{ operations: ['fork'], backing: 'anonymous', userfault: { mode: 'minor' } }, 'userfault.mode'],
    [
      { operations: [{ operation: 'punch-hole', pages: { first: 1, count: 1 } }], backing: 'shmem', folios: '2m' },
      'operations[0].pages',
    ],
    [
      { operations: ['madv-collapse', { operation: 'truncate', pages: { first: 1, count: 1 } }], backing: 'shmem' },
      'operations[1].pages',
    ],
  ] as const)('%o · asked · refused, with the field', (input, path) => {
    const errors = (() => {
      try {
        questionOf(input);
      } catch (error) {
        if (error instanceof InvalidQuestion) return error.errors.map((one) => one.path);
        throw error;
      }
      return [];
    })();
    expect(errors).toEqual([path]);
  });
});
