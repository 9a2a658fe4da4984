// Costs and sizes move results by what they are worth: count times difference, to the ns where nobody contends.

import { describe, expect, test } from 'vitest';
import type { CostName } from '../../src/lab/cost-names.ts';
import { loadProfile } from '../../src/lab/library.ts';
import type { MapcountSchemeId, NotifierSchemeId, RunResult } from '../../src/lab/run-types.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { mapcounts, maxOf, profile, profileWith, type RunOptions, recorded, recordsOf, run } from '../support/runs.ts';

/** One 2 MiB page and one vCPU that touches one page of it all the time: no lock and no line is ever waited for. */
const alone: Overrides = {
  'vm.memory': '2MiB',
  'timeline.0.range.length': '2MiB',
  'vm.vcpus': 1,
  'guest.stridePages': 512,
  'guest.thinkNs': 1,
};

/** What one lap of the early check takes: a difference of a whole number of them shifts no lap against the section. */
const { vmExitEntryNs, faultSetupNs, retryCheckNs } = profile.costs;
const LAP_NS = vmExitEntryNs + faultSetupNs + 2 * retryCheckNs;

const raisedBy = (cost: CostName, ns: number) => profileWith({ [cost]: profile.costs[cost] + ns });
const durationNs = (result: RunResult) => result.operations[0]?.durationNs ?? 0;

describe('a cost that is raised, under range on 6.12', () => {
  test('of clearing a leaf: the longest stall grows by 512 times as much, and so does the collapse', () => {
    const [before, after] = [run(alone), run(alone, { profile: raisedBy('leafXchgNs', LAP_NS) })];
    expect(maxOf(after.stallsNs) - maxOf(before.stallsNs)).toBe(512 * LAP_NS);
    expect(durationNs(after) - durationNs(before)).toBe(512 * LAP_NS);
    expect(after.notifier.openNs - before.notifier.openNs).toBe(512 * LAP_NS);
    expect(after.notifier.startNs).toBe(before.notifier.startNs);
    // The vCPU spins for all of it, one lap each.
    expect(after.faults.retries - before.faults.retries).toBe(512);
  });

  test('of zapping an SPTE: by as much for each SPTE behind that of the vCPU, as its stall begins with its own', () => {
    const { result: before, records } = recorded(alone);
    const after = run(alone, { profile: raisedBy('spteClearNs', LAP_NS) });
    const page = recordsOf(records, 'fault')[0]?.gfn ?? -1;
    expect(page).toBeGreaterThanOrEqual(0);
    expect(maxOf(after.stallsNs) - maxOf(before.stallsNs)).toBe((511 - page) * LAP_NS);
    expect(after.notifier.startNs - before.notifier.startNs).toBe(512 * LAP_NS);
    expect(after.notifier.openNs).toBe(before.notifier.openNs);
  });

  test('of tearing down an entry of a removed table: by 512 times as much, as subtree-teardown', () => {
    const [before, after] = [run(alone), run(alone, { profile: raisedBy('teardownXchgNs', 7) })];
    expect(maxOf(after.stallsNs) - maxOf(before.stallsNs)).toBe(512 * 7);
    const teardown = (result: RunResult) => result.stallByCauseNs['subtree-teardown'] ?? 0;
    expect(teardown(after) - teardown(before)).toBe(512 * 7);
    expect(durationNs(after)).toBe(durationNs(before));
  });

  test('of dropping a reference: v2 drops them behind the section, v1 inside of it', () => {
    const difference = (version: string) => {
      const overrides = { ...alone, 'hgm.version': version };
      const [before, after] = [run(overrides), run(overrides, { profile: raisedBy('headPutNs', LAP_NS) })];
      return { open: after.notifier.openNs - before.notifier.openNs, all: durationNs(after) - durationNs(before) };
    };
    // The first put fetches the line from another CPU, and pays the dearer of that and its own cost.
    const slack = profile.costs.contendedLineNs;
    expect(difference('v2').open).toBe(0);
    expect(difference('v2').all).toBeGreaterThan(512 * LAP_NS - slack);
    expect(difference('v1').open).toBeGreaterThan(512 * LAP_NS - slack);
  });

  test('of one that this run does not use: nothing at all', () => {
    for (const cost of ['copyPageNs', 'zeroPageNs', 'uffdContinueBaseNs'] as const) {
      expect(run(alone, { profile: raisedBy(cost, 1000) })).toEqual(run(alone));
    }
  });
});

describe('a cost that is raised, under promote', () => {
  test('of clearing a leaf: the collapse is longer, the stalls are not', () => {
    const options = { scheme: 'post-collapse/promote' } as const;
    const [before, after] = [run(alone, options), run(alone, { ...options, profile: raisedBy('leafXchgNs', 700) })];
    expect(durationNs(after) - durationNs(before)).toBe(512 * 700);
    expect([...after.stallsNs]).toEqual([...before.stallsNs]);
  });

  test('of a kick: every stall by as much', () => {
    const options = { scheme: 'post-collapse/promote' } as const;
    const [before, after] = [run(alone, options), run(alone, { ...options, profile: raisedBy('kickedVcpuNs', 123) })];
    expect(maxOf(after.stallsNs) - maxOf(before.stallsNs)).toBe(123);
  });
});

describe('population', () => {
  const work = (result: RunResult) => ({
    leafClears: result.counters.leafClears,
    zapped: result.counters.spteLeavesZapped,
    puts: (result.counters.refAtomics ?? 0) - 2,
  });
  const still = { 'guest.pattern': 'idle' };

  test('half of the pages: half of the clears, zaps and puts', () => {
    expect(work(run(still))).toEqual({ leafClears: 1024, zapped: 1024, puts: 1024 });
    expect(work(run({ ...still, 'vm.populatedFraction': 0.5 }))).toEqual({ leafClears: 512, zapped: 512, puts: 512 });
  });

  test('SPTEs for half of the pages: half of the zaps, all of the clears', () => {
    const result = run({ ...still, 'vm.sptePopulatedFraction': 0.5 });
    expect(work(result)).toEqual({ leafClears: 1024, zapped: 512, puts: 1024 });
  });

  test('start and the open section: both shorter by half of what entries cost beyond their visit', () => {
    const [full, half] = [run(still), run({ ...still, 'vm.populatedFraction': 0.5 })];
    const { spteClearNs, ptePageMarkNs, leafXchgNs, gatherNs, subpageMapcountNs } = profile.costs;
    expect(full.notifier.startNs - half.notifier.startNs).toBe(512 * (spteClearNs + ptePageMarkNs));
    expect(full.notifier.openNs - half.notifier.openNs).toBe(512 * (leafXchgNs + gatherNs + subpageMapcountNs));
  });

  test('nothing populated: nothing to clear, and no huge entry, since an empty one is left alone', () => {
    const result = run({ ...still, 'vm.populatedFraction': 0 });
    expect([work(result).leafClears, work(result).zapped, result.counters.hugeEntriesSet]).toEqual([0, 0, 0]);
  });
});

describe('mapcount schemes', () => {
  const counted = (overrides: Overrides, mapcount: MapcountSchemeId, scheme: NotifierSchemeId = 'none') => {
    const options: RunOptions = { mapcount, scheme };
    return run({ 'guest.pattern': 'idle', ...overrides }, options);
  };

  test('4K to 2M: 512 + 1 atomics a page in both', () => {
    for (const mapcount of mapcounts) expect(counted({}, mapcount).counters.mapcountAtomics).toBe(2 * (512 + 1));
  });

  const gigabyte: Overrides = {
    'vm.backing': 'hugetlb-1g',
    'vm.memory': '1GiB',
    'timeline.0.range.length': '1GiB',
  };

  test('2M to 1G: 262,144 + 1 atomics by subpage, 512 + 1 by head, and everything else the same', () => {
    const [subpage, head] = mapcounts.map((mapcount) => counted({ ...gigabyte, 'vm.mapped': '2m' }, mapcount));
    expect(subpage?.counters.mapcountAtomics).toBe(262_144 + 1);
    expect(head?.counters.mapcountAtomics).toBe(512 + 1);
    expect({ ...subpage?.counters, mapcountAtomics: 0 }).toEqual({ ...head?.counters, mapcountAtomics: 0 });
  });

  test('2M to 1G: by subpage it is dearer by two orders of magnitude, exactly by its atomics', () => {
    const [subpage = 0, head = 0] = mapcounts.map((mapcount) =>
      durationNs(counted({ ...gigabyte, 'vm.mapped': '2m' }, mapcount)),
    );
    const { subpageMapcountNs, headMapcountNs } = profile.costs;
    // Each way fetches the line of the compound mapcount once; what is left are 512 leaves.
    expect(subpage - head).toBe(512 * (512 * subpageMapcountNs - headMapcountNs));
    expect(subpage / head).toBeGreaterThan(100);
  });

  test('4K to 2M: by head it is cheaper by the difference of one cold and one hot atomic a leaf', () => {
    const one = { 'vm.memory': '2MiB', 'timeline.0.range.length': '2MiB' };
    const [subpage = 0, head = 0] = mapcounts.map((mapcount) => durationNs(counted(one, mapcount)));
    const { subpageMapcountNs, headMapcountNs } = profile.costs;
    expect(subpage - head).toBe(512 * (subpageMapcountNs - headMapcountNs));
  });

  test('under range the difference is inside of the section: head-per-pte stalls vCPUs less', () => {
    const longest = (mapcount: MapcountSchemeId) => maxOf(run(alone, { mapcount }).stallsNs);
    expect(longest('head-per-pte')).toBeLessThan(longest('subpage'));
  });
});

describe('the cost profile of the thread', () => {
  test('hgm-thread-2023 is the same machine with other numbers: the same work, a longer collapse', () => {
    const [here, there] = [profile, loadProfile('hgm-thread-2023')].map((costs) =>
      run({ 'guest.pattern': 'idle' }, { profile: costs }),
    );
    expect(there?.counters).toEqual(here?.counters);
    expect(durationNs(there as RunResult)).toBeGreaterThan(10 * durationNs(here as RunResult));
  });
});
