// Collapses that move the data to another page: without a section KVM keeps SPTEs to the old one.

import { describe, expect, test } from 'vitest';
import { ask, kindsOf } from '../support/exploration.ts';

describe('collapse to a new frame', () => {
  test.each([
    ['anonymous', 'post-collapse/promote'],
    ['anonymous', 'post-collapse/cut'],
    ['anonymous', 'post-collapse/zap'],
    ['anonymous', 'none'],
    ['shmem', 'post-collapse/promote'],
    ['shmem', 'post-collapse/zap'],
    ['shmem', 'none'],
  ] as const)(
    '%s memory under %s · a guest that writes once · a freed page is written, and the write is lost',
    (backing, scheme) => {
      const result = ask({ operations: ['madv-collapse'], scheme, backing });
      expect(result.verdict).toBe('unsafe');
      expect(result.complete).toBe(true);
      expect(kindsOf(result, 'hazard')).toEqual(expect.arrayContaining(['guest-uses-freed-page', 'lost-write']));
    },
  );

  test.each(['anonymous', 'shmem'] as const)('%s memory under range · the same guest · safe', (backing) => {
    const result = ask({ operations: ['madv-collapse'], scheme: 'range', backing });
    expect([result.verdict, result.findings]).toEqual(['safe', []]);
  });

  test('khugepaged without a section · anonymous memory · unsafe as well', () => {
    const result = ask({ operations: ['khugepaged-scan'], scheme: 'none', backing: 'anonymous' });
    expect(kindsOf(result, 'hazard')).toContain('guest-uses-freed-page');
  });
});

describe('collapse of a PTE-mapped THP, whose frames stay', () => {
  test.each(['post-collapse/promote', 'post-collapse/cut', 'post-collapse/zap', 'range'] as const)(
    '%s · a guest that writes · safe',
    (scheme) => {
      const result = ask({ operations: ['madv-collapse'], scheme, backing: 'shmem', folios: '2m' });
      expect([result.verdict, kindsOf(result, 'performance')]).toEqual(['safe', []]);
    },
  );

  test('none · a guest that writes · safe, and stays small', () => {
    const result = ask({ operations: ['madv-collapse'], scheme: 'none', backing: 'shmem', folios: '2m' });
    expect([result.verdict, kindsOf(result, 'performance')]).toEqual(['safe', ['small-sptes']]);
  });
});
