// Reference D.5: why a huge SPTE may take the place of small ones although it is a mapping that no fault has asked for. Of 6.13
// and later, where the end of dirty logging does it, and of the answer to a collapse.

import { nobody, type PromotionCase, thp, written } from './promotion-case.ts';

const logged = { operation: 'dirty-log-enable', next: { operation: 'dirty-log-disable' } } as const;
const ofHugePage = {
  backing: 'anonymous',
  mapped: '2m',
  folios: '2m',
  kernel: '6.18',
  preemption: 'voluntary',
} as const;
const second = { first: 1, count: 1 } as const;

const words = [
  'a present leaf in the region proves that no invalidation has finished zapping it',
  'what may not be large is kept small by the slot, so the permission of one page is good for all',
  'a zap that was broken off starts from the root and meets the huge SPTE',
  'a change of a part of a huge host mapping begins with a split, whose section covers all of it',
  'children that differ in their permission get one that the host gives to all of them',
] as const;

const argument = (
  number: 1 | 2 | 3 | 4 | 5,
  how: string,
  question: PromotionCase['question'],
  findings: PromotionCase['findings'] = {},
): PromotionCase => ({ number, words: words[number - 1] as string, how, question, verdict: 'safe', findings });

export const promotionArguments: readonly PromotionCase[] = [
  argument(1, 'the end of dirty logging beside MADV_DONTNEED', {
    operations: [logged, 'madv-dontneed'],
    ...ofHugePage,
  }),
  argument(
    1,
    'a collapse beside MADV_DONTNEED',
    { operations: ['madv-collapse', 'madv-dontneed'], ...thp },
    // A fault with the small host level comes last: race 1.
    { 'small-sptes': 'performance' },
  ),
  argument(2, 'a collapse while dirty logging begins: no write is missed', {
    operations: ['madv-collapse', 'dirty-log-enable'],
    ...thp,
    guest: [[written(0), written(1)]],
  }),
  argument(2, 'dirty logging begins, and then the collapse', {
    operations: [{ operation: 'dirty-log-enable', next: { operation: 'madv-collapse' } }],
    ...thp,
    guest: [[written(0), written(1)]],
  }),
  argument(3, 'a zap that drops mmu_lock for the promotion that waits', {
    operations: [logged, 'madv-dontneed'],
    ...ofHugePage,
    preemption: 'full',
    guest: nobody,
  }),
  argument(4, 'the end of dirty logging beside MADV_DONTNEED of the second page', {
    operations: [logged, { operation: 'madv-dontneed', pages: second }],
    ...ofHugePage,
    guest: nobody,
  }),
  argument(4, 'the end of dirty logging beside mprotect() of the second page', {
    operations: [logged, { operation: 'mprotect', pages: second }],
    ...ofHugePage,
    guest: nobody,
  }),
  argument(4, 'a collapse beside mprotect() of the second page, which the guest writes', {
    operations: ['madv-collapse', { operation: 'mprotect', pages: second }],
    ...thp,
    guest: [[written(1)]],
  }),
  argument(
    4,
    'a collapse beside MADV_DONTNEED of the second page',
    { operations: ['madv-collapse', { operation: 'madv-dontneed', pages: second }], ...thp, guest: nobody },
    // The split of a file mapping leaves it empty: what was there is large again when it is touched.
    { 'small-sptes': 'performance' },
  ),
  argument(4, 'a collapse beside munmap() of the second page, which the guest writes', {
    operations: ['madv-collapse', { operation: 'munmap', pages: second }],
    ...thp,
    guest: [[written(1)]],
  }),
  argument(5, 'the first page read-only, the host lets both be written', {
    operations: ['madv-collapse'],
    ...thp,
    readOnlySptes: [0],
    guest: [[written(0), written(1)]],
  }),
  argument(5, 'the second page read-only, the host lets both be written', {
    operations: ['madv-collapse'],
    ...thp,
    readOnlySptes: [1],
    guest: [[written(0), written(1)]],
  }),
  argument(5, 'the end of dirty logging copies the first page, the second is still write-protected', {
    operations: [logged],
    ...ofHugePage,
    guest: [[written(0), written(1)]],
  }),
  argument(5, 'mprotect() to read only, then the collapse: nobody may write', {
    operations: [{ operation: 'mprotect', next: { operation: 'madv-collapse' } }],
    ...thp,
    guest: [[written(0)]],
  }),
  argument(5, 'fork() beside the end of dirty logging: all are copied on write', {
    operations: [logged, 'fork'],
    ...ofHugePage,
    guest: nobody,
  }),
  argument(
    5,
    'protection by a userfaultfd beside a collapse of HugeTLB, which drops it',
    { operations: ['madv-collapse', 'uffdio-writeprotect'], scheme: 'post-collapse/promote' },
    { 'small-sptes': 'performance' },
  ),
];
