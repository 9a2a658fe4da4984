// Rows of the collapse itself: how long, what part of it is counting, how much is counted.

import { runScenario } from '../../src/lab/run.ts';
import type { MapcountSchemeId, RunInput, RunResult } from '../../src/lab/run-types.ts';
import { type FidelityRow, inputOf, ms, us } from './rows.ts';

const LEAVES = 262_144;

/** A kernel before 6.8, vCPUs that each work in a part of memory: whoever the cursor has not reached spins through GUP. */
const oldKernel = {
  'machine.kernel': '6.1',
  'machine.preemption': 'voluntary',
  'machine.cpus': 64,
  'guest.partitioned': true,
};

const collapseNs = (result: RunResult): number => result.operations[0]?.durationNs ?? Number.NaN;

function collapse(overrides: Record<string, unknown>, mapcount: MapcountSchemeId): RunResult {
  return runScenario({ ...inputOf('hgm-collapse-1g', 'range', overrides), mapcount });
}

/** A1: about one second for a collapse of 1 GiB. */
export function* collapseUnderContention(): Iterable<FidelityRow> {
  const row = (what: string, ns: number, kind: FidelityRow['kind'] = 'predicted'): FidelityRow => ({
    what,
    kind,
    published: '~1 s',
    model: ms(ns),
    ratio: ns / 1e9,
  });
  for (const mapcount of ['subpage', 'head-per-pte'] as const) {
    const idle = collapseNs(collapse({ ...oldKernel, 'guest.pattern': 'idle' }, mapcount));
    yield row(`4K to 1G, ${mapcount}, 6.1, no vCPU runs`, idle);
    for (const vcpus of [8, 24, 48]) {
      const ns = collapseNs(collapse({ ...oldKernel, 'vm.vcpus': vcpus }, mapcount));
      yield row(`4K to 1G, ${mapcount}, 6.1, ${vcpus} vCPUs`, ns);
    }
    const early = collapseNs(collapse({ ...oldKernel, 'machine.kernel': '6.12', 'vm.vcpus': 48 }, mapcount));
    yield row(`4K to 1G, ${mapcount}, 6.12, 48 vCPUs`, early);
  }
  for (const mapcount of ['subpage', 'head-per-pte'] as const) {
    const ns = collapseNs(collapse({ ...oldKernel, 'vm.mapped': '2m', 'vm.vcpus': 48 }, mapcount));
    yield row(`2M to 1G, ${mapcount}, 6.1, 48 vCPUs`, ns);
  }
  for (const contendedLineNs of [80, 200]) {
    const input = inputOf('hgm-collapse-1g', 'range', { ...oldKernel, 'vm.vcpus': 48 });
    const costs = { ...input.profile.costs, contendedLineNs };
    const ns = collapseNs(runScenario({ ...input, profile: { ...input.profile, costs } }));
    yield row(`4K to 1G, subpage, 6.1, 48 vCPUs, ${contendedLineNs} ns a line transfer (range of F2)`, ns);
  }
  const fitted = collapseNs(collapse({ 'machine.profile': 'hgm-thread-2023' }, 'subpage'));
  yield row('4K to 1G, subpage, profile hgm-thread-2023 (constants fitted to this row)', fitted, 'fitted');
}

/** A5: what counting takes beside everything else, a 4K leaf. Found by running once more with the counting for nothing. */
export function* mapcountAgainstPageTables(): Iterable<FidelityRow> {
  for (const vcpus of [1, 24]) {
    const input = inputOf('hgm-collapse-1g', 'range', { ...oldKernel, 'vm.vcpus': vcpus });
    const costs = { ...input.profile.costs, subpageMapcountNs: 0 };
    const uncounted = collapseLoopNs({ ...input, profile: { ...input.profile, costs } }) / LEAVES;
    const counting = collapseLoopNs(input) / LEAVES - uncounted;
    yield {
      what: `counting / rest of the work on a 4K leaf, subpage, 6.1, ${vcpus} vCPUs`,
      kind: 'predicted',
      published: '"about on par"',
      model: `${counting.toFixed(1)} / ${uncounted.toFixed(1)} ns`,
      ratio: counting / uncounted,
    };
  }
}

/** The collapse without KVM's part: the time from the return of range_start on. */
function collapseLoopNs(input: RunInput): number {
  const result = runScenario(input);
  return collapseNs(result) - result.notifier.startNs;
}

/** A7: mapcount atomics of each step, a 1 GiB page. */
export function* mapcountWork(): Iterable<FidelityRow> {
  const published = {
    subpage: { '4K to 2M': 512 * 1024, '2M to 1G': LEAVES + 1 },
    'head-per-pte': { '4K to 2M': 512 * 513, '2M to 1G': 513 },
  } as const;
  for (const mapcount of ['subpage', 'head-per-pte'] as const) {
    const idle = { 'guest.pattern': 'idle' };
    const both = runScenario({ ...inputOf('hgm-collapse-stepwise', 'range', idle), mapcount });
    const last = collapse({ ...idle, 'vm.mapped': '2m' }, mapcount);
    const counted = {
      '2M to 1G': last.counters.mapcountAtomics ?? 0,
      '4K to 2M': (both.counters.mapcountAtomics ?? 0) - (last.counters.mapcountAtomics ?? 0),
    };
    for (const step of ['4K to 2M', '2M to 1G'] as const) {
      yield {
        what: `mapcount atomics, ${step}, ${mapcount}`,
        kind: 'predicted',
        published: published[mapcount][step].toLocaleString('en'),
        model: counted[step].toLocaleString('en'),
        ratio: counted[step] / published[mapcount][step],
      };
    }
  }
}

/** D1: how long one anonymous collapse holds mmap_lock for write, a fully populated 2 MiB block. */
export function* anonymousCollapse(): Iterable<FidelityRow> {
  const { stallsNs } = runScenario(inputOf('thp-anon-collapse', 'range', {}));
  const ns = stallsNs.reduce((longest, stall) => Math.max(longest, stall), 0);
  yield {
    what: 'anonymous collapse of 2 MiB, all 512 pages there: longest stall of a vCPU',
    kind: 'fitted',
    published: '621 us (fit)',
    model: us(ns),
    ratio: ns / 621_000,
  };
}
