import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { hva } from '../../src/mm/address.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

/** Mapped by the host, with no SPTE yet. */
const untouched = (options: WorldOptions = {}) => new TestWorld({ sptes: false, ...options });

/** A section over pages [first, end) that stays open for `openNs` after its start has returned. */
function* section(world: TestWorld, first: number, end: number, openNs: number): Process {
  const opened = yield* world.mm.notifiers.rangeStart('clear', world.at(first), world.at(end));
  yield openNs;
  yield* world.mm.notifiers.rangeEnd(opened);
}

describe('kvm fault: one lap', () => {
  test('page that the host maps: an SPTE of its size, and no reference is kept', () => {
    for (const mapped of [1, 2] as const) {
      const world = untouched({ mapped });
      const refcount = world.folio().refcount;
      const { task } = faultOnce(world, 1);
      world.run();
      expect(task.result).toEqual({ outcome: 'fixed', level: mapped });
      expect(world.kvm.tdp.spte(world.frame(1))).toEqual({
        level: mapped,
        pfn: world.folio().firstPfn + 1,
        writable: true,
      });
      expect([world.folio().refcount, world.work.gupRefAtomics]).toEqual([refcount, 2]);
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('uncontended on 6.12: its time is the sum of its steps', () => {
    const world = untouched();
    world.kvm.tdp.tableAt(world.frame(0), 1);
    faultOnce(world, 0);
    world.run();
    const { costs } = world.machine;
    // Snapshot, early check, check after GUP; get and put on the head page and lock and unlock of mmu_lock: each line is
    // fetched once and then owned.
    const checksNs = costs.faultSetupNs + 3 * costs.retryCheckNs;
    const linesNs = 2 * (costs.contendedLineNs + costs.atomicHotNs);
    const mapNs = costs.hostLevelNs + costs.tdpMapNs + costs.atomicHotNs;
    expect(world.sim.now).toBe(checksNs + costs.gupFastNs + linesNs + mapNs);
  });

  test('without the early check: the same without its two looks', () => {
    const took = (earlyRetryCheck: boolean) => {
      const world = untouched({ earlyRetryCheck });
      faultOnce(world, 0);
      world.run();
      return world.sim.now;
    };
    expect(took(true) - took(false)).toBe(2 * 5);
  });

  test('page with an SPTE: spurious', () => {
    const world = new TestWorld({ mapped: 2 });
    const { task } = faultOnce(world, 3);
    world.run();
    expect(task.result).toEqual({ outcome: 'spurious', level: 2 });
  });

  test('no memslot there, or no page in the page cache: efault', () => {
    const world = untouched({ mapped: 0 });
    world.mapping.remove(0);
    const absent = faultOnce(world, 0);
    const outside = faultOnce(world, world.pages);
    world.run();
    expect([absent.task.result?.outcome, outside.task.result?.outcome]).toEqual(['efault', 'efault']);
    expect(world.spteLevels()).toEqual(new Array(8).fill(0));
  });

  test('hole in the host mapping: slow GUP fills it, then the lap goes on', () => {
    const world = untouched({ mapped: 0 });
    const { task } = faultOnce(world, 5);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 2 });
    expect([world.work.gupSlow, world.work.gupFast]).toEqual([1, 1]);
    expect(world.spteLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
  });

  test('slot whose frames are not congruent with the addresses: 4K under a 2M host leaf', () => {
    const world = untouched({ mapped: 2, baseGfn: 1 });
    const { task } = faultOnce(world, 0);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(world.findingKinds()).toEqual([]);
  });

  test('two vCPUs on one page, at any distance in time: one maps it, the other loses the cmpxchg or finds it mapped', () => {
    const outcomes = new Set<string>();
    for (let delayNs = 0; delayNs < 400; delayNs++) {
      // Lines that cost next to nothing, or they keep the two further apart than the cmpxchg is long.
      const world = untouched({ costs: { contendedLineNs: 1 } });
      world.kvm.tdp.tableAt(world.frame(0), 1);
      const faults = [faultOnce(world, 0), faultOnce(world, 0, delayNs)];
      world.run();
      outcomes.add(faults.map(({ task }) => task.result?.outcome).join());
      expect(world.folio().refcount).toBe(5);
      expect(world.findingKinds()).toEqual([]);
    }
    expect([...outcomes].sort()).toEqual(['fixed,retry-lost', 'fixed,spurious']);
  });

  test('two vCPUs that need one table: it is made once; the later one loses it, or comes when it is there', () => {
    const outcomes = new Set<string>();
    for (let delayNs = 0; delayNs < 3000; delayNs += 10) {
      const world = untouched();
      const faults = [faultOnce(world, 0), faultOnce(world, 1, delayNs)];
      world.run();
      outcomes.add(faults.map(({ task }) => task.result?.outcome).join());
      expect(world.tdpTables()).toBe(3);
      expect(world.findingKinds()).toEqual([]);
    }
    expect([...outcomes].sort()).toEqual(['fixed,fixed', 'fixed,retry-lost']);
  });

  test('frozen entry, at the goal or above it: retry, the subtree is being torn down', () => {
    for (const mapped of [1, 2] as const) {
      const world = untouched({ mapped });
      const table = world.kvm.tdp.tableAt(world.frame(0), 2);
      table.clear(0, EntryKind.Frozen);
      const { task } = faultOnce(world, 0);
      world.run();
      expect(task.result).toEqual({ outcome: 'retry-frozen', level: 0 });
      expect(world.folio().refcount).toBe(mapped === 1 ? 5 : 2);
    }
  });

  test('GUP never runs under mmu_lock: lockdep saw no mm lock taken below it', () => {
    const world = untouched({ mapped: 0 });
    faultOnce(world, 0);
    world.run();
    expect(world.sim.lockdep.orders().filter(([from]) => from === 'kvm.mmu_lock')).toEqual([]);
    expect(world.findingKinds()).toEqual([]);
  });
});

describe('kvm fault: sections', () => {
  for (const kernel of ['6.1', '6.12'] as const) {
    // vCPU                                mm
    //   snapshot of the sequence
    //                                       range_start: lands somewhere in here
    //   GUP, checks, mmu_lock R
    //                                       range_end
    //   stale: retry; or mapped, and zapped by start, which had to wait for mmu_lock
    test(`${kernel}: rangeStart lands at any moment of the lap: retry or mapped before it, and never an SPTE inside`, () => {
      const outcomes = new Set<string>();
      for (let delayNs = 0; delayNs < 900; delayNs += 7) {
        const world = untouched({ kernel });
        const { task } = faultOnce(world, 0, 300);
        const opened: number[] = [];
        world.mm.events.channel.listen((event) => {
          if (event.type === 'range-started') opened.push(world.kvm.tdp.mappedPages(world.frame(0), world.frame(8)));
          if (event.type === 'range-end') opened.push(world.kvm.tdp.mappedPages(world.frame(0), world.frame(8)));
        });
        world.spawn('mm', section(world, 0, 8, 2000), delayNs);
        world.run();
        const when =
          task.result?.outcome === 'fixed' ? 'fixed' : `${task.result?.outcome} after ${world.work.gupFast} GUP`;
        outcomes.add(when);
        expect(opened).toEqual([0, 0]);
        expect(world.findingKinds()).toEqual([]);
        expect(world.folio().refcount).toBe(5);
      }
      const early = ['retry-invalidate after 0 GUP'];
      expect([...outcomes].sort()).toEqual(
        ['fixed', ...(kernel === '6.12' ? early : []), 'retry-invalidate after 1 GUP'].sort(),
      );
    });

    test(`${kernel}: three laps while a section is open: ${kernel === '6.1' ? 'a GUP and mmu_lock in each' : 'none of them gets as far as GUP'}`, () => {
      const world = untouched({ kernel });
      world.spawn('mm', section(world, 0, 8, 50_000));
      const refs: number[] = [];
      world.spawn(
        'laps',
        (function* laps() {
          yield 10_000;
          const before = world.kvm.mmuLockLine.accesses;
          for (let lap = 0; lap < 3; lap++) {
            const { task } = faultOnce(world, 0);
            const result = yield* world.sim.join(task);
            expect(result).toEqual({ outcome: 'retry-invalidate', level: 0 });
          }
          refs.push(world.work.gupFast, world.work.gupRefAtomics, world.kvm.mmuLockLine.accesses - before);
        })(),
      );
      world.run();
      expect(refs).toEqual(kernel === '6.1' ? [3, 6, 6] : [0, 0, 0]);
    });
  }

  test('page outside of the hull: is mapped while a section is open elsewhere', () => {
    const world = untouched();
    world.spawn('mm', section(world, 0, 4, 50_000));
    const { task } = faultOnce(world, 5, 10_000);
    world.run();
    expect(task.result?.outcome).toBe('fixed');
  });

  test('a section elsewhere closes during the lap: retry, because the sequence has moved', () => {
    const outcomes = new Set<string | undefined>();
    for (let delayNs = 0; delayNs < 4000; delayNs += 20) {
      const world = untouched();
      world.spawn('mm', section(world, 0, 4, 1500));
      const { task } = faultOnce(world, 5, delayNs);
      world.run();
      outcomes.add(task.result?.outcome);
    }
    expect([...outcomes].sort()).toEqual(['fixed', 'retry-invalidate']);
  });

  test('a section over addresses that no memslot has: faults go on, and mmu_lock is not touched', () => {
    const world = untouched();
    world.spawn(
      'mm',
      (function* mm() {
        const end = world.vma.end;
        const opened = yield* world.mm.notifiers.rangeStart('unmap', end, hva(end + 4096));
        expect(world.kvm.invalidation.mnActiveInvalidateCount).toBe(1);
        expect([world.kvm.invalidation.mmuInvalidateInProgress, world.kvm.mmuLockLine.accesses]).toEqual([0, 0]);
        yield* world.mm.notifiers.rangeEnd(opened);
      })(),
    );
    const { task } = faultOnce(world, 0);
    world.run();
    expect(task.result?.outcome).toBe('fixed');
    expect([world.kvm.invalidation.mmuInvalidateSeq, world.kvm.stats.seqBumps]).toEqual([0, 0]);
  });
});
