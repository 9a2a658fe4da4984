// Rows of faults: how they slow one another down, and how long a page of a post-copy migration takes to come.

import { runScenario } from '../../src/lab/run.ts';
import type { RunResult } from '../../src/lab/run-types.ts';
import { type FidelityRow, inputOf, ms, us } from './rows.ts';

const MIB_PER_VCPU = 4;

/** vCPUs that each write to every page of a part of memory once, with a fault for each. */
function faultNs(vcpus: number, overrides: (length: string) => Record<string, unknown>): number {
  const length = `${vcpus * MIB_PER_VCPU}MiB`;
  const { stallsNs } = runScenario(
    inputOf('numa-storm', 'range', {
      'machine.preemption': 'voluntary',
      'machine.cpus': 128,
      'vm.vcpus': vcpus,
      'vm.memory': length,
      'guest.range.length': length,
      'guest.pattern': 'stride',
      'guest.stridePages': 1,
      'guest.partitioned': true,
      timeline: [],
      settle: '50ms',
      ...overrides(length),
    }),
  );
  return stallsNs.reduce((sum, ns) => sum + ns, 0) / stallsNs.length;
}

const absent = () => ({ 'vm.sptePopulatedFraction': 0 });
const protectedSptes = (length: string) => ({
  timeline: [{ operation: 'dirty-log-enable', range: { start: 0, length } }],
});

/** C9: faults that need mmu_lock for read, and those that only set a bit, by two vCPUs and by 96. */
export function* faultsAtOnce(): Iterable<FidelityRow> {
  const rows = [
    ['no SPTE, page there', 2, absent, 990, 'fitted'],
    ['no SPTE, page there', 96, absent, 9600, 'predicted'],
    ['write-protected SPTE', 2, protectedSptes, 900, 'fitted'],
    ['write-protected SPTE', 96, protectedSptes, 1940, 'predicted'],
  ] as const;
  for (const [fault, vcpus, overrides, publishedNs, kind] of rows) {
    const ns = faultNs(vcpus, overrides);
    const what = `4K fault, ${fault}, ${vcpus} vCPUs at once`;
    yield { what, kind, published: us(publishedNs), model: us(ns), ratio: ns / publishedNs };
  }
}

const waitP50Ns = ({ counters }: RunResult): number => counters.userfaultWaitP50Ns ?? Number.NaN;

/** A11: the median wait for a page, 48 vCPUs. Bounds were published, so there is no ratio. */
export function* postCopyLatency(): Iterable<FidelityRow> {
  const small = inputOf('postcopy-4k', 'post-collapse/promote', { 'vm.vcpus': 48, 'machine.cpus': 64 });
  const row = (what: string, published: string, model: string): FidelityRow => ({
    what,
    kind: 'predicted',
    published,
    model,
    ratio: null,
  });
  yield row('post-copy, median wait for a page of 4K (HGM v2)', 'below 100 us', us(waitP50Ns(runScenario(small))));
  const costs = { ...small.profile.costs, sleepWakeUpNs: 5000 };
  const awake = runScenario({ ...small, profile: { ...small.profile, costs } });
  yield row('the same, 5 us for a wake-up (range of #39)', 'below 100 us', us(waitP50Ns(awake)));
  const large = runScenario(inputOf('postcopy-2m', 'range', {}));
  yield row('post-copy, median wait for a page of 2M', 'above 10 ms', ms(waitP50Ns(large)));
}
