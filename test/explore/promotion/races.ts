// Reference I.4, a race each by its number, with all three handlers where it says something of them.

import type { QuestionInput } from '../../../src/explore/question.ts';
import { handlers, nobody, type PromotionCase, thp, written } from './promotion-case.ts';

const small = { 'small-sptes': 'performance' } as const;
const asleep = { 'asleep-for-ever': 'hazard', 'uffd-waiter-asleep': 'hazard' } as const;
const unanswered = { mode: 'minor', answered: false } as const;
const pageByPage = {
  operation: 'uffdio-continue',
  pages: { first: 0, count: 1 },
  next: { operation: 'uffdio-continue', pages: { first: 1, count: 1 } },
} as const;

const words: Readonly<Record<number, string>> = {
  1: 'a fault has read the old, small host level, and the handler runs',
  2: 'a fault reads the new, huge host level before the notification',
  3: 'a look-up of the host level meets the dip, and finds nothing',
  4: 'GUP in the dip: nobody is asked for a page that is there',
  7: 'a real invalidation after the collapse and before the handler',
  8: 'a real invalidation during the collapse',
  9: 'the collapse is undone before the handler',
  10: 'the memslot changes',
  12: 'a fault is in flight between its snapshot and its check',
};

function race(
  number: number,
  how: string,
  question: Omit<QuestionInput, 'scheme'>,
  findings: (handler: (typeof handlers)[number]) => PromotionCase['findings'] = () => ({}),
): PromotionCase[] {
  return handlers.map((handler) => ({
    number,
    words: words[number] as string,
    how: `${how}, ${handler}`,
    question: { ...question, scheme: `post-collapse/${handler}` },
    verdict: Object.values(findings(handler)).includes('hazard') ? 'unsafe' : 'safe',
    findings: findings(handler),
  }));
}

/** Those that hold mmu_lock for read meet a fault that holds it so, too. */
const unlessZap = (handler: (typeof handlers)[number]): PromotionCase['findings'] => (handler === 'zap' ? {} : small);
const { scheme: _, ...file } = thp;

export const collapseRaces: readonly PromotionCase[] = [
  ...race(1, 'HugeTLB', { operations: ['madv-collapse'], sptes: 'none' }, unlessZap),
  ...race(1, 'PTE-mapped THP', { operations: ['madv-collapse'], sptes: 'none', ...file }, unlessZap),
  ...race(2, 'a read-only SPTE is written', { operations: ['madv-collapse'], readOnlySptes: [0] }),
  ...race(
    3,
    'HugeTLB with no lock but that of v2',
    { operations: ['madv-collapse'], sptes: 'none', hgm: { version: 'v2', protection: 'version-locks' } },
    unlessZap,
  ),
  ...race(4, 'HugeTLB', { operations: ['madv-collapse'], sptes: 'none', userfault: unanswered }, unlessZap),
  ...race(
    4,
    'PTE-mapped THP, 6.12, where mmap_lock (R) excludes no fault',
    { operations: ['madv-collapse'], sptes: 'none', userfault: unanswered, ...file },
    (handler) => ({
      ...asleep,
      ...unlessZap(handler),
    }),
  ),
  ...race(7, 'MADV_DONTNEED', { operations: ['madv-collapse', 'madv-dontneed'] }, (handler) =>
    handler === 'promote' ? small : {},
  ),
  ...race(8, 'migration', { operations: ['madv-collapse', 'migrate-pages'], guest: nobody }),
  ...race(
    8,
    'truncation, and no lock but that of v2',
    {
      operations: ['madv-collapse', 'truncate'],
      guest: nobody,
      hgm: { version: 'v2', protection: 'version-locks' },
    },
    () => ({ 'mapped-outside-file': 'hazard', 'removed-while-mapped': 'hazard' }),
  ),
  ...race(
    9,
    'MADV_DONTNEED, then UFFDIO_CONTINUE page by page',
    {
      operations: ['madv-collapse', { operation: 'madv-dontneed', next: pageByPage }],
      guest: [[written(0)]],
    },
    (handler) => (handler === 'promote' ? small : {}),
  ),
  ...race(10, 'dirty logging begins', { operations: ['madv-collapse', 'dirty-log-enable'] }),
  ...race(12, 'a fault that finds no SPTE', { operations: ['madv-collapse'], sptes: 'none', ...file }, unlessZap),
];

/** What no question asks, and why. */
export const unasked: Readonly<Record<number, readonly [words: string, why: string]>> = {
  5: [
    'GUP-fast crosses the removal of a table',
    'GUP-fast is one step: interrupts are off, and its second look at the entries is what makes it one. That no table is freed under who walks it is a check of every run (`table-freed-early`).',
  ],
  6: [
    'a look-up of the host level walks a table that is being freed',
    'the look-up is one step for the same reason; the freer waits for it by IPI or RCU. What follows where it is not in the hold of mmu_lock is a seeded fault.',
  ],
  11: [
    'the VM or the mm goes away',
    'who collapses or faults holds the mm, so exit_mmap() comes after both; the VM unsubscribes under the SRCU of the notifiers. Neither is an operation of a question.',
  ],
};
