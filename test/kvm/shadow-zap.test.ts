import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { collapse } from '../support/collapse.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const shadowWorld = (options: WorldOptions = {}): TestWorld => new TestWorld({ shadow: 2, ...options });

function* unmap(world: TestWorld, first = 0, end = world.pages): Process<boolean> {
  yield* world.kvm.writeLock();
  const flush = yield* world.kvm.mmu.unmapGfnRange(world.kvm, world.frame(first), world.frame(end));
  yield* world.kvm.writeUnlock();
  return flush;
}

/** A reader that comes as soon as one SPTE has gone, and says how many were left when it got mmu_lock. */
function* reader(world: TestWorld, log: number[]): Process {
  yield* until(() => world.work.spteLeavesZapped > 0);
  yield* world.kvm.readLock();
  log.push(world.pages - world.work.spteLeavesZapped);
  yield* world.kvm.readUnlock();
}

describe('kvm_unmap_gfn_range, shadow paging', () => {
  test('part of a range: its SPTEs go, shadow pages stay, a flush is due', () => {
    const world = shadowWorld();
    expect(world.call(unmap(world, 2, 6))).toBe(true);
    expect(world.spteLevels()).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect([world.work.spteLeavesZapped, world.tdpTables(), world.work.kvmFlushes]).toEqual([4, 4, 0]);
  });

  test('rmap heads: one for each 4K, 2M and 1G that the range touches, mapped or not', () => {
    for (const sptes of [true, false]) {
      const world = shadowWorld({ sptes });
      expect(world.call(unmap(world, 2, 6))).toBe(sptes);
      expect(world.work.rmapHeadsVisited).toBe(4 + 2 + 1);
    }
  });

  test('1G on real geometry: 262,144 + 512 + 1 heads', () => {
    const world = shadowWorld({ entries: 512, hstateLevel: 3, hugePages: 1, mapped: 3, shadow: 3 });
    world.call(unmap(world));
    expect([world.work.rmapHeadsVisited, world.work.spteLeavesZapped]).toEqual([262_144 + 512 + 1, 1]);
  });

  test('a huge SPTE larger than the range: goes whole, found by the head of its size', () => {
    const world = shadowWorld({ mapped: 2 });
    world.call(unmap(world, 5, 6));
    expect(world.spteLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
    expect(world.work.rmapHeadsVisited).toBe(1 + 1 + 1);
  });

  test.each([
    ['6.1', 0],
    ['6.12', 2],
    ['6.18', 2],
  ] as const)('time under %s: heads, the look at who waits where it yields, and the zaps', (kernel, condReschedNs) => {
    const world = shadowWorld({ kernel });
    world.call(unmap(world));
    const { rmapHeadVisitNs, spteClearNs, rmapZapNs, contendedLineNs, atomicHotNs } = world.machine.costs;
    const zapNs = condReschedNs + spteClearNs + rmapZapNs + world.kvm.zapMarkNs;
    expect(world.sim.now).toBe((8 + 2 + 1) * rmapHeadVisitNs + 8 * zapNs + contendedLineNs + atomicHotNs);
  });

  test('6.1, a reader waits: not let in before the end', () => {
    const world = shadowWorld({ kernel: '6.1' });
    const left: number[] = [];
    world.spawn('reader', reader(world, left));
    world.call(unmap(world), 'unmap');
    expect([left, world.work.lockBreaks]).toEqual([[0], 0]);
  });

  test.each(['6.12', '6.18'] as const)('%s, a reader waits: flushed, let in, and the walk goes on', (kernel) => {
    const world = shadowWorld({ kernel });
    const left: number[] = [];
    world.spawn('reader', reader(world, left));
    expect(world.call(unmap(world), 'unmap')).toBe(true);
    expect(left[0]).toBeGreaterThan(0);
    expect([world.work.lockBreaks, world.work.kvmFlushes]).toEqual([1, 1]);
    // No head is visited twice: the walk knows its place by frame and level.
    expect(world.work.rmapHeadsVisited).toBe(8 + 2 + 1);
    expect(world.spteLevels()).toEqual(new Array(8).fill(0));
  });

  test('voluntary preemption, a reader waits: not let in', () => {
    const world = shadowWorld({ preemption: 'voluntary' });
    const left: number[] = [];
    world.spawn('reader', reader(world, left));
    world.call(unmap(world), 'unmap');
    expect([left, world.work.lockBreaks]).toEqual([[0], 0]);
  });

  test('without mmu_lock for write: stops the run', () => {
    const world = shadowWorld();
    const { kvm } = world;
    expect(() => world.call(kvm.mmu.unmapGfnRange(kvm, world.frame(0), world.frame(8)))).toThrow(
      /must hold kvm.mmu_lock for write/,
    );
  });
});

describe('a collapse over shadow paging', () => {
  test('a section: all SPTEs go, the next fault maps as large as guest and host', () => {
    const world = shadowWorld();
    world.call(collapse(world));
    expect(world.spteLevels()).toEqual(new Array(8).fill(0));
    faultOnce(world, 1);
    faultOnce(world, 5);
    world.run();
    expect(world.spteLevels()).toEqual(new Array(8).fill(2));
    expect(world.findingKinds()).toEqual([]);
  });

  test('post-collapse/zap: SPTEs that could be larger go, with one flush', () => {
    const world = shadowWorld({ mapped: 2, sptes: false });
    world.mapSptes(0, 4, 1);
    world.mapSptes(4, 4, 2);
    world.call(collapsedHandlers.zap(world.kvm, world.slot, world.frame(0), world.frame(8)));
    expect(world.spteLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect([world.work.spteLeavesZapped, world.work.kvmFlushes]).toEqual([4, 1]);
    // The heads of 4K and of 2M, none of 1G: what is largest could not be larger.
    expect(world.work.rmapHeadsVisited).toBe(8 + 2);
  });

  test('post-collapse/zap under a guest that maps small: nothing to gain, nothing zapped', () => {
    const world = shadowWorld({ shadow: 1, mapped: 2, sptes: false });
    world.mapSptes(0, 8, 1);
    world.call(collapsedHandlers.zap(world.kvm, world.slot, world.frame(0), world.frame(8)));
    expect([world.work.spteLeavesZapped, world.work.kvmFlushes]).toEqual([0, 0]);
  });
});

describe('kvm_mmu_zap_all, shadow paging', () => {
  test('linked pages and pages that are cut off: all freed, one flush for all', () => {
    const world = shadowWorld({ mapped: 2, sptes: false });
    world.mapSptes(0, 3, 1);
    // The huge SPTE cuts off the page with three SPTEs.
    faultOnce(world, 3);
    world.run();
    const before = { flushes: world.work.kvmFlushes, zapped: world.work.spteLeavesZapped };
    world.call(world.kvm.mmu.zapAll(world.kvm), 'release');
    expect(world.kvm.tdp.top.kinds.includes(EntryKind.Table)).toBe(false);
    // The huge SPTE and the three that nobody translates by any more.
    expect(world.work.spteLeavesZapped - before.zapped).toBe(4);
    expect(world.work.kvmFlushes - before.flushes).toBe(1);
    // One page for each level below the root, and the one that was cut off.
    expect(world.work.spteTablesFreed).toBe(3);
  });
});
