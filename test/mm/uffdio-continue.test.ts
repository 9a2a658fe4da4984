import { describe, expect, test } from 'vitest';
import { hva } from '../../src/mm/address.ts';
import { Errno } from '../../src/mm/errno.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const empty = (options: WorldOptions = {}) => new TestWorld({ mapped: 0, ...options });
const resolve = (world: TestWorld, first: number, end: number) =>
  uffdioContinue(world.mm, world.at(first), world.at(end));

describe('UFFDIO_CONTINUE', () => {
  test('whole huge page: one leaf of its size, one mapcount, one reference', () => {
    const world = empty();
    expect(world.call(resolve(world, 4, 8))).toBe(0);
    expect(world.hostLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect([world.work.mapcountAtomics, world.work.refAtomics, world.folio(1).refcount]).toEqual([1, 1, 2]);
  });

  test('range that starts and ends inside of huge pages: the largest leaf that fits at each place', () => {
    const world = empty({ hugePages: 3 });
    expect(world.call(resolve(world, 3, 9))).toBe(0);
    expect(world.hostLevels()).toEqual([0, 0, 0, 1, 2, 2, 2, 2, 1, 0, 0, 0]);
    const frames = [3, 4, 8].map((page) => world.mm.pageTables.translate(world.at(page))?.pfn);
    expect(frames).toEqual([world.folio(0).firstPfn + 3, world.folio(1).firstPfn, world.folio(2).firstPfn]);
  });

  test('4K pieces of a 2M page on real geometry: per piece one mapcount and one reference, no notifier, no flush', () => {
    const world = empty({ entries: 512, hugePages: 1 });
    for (let page = 0; page < 512; page++) world.spawn(`c${page}`, resolve(world, page, page + 1));
    world.run();
    expect(new Set(world.hostLevels())).toEqual(new Set([1]));
    expect([world.work.mapcountAtomics, world.work.refAtomics, world.work.ptlAcquisitions]).toEqual([512, 512, 512]);
    expect([world.work.cpuShootdowns, world.kvm.stats.tlbFlushes]).toEqual([0, 0]);
    expect(world.mm.notifiers.stats).toEqual({ sections: 0, startNs: 0, openNs: 0, collapsed: 0 });
    expect(world.folio().refcount).toBe(513);
  });

  test('a page of the range is mapped: -EEXIST there; what came before stays, what comes after is not touched', () => {
    const world = empty();
    world.mapHost(2, 1, 1);
    expect(world.call(resolve(world, 0, 4))).toBe(Errno.EEXIST);
    // The table exists, so the 2M leaf that fits cannot be set.
    expect(world.hostLevels().slice(0, 4)).toEqual([0, 0, 1, 0]);
    expect(world.call(resolve(world, 1, 4))).toBe(Errno.EEXIST);
    expect(world.hostLevels().slice(0, 4)).toEqual([0, 1, 1, 0]);
    expect(world.mmLocks()).toBe('');
  });

  test('a 4K piece under a 2M leaf: -EEXIST', () => {
    const world = new TestWorld({ mapped: 2 });
    expect(world.call(resolve(world, 1, 2))).toBe(Errno.EEXIST);
    expect(world.folio().refcount).toBe(2);
  });

  test('page not in the page cache: -EFAULT, nothing held', () => {
    const world = empty();
    world.mapping.remove(1);
    expect(world.call(resolve(world, 0, 8))).toBe(Errno.EFAULT);
    expect(world.hostLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
    expect(world.mmLocks()).toBe('');
  });

  test('no VMA, a range over its end, an unaligned one, a private mapping: -EINVAL', () => {
    const world = empty();
    expect(world.call(uffdioContinue(world.mm, hva(0), hva(4096)))).toBe(Errno.EINVAL);
    expect(world.call(resolve(world, 4, 9))).toBe(Errno.EINVAL);
    expect(world.call(uffdioContinue(world.mm, hva(world.at(0) + 1), world.at(1)))).toBe(Errno.EINVAL);
    const privately = empty({ shared: false });
    expect(privately.call(resolve(privately, 0, 4))).toBe(Errno.EINVAL);
    expect([...world.hostLevels(), ...privately.hostLevels()]).toEqual(new Array(16).fill(0));
  });

  test('without MADV_SPLIT: -EINVAL for a piece of a huge page, 0 for a whole one', () => {
    const world = empty({ highGranularity: false });
    expect(world.call(resolve(world, 0, 1))).toBe(Errno.EINVAL);
    expect(world.call(resolve(world, 0, 4))).toBe(0);
    expect(world.hostLevels().slice(0, 4)).toEqual([2, 2, 2, 2]);
  });

  test('locks of a piece: mmap_lock around all, then mutex, vma_lock, folio; let go between two pieces', () => {
    const world = empty();
    const task = world.spawn('continue', resolve(world, 1, 3));
    const locks = world.watch(task, () => world.mmLocks());
    world.run();
    expect(locks).toEqual([
      '',
      'mmap:R',
      'mmap:R mutex vma:R',
      'mmap:R mutex vma:R folio',
      // cond_resched.
      'mmap:R',
      'mmap:R mutex vma:R',
      'mmap:R mutex vma:R folio',
      'mmap:R',
      '',
    ]);
    expect(world.findingKinds()).toEqual([]);
  });

  test('its table is taken away while it waits for the folio lock: -EEXIST, and nothing is written into what is gone', () => {
    const world = empty();
    const pmd = world.mm.pageTables.tableAt(world.at(0), 2);
    world.mm.pageTables.tableAt(world.at(0), 1);
    const removed = pmd.child(0);
    world.spawn(
      'remover',
      (function* remove() {
        yield* world.folio().lock.acquire();
        yield* until(() => world.folio().lock.waiters > 0);
        pmd.unlink(0);
        yield* world.folio().lock.release();
      })(),
    );
    const task = world.spawn('continue', resolve(world, 1, 2));
    world.run();
    expect(task.result).toBe(Errno.EEXIST);
    expect([removed.leaves, world.folio().refcount]).toEqual([0, 1]);
  });

  test('pieces of one huge page by two threads: queue on the fault mutex; of two huge pages: do not', () => {
    const waits = (second: number) => {
      const world = empty();
      world.mapHost(0, 1, 1);
      world.mapHost(4, 1, 1);
      const lockWaits: string[] = [];
      const threads = [resolve(world, 1, 2), resolve(world, second, second + 1)].map((process, at) =>
        world.spawn(`thread ${at}`, process),
      );
      for (const thread of threads) thread.onWaitEnd = (lockClass) => lockWaits.push(lockClass.name);
      world.run();
      expect(threads.map(({ result }) => result)).toEqual([0, 0]);
      return lockWaits;
    };
    expect(waits(2)).toEqual(['hugetlb_fault_mutex']);
    expect(waits(5)).toEqual([]);
  });

  test('one 4K piece where the tables exist: its time is the sum of its steps', () => {
    const world = empty();
    world.mapHost(0, 1, 1);
    world.call(resolve(world, 1, 2));
    const { costs } = world.machine;
    const locksNs = costs.rwsemNs + costs.mutexNs + costs.rwsemNs + costs.mutexNs + costs.ptlNs;
    const walkNs = costs.hgmWalkNs + costs.pageCacheLookupNs;
    // The reference is the first access to the head's line, so it is fetched from elsewhere.
    const mapNs = costs.pteInstallNs + costs.subpageMapcountNs + costs.contendedLineNs;
    const callNs = costs.syscallNs + costs.uffdContinueBaseNs + costs.condReschedNs;
    expect(world.sim.now).toBe(callNs + locksNs + walkNs + mapNs);
  });
});

test('UFFDIO_CONTINUE of shmem, a poisoned page of the file: -EIO, and it stays unmapped', () => {
  const world = new TestWorld();
  const memory = new TestMemory(world, { kind: 'shmem', pages: 4, mapped: 0 });
  const folio = memory.vma.mapping?.folio(2);
  if (folio !== undefined) folio.poisoned = true;
  expect(world.call(uffdioContinue(world.mm, memory.at(0), memory.at(4)))).toBe(Errno.EIO);
  expect([memory.hostLevels(), folio?.refcount, folio?.lock.isHeld]).toEqual([[1, 1, 0, 0], 1, false]);
});
