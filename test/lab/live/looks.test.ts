import { describe, expect, test } from 'vitest';
import type { LiveSimulation } from '../../../src/lab/live/live-simulation.ts';
import type { LiveFolio, LiveMappings, PrimaryRun, SpteRun } from '../../../src/lab/live/live-types.ts';
import { ENTRIES_MAX } from '../../../src/lab/live/table-runs.ts';
import { mapcountSchemes } from '../../../src/lab/vocabulary.ts';
import { errorsOf, pathsOf } from '../errors.ts';
import { advance, live, small } from './live.ts';

const PAGE = 4096;
const MIB = 2 ** 20;

/** All of it, however many pieces that takes. */
function mappings(
  simulation: LiveSimulation,
  query: { limit?: number; process?: number; vm?: number } = {},
): LiveMappings {
  const whole = simulation.mappings(query);
  let { next } = whole;
  const primary: PrimaryRun[] = [...whole.primary];
  const secondary = whole.secondary.map((list) => ({ ...list, runs: [...list.runs] }));
  while (next !== null) {
    const piece = simulation.mappings({ ...query, start: next });
    primary.push(...piece.primary);
    for (const { vm, slot, runs } of piece.secondary) {
      const list = secondary.find((other) => other.vm === vm && other.slot === slot);
      if (list === undefined) secondary.push({ vm, slot, runs: [...runs] });
      else list.runs.push(...runs);
    }
    expect(piece.next === null || piece.next > next).toBe(true);
    next = piece.next;
  }
  return { ...whole, next, primary, secondary };
}

const isWhole = (runs: readonly (PrimaryRun | SpteRun)[], start: number, length: number): boolean =>
  runs.every(
    ({ start: at }, index) =>
      at === (index === 0 ? start : (runs[index - 1]?.start ?? 0) + (runs[index - 1]?.length ?? 0)),
  ) && runs.reduce((sum, run) => sum + run.length, 0) === length;

describe('LiveSimulation.mappings', () => {
  test('a VM of 4 MiB in small pages, in the middle of a collapse and after it: what the tables hold', () => {
    const simulation = live({ ...small, vm: { ...small.vm, vcpus: 1 }, guest: { pattern: 'idle' } });
    const flags = { writable: true, uffdWp: false, special: false };
    expect(simulation.mappings()).toMatchObject({
      start: 0,
      length: 4 * MIB,
      process: 0,
      next: null,
      primary: [{ start: 0, length: 4 * MIB, size: '4k', kind: 'present', ...flags }],
      secondary: [
        {
          vm: 0,
          slot: 0,
          runs: [{ gfn: 0, pages: 1024, size: '4k', kind: 'present', accessed: true, protected: false }],
        },
      ],
    });
    const [{ frame = null, folio = null } = {}] = simulation.mappings().primary;
    expect(folio).toBe(frame);
    simulation.start({ operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
    advance(simulation, { until: 'operations-done' });
    const { primary, secondary } = simulation.mappings();
    expect(primary).toEqual([
      { start: 0, length: 2 * MIB, size: '2m', kind: 'present', ...flags, frame, folio },
      {
        start: 2 * MIB,
        length: 2 * MIB,
        size: '4k',
        kind: 'present',
        ...flags,
        frame: Number(frame) + 512,
        folio: Number(frame) + 512,
      },
    ]);
    // The section has zapped what it was about, and a guest that touches nothing brings nothing back.
    expect(secondary[0]?.runs).toMatchObject([
      {
        start: 0,
        length: 2 * MIB,
        gfn: 0,
        pages: 512,
        size: null,
        kind: 'none',
        writable: false,
        accessed: false,
        frame: null,
      },
      {
        start: 2 * MIB,
        length: 2 * MIB,
        gfn: 512,
        pages: 512,
        size: '4k',
        kind: 'present',
        writable: true,
        frame: Number(frame) + 512,
      },
    ]);
  });

  test('a part in the middle of a leaf: cut at both ends, with the frame of its first page', () => {
    const simulation = live({ vm: { ...small.vm, mapped: '2m' } });
    const [{ frame = null } = {}] = simulation.mappings().primary;
    const { primary, secondary } = simulation.mappings({ start: MIB, length: 5 * PAGE });
    expect(primary).toMatchObject([
      { start: MIB, length: 5 * PAGE, size: '2m', frame: Number(frame) + 256, folio: frame },
    ]);
    expect(secondary[0]?.runs).toMatchObject([
      { gfn: 256, pages: 5, size: '2m', frame: Number(frame) + 256, folio: frame },
    ]);
  });

  test('read-only, write-protected, poisoned, moved: each is a run of its own', () => {
    const vm = { ...small.vm, backing: 'anonymous', mapped: '4k' };
    const simulation = live({ vm, guest: { pattern: 'idle' }, userfault: { writeProtect: true } });
    const at = (page: number, pages = 1) => ({ start: page * PAGE, length: pages * PAGE });
    simulation.start({ operation: 'mprotect', range: at(8, 4), protection: 'read' });
    advance(simulation, { until: 'operations-done' });
    simulation.start({ operation: 'uffdio-writeprotect', range: at(16, 4), protection: 'read' });
    simulation.start({ operation: 'memory-failure', range: at(32) });
    simulation.start({ operation: 'mremap', range: at(64, 16), to: 8 * MIB });
    advance(simulation, { until: 'operations-done' });
    const runs = simulation.mappings().primary;
    expect(isWhole(runs, 0, 4 * MIB)).toBe(true);
    expect(
      runs.map(({ start, length, kind, writable, uffdWp }) => [start / PAGE, length / PAGE, kind, writable, uffdWp]),
    ).toEqual([
      [0, 8, 'present', true, false],
      [8, 4, 'present', false, false],
      [12, 4, 'present', true, false],
      [16, 4, 'present', false, true],
      [20, 12, 'present', true, false],
      [32, 1, 'poison', false, false],
      [33, 31, 'present', true, false],
      [64, 16, 'none', false, false],
      [80, 944, 'present', true, false],
    ]);
    // What has moved is where it was told to go, behind the memory, with the frames that it had.
    const moved = simulation.mappings({ start: 8 * MIB, length: MIB }).primary;
    expect(moved.map(({ length, kind, frame }) => [length / PAGE, kind, frame])).toEqual([
      [16, 'present', Number(runs[0]?.frame) + 64],
      [240, 'none', null],
    ]);
  });

  test('dirty logging: SPTEs are small, and protected for it', () => {
    const simulation = live({ vm: { ...small.vm, mapped: '2m' }, guest: { pattern: 'idle' } });
    simulation.start({ operation: 'dirty-log-enable' });
    advance(simulation, { until: 'operations-done' });
    expect(simulation.mappings().primary).toMatchObject([{ size: '2m', writable: true }]);
    expect(simulation.mappings().secondary[0]?.runs).toMatchObject([
      { pages: 1024, size: '4k', writable: false, protected: true },
    ]);
  });

  test.each(['tdp', 'shadow'])('%s, runs asked for one at a time, and all at once: the same mappings', (mmu) => {
    const simulation = live({ vm: { ...small.vm, mmu }, machine: { kernel: '6.12' } });
    advance(simulation, { by: '20us' });
    simulation.start({ operation: 'madv-dontneed', range: { start: '2MiB', length: '2MiB' } });
    simulation.start({ operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
    for (let step = 0; step < 8; step++) {
      advance(simulation, { by: '15us' });
      const once = mappings(simulation);
      expect(mappings(simulation, { limit: 1 }).secondary.length).toBe(once.secondary.length);
      const joined = joinRuns(mappings(simulation, { limit: 1 }).primary);
      expect(joined).toEqual(once.primary);
      expect(isWhole(once.primary, 0, 4 * MIB)).toBe(true);
      for (const { runs } of once.secondary) expect(isWhole(runs, 0, 4 * MIB)).toBe(true);
    }
  });

  test('more entries than one call looks at: it says where to go on, with all lists cut there', () => {
    const simulation = live({
      vm: { vcpus: 1, memory: '1GiB', backing: 'hugetlb-1g', mapped: '4k' },
      guest: { pattern: 'idle' },
    });
    const first = simulation.mappings();
    expect(first.next).toBe(ENTRIES_MAX * PAGE);
    expect(first.primary).toMatchObject([{ start: 0, length: ENTRIES_MAX * PAGE }]);
    expect(first.secondary[0]?.runs).toMatchObject([{ start: 0, length: ENTRIES_MAX * PAGE }]);
    const whole = mappings(simulation);
    expect(isWhole(whole.primary, 0, 2 ** 30)).toBe(true);
  });

  test('two processes, two VMs each: those that were asked for', () => {
    const simulation = live({ vm: { ...small.vm, vcpus: 1, processes: 2, count: 2 }, machine: { cpus: 4 } });
    const vmsOf = (query: { process?: number; vm?: number }) =>
      simulation.mappings(query).secondary.map(({ vm }) => vm);
    expect([vmsOf({}), vmsOf({ process: 1 }), vmsOf({ vm: 3 })]).toEqual([[0, 1], [2, 3], [3]]);
    expect(simulation.mappings({ vm: 3 }).process).toBe(1);
    expect(errorsOf(() => simulation.mappings({ process: 0, vm: 3 }))).toEqual([
      { path: 'vm', message: 'must be a VM of process 0, got 3, which is one of process 1' },
    ]);
  });

  test('a memory with a hole between two memslots, and an alias: each slot by itself', () => {
    const vm = {
      ...small.vm,
      memslots: [
        { guestStart: 0, start: 0, length: '1MiB' },
        { guestStart: '8MiB', start: '2MiB', length: '2MiB' },
        { guestStart: '16MiB', start: '3MiB', length: '1MiB' },
      ],
    };
    const { secondary, primary } = live({
      vm,
      guest: { pattern: 'idle', range: { start: 0, length: '1MiB' } },
    }).mappings();
    expect(isWhole(primary, 0, 4 * MIB)).toBe(true);
    expect(
      secondary.map(({ slot, runs }) => [slot, runs.map(({ start, length, gfn }) => [start / MIB, length / MIB, gfn])]),
    ).toEqual([
      [0, [[0, 1, 0]]],
      [1, [[2, 2, 2048]]],
      [2, [[3, 1, 4096]]],
    ]);
  });

  test('wrong questions: refused by the field, with what is allowed', () => {
    const simulation = live();
    const refused = (query: unknown) => errorsOf(() => simulation.mappings(query as object));
    expect(refused({ start: 1 })).toEqual([
      { path: 'start', message: 'must be a multiple of 4KiB up to 128GiB, got 1' },
    ]);
    expect(refused({ length: 0 })).toMatchObject([{ path: 'length' }]);
    expect(refused({ start: '5MiB' })).toMatchObject([
      { path: 'start', message: expect.stringContaining('must lie inside vm.memory') },
    ]);
    expect(refused({ start: '128GiB', length: '4KiB' })).toMatchObject([{ path: 'length' }]);
    expect(refused({ vm: 1 })).toEqual([{ path: 'vm', message: 'must be below the number of VMs (1), got 1' }]);
    expect(refused({ process: 7 })).toEqual([
      { path: 'process', message: 'must be below the number of processes (1), got 7' },
    ]);
    expect(pathsOf(() => simulation.mappings({ limit: 0 } as object))).toEqual(['limit']);
    expect(refused({ page: 1 })).toMatchObject([
      { path: 'page', message: expect.stringContaining('is not a field here') },
    ]);
  });
});

/** Runs that were cut only because the answer was full. */
function joinRuns(runs: readonly PrimaryRun[]): PrimaryRun[] {
  const joined: PrimaryRun[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    const same =
      last !== undefined && last.kind === run.kind && last.size === run.size && last.writable === run.writable;
    const follows = same && (last.frame === null ? null : last.frame + last.length / PAGE) === run.frame;
    if (last !== undefined && follows) joined[joined.length - 1] = { ...last, length: last.length + run.length };
    else joined.push(run);
  }
  return joined;
}

describe('LiveSimulation.folios', () => {
  const counts = ({ mapcount: { entire, total, firstPage, mapped, pages } }: LiveFolio) => ({
    entire,
    total,
    firstPage,
    mapped,
    pages: pages?.map(({ page, count, mapcount }) => [page, count, mapcount]) ?? null,
  });

  test.each(mapcountSchemes.filter(({ available }) => available).map(({ id }) => id))(
    '%s: a huge page of hugetlb in 512 small entries, then in one: the counts that this scheme keeps',
    (mapcount) => {
      const simulation = live({ ...small, mapcount });
      const expected = {
        // By 4K page; by entry in the head; by huge page; by page table and VMA; by VMA.
        subpage: [0, 512, 1, [[0, 512, 1]], 513],
        'head-per-pte': [512, 512, 512, null, 513],
        'hstate-entry': [1, 1, 1, null, 2],
        'hstate-special': [1, 1, 1, null, 2],
        'folio-pairs': [1, 1, 1, null, 2],
        'folio-vmas': [1, 1, 1, null, 2],
      }[mapcount];
      const [entire, total, firstPage, pages, refcount] = expected;
      const [before] = simulation.folios().items;
      expect(before).toMatchObject({
        size: '2m',
        pages: 512,
        kind: 'hugetlb',
        refcount,
        cacheIndex: 0,
        locked: false,
        poisoned: false,
      });
      expect(before?.mapcount.scheme).toBe(mapcount);
      expect(before && counts(before)).toEqual({ entire, total, firstPage, mapped: true, pages });
      simulation.start({ operation: 'madv-collapse' });
      advance(simulation, { until: 'idle' });
      const [after] = simulation.folios().items;
      const pagesAfter = mapcount === 'subpage' ? [[0, 512, 0]] : null;
      expect(after && counts(after)).toEqual({ entire: 1, total: 1, firstPage: 1, mapped: true, pages: pagesAfter });
      expect(after?.refcount).toBe(2);
    },
  );

  test("small pages of anonymous memory, shared by a fork, one of them poisoned: the kernel's own counts", () => {
    const simulation = live({ vm: { ...small.vm, backing: 'anonymous', mapped: '4k' }, guest: { pattern: 'idle' } });
    simulation.start({ operation: 'fork' });
    advance(simulation, { until: 'operations-done' });
    const [first] = simulation.mappings().primary;
    const folio = simulation.folio(Number(first?.frame));
    expect(folio).toMatchObject({ size: '4k', kind: 'anonymous', refcount: 2, cacheIndex: null, poisoned: false });
    expect(folio?.mapcount).toEqual({
      scheme: 'kernel',
      entire: 2,
      pages: null,
      pagesCut: false,
      total: 2,
      firstPage: 2,
      mapped: true,
    });
    simulation.start({ operation: 'memory-failure', range: { start: 0, length: '4KiB' } });
    advance(simulation, { until: 'operations-done' });
    expect(simulation.folio(Number(first?.frame))).toMatchObject({
      poisoned: true,
      mapcount: { total: 0, mapped: false },
    });
  });

  test('THP in small entries of which some are gone: counts run-length coded', () => {
    const simulation = live({
      vm: { ...small.vm, backing: 'shmem', folios: '2m', mapped: '4k' },
      guest: { pattern: 'idle' },
    });
    simulation.start({ operation: 'madv-dontneed', range: { start: '64KiB', length: '32KiB' } });
    advance(simulation, { until: 'operations-done' });
    const [folio] = simulation.folios().items;
    expect(folio).toMatchObject({ kind: 'file', size: '2m', refcount: 505, cacheIndex: 0 });
    expect(folio && counts(folio)).toEqual({
      entire: 0,
      total: 504,
      firstPage: 1,
      mapped: true,
      pages: [
        [0, 16, 1],
        [16, 8, 0],
        [24, 488, 1],
      ],
    });
  });

  test("a list in pages, a frame in the middle of a folio, a frame that is nobody's", () => {
    const simulation = live({ vm: { ...small.vm, backing: 'anonymous', mapped: '4k' } });
    const all = simulation.folios();
    expect([all.items.length, all.next]).toEqual([1000, Number(all.items.at(-1)?.index) + 1]);
    const rest = simulation.folios({ from: all.next ?? 0 });
    expect([rest.items.length, rest.next]).toEqual([24, null]);
    const [first] = live().folios({ limit: 1 }).items;
    const hugetlb = live();
    expect(hugetlb.folio(Number(first?.index) + 511)?.index).toBe(first?.index);
    expect([hugetlb.folio(0), hugetlb.folio(-1), hugetlb.folio(1e15)]).toEqual([null, null, null]);
    expect(hugetlb.folios({ from: Number(first?.index) + 1 }).items.map(({ index }) => index)).toEqual([
      Number(first?.index) + 512,
    ]);
    expect(pathsOf(() => hugetlb.folios({ limit: 1001 }))).toEqual(['limit']);
    expect(pathsOf(() => hugetlb.folios({ from: -1 }))).toEqual(['from']);
  });
});

describe('LiveSimulation.locks', () => {
  test('two operations of one process: the second waits for what the first holds', () => {
    const simulation = live({ ...small, guest: { pattern: 'idle' } });
    expect(simulation.locks()).toEqual([]);
    simulation.start({ operation: 'madv-collapse' });
    advance(simulation, { by: '5us' });
    simulation.start({ operation: 'mprotect', protection: 'read' });
    advance(simulation, { by: '5us' });
    simulation.start({ operation: 'migrate-pages' });
    advance(simulation, { by: '5us' });
    const mmapLock = simulation.locks().find(({ lockClass }) => lockClass === 'mmap_lock');
    expect(mmapLock).toMatchObject({
      instance: 'process 0',
      kind: 'sleeping',
      holders: [{ task: 'vmm0', mode: 'write' }],
    });
    expect(mmapLock?.waiters.map(({ task, mode, how }) => [task, mode, how])).toEqual([
      ['vmm1', 'write', 'sleep'],
      ['vmm2', 'read', 'sleep'],
    ]);
    const [first, second] = mmapLock?.waiters ?? [];
    expect(Number(first?.sinceNs)).toBeGreaterThanOrEqual(5000);
    expect(Number(second?.sinceNs)).toBeGreaterThanOrEqual(10_000);
    advance(simulation, { until: 'idle' });
    expect(simulation.locks()).toEqual([]);
  });

  test('a collapse step by step: every lock is told of what it belongs to', () => {
    const names = new Set<string>();
    for (const backing of ['hugetlb-2m', 'shmem', 'anonymous']) {
      const simulation = live({ vm: { ...small.vm, backing, mapped: '4k' }, guest: { pattern: 'uniform' } });
      advance(simulation, { by: '20us' });
      simulation.start({ operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
      simulation.start({ operation: 'migrate-pages', range: { start: '2MiB', length: '64KiB' } });
      const goal = simulation.readGoal({ until: 'operations-done' });
      while (!simulation.advance(goal, { events: 5 }).reached) {
        for (const { lockClass, instance } of simulation.locks())
          names.add(`${lockClass}: ${instance?.replace(/\d+/g, 'N')}`);
      }
    }
    expect([...names].sort()).toEqual([
      'anon_vma.rwsem: memory of process N',
      'file.i_mmap_rwsem: file',
      'folio_lock: folio N',
      'hugetlb_fault_mutex: slot N',
      'hugetlb_vma_lock: mapping at N of process N',
      'i_mmap_rwsem: file',
      'kvm.mmu_lock: vm N',
      'kvm.mn_invalidate_lock: vm N',
      'mmap_lock: process N',
      'pmd_ptl: table of level N at N of process N',
      'ptl: table of level N at N of process N',
      'ptl: table of level N, taken out of its tree',
    ]);
  });

  test('vCPUs that wait for userspace: each in a queue of its own, that of its fault', () => {
    const simulation = live({
      vm: { ...small.vm, mapped: 'none' },
      userfault: { mode: 'missing' },
      guest: { pattern: 'stride', stridePages: 512 },
    });
    expect(advance(simulation, { until: 'idle' })).toMatchObject({ reached: false, stuck: true, ended: null });
    const queues = simulation.locks();
    expect(queues).toMatchObject([
      {
        lockClass: 'userfaultfd.fault',
        kind: 'queue',
        holders: [],
        waiters: [{ task: 'vcpu0', mode: null, how: 'sleep' }],
      },
      {
        lockClass: 'userfaultfd.fault',
        kind: 'queue',
        holders: [],
        waiters: [{ task: 'vcpu1', mode: null, how: 'sleep' }],
      },
    ]);
    expect(queues[0]?.instance).toMatch(/^fault at \d+ of process 0$/);
    const waiting = simulation.state().vcpus;
    expect(waiting.map(({ state }) => state)).toEqual(['userfault', 'userfault']);
    expect(simulation.stalls().open.map(({ vcpu }) => vcpu)).toEqual([0, 1]);
    // Time passes for those who sleep, and the page that comes wakes them.
    advance(simulation, { by: '1ms' });
    expect(
      simulation
        .stalls()
        .open.every(({ endNs, causes }) => endNs === simulation.simTimeNs && Number(causes.userfault) > 9e5),
    ).toBe(true);
    simulation.start({ operation: 'uffdio-copy' });
    expect(advance(simulation, { until: 'idle' })).toMatchObject({ reached: true });
    expect(simulation.stalls().open).toEqual([]);
  });
});
