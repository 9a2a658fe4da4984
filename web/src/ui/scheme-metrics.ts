// The numbers by which schemes are compared: what each is called, what it means, where it stands in a result.

import type { components } from '../../../src/client/index.ts';

type Schemas = components['schemas'];

/** A row of a result: of a simulation, or of a measurement, which does not know all of it. */
export type ResultRow = Schemas['SchemeResult'] | Schemas['MeasuredScheme'];

export interface SchemeMetric {
  readonly id: string;
  readonly header: string;
  readonly what: string;
  readonly source: string;
  readonly kind: 'ns' | 'share' | 'count';
  /** null: there is none; `none` says what that means. */
  readonly value: (row: ResultRow) => number | null;
  readonly none: string;
}

const ns = (id: string, header: string, value: SchemeMetric['value'], what: string, source: string): SchemeMetric => ({
  id,
  header,
  what,
  source,
  kind: 'ns',
  value,
  none: 'unknown',
});

export const SCHEME_METRICS: readonly SchemeMetric[] = [
  ns(
    'maxNs',
    'Longest stall',
    ({ stall }) => stall.maxNs,
    'The longest stall window of any vCPU in any repetition: a time in which it wanted to run guest code and could not.',
    'schemes[].stall.maxNs',
  ),
  ns(
    'p99Ns',
    'p99',
    ({ stall }) => stall.p99Ns,
    '99 of 100 stall windows are this long or shorter, all vCPUs and repetitions together; within 0.1 %.',
    'schemes[].stall.p99Ns',
  ),
  ns(
    'totalNs',
    'Total stall',
    ({ stall }) => stall.totalNs,
    'All stall windows added up, of all vCPUs in all repetitions.',
    'schemes[].stall.totalNs',
  ),
  ns(
    'spinNs',
    'Spin',
    ({ spinNs }) => spinNs,
    'The part of the total that kept a CPU busy: laps through the fault path, mmu_lock, flushes. Everything that is no sleep.',
    'schemes[].spinNs',
  ),
  ns(
    'sleepNs',
    'Sleep',
    ({ sleepNs }) => sleepNs,
    'The part of the total that left the CPU to others: waiting for mmap_lock, hugetlb locks, the folio lock, userspace.',
    'schemes[].sleepNs',
  ),
  ns(
    'blackoutMaxNs',
    'Blackout',
    ({ blackout }) => blackout.maxNs,
    'The longest time in which all vCPUs of a VM stalled at once. 0: it never happened.',
    'schemes[].blackout.maxNs',
  ),
  ns(
    'operationNs',
    'Operation',
    ({ operations }) => longest(operations.map(({ durationNs }) => durationNs.max)),
    'How long the longest operation of the timeline took, in the slowest repetition.',
    'schemes[].operations[].durationNs.max',
  ),
  {
    ...ns(
      'hugeRecoveryNs',
      'Time to huge',
      ({ hugeRecoveryNs }) => hugeRecoveryNs,
      'From the start of the first operation until every SPTE that can be huge is huge, in every VM: the median of the repetitions. never: in one of them at least some stayed small until the end.',
      'schemes[].hugeRecoveryNs',
    ),
    none: 'never',
  },
  {
    id: 'throughputLoss',
    header: 'Guest loss',
    what: 'What the guest would have done in the time that it was not halted, and did not, for stalls and TLB misses: the mean of the repetitions.',
    source: 'schemes[].guest.throughputLoss',
    kind: 'share',
    value: ({ guest }) => guest.throughputLoss,
    none: 'unknown',
  },
  {
    id: 'stalls',
    header: 'Stalls',
    what: 'Stall windows of all vCPUs in all repetitions.',
    source: 'schemes[].stall.count',
    kind: 'count',
    value: ({ stall }) => stall.count,
    none: 'unknown',
  },
];

const longest = (durations: readonly number[]): number | null =>
  durations.length === 0 ? null : Math.max(...durations);
