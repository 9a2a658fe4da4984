import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { kvmTdpMmuMap, tdpMmuZapLeafs } from '../../src/kvm/tdp-mmu.ts';
import type { Level } from '../../src/mm/address.ts';
import { collapse } from '../support/collapse.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, until } from '../support/world.ts';

function* zap(world: TestWorld, first = 0, end = world.pages): Process<boolean> {
  yield* world.kvm.writeLock();
  const flush = yield* tdpMmuZapLeafs(world.kvm, world.frame(first), world.frame(end));
  yield* world.kvm.writeUnlock();
  return flush;
}

/** A reader that comes as soon as one leaf has gone, and says how many were left when it got mmu_lock. */
function* reader(world: TestWorld, log: number[]): Process {
  yield* until(() => world.work.spteLeavesZapped > 0);
  yield* world.kvm.readLock();
  log.push(world.pages - world.work.spteLeavesZapped);
  yield* world.kvm.readUnlock();
}

describe('tdp_mmu_zap_leafs', () => {
  test('part of a range: zaps its leaves, keeps the tables, says that a flush is due', () => {
    const world = new TestWorld();
    expect(world.call(zap(world, 2, 6))).toBe(true);
    expect(world.spteLevels()).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect([world.work.spteLeavesZapped, world.tdpTables()]).toEqual([4, 4]);
    expect(world.work.kvmFlushes).toBe(0);
  });

  test('a leaf larger than the range: goes whole', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 2 });
    world.call(zap(world, 5, 6));
    expect(world.spteLevels()).toEqual([...Array(4).fill(2), ...Array(4).fill(0), ...Array(8).fill(2)]);
  });

  test('nothing mapped: no flush, and the entries are visited all the same', () => {
    const world = new TestWorld();
    world.call(zap(world));
    const visited = world.work.spteEntriesVisited;
    expect(world.call(zap(world), 'again')).toBe(false);
    expect(world.work.spteEntriesVisited).toBe(2 * visited);
    expect(world.work.spteLeavesZapped).toBe(8);
  });

  test('a tree without tables: one visit for the empty entry on the way', () => {
    const world = new TestWorld({ mapped: 0 });
    world.call(zap(world));
    expect(world.work.spteEntriesVisited).toBe(1);
  });

  test('time: a visit for every entry, and the zap of a leaf', () => {
    const world = new TestWorld();
    world.call(zap(world));
    const { costs } = world.machine;
    // One entry of 1G, two of 2M, eight of 4K; the lock's word is fetched once.
    const visitsNs = (1 + 2 + 8) * (costs.spteVisitNs + costs.condReschedNs);
    const zapsNs = 8 * (costs.spteClearNs + costs.ptePageMarkNs);
    expect(world.sim.now).toBe(visitsNs + zapsNs + costs.contendedLineNs + costs.atomicHotNs);
  });

  test('without mmu_lock for write: stops the run', () => {
    const world = new TestWorld();
    expect(() => world.call(tdpMmuZapLeafs(world.kvm, world.frame(0), world.frame(8)))).toThrow(
      /must hold kvm.mmu_lock for write/,
    );
  });

  test('preemptible kernel, a reader waits: breaks the lock after the entry, flushes first, goes on where it was', () => {
    const world = new TestWorld({ preemption: 'full' });
    const left: number[] = [];
    world.spawn('reader', reader(world, left));
    const flush = world.call(zap(world), 'zap');
    expect(left).toHaveLength(1);
    expect(left[0]).toBeGreaterThan(0);
    expect([world.work.lockBreaks, world.work.kvmFlushes]).toEqual([1, 1]);
    expect(world.spteLevels()).toEqual(new Array(8).fill(0));
    expect(world.work.spteLeavesZapped).toBe(8);
    // The walk has started again from the root: one entry of 1G and one of 2M are visited a second time.
    expect(world.work.spteEntriesVisited).toBe(1 + 2 + 8 + 2);
    // What was zapped behind the break has still to be flushed.
    expect(flush).toBe(true);
  });

  test('preemptible kernel, a reader waits behind every entry: a break and a flush after each', () => {
    const world = new TestWorld({ preemption: 'full', costs: { kvmFlushFixedNs: 0, contendedLineNs: 0 } });
    const zapper = world.spawn('zap', zap(world));
    for (const name of ['a', 'b', 'c']) {
      world.spawn(
        name,
        (function* storm() {
          while (zapper.state !== 'ended') {
            yield* world.kvm.readLock();
            yield 1;
            yield* world.kvm.readUnlock();
            yield 1;
          }
        })(),
      );
    }
    world.run();
    // After the last leaf nothing is left to break for.
    expect([world.work.lockBreaks, world.work.kvmFlushes]).toEqual([7, 7]);
  });

  test('a break before anything was zapped: no flush', () => {
    const world = new TestWorld({ sptes: false, costs: { contendedLineNs: 5 } });
    world.kvm.tdp.tableAt(world.frame(0), 1);
    world.spawn(
      'reader',
      (function* late() {
        yield* until(() => world.work.spteEntriesVisited > 2);
        yield* world.kvm.readLock();
        yield* world.kvm.readUnlock();
      })(),
    );
    world.call(zap(world), 'zap');
    expect([world.work.lockBreaks, world.work.kvmFlushes]).toEqual([1, 0]);
  });

  test('voluntary kernel: a reader waits to the end', () => {
    const world = new TestWorld({ preemption: 'voluntary' });
    const left: number[] = [];
    world.spawn('reader', reader(world, left));
    world.call(zap(world), 'zap');
    expect(left).toEqual([0]);
    expect([world.work.lockBreaks, world.work.kvmFlushes]).toEqual([0, 0]);
  });
});

describe('kvm_tdp_mmu_map: promotion by fault (C.7)', () => {
  /** Host of one leaf of `level` over SPTEs of `small`; the world, what one fault did, and what it spent its time on. */
  const promoted = (level: Level, small: Level, zapFirst: boolean) => {
    const world = new TestWorld({ entries: 512, hstateLevel: level, hugePages: 1, mapped: level, sptes: false });
    world.mapSptes(0, world.pages, small);
    if (zapFirst) world.call(zap(world), 'zap');
    const before = { ...world.work };
    const { task, spent } = faultOnce(world, 3);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level });
    const { spteTeardownXchg, spteTablesFreed, kvmFlushes, hugeInstalls } = world.work;
    expect(world.findingKinds()).toEqual([]);
    return {
      world,
      spent,
      xchg: spteTeardownXchg,
      tables: spteTablesFreed,
      flushes: kvmFlushes - before.kvmFlushes,
      hugeInstalls,
    };
  };

  const rows: readonly [string, Level, Level, boolean, number, number][] = [
    ['2M leaf over a PTE table of SPTEs', 2, 1, false, 512, 1],
    ['2M leaf over a PTE table that was zapped', 2, 1, true, 512, 1],
    ['1G leaf over a PMD table with 2M SPTEs', 3, 2, false, 512, 1],
    ['1G leaf over 512 PTE tables that are populated', 3, 1, false, 512 + 262_144, 513],
    ['1G leaf over 512 PTE tables that were zapped', 3, 1, true, 512 + 262_144, 513],
  ];
  for (const [name, level, small, zapFirst, xchg, tables] of rows) {
    test(`${name}: ${xchg} xchg, ${tables} tables freed, one flush`, () => {
      const seen = promoted(level, small, zapFirst);
      expect([seen.xchg, seen.tables, seen.flushes, seen.hugeInstalls]).toEqual([xchg, tables, 1, 1]);
      expect(seen.world.tdpTables()).toBe(3 - level + 1);
      expect(seen.spent.map(([cause]) => cause)).toEqual(['fault', 'subtree-teardown', 'tlb-flush']);
    });
  }

  test('entries that are still present: cost their zap on top of the xchg', () => {
    const teardownNs = (zapFirst: boolean) => {
      const [[, faultNs] = ['', 0], [, teardown] = ['', 0]] = promoted(2, 1, zapFirst).spent;
      return teardown - faultNs;
    };
    expect(teardownNs(true)).toBe(512 * 10 + 100);
    expect(teardownNs(false)).toBe(512 * 10 + 100 + 512 * (25 + 40));
  });

  test('another vCPU while the tables are torn down: uses the huge SPTE at once', () => {
    const world = new TestWorld({ entries: 512, hugePages: 1, mapped: 2, sptes: false });
    world.mapSptes(0, world.pages, 1);
    world.call(zap(world), 'zap');
    faultOnce(world, 3);
    const seen: (number | undefined)[] = [];
    world.spawn(
      'other',
      (function* other() {
        yield* until(() => world.work.hugeInstalls > 0);
        expect(world.work.spteTablesFreed).toBe(0);
        seen.push(world.kvm.tdp.spte(world.frame(400))?.level);
      })(),
    );
    world.run();
    expect(seen).toEqual([2]);
  });

  test('all small SPTEs present: nothing promotes them but a fault', () => {
    const world = new TestWorld();
    world.call(collapse(world, { scheme: 'none' }));
    expect(world.hostLevels()).toEqual(new Array(8).fill(2));
    expect(world.spteLevels()).toEqual(new Array(8).fill(1));
  });

  test('without mmu_lock for read: stops the run', () => {
    const world = new TestWorld();
    const account = { spent: () => {} };
    const page = { pfn: world.folio().firstPfn, writable: true };
    const map = kvmTdpMmuMap(world.kvm, world.slot, world.frame(0), page, true, account);
    expect(() => world.call(map)).toThrow(/must hold kvm.mmu_lock for read/);
  });
});
