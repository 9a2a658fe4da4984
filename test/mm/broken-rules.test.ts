// Rules of the primary MMU that are checked as a run goes on, broken on purpose, and beside each the same with nothing broken.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { DONE, type Process } from '../../src/engine/process.ts';
import { checkFolioCounts, checkMappedHugePages } from '../../src/mm/checkers.ts';
import { freeFolio } from '../../src/mm/free-folio.ts';
import { MmuGather } from '../../src/mm/mmu-gather.ts';
import { checkLockWaiters } from '../../src/mm/waiter-checkers.ts';
import { TestWorld } from '../support/world.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const kinds = (world: TestWorld): string[] => [...new Set(world.findingKinds())].sort();

/** Gives up a reference of the first folio, and a table. */
function* giveUp(world: TestWorld): Process {
  const gather = new MmuGather(world.mm);
  const folio = world.folio();
  folio.changeRefs(1);
  gather.removePage(folio);
  gather.removeTable();
  yield* gather.finish();
}

describe('what CPUs may still use (reference L.7, L.8)', () => {
  test('pages and tables are given up · every CPU has answered before · nothing', () => {
    const world = new TestWorld();
    world.call(giveUp(world));
    expect(kinds(world)).toEqual([]);
  });

  test('pages and tables are given up · nobody is asked to flush · stale-tlb and table-freed-early', () => {
    vi.spyOn(MmuGather.prototype, 'flushTlb').mockReturnValue((function* () {})());
    const world = new TestWorld();
    world.call(giveUp(world));
    expect(kinds(world)).toEqual(['stale-tlb', 'table-freed-early']);
  });

  test('the batch is flushed, and more is queued behind it · only the first part was flushed · table-freed-early', () => {
    const world = new TestWorld();
    const flush = MmuGather.prototype.flushTlb;
    let flushes = 0;
    vi.spyOn(MmuGather.prototype, 'flushTlb').mockImplementation(function once(this: MmuGather) {
      flushes += 1;
      return flushes === 1 ? flush.call(this) : (function* (): Process {})();
    });
    world.call(
      (function* (): Process {
        const gather = new MmuGather(world.mm);
        gather.removeTable();
        yield* gather.flushTlb();
        gather.removeTable();
        yield* gather.finish();
      })(),
    );
    expect(kinds(world)).toEqual(['table-freed-early']);
  });
});

describe('waiters for locks (design: nobody sleeps for ever)', () => {
  const hold = function* (world: TestWorld, ns: number): Process {
    const { lock } = world.folio();
    yield* lock.acquire();
    yield ns;
    yield* lock.release();
  };

  test('somebody waits for a folio lock · it is released to him, or still held · nothing', () => {
    for (const holdNs of [1000, 1_000_000]) {
      const world = new TestWorld();
      world.spawn('holder', hold(world, holdNs));
      world.spawn('waiter', hold(world, 1));
      world.runUntil(100_000);
      checkLockWaiters(world.machine);
      expect(kinds(world)).toEqual([]);
    }
  });

  test('somebody waits for a folio lock · the release hands it to nobody · waiter-asleep, with his name', () => {
    const world = new TestWorld();
    const { lock } = world.folio();
    vi.spyOn(lock, 'release').mockImplementation(() => {
      world.sim.current.popHeld(lock, 1);
      lock.isHeld = false;
      return DONE;
    });
    world.spawn('holder', hold(world, 1000));
    world.spawn('waiter', hold(world, 1));
    world.runUntil(100_000);
    checkLockWaiters(world.machine);
    expect(world.machine.findings.list).toMatchObject([
      { kind: 'waiter-asleep', evidence: { task: 'waiter', lock: 'folio_lock' } },
    ]);
  });
});

describe('pages and their counts (reference L.8, L.9)', () => {
  test('a folio is freed · nothing maps it, or it still counts as mapped · nothing, or freed-while-mapped', () => {
    for (const mapped of [0, 1] as const) {
      const world = new TestWorld({ mapped, sptes: false });
      freeFolio(world.folio());
      expect(kinds(world)).toEqual(mapped === 0 ? [] : ['freed-while-mapped']);
    }
  });

  test('leaves of a huge page · its frames were given back under them · mapped-after-free', () => {
    const world = new TestWorld();
    checkMappedHugePages(world.machine);
    expect(kinds(world)).toEqual([]);
    world.machine.memory.remove(world.folio());
    checkMappedHugePages(world.machine);
    expect(kinds(world)).toEqual(['mapped-after-free']);
  });

  test('leaves of a huge page · one shows a page of another · wrong-pfn', () => {
    const world = new TestWorld();
    checkFolioCounts(world.machine);
    expect(kinds(world)).toEqual([]);
    const table = world.mm.pageTables.tableAt(world.at(1), 1);
    table.clear(1);
    table.setLeaf(1, world.folio(1).firstPfn + 1, true);
    checkFolioCounts(world.machine);
    expect(kinds(world)).toEqual(['wrong-pfn']);
  });
});

test('checks: false · a rule is broken · nobody looks', () => {
  vi.spyOn(MmuGather.prototype, 'flushTlb').mockReturnValue((function* () {})());
  const world = new TestWorld({ checks: false });
  world.call(giveUp(world));
  expect(kinds(world)).toEqual([]);
});
