import { describe, expect, test } from 'vitest';
import { dirtyLogEnable } from '../../src/kvm/dirty-log.ts';
import type { Level } from '../../src/mm/address.ts';
import { collapse } from '../support/collapse.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

const shadowWorld = (options: WorldOptions = {}): TestWorld => new TestWorld({ shadow: 2, sptes: false, ...options });

/** Real tables, one huge page of 2M on the host in 4K entries, and no SPTE. */
const smallPages = (options: WorldOptions = {}): TestWorld => shadowWorld({ entries: 512, hugePages: 1, ...options });

const mapped = (world: TestWorld): number[] =>
  [...Array(world.pages).keys()].filter((page) => world.kvm.tdp.isMapped(world.frame(page)));

function unmapHost(world: TestWorld, page: number): void {
  world.mm.pageTables.tableAt(world.at(page), 1).clear(page % world.machine.geometry.entriesPerTable);
}

describe('a fault under shadow paging', () => {
  test('mmu_lock: free, held for write while it maps, free', () => {
    const world = shadowWorld();
    const { task } = faultOnce(world, 0);
    const { mmuLock } = world.kvm;
    const modes = world.watch(task, () => (mmuLock.isWriteHeld ? 'W' : mmuLock.isHeld ? 'R' : ''));
    world.run();
    expect(modes).toEqual(['', 'W', '']);
  });

  test('two faults on different pages: one after the other, where the TDP MMU lets both in', () => {
    const endOfSecond = (shadow?: Level): number => {
      const world = new TestWorld({ sptes: false, mapped: 2, ...(shadow === undefined ? {} : { shadow }) });
      world.kvm.tdp.tableAt(world.frame(0), 2);
      let endNs = 0;
      for (const page of [0, 4]) {
        const { task } = faultOnce(world, page);
        task.onWaitEnd = (_lock, sinceNs, untilNs) => {
          endNs = untilNs - sinceNs;
        };
      }
      world.run();
      return endNs;
    };
    expect(endOfSecond()).toBe(0);
    expect(endOfSecond(2)).toBeGreaterThan(0);
  });

  test('a fault while a zap holds mmu_lock: waits for it, and is thrown away', () => {
    const world = shadowWorld({ sptes: true, hugePages: 2, earlyRetryCheck: false, preemption: 'voluntary' });
    world.spawn('collapse', collapse(world, { end: 4 }));
    const { task } = faultOnce(world, 1, 1500);
    world.run();
    expect(task.result?.outcome).toBe('retry-invalidate');
    expect(world.findingKinds()).toEqual([]);
  });

  test.each([
    [1, 3, 1],
    [2, 3, 2],
    [3, 3, 3],
    [3, 2, 2],
    [2, 1, 1],
  ] as const)('guest pages of level %i, host leaf of level %i: the smaller of both', (shadow, mapped, level) => {
    const world = shadowWorld({ shadow, hstateLevel: 3, hugePages: 1, mapped });
    const { task } = faultOnce(world, 6);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level });
    expect(world.kvm.tdp.spte(world.frame(6))).toEqual({ level, pfn: world.folio().firstPfn + 6, writable: true });
    expect(world.findingKinds()).toEqual([]);
  });

  test('a slot that is not congruent: small', () => {
    const world = shadowWorld({ baseGfn: 1, mapped: 2 });
    const { task } = faultOnce(world, 1);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
  });

  test('the same page twice at once: the second finds the SPTE of the first', () => {
    const world = shadowWorld();
    faultOnce(world, 0);
    const { task } = faultOnce(world, 0, 1, 'second');
    world.run();
    expect(task.result).toEqual({ outcome: 'spurious', level: 1 });
  });

  test('6.1 with NX huge pages: a table that exists keeps the huge SPTE out', () => {
    const world = shadowWorld({ kernel: '6.1', nxHugePages: true, mapped: 2 });
    world.kvm.tdp.tableAt(world.frame(0), 1);
    const { task } = faultOnce(world, 0);
    world.run();
    expect(task.result?.level).toBe(1);
  });
});

describe('prefetch', () => {
  test('all present: the fault fills its aligned window of eight', () => {
    const world = smallPages();
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect([world.work.sptesPrefetched, world.work.gupFast]).toEqual([7, 8]);
    expect(world.findingKinds()).toEqual([]);
  });

  test('2 MiB of 4K entries: 64 faults', () => {
    const world = smallPages();
    let faults = 0;
    for (let page = 0; page < world.pages; page++) {
      if (world.kvm.tdp.isMapped(world.frame(page))) continue;
      faultOnce(world, page);
      world.run();
      faults += 1;
    }
    expect([faults, world.work.sptesPrefetched]).toEqual([64, 512 - 64]);
  });

  test('references: all dropped again', () => {
    const world = smallPages();
    faultOnce(world, 13);
    world.run();
    expect(world.folio().gupRefs).toBe(0);
  });

  test('a hole, guest maps large: ends the run of missing SPTEs, the run behind the fault comes', () => {
    const world = smallPages();
    unmapHost(world, 10);
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([8, 9, 13, 14, 15]);
  });

  test('a hole, guest maps small: ends all of it', () => {
    const world = smallPages({ shadow: 1 });
    unmapHost(world, 10);
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([8, 9, 13]);
  });

  test('a hole at the start of the window: nothing comes, either way', () => {
    for (const shadow of [1, 2] as const) {
      const world = smallPages({ shadow });
      unmapHost(world, 8);
      faultOnce(world, 13);
      world.run();
      expect(mapped(world)).toEqual([13]);
    }
  });

  test('a page that may only be read: not prefetched', () => {
    const world = smallPages();
    world.mm.pageTables.tableAt(world.at(15), 1).setWritable(15, false);
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([8, 9, 10, 11, 12, 13, 14]);
  });

  test('SPTEs that are there: stay as they are', () => {
    const world = smallPages();
    world.mapSptes(9, 1, 1);
    world.kvm.tdp.tableAt(world.frame(9), 1).setWritable(9, false);
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect([world.work.sptesPrefetched, world.kvm.tdp.spte(world.frame(9))?.writable]).toEqual([6, false]);
  });

  test('a section open anywhere, another range than this: none', () => {
    const world = smallPages({ hugePages: 2 });
    world.spawn('collapse', collapse(world, { first: 512 }));
    const { task } = faultOnce(world, 13, 20_000);
    world.run();
    expect(task.result?.outcome).toBe('fixed');
    expect(mapped(world)).toEqual([13]);
  });

  test('dirty logging: none', () => {
    const world = smallPages();
    world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
    faultOnce(world, 13);
    world.run();
    expect(mapped(world)).toEqual([13]);
  });

  test('accessed bits: of the fault alone', () => {
    const world = smallPages();
    faultOnce(world, 13);
    world.run();
    const table = world.kvm.tdp.tableAt(world.frame(13), 1);
    const old = mapped(world).filter((page) => table.accessedClearSince(page) !== null);
    expect(old).toEqual([8, 9, 10, 11, 12, 14, 15]);
  });

  test('time of the prefetch: one GUP for the run before the fault and one behind it, and an SPTE for each page', () => {
    const heldNs = (host: 'whole' | 'alone'): number => {
      const world = smallPages({ costs: { contendedLineNs: 5 } });
      if (host === 'alone') for (const page of [8, 14]) unmapHost(world, page);
      faultOnce(world, 13);
      world.run();
      return world.sim.now;
    };
    const { gupFastNs, shadowSpteNs, atomicHotNs } = smallPages().machine.costs;
    // Alone: one GUP that finds nothing. Whole: seven pages with their SPTE, reference taken and dropped, and the GUP behind.
    expect(heldNs('whole') - heldNs('alone')).toBe(gupFastNs + 7 * (shadowSpteNs + 2 * atomicHotNs));
  });
});

describe('huge SPTEs and shadow pages', () => {
  test('a huge SPTE over a table: cuts it off with its SPTEs, flushes once, tears nothing down', () => {
    const world = shadowWorld({ mapped: 2 });
    world.mapSptes(0, 3, 1);
    const { task, spent } = faultOnce(world, 3);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 2 });
    expect(spent.map(([cause]) => cause)).toEqual(['fault', 'tlb-flush']);
    expect([world.work.kvmFlushes, world.work.spteTeardownXchg, world.work.spteTablesFreed]).toEqual([1, 0, 0]);
    expect(world.spteLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
  });

  test('a zap afterwards: finds the SPTEs of the page that is cut off by their rmaps', () => {
    const world = shadowWorld({ mapped: 2 });
    world.mapSptes(0, 3, 1);
    faultOnce(world, 3);
    world.run();
    world.call(collapse(world, { end: 4 }), 'collapse');
    expect(world.work.spteLeavesZapped).toBe(3 + 1);
    expect(world.findingKinds()).toEqual([]);
  });

  test('the host maps small again: the huge SPTE is gone, and the page that was cut off is linked, not a new one', () => {
    const world = shadowWorld({ mapped: 2 });
    world.mapSptes(0, 3, 1);
    const page = world.kvm.tdp.tableAt(world.frame(0), 1);
    faultOnce(world, 3);
    world.run();
    world.slot.dirtyLogging = true;
    faultOnce(world, 3, 0, 'again');
    world.run();
    expect(world.kvm.tdp.tableAt(world.frame(0), 1)).toBe(page);
    // With the SPTEs that it had.
    expect(world.spteLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test('a small fault under a huge SPTE: drops it with a flush and maps its own page', () => {
    const world = shadowWorld({ mapped: 2, sptes: true });
    world.slot.dirtyLogging = true;
    const { task, spent } = faultOnce(world, 1);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(spent.map(([cause]) => cause)).toEqual(['fault', 'tlb-flush']);
    expect(world.spteLevels()).toEqual([0, 1, 0, 0, 2, 2, 2, 2]);
    expect([world.work.kvmFlushes, world.work.spteLeavesZapped, world.work.spteSplits]).toEqual([1, 1, 0]);
  });

  test('an SPTE to another page: dropped and flushed first, not overwritten', () => {
    const world = shadowWorld();
    world.kvm.tdp.tableAt(world.frame(0), 1).setLeaf(0, world.folio().firstPfn + 2, true);
    faultOnce(world, 0);
    world.run();
    expect(world.kvm.tdp.spte(world.frame(0))?.pfn).toBe(world.folio().firstPfn);
    expect([world.work.spteLeavesZapped, world.work.kvmFlushes, world.findingKinds()]).toEqual([1, 1, []]);
  });
});
