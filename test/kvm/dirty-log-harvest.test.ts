import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { DirtyBitmap } from '../../src/kvm/dirty-bitmap.ts';
import { dirtyLogDisable, dirtyLogEnable } from '../../src/kvm/dirty-log.ts';
import { harvestDirtyLog, harvestPeriodically } from '../../src/kvm/dirty-log-harvest.ts';
import { faultOnce, ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const logging = (options: WorldOptions = {}): TestWorld => {
  const world = new TestWorld({ hugePages: 4, ...options });
  world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
  return world;
};

const write = (world: TestWorld, page: number): void => {
  faultOnce(world, page, 0, `write ${page}`, { write: true, present: world.kvm.tdp.isMapped(world.frame(page)) });
  world.run();
};

const dirtyPages = (world: TestWorld): number[] =>
  [...Array(world.pages).keys()].filter((page) => world.slot.dirtyBitmap?.isDirty(page));

const writablePages = (world: TestWorld): number[] =>
  [...Array(world.pages).keys()].filter((page) => world.kvm.tdp.spte(world.frame(page))?.writable === true);

describe('dirty bitmap', () => {
  test('any marks: each is taken once, by the long that it lies in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(199), { maxLength: 60 }), (pages, marks) => {
        const bitmap = new DirtyBitmap(pages);
        const marked = new Set(marks.map((page) => page % pages));
        for (const page of marked) bitmap.mark(page);
        expect(bitmap.count).toBe(marked.size);
        const taken: number[] = [];
        for (let first = 0; first < pages; first += 64) taken.push(...bitmap.take(first));
        expect(taken).toEqual([...marked].sort((a, b) => a - b));
        expect([bitmap.count, bitmap.take(0).length]).toEqual([0, 0]);
      }),
    );
  });
});

describe('dirty log', () => {
  test('logging begins: nothing is dirty, nothing may be written', () => {
    const world = logging();
    expect([dirtyPages(world), writablePages(world)]).toEqual([[], []]);
  });

  test('a write: dirty and writable; what is writable is dirty, whatever brought it there', () => {
    for (const sptes of [true, false]) {
      const world = logging({ sptes });
      write(world, 3);
      write(world, 9);
      expect([dirtyPages(world), writablePages(world)]).toEqual([
        [3, 9],
        [3, 9],
      ]);
    }
  });

  test.each([false, true])(
    'read, manual protection %s: tells each dirty page once and protects it, with one flush',
    (manual) => {
      const world = logging();
      for (const page of [1, 2, 15]) write(world, page);
      const flushes = world.work.kvmFlushes;
      expect(world.call(harvestDirtyLog(world.kvm, world.slot, manual), 'read')).toBe(3);
      expect([dirtyPages(world), writablePages(world), world.work.kvmFlushes - flushes]).toEqual([[], [], 1]);
      expect(world.call(harvestDirtyLog(world.kvm, world.slot, manual), 'read again')).toBe(0);
      expect(world.work.kvmFlushes - flushes).toBe(1);
      write(world, 2);
      expect(dirtyPages(world)).toEqual([2]);
      expect(world.findingKinds()).toEqual([]);
    },
  );

  test('read while a vCPU writes on: every page that it has written is told, sooner or later, and none is lost', () => {
    const world = logging();
    const { vcpu } = startVcpu(world, { pattern: new ScriptedPattern([0, 5, 10, 15, 3, 8, 13]), thinkNs: 300 });
    world.spawn('reader', harvestPeriodically(world.kvm, world.slot, 5000, false));
    world.runUntil(100_000);
    // Whatever may be written now is in the log: nothing else could be written without a fault.
    expect(dirtyPages(world)).toEqual(expect.arrayContaining(writablePages(world)));
    expect(world.work.dirtyPagesRead).toBeGreaterThan(7 * 5);
    expect(vcpu.touches).toBeGreaterThan(7 * 5);
    expect(world.work.fastPageFaults).toBeGreaterThanOrEqual(world.work.dirtyPagesRead);
  });

  test('mmu_lock: held for write over all of the log, so that a fault waits for its end; never broken', () => {
    const world = logging({ hugePages: 4, sptes: false, preemption: 'full' });
    for (const page of [0, 4, 8]) write(world, page);
    world.spawn('read', harvestDirtyLog(world.kvm, world.slot, false));
    let waitedNs = 0;
    const breaks = world.work.lockBreaks;
    world.spawn(
      'fault',
      (function* fault(): Process {
        yield* until(() => world.kvm.mmuLock.isWriteHeld);
        const sinceNs = world.sim.now;
        yield* world.kvm.readLock();
        waitedNs = world.sim.now - sinceNs;
        expect(dirtyPages(world)).toEqual([]);
        yield* world.kvm.readUnlock();
      })(),
    );
    world.run();
    expect(waitedNs).toBeGreaterThan(0);
    expect(world.work.lockBreaks).toBe(breaks);
  });

  test('a fast write fault: does not need mmu_lock, and goes on beside the reader', () => {
    const world = logging();
    const outcomes: unknown[] = [];
    world.spawn(
      'holder',
      (function* holder(): Process {
        yield* world.kvm.writeLock();
        yield 50_000;
        yield* world.kvm.writeUnlock();
      })(),
    );
    const { task } = faultOnce(world, 4, 1000, 'write', { write: true, present: true });
    world.spawn(
      'watch',
      (function* watch(): Process {
        yield* until(() => task.state === 'ended');
        outcomes.push(task.result, world.kvm.mmuLock.isWriteHeld);
      })(),
    );
    world.run();
    expect(outcomes).toEqual([{ outcome: 'fixed', level: 1 }, true]);
  });

  test('logging ends: so does the reader, and its bitmap is gone', () => {
    const world = logging();
    const reader = world.spawn('reader', harvestPeriodically(world.kvm, world.slot, 5000, false));
    world.spawn('disable', dirtyLogDisable(world.kvm, world.slot), 20_000);
    world.run();
    expect([reader.state, world.slot.dirtyBitmap]).toEqual(['ended', null]);
  });
});
