import { describe, expect, test } from 'vitest';
import { dirtyLogDisable, dirtyLogEnable } from '../../src/kvm/dirty-log.ts';
import { harvestDirtyLog } from '../../src/kvm/dirty-log-harvest.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

/** Huge pages mapped whole on both sides, and dirty logging on. */
function logging(options: WorldOptions = {}): TestWorld {
  const world = new TestWorld({ mapped: 2, shadow: 2, ...options });
  world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
  return world;
}

const writable = (world: TestWorld): number[] =>
  [...Array(world.pages).keys()].filter((page) => world.kvm.tdp.spte(world.frame(page))?.writable === true);

function write(world: TestWorld, page: number): void {
  const present = world.kvm.tdp.isMapped(world.frame(page));
  const { task } = faultOnce(world, page, 0, `write ${page}`, { write: true, present });
  world.run();
  expect(task.result?.outcome).toBe('fixed');
}

describe('dirty logging under shadow paging', () => {
  test('enable: huge SPTEs stay huge and lose the permission, no split, one flush', () => {
    const world = logging();
    expect(world.spteLevels()).toEqual(new Array(8).fill(2));
    expect(writable(world)).toEqual([]);
    expect([world.work.spteSplits, world.work.sptesProtected, world.work.kvmFlushes]).toEqual([0, 2, 1]);
    expect(world.work.rmapHeadsVisited).toBe(8 + 2 + 1);
  });

  test('enable: mmu_lock is held for write', () => {
    const world = new TestWorld({ shadow: 2 });
    const task = world.spawn('enable', dirtyLogEnable(world.kvm, world.slot));
    const { mmuLock } = world.kvm;
    const modes = world.watch(task, () => (mmuLock.isWriteHeld ? 'W' : mmuLock.isHeld ? 'R' : ''));
    world.run();
    expect(modes).toEqual(['', 'W', '']);
  });

  test('the first write: drops the huge SPTE and maps one small page, which is dirty', () => {
    const world = logging();
    write(world, 1);
    expect(world.spteLevels()).toEqual([0, 1, 0, 0, 2, 2, 2, 2]);
    expect([...Array(8).keys()].filter((page) => world.slot.dirtyBitmap?.isDirty(page))).toEqual([1]);
  });

  test('a harvest: one rmap head for each page that was dirty, its SPTE protected anew', () => {
    const world = logging();
    for (const page of [1, 3, 6]) write(world, page);
    const heads = world.work.rmapHeadsVisited;
    expect(world.call(harvestDirtyLog(world.kvm, world.slot, false), 'harvest')).toBe(3);
    expect([world.work.rmapHeadsVisited - heads, writable(world)]).toEqual([3, []]);
  });

  test('a write to a small SPTE that was protected: under mmu_lock, as paging_tmpl.h has no fast path', () => {
    const world = logging();
    write(world, 1);
    world.call(harvestDirtyLog(world.kvm, world.slot, false), 'harvest');
    const present = { write: true, present: true };
    const { task } = faultOnce(world, 1, 0, 'again', present);
    const { mmuLock } = world.kvm;
    const modes = world.watch(task, () => (mmuLock.isWriteHeld ? 'W' : mmuLock.isHeld ? 'R' : ''));
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(modes).toEqual(['', 'W', '']);
    expect([world.work.fastPageFaults, writable(world)]).toEqual([0, [1]]);
  });

  test.each(kernels)('disable under %s: small SPTEs that could be large are zapped, with one flush', (kernel) => {
    const world = logging({ kernel });
    for (const page of [0, 1, 2]) write(world, page);
    const { kvmFlushes, spteLeavesZapped } = world.work;
    world.call(dirtyLogDisable(world.kvm, world.slot), 'disable');
    expect(world.spteLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect([world.work.kvmFlushes - kvmFlushes, world.work.spteLeavesZapped - spteLeavesZapped]).toEqual([1, 3]);
    faultOnce(world, 1);
    world.run();
    expect(world.spteLevels()).toEqual(new Array(8).fill(2));
    expect(world.findingKinds()).toEqual([]);
  });

  test('disable where the guest maps small: nothing zapped, what was protected stays so until it is written', () => {
    const world = new TestWorld({ mapped: 2, sptes: false, shadow: 1 });
    world.mapSptes(0, 8, 1);
    world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
    world.call(dirtyLogDisable(world.kvm, world.slot), 'disable');
    expect([world.spteLevels(), writable(world)]).toEqual([new Array(8).fill(1), []]);
  });

  test('SPTEs of a page that is cut off: lose the permission too', () => {
    const world = new TestWorld({ mapped: 2, sptes: false, shadow: 2 });
    world.mapSptes(0, 3, 1);
    faultOnce(world, 3);
    world.run();
    world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
    expect(world.work.sptesProtected).toBe(3 + 1);
    // The write drops the huge SPTE, and the page that it had cut off is seen again.
    write(world, 3);
    expect([world.spteLevels().slice(0, 4), writable(world)]).toEqual([[1, 1, 1, 1], [3]]);
  });
});

describe('aging under shadow paging', () => {
  const testYoung = (world: TestWorld, page: number): boolean =>
    world.call(world.mm.notifiers.testYoung(world.at(page)), `test ${page}`);

  test.each(kernels)('%s: young until cleared, at every head of the range', (kernel) => {
    const world = new TestWorld({ shadow: 2, kernel });
    const clear = () => world.call(world.mm.notifiers.clearYoung(world.at(0), world.at(8)), 'clear');
    expect([testYoung(world, 3), clear(), testYoung(world, 3)]).toEqual([true, true, false]);
    expect(world.work.sptesAged).toBe(8);
    expect(clear()).toBe(false);
  });

  test('what was prefetched: not young, what has faulted is', () => {
    const world = new TestWorld({ shadow: 2, sptes: false });
    faultOnce(world, 1);
    world.run();
    expect(world.work.sptesPrefetched).toBe(3);
    expect([0, 1, 2, 3].map((page) => testYoung(world, page))).toEqual([false, true, false, false]);
  });

  test.each([
    ['6.1', 3],
    ['6.12', 1],
    ['6.18', 1],
  ] as const)('a test of one young page under %s: %i rmap heads', (kernel, heads) => {
    const world = new TestWorld({ shadow: 2, kernel });
    testYoung(world, 0);
    expect(world.work.rmapHeadsVisited).toBe(heads);
  });

  test.each([
    ['6.12', ['', 'W', '']],
    ['6.18', ['']],
  ] as const)('mmu_lock under %s: %j', (kernel, expected) => {
    const world = new TestWorld({ shadow: 2, kernel });
    const task = world.spawn('clear', world.mm.notifiers.clearYoung(world.at(0), world.at(8)));
    const { mmuLock } = world.kvm;
    const modes = world.watch(task, () => (mmuLock.isWriteHeld ? 'W' : mmuLock.isHeld ? 'R' : ''));
    world.run();
    expect(modes).toEqual(expected);
  });
});
