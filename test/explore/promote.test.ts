// Why a huge SPTE may be put in place of small ones (reference D.5): each argument as explorations to their end.

import { describe, expect, test } from 'vitest';
import { answerTo } from './promotion/answer.ts';
import { promotionArguments } from './promotion/arguments.ts';

describe('promotion in place', () => {
  test('the arguments · by number · the four of the reference, and the widening of permissions', () => {
    expect([...new Set(promotionArguments.map(({ number }) => number))]).toEqual([1, 2, 3, 4, 5]);
  });

  test.each(promotionArguments.map((one) => [`${one.number}: ${one.words}`, one.how, one] as const))(
    '%s · %s · holds',
    (_, __, one) => {
      expect(answerTo(one)).toEqual([true, one.verdict, one.findings]);
    },
  );
});
