import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { Errno, type Result } from '../../src/mm/errno.ts';
import { hugetlbFault } from '../../src/mm/hugetlb-fault.ts';
import { TestWorld, until } from '../support/world.ts';

function* fault(world: TestWorld, page: number): Process<Result> {
  yield* world.mm.mmapLock.acquireRead();
  const result = yield* hugetlbFault(world.vma, world.at(page));
  yield* world.mm.mmapLock.releaseRead();
  return result;
}

describe('hugetlb_fault', () => {
  test('nothing mapped: maps the whole huge page, one mapcount and one reference', () => {
    const world = new TestWorld({ mapped: 0 });
    expect(world.call(fault(world, 6))).toBe(0);
    expect(world.hostLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect(world.mm.pageTables.translate(world.at(6))?.pfn).toBe(world.folio(1).firstPfn + 2);
    expect([world.folio(1).refcount, world.folio(1).entireMapcount]).toEqual([2, 1]);
    expect([world.work.mapcountAtomics, world.work.refAtomics]).toEqual([1, 1]);
  });

  test('high-granularity mapping with a hole: fills the 4K entry and nothing else', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mapHost(0, 2, 1);
    expect(world.call(fault(world, 3))).toBe(0);
    expect(world.hostLevels()).toEqual([1, 1, 0, 1, 0, 0, 0, 0]);
    expect(world.mm.mapcount.mapcount(world.folio())).toBe(3);
  });

  test('hole of 2M in a 1G page: fills it with a 2M leaf', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 0 });
    world.mapHost(0, 1, 1);
    expect(world.call(fault(world, 9))).toBe(0);
    expect(world.hostLevels().slice(0, 12)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
    expect(world.mm.pageTables.translate(world.at(9))?.pfn).toBe(world.folio().firstPfn + 9);
  });

  test('page not in the page cache: -EFAULT, nothing mapped, nothing held', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mapping.remove(0);
    expect(world.call(fault(world, 0))).toBe(Errno.EFAULT);
    expect(world.hostLevels()).toEqual(new Array(8).fill(0));
    expect(world.mmLocks()).toBe('');
  });

  test('already mapped: 0, and nothing is counted again', () => {
    const world = new TestWorld();
    expect(world.call(fault(world, 0))).toBe(0);
    expect(world.work.refAtomics).toBe(0);
    expect(world.folio().refcount).toBe(5);
  });

  test('locks: mmap_lock, fault mutex, vma_lock, folio, released the other way round', () => {
    const world = new TestWorld({ mapped: 0 });
    const task = world.spawn('fault', fault(world, 0));
    const locks = world.watch(task, () => world.mmLocks());
    world.run();
    expect(locks).toEqual(['mmap:R mutex vma:R', 'mmap:R mutex vma:R folio', '']);
    expect(world.sim.lockdep.orders()).toEqual(
      expect.arrayContaining([
        ['mmap_lock', 'hugetlb_fault_mutex'],
        ['hugetlb_fault_mutex', 'hugetlb_vma_lock'],
        ['hugetlb_vma_lock', 'folio_lock'],
        ['folio_lock', 'pmd_ptl'],
      ]),
    );
    expect(world.findingKinds()).toEqual([]);
  });

  test('without mmap_lock: stops the run', () => {
    const world = new TestWorld({ mapped: 0 });
    expect(() => world.call(hugetlbFault(world.vma, world.at(0)))).toThrow(/must hold mmap_lock/);
  });

  test('two faults on one huge page: the second waits on the mutex and finds it done', () => {
    const one = new TestWorld({ mapped: 0 });
    one.call(fault(one, 0));
    const aloneNs = one.sim.now;

    const same = new TestWorld({ mapped: 0 });
    same.spawn('a', fault(same, 0));
    same.spawn('b', fault(same, 1));
    same.run();
    expect(same.work.refAtomics).toBe(1);
    expect(same.sim.now).toBeGreaterThan(aloneNs + same.sim.wakeUpNs);

    const apart = new TestWorld({ mapped: 0 });
    apart.spawn('a', fault(apart, 0));
    apart.spawn('b', fault(apart, 4));
    apart.run();
    // Two huge pages have two mutexes: both faults sleep for nothing, though they meet at the page table locks.
    expect(apart.work.refAtomics).toBe(2);
    expect(apart.sim.now).toBeLessThan(aloneNs + apart.sim.wakeUpNs);
  });

  // fault                              somebody else
  //   walks to a PTE table
  //                                      holds the folio lock
  //   folio lock: waits
  //                                      takes the PTE table away, unlocks
  //   its entry is gone: walks again
  test('its table is taken away while it waits for the folio lock: looks again, and maps where the page is now', () => {
    const world = new TestWorld({ mapped: 0 });
    const pmd = world.mm.pageTables.tableAt(world.at(0), 2);
    world.mapHost(3, 1, 1);
    const removed = pmd.child(0);
    world.spawn(
      'remover',
      (function* remove() {
        yield* world.folio().lock.acquire();
        yield* until(() => world.folio().lock.waiters > 0);
        removed.clear(3);
        pmd.unlink(0);
        world.folio().changeRefs(-1);
        world.folio().subpageMapcounts[3] = 0;
        yield* world.folio().lock.release();
      })(),
    );
    const task = world.spawn('fault', fault(world, 0));
    world.run();
    expect(task.result).toBe(0);
    expect(removed.leaves).toBe(0);
    expect(world.hostLevels().slice(0, 4)).toEqual([2, 2, 2, 2]);
    checkFolioCounts(world.machine);
    expect(world.findingKinds()).toEqual([]);
  });

  test('folio locked by somebody else: sleeps until it is free', () => {
    const world = new TestWorld({ mapped: 0 });
    world.spawn(
      'migration',
      (function* hold() {
        yield* world.folio().lock.acquire();
        yield 50_000;
        yield* world.folio().lock.release();
      })(),
    );
    const task = world.spawn('fault', fault(world, 0));
    world.run();
    expect(task.result).toBe(0);
    expect(world.sim.now).toBeGreaterThan(50_000 + world.sim.wakeUpNs);
  });
});
