import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/lab/library.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { RunRecord, RunResult } from '../../src/lab/run-types.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { Overrides } from '../../src/lab/scenario-overrides.ts';
import { findingKinds, profileWith, recordsOf } from '../support/runs.ts';
import { errorsOf } from './errors.ts';

/** Two huge pages of 2 MiB and four vCPUs: the smallest migration that has everything in it. */
const small: Overrides = {
  'vm.memory': '4MiB',
  'vm.vcpus': 4,
  'vm.backing': 'hugetlb-2m',
  'peer.collapse': '2m',
  'guest.thinkNs': '20us',
  settle: '500us',
};

interface Options {
  readonly scheme?: 'range' | 'post-collapse/promote';
  readonly costs?: Parameters<typeof profileWith>[0];
  readonly onRecord?: (record: RunRecord) => void;
}

function migrate(overrides: Overrides, { scheme = 'range', costs = {}, onRecord }: Options = {}): RunResult {
  const scenario = loadScenario('postcopy-4k', { ...small, ...overrides });
  const listener = onRecord === undefined ? {} : { onRecord };
  return runScenario({ scenario, profile: profileWith(costs), scheme, mapcount: 'subpage', seed: 1, ...listener });
}

const counter = (result: RunResult, name: string): number => result.counters[name] ?? Number.NaN;

describe('post-copy: what comes', () => {
  test('4K pieces: every page is in place once, demand and background make up the whole, and each huge page is collapsed', () => {
    const result = migrate({});
    expect(counter(result, 'postCopyPagesByDemand') + counter(result, 'postCopyPagesByBackground')).toBe(1024);
    expect(counter(result, 'postCopyPagesByDemand')).toBeGreaterThan(20);
    expect([counter(result, 'postCopyCollapses'), counter(result, 'postCopyCollapsesFailed')]).toEqual([2, 0]);
    expect([result.notifier.sections, counter(result, 'hugeEntriesSet'), findingKinds(result)]).toEqual([2, 2, []]);
    expect(result.hugeRecoveryNs).toBeGreaterThan(0);
  });

  test('messages, records and stalls: as many waits as wakes, and the time of the waits is that of the cause userfault', () => {
    const records: RunRecord[] = [];
    const result = migrate({}, { onRecord: (record) => records.push(record) });
    const userfaults = recordsOf(records, 'userfault');
    const waits = userfaults.filter(({ event }) => event === 'wait');
    expect(waits.length).toBe(userfaults.length - waits.length);
    expect(waits.length).toBeGreaterThan(20);
    expect(waits.every(({ address, vcpu }) => address >= 0 && address < 4 * 2 ** 20 && vcpu < 4)).toBe(true);
    // A fault whose page comes while its message is being queued does not wait.
    expect(result.faults.userfault).toBeGreaterThanOrEqual(waits.length);
    const slept = result.stallByCauseNs.userfault ?? 0;
    expect(slept).toBeGreaterThan(waits.length * 50_000);
    expect(result.sleepNs).toBeGreaterThanOrEqual(slept);
  });

  test('pages asked for by several vCPUs at once: asked for once', () => {
    const result = migrate({ 'guest.pattern': 'stride', 'guest.stridePages': 1, 'guest.range.length': '64KiB' });
    expect(counter(result, 'postCopyRequests')).toBeLessThanOrEqual(16);
    expect(result.faults.userfault).toBeGreaterThanOrEqual(counter(result, 'postCopyRequests'));
  });

  test('no background: what is touched comes, nothing else, and the run does not wait for it', () => {
    const result = migrate({ 'peer.background': false, 'guest.range.length': '64KiB', settle: '20ms' });
    expect([counter(result, 'postCopyPagesByDemand'), counter(result, 'postCopyPagesByBackground')]).toEqual([16, 0]);
    expect(findingKinds(result)).toEqual([]);
  });

  test.each(['anonymous', 'shmem'])(
    '%s memory by UFFDIO_COPY, collapsed by pages of 2 MiB: all of it comes, no count is off',
    (backing) => {
      const result = migrate({ 'vm.backing': backing, 'userfault.mode': 'missing' });
      expect(counter(result, 'postCopyPagesByDemand') + counter(result, 'postCopyPagesByBackground')).toBe(1024);
      expect([counter(result, 'postCopyCollapsesFailed'), findingKinds(result)]).toEqual([0, []]);
      expect(result.hugeRecoveryNs).toBeGreaterThan(0);
    },
  );

  test('shmem through an alias: stored, continued, and both mappings are counted', () => {
    const result = migrate({ 'vm.backing': 'shmem', 'peer.collapse': null });
    expect(counter(result, 'postCopyPagesByDemand') + counter(result, 'postCopyPagesByBackground')).toBe(1024);
    expect(findingKinds(result)).toEqual([]);
  });

  test('several fds and readers, several connections: all of it comes', () => {
    const result = migrate({ 'userfault.fds': 2, 'userfault.readers': 3, 'peer.receivers': 3 });
    expect(counter(result, 'postCopyPagesByDemand') + counter(result, 'postCopyPagesByBackground')).toBe(1024);
    expect(findingKinds(result)).toEqual([]);
  });

  test('addresses rounded to the huge page (RFC v2 without exact addresses): a vCPU waits for its first piece in vain, until the fds are closed', () => {
    const [rounded, exact] = [false, true].map((exactAddress) =>
      migrate({ 'hgm.version': 'rfc2', 'userfault.exactAddress': exactAddress, 'peer.collapse': null }),
    );
    expect(counter(rounded as RunResult, 'postCopyRequests')).toBeLessThanOrEqual(2);
    expect(counter(exact as RunResult, 'postCopyRequests')).toBeGreaterThan(20);
    const longest = (result: RunResult | undefined) => counter(result as RunResult, 'userfaultWaitMaxNs');
    expect(longest(rounded)).toBeGreaterThan(3 * longest(exact));
  });

  test('async page faults: the vCPUs sleep less and touch more', () => {
    const [sync, async] = [false, true].map((asyncPageFault) =>
      migrate({ 'vm.asyncPageFault': asyncPageFault, 'peer.collapse': null }),
    );
    expect(async?.stallByCauseNs.userfault ?? 0).toBeLessThan((sync?.stallByCauseNs.userfault ?? 0) / 2);
    expect((async?.guest.touches ?? 0) / (async?.simulatedNs ?? 1)).toBeGreaterThan(
      (sync?.guest.touches ?? 0) / (sync?.simulatedNs ?? 1),
    );
    expect(findingKinds(async as RunResult)).toEqual([]);
  });
});

describe('postcopy-4k', () => {
  test('1 GiB for 16 vCPUs: every piece comes once, and the page is collapsed to one entry that KVM has as well', () => {
    const scenario = loadScenario('postcopy-4k');
    const result = runScenario({ scenario, profile: profileWith({}), scheme: 'range', mapcount: 'subpage', seed: 3 });
    const [demand, background] = ['postCopyPagesByDemand', 'postCopyPagesByBackground'].map((name) =>
      counter(result, name),
    );
    expect((demand ?? 0) + (background ?? 0)).toBe(262_144);
    expect(demand).toBeGreaterThan(10_000);
    expect([counter(result, 'postCopyCollapses'), counter(result, 'postCopyCollapsesFailed')]).toEqual([1, 0]);
    expect([
      counter(result, 'hugeEntriesSet'),
      counter(result, 'tablesFreed'),
      counter(result, 'hugeInstalls'),
    ]).toEqual([1, 513, 1]);
    // One mapcount for each piece, one less for each, one for the page in each of its two mappings: G.7, idea 2.
    expect(counter(result, 'mapcountAtomics')).toBe(2 * 262_144 + 2);
    expect(result.hugeRecoveryNs).toBeGreaterThan(counter(result, 'postCopyCompleteNs'));
    expect(findingKinds(result)).toEqual([]);
  }, 120_000);
});

describe('post-copy: how long it takes', () => {
  const median = (result: RunResult): number => counter(result, 'userfaultWaitP50Ns');

  test('one page, nothing else under way: the sum of the wake-ups and of both ways over the link, and what the work takes', () => {
    const alone = { 'vm.vcpus': 1, 'peer.background': false, 'peer.collapse': null, 'userfault.readers': 1 };
    const wait = (overrides: Overrides, costs = {}) => median(migrate({ ...alone, ...overrides }, { costs }));
    const base = wait({});
    // One way more on each way; and a wake-up of reader, source, receiver and vCPU.
    expect(wait({ 'peer.latency': '30us' }) - base).toBe(2 * 20_000);
    expect(wait({}, { sleepWakeUpNs: 30_000 }) - base).toBe(4 * 10_000);
    // 4 KiB and a request of 32 bytes at a tenth of the bandwidth.
    const wireNs = (bytesPerSecond: number) => Math.ceil(4096e9 / bytesPerSecond) + Math.ceil(32e9 / bytesPerSecond);
    expect(wait({ 'peer.bandwidth': 1_250_000_000 }) - base).toBe(wireNs(1.25e9) - wireNs(1.25e10));
    expect(base).toBeGreaterThan(100_000);
    expect(base).toBeLessThan(115_000);
  });

  test('urgent pages on the connection of the background wait behind its window; on their own they do not', () => {
    const wait = (preempt: boolean, window: string) =>
      median(migrate({ 'peer.preempt': preempt, 'peer.window': window, 'peer.collapse': null, 'vm.memory': '16MiB' }));
    const [behindMuch, behindLittle, own] = [wait(false, '1MiB'), wait(false, '64KiB'), wait(true, '1MiB')];
    expect(behindMuch).toBeGreaterThan(2 * behindLittle);
    expect(behindLittle).toBeGreaterThanOrEqual(own);
  });

  test('the collapse under v2: sections close at the end of each, and a vCPU that misses a page then sleeps on mmap_lock', () => {
    const [range, promote] = (['range', 'post-collapse/promote'] as const).map((scheme) => migrate({}, { scheme }));
    expect(range?.stallByCauseNs['invalidate-retry'] ?? 0).toBeGreaterThan(0);
    expect(promote?.stallByCauseNs['invalidate-retry'] ?? 0).toBe(0);
    expect([promote?.notifier.sections, promote?.notifier.collapsed]).toEqual([0, 2]);
    // The notifier takes the spin away, not the wait for pages: I.6.
    expect(promote?.stallByCauseNs['mmap-lock'] ?? 0).toBeGreaterThan(0);
  });

  test('against the reported medians: 4K below 100 us once a wake-up takes 5 us, 2M above 10 ms, 1G in seconds', () => {
    const of = (name: string, overrides: Overrides = {}, costs = {}) => {
      const scenario = loadScenario(name, overrides);
      return runScenario({ scenario, profile: profileWith(costs), scheme: 'range', mapcount: 'subpage', seed: 1 });
    };
    const small4k = { 'vm.memory': '32MiB', 'vm.backing': 'hugetlb-2m', 'peer.collapse': null };
    const fast4k = median(of('postcopy-4k', small4k, { sleepWakeUpNs: 5000 }));
    const slow4k = median(of('postcopy-4k', small4k));
    const page2m = median(of('postcopy-2m', { 'vm.memory': '1GiB' }));
    const page1g = of('postcopy-1g');
    expect(fast4k).toBeLessThan(100_000);
    // Four wake-ups at the profile's 20 us are 80 us of it: here the model departs from what was reported.
    expect(slow4k).toBeGreaterThan(100_000);
    expect(slow4k).toBeLessThan(130_000);
    expect(page2m).toBeGreaterThan(10_000_000);
    expect(counter(page1g, 'userfaultWaitMaxNs')).toBeGreaterThan(1_000_000_000);
    expect(median(page1g) / page2m).toBeGreaterThan(10);
  });
});

describe('post-copy: what a scenario must say', () => {
  const errors = (document: Record<string, unknown>) =>
    errorsOf(() => parseScenario(document)).map(({ path, message }) => `${path} ${message}`);
  const memory = { vm: { mapped: 'none' }, userfault: { mode: 'minor' } };

  test('a peer without faults that go to userspace, or with memory that is there: refused by name', () => {
    expect(errors({ peer: { pageSize: '4k' } })).toEqual([
      'userfault.mode must be "missing" or "minor" where peer.pageSize names a size, got "none"',
      'vm.mapped must be "none" where peer.pageSize names a size, got "4k"',
      expect.stringContaining('peer.pageSize must be 1GiB unless userfault.mode is "minor"'),
    ]);
  });

  test('several processes or back ends: refused, each by its own name', () => {
    const vm = (more: object) => errors({ ...memory, vm: { ...memory.vm, ...more }, peer: { pageSize: '4k' } });
    expect(vm({ backends: 1 })).toEqual([expect.stringMatching(/^vm\.backends must be 0 where .*, got 1$/)]);
    expect(vm({ processes: 2 })).toContainEqual(expect.stringMatching(/^vm\.processes must be 1 where .*, got 2$/));
  });

  test('units and collapses that the memory does not have: refused', () => {
    expect(errors({ ...memory, vm: { ...memory.vm, backing: 'hugetlb-2m' }, peer: { pageSize: '1g' } })[0]).toContain(
      'peer.pageSize must not be larger than 2MiB',
    );
    expect(errors({ ...memory, userfault: { mode: 'missing' }, peer: { pageSize: '4k' } })[0]).toContain(
      'need UFFDIO_CONTINUE',
    );
    expect(errors({ ...memory, vm: { ...memory.vm, backing: 'shmem' }, peer: { pageSize: '2m' } })[0]).toContain(
      'peer.pageSize must not be larger than 4KiB',
    );
    expect(errors({ ...memory, peer: { pageSize: '2m', collapse: '2m' } })[0]).toContain(
      'must be larger than peer.pageSize ("2m")',
    );
    expect(errors({ ...memory, peer: { collapse: '2m' } })[0]).toContain('peer.collapse must be null');
  });

  test('minor faults of memory without a file, missing pages of a full file, more fds than parts: refused', () => {
    expect(errors({ vm: { backing: 'anonymous' }, userfault: { mode: 'minor' } })[0]).toContain(
      'userfault.mode must be',
    );
    expect(errors({ userfault: { mode: 'missing' } })[0]).toContain('vm.mapped must be "none"');
    expect(errors({ userfault: { fds: 2 } })[0]).toContain('userfault.fds must be at most the 1 parts');
  });
});
