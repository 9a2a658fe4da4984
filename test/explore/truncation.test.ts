// Truncation clears leaves and leaves tables: what counts at the entry above them stays counted (reference G.6).

import { describe, expect, test } from 'vitest';
import { ask, kindsOf } from '../support/exploration.ts';

describe('truncation', () => {
  test('hstate-entry · a guest that faults meanwhile · the page leaves its file while it is counted', () => {
    const result = ask({ operations: ['truncate'], mapcount: 'hstate-entry' });
    expect([result.verdict, kindsOf(result, 'hazard')]).toEqual(['unsafe', ['removed-while-mapped']]);
  });

  test.each(['hstate-special', 'subpage', 'head-per-pte', 'folio-pairs', 'folio-vmas'] as const)(
    '%s · the same guest · safe, and the guest is told that its memory has gone',
    (mapcount) => {
      const result = ask({ operations: ['truncate'], mapcount });
      expect([result.verdict, kindsOf(result, 'outcome')]).toEqual(['safe', ['guest-efault']]);
    },
  );

  const inPieces = {
    operation: 'unmap-pieces',
    pages: { first: 0, count: 1 },
    next: { operation: 'unmap-pieces', pages: { first: 1, count: 1 } },
  } as const;

  test('hstate-special · unmapped piece by piece · safe, and the count leaks', () => {
    const result = ask({ operations: [inPieces], mapcount: 'hstate-special' });
    expect([result.verdict, kindsOf(result, 'leak')]).toEqual(['safe', ['counted-unmapped']]);
  });

  test('subpage · unmapped piece by piece · safe, without a leak', () => {
    const result = ask({ operations: [inPieces], mapcount: 'subpage' });
    expect([result.verdict, result.findings]).toEqual(['safe', []]);
  });
});
