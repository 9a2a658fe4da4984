import { describe, expect, test } from 'vitest';
import { Errno } from '../../src/mm/errno.ts';
import { gupFast, gupSlow, hostMappingLevel, pageCachePfn, putFolio } from '../../src/mm/gup.ts';
import { TestWorld } from '../support/world.ts';

describe('GUP-fast', () => {
  test('present writable leaf: takes one reference with one atomic on the head page', () => {
    const world = new TestWorld();
    const found = gupFast(world.mm, world.at(6), 0);
    expect(found?.page.folio).toBe(world.folio(1));
    expect(found?.page.pfn).toBe(world.folio(1).firstPfn + 2);
    expect(found?.refNs).toBe(world.machine.costs.contendedLineNs);
    expect([world.folio(1).refcount, world.work.gupFast, world.work.gupRefAtomics]).toEqual([6, 1, 1]);
    // The put is the second atomic, behind the first as both are of one instant.
    expect(putFolio(world.folio(1), 0)).toBe(world.machine.costs.contendedLineNs + world.machine.costs.atomicHotNs);
    expect([world.folio(1).refcount, world.work.gupRefAtomics]).toEqual([5, 2]);
  });

  test('empty entry, read-only leaf, no VMA: nothing, and no reference', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mm.pageTables.tableAt(world.at(0), 1).setLeaf(0, world.folio().firstPfn, false);
    expect(gupFast(world.mm, world.at(0), 0)).toBeNull();
    expect(gupFast(world.mm, world.at(1), 0)).toBeNull();
    expect(gupFast(world.mm, world.at(world.pages), 0)).toBeNull();
    expect([world.folio().refcount, world.work.gupFast]).toEqual([1, 0]);
  });
});

describe('slow GUP', () => {
  test('hole: goes through the fault handler and comes back with the page and a reference of its own', () => {
    const world = new TestWorld({ mapped: 0 });
    const page = world.call(gupSlow(world.mm, world.at(5)));
    expect(page).toMatchObject({ pfn: world.folio(1).firstPfn + 1, writable: true });
    // Page cache, mapping, GUP.
    expect(world.folio(1).refcount).toBe(3);
    expect([world.work.gupSlow, world.work.gupFast]).toEqual([1, 1]);
    expect(world.mmLocks()).toBe('');
  });

  test('mmap_lock is held for write: sleeps behind it', () => {
    const world = new TestWorld({ mapped: 0 });
    world.spawn(
      'collapse',
      (function* hold() {
        yield* world.mm.mmapLock.acquireWrite();
        yield 70_000;
        yield* world.mm.mmapLock.releaseWrite();
      })(),
    );
    const task = world.spawn('vcpu', gupSlow(world.mm, world.at(0)));
    const waits: [string, number][] = [];
    task.onWaitEnd = (lockClass, since, until) => waits.push([lockClass.name, until - since]);
    world.run();
    expect(waits).toEqual([['mmap_lock', 70_000 + world.sim.wakeUpNs]]);
  });

  test('nothing in the page cache, or no VMA: -EFAULT with no lock and no reference left', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mapping.remove(0);
    expect(world.call(gupSlow(world.mm, world.at(0)), 'hole')).toBe(Errno.EFAULT);
    expect(world.call(gupSlow(world.mm, world.at(world.pages)), 'outside')).toBe(Errno.EFAULT);
    expect(world.mmLocks()).toBe('');
  });
});

describe('host_pfn_mapping_level', () => {
  test('leaf: its level; empty entry: 4K, which is always legal', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 0 });
    world.mapHost(0, 4, 2);
    world.mapHost(4, 1, 1);
    expect([0, 3, 4, 5, 20].map((page) => hostMappingLevel(world.mm, world.at(page)))).toEqual([2, 2, 1, 1, 1]);
  });
});

describe('page cache', () => {
  test('pfn of an address: is that of the folio, whatever the page tables say', () => {
    const world = new TestWorld({ mapped: 0 });
    expect(pageCachePfn(world.mm, world.at(6))).toBe(world.folio(1).firstPfn + 2);
    world.mapping.remove(1);
    expect(pageCachePfn(world.mm, world.at(6))).toBeNull();
    expect(pageCachePfn(world.mm, world.at(world.pages))).toBeNull();
  });
});
