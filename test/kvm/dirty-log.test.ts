import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { dirtyLogDisable, dirtyLogEnable } from '../../src/kvm/dirty-log.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import { tdpMmuZapLeafs } from '../../src/kvm/tdp-mmu.ts';
import { writeProtectSlot } from '../../src/kvm/write-protect.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const writable = (world: TestWorld): boolean[] =>
  Array.from({ length: world.pages }, (_, page) => world.kvm.tdp.spte(world.frame(page))?.writable ?? false);

const all = <T>(world: TestWorld, value: T): T[] => new Array<T>(world.pages).fill(value);

/** Huge pages mapped whole on both sides, and dirty logging on. */
function logging(options: WorldOptions = {}): TestWorld {
  const world = new TestWorld({ mapped: 2, ...options });
  world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
  return world;
}

describe('dirty-log-enable', () => {
  test('huge SPTEs: split, every leaf write-protected, one flush', () => {
    const world = logging();
    expect(world.spteLevels()).toEqual(all(world, 1));
    expect(writable(world)).toEqual(all(world, false));
    expect([world.work.spteSplits, world.work.sptesProtected, world.work.kvmFlushes]).toEqual([2, 8, 1]);
  });

  test('1G page on real geometry: 513 splits, 262,144 leaves protected', () => {
    const world = logging({ entries: 512, hstateLevel: 3, hugePages: 1, mapped: 3 });
    expect([world.work.spteSplits, world.work.sptesProtected, world.work.kvmFlushes]).toEqual([513, 262_144, 1]);
  });

  test('time of the protection: a visit for each leaf, and a cmpxchg for each that was writable', () => {
    const world = new TestWorld();
    world.kvm.tdp.tableAt(world.frame(0), 1).protect(1);
    world.call(writeProtectSlot(world.kvm, world.frame(0), world.frame(8)));
    const { spteVisitNs, condReschedNs, atomicHotNs, contendedLineNs } = world.machine.costs;
    const walkNs = 8 * (spteVisitNs + condReschedNs) + 7 * atomicHotNs;
    expect(world.sim.now).toBe(contendedLineNs + walkNs + atomicHotNs);
  });

  test('nothing mapped: flushes all the same, as the kernel does', () => {
    const world = logging({ mapped: 0 });
    expect([world.work.sptesProtected, world.work.kvmFlushes]).toEqual([0, 1]);
  });

  test('a second time: changes nothing', () => {
    const world = logging();
    world.call(dirtyLogEnable(world.kvm, world.slot), 'again');
    expect([world.work.spteSplits, world.work.kvmFlushes]).toEqual([2, 1]);
  });

  test('a fault while it is on: 4K, though the host maps a huge page', () => {
    const world = new TestWorld({ mapped: 2, sptes: false });
    world.call(dirtyLogEnable(world.kvm, world.slot), 'enable');
    const { task } = faultOnce(world, 1);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(writable(world)[1]).toBe(true);
  });

  test.each<CollapsedHandlerId>(['zap', 'cut', 'promote'])(
    'a collapse while it is on: %s leaves small SPTEs alone',
    (id) => {
      const world = logging();
      world.call(collapsedHandlers[id](world.kvm, world.slot, world.frame(0), world.frame(world.pages)), id);
      expect(world.spteLevels()).toEqual(all(world, 1));
      expect(world.findingKinds()).toEqual([]);
    },
  );
});

describe('change of memslots', () => {
  test('a section is open: sleeps under slots_lock until it ends, and the flag is not seen before', () => {
    const world = new TestWorld({ mapped: 2 });
    const enable = world.spawn('enable', dirtyLogEnable(world.kvm, world.slot), 100);
    let endedNs = 0;
    world.spawn(
      'mm',
      (function* mm(): Process {
        const section = yield* world.mm.notifiers.rangeStart('unmap', world.at(0), world.at(4));
        yield 50_000;
        expect([world.kvm.slotsLock.isHeld, world.slot.dirtyLogging]).toEqual([true, false]);
        expect(enable.state).toBe('parked');
        yield* world.mm.notifiers.rangeEnd(section);
        endedNs = world.sim.now;
      })(),
    );
    world.run();
    expect(enable.state).toBe('ended');
    expect(endedNs).toBeGreaterThan(50_000);
    expect(world.slot.dirtyLogging).toBe(true);
    expect(world.findingKinds()).toEqual([]);
  });

  test('a section of memory that no memslot has: holds it up as well', () => {
    const world = new TestWorld();
    const behind = world.at(world.pages);
    const seen: boolean[] = [];
    world.spawn('enable', dirtyLogEnable(world.kvm, world.slot), 10_000);
    world.spawn(
      'mm',
      (function* mm(): Process {
        const section = yield* world.mm.notifiers.rangeStart('unmap', behind, world.at(world.pages + 4));
        yield 100_000;
        seen.push(world.slot.dirtyLogging);
        yield* world.mm.notifiers.rangeEnd(section);
      })(),
    );
    world.run();
    expect(seen).toEqual([false]);
    expect(world.slot.dirtyLogging).toBe(true);
  });

  test('two at once: one after the other', () => {
    const world = new TestWorld({ mapped: 2 });
    const order: string[] = [];
    for (const [name, call] of [
      ['enable', dirtyLogEnable],
      ['disable', dirtyLogDisable],
    ] as const) {
      world.spawn(
        name,
        (function* thread(): Process {
          yield* call(world.kvm, world.slot);
          order.push(`${name} ${world.slot.dirtyLogging}`);
        })(),
      );
    }
    world.run();
    expect(order).toEqual(['enable true', 'disable false']);
  });
});

describe('write protection and others', () => {
  const behind = (preemption: 'full' | 'voluntary', zaps: boolean) => {
    const world = new TestWorld({ preemption, costs: { contendedLineNs: 5 } });
    world.spawn('protect', writeProtectSlot(world.kvm, world.frame(0), world.frame(8)));
    let seen = 0;
    world.spawn(
      'writer',
      (function* writer(): Process {
        yield* until(() => world.work.sptesProtected === 2);
        yield* world.kvm.writeLock();
        seen = world.work.sptesProtected;
        if (zaps) yield* tdpMmuZapLeafs(world.kvm, world.frame(0), world.frame(8));
        yield* world.kvm.writeUnlock();
      })(),
    );
    world.run();
    return { world, seen };
  };

  test('a writer waits: preemptible kernels break the lock for it and go on where they were, others do not', () => {
    const { world, seen } = behind('full', false);
    expect(seen).toBeLessThan(8);
    expect([world.work.sptesProtected, world.work.lockBreaks]).toEqual([8, 1]);
    expect(behind('voluntary', false).seen).toBe(8);
  });

  test('a zap gets in between: what it takes does not come back', () => {
    const { world } = behind('full', true);
    expect(world.work.spteLeavesZapped).toBe(8);
    expect(world.spteLevels()).toEqual(all(world, 0));
  });
});

describe('dirty-log-disable', () => {
  const disabled = (kernel: KernelVersion, options: WorldOptions = {}) => {
    const world = logging({ kernel, ...options });
    const before = world.work.kvmFlushes;
    world.call(dirtyLogDisable(world.kvm, world.slot), 'disable');
    expect(world.findingKinds()).toEqual([]);
    return { world, flushes: world.work.kvmFlushes - before };
  };

  test.each<KernelVersion>(['6.1', '6.12'])('%s: no SPTE and no table is left, one flush a region', (kernel) => {
    const { world, flushes } = disabled(kernel);
    expect(world.spteLevels()).toEqual(all(world, 0));
    expect([flushes, world.work.spteTablesFreed]).toEqual([2, 2]);
    faultOnce(world, 1);
    world.run();
    expect(world.spteLevels().slice(0, 4)).toEqual([2, 2, 2, 2]);
  });

  test('6.18: huge SPTEs in place, one flush for all, with the permission of the first small one', () => {
    const { world, flushes } = disabled('6.18');
    expect(world.spteLevels()).toEqual(all(world, 2));
    expect(writable(world)).toEqual(all(world, false));
    expect([flushes, world.work.spteTablesFreed]).toEqual([1, 2]);
  });

  test('6.18, then a write: the fast path makes the whole huge SPTE writable', () => {
    const { world } = disabled('6.18');
    const { task } = faultOnce(world, 2, 0, 'write', { write: true, present: true });
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 2 });
    expect(writable(world)).toEqual([true, true, true, true, false, false, false, false]);
    expect(world.work.fastPageFaults).toBe(1);
  });

  test('6.18, the first page was written meanwhile: the huge SPTE is writable', () => {
    const world = logging({ kernel: '6.18' });
    faultOnce(world, 0, 0, 'write', { write: true, present: true });
    world.run();
    world.call(dirtyLogDisable(world.kvm, world.slot), 'disable');
    expect(writable(world)).toEqual([true, true, true, true, false, false, false, false]);
  });

  test('host mapping of 4K: SPTEs stay, and stay protected until they are written', () => {
    for (const kernel of ['6.12', '6.18'] as const) {
      const { world, flushes } = disabled(kernel, { mapped: 1 });
      expect(world.spteLevels()).toEqual(all(world, 1));
      expect(writable(world)).toEqual(all(world, false));
      expect(flushes).toBe(0);
    }
  });
});
