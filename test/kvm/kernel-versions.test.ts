// What differs between the kernels whose KVM the model follows (reference M), each difference by itself.

import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { tdpMmuZapLeafs } from '../../src/kvm/tdp-mmu.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

function* zap(world: TestWorld): Process<boolean> {
  yield* world.kvm.writeLock();
  const flush = yield* tdpMmuZapLeafs(world.kvm, world.frame(0), world.frame(world.pages));
  yield* world.kvm.writeUnlock();
  return flush;
}

/** Host leaves of 2M over small SPTEs that have been zapped: only their tables are left. */
function zapped(options: WorldOptions): TestWorld {
  const world = new TestWorld({ ...options, mapped: 2, sptes: false });
  world.mapSptes(0, world.pages, 1);
  world.call(zap(world), 'zap');
  return world;
}

describe('struct page marks', () => {
  const zapNs = (kernel: KernelVersion, ptePageMarkNs: number) => {
    const world = new TestWorld({ kernel, costs: { ptePageMarkNs } });
    world.call(zap(world));
    return world.sim.now;
  };

  test('zap of eight SPTEs: marks eight struct pages up to 6.12, none in 6.18', () => {
    expect(kernels.map((kernel) => zapNs(kernel, 1000) - zapNs(kernel, 0))).toEqual([8000, 8000, 0]);
  });

  test('teardown of a table with four SPTEs under a fault: four marks up to 6.12, in 6.18 the one of the fault', () => {
    const faultNs = (kernel: KernelVersion, ptePageMarkNs: number) => {
      const world = new TestWorld({ kernel, mapped: 2, sptes: false, costs: { ptePageMarkNs } });
      world.mapSptes(1, 3, 1);
      faultOnce(world, 0);
      world.run();
      expect(world.spteLevels().slice(0, 4)).toEqual([2, 2, 2, 2]);
      return world.sim.now;
    };
    expect(kernels.map((kernel) => faultNs(kernel, 1000) - faultNs(kernel, 0))).toEqual([3000, 3000, 1000]);
  });

  test('fault that is thrown away: marks nothing in 6.18 either', () => {
    const lapNs = (ptePageMarkNs: number) => {
      const world = new TestWorld({ kernel: '6.18', sptes: false, earlyRetryCheck: false, costs: { ptePageMarkNs } });
      world.kvm.invalidation.begin(world.frame(0), world.frame(8));
      const { task } = faultOnce(world, 0);
      world.run();
      expect(task.result).toMatchObject({ outcome: 'retry-invalidate' });
      return world.sim.now;
    };
    expect(lapNs(1000)).toBe(lapNs(0));
  });
});

describe('reference of GUP', () => {
  /** Whether mmu_lock is held at the moment at which the fault's reference goes. */
  const dropsUnderLock = (kernel: KernelVersion) => {
    const world = new TestWorld({ kernel, sptes: false });
    const { task } = faultOnce(world, 0);
    let held: boolean | null = null;
    world.spawn(
      'look',
      (function* look(): Process {
        yield* until(() => world.work.gupRefAtomics === 1);
        while (task.state !== 'ended') {
          if (world.work.gupRefAtomics === 2) held ??= world.kvm.mmuLock.isHeld;
          yield 1;
        }
      })(),
    );
    world.run();
    return held;
  };

  test('a fault that maps a page: drops it after the unlock up to 6.12, under mmu_lock in 6.18', () => {
    expect(kernels.map(dropsUnderLock)).toEqual([false, false, true]);
  });
});

describe('NX huge pages', () => {
  const levelAfterFault = (kernel: KernelVersion, nxHugePages: boolean) => {
    const world = zapped({ kernel, nxHugePages });
    const { task } = faultOnce(world, 1);
    world.run();
    expect(task.result).toMatchObject({ outcome: 'fixed' });
    return world.kvm.tdp.spte(world.frame(1))?.level;
  };

  test('fault over an emptied table: stays 4K on 6.1 with the mitigation, and nowhere else', () => {
    expect(kernels.map((kernel) => levelAfterFault(kernel, true))).toEqual([1, 2, 2]);
    expect(kernels.map((kernel) => levelAfterFault(kernel, false))).toEqual([2, 2, 2]);
  });

  test('6.1, no table left: the fault is huge in spite of the mitigation', () => {
    const world = new TestWorld({ kernel: '6.1', nxHugePages: true, mapped: 2, sptes: false });
    faultOnce(world, 1);
    world.run();
    expect(world.spteLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
  });

  test('6.1, a table of 2M entries in a 1G page, one of them empty: that one comes as 2M', () => {
    const world = new TestWorld({
      kernel: '6.1',
      nxHugePages: true,
      hstateLevel: 3,
      hugePages: 1,
      mapped: 3,
      sptes: false,
    });
    world.mapSptes(0, 4, 2);
    faultOnce(world, 9);
    world.run();
    expect(world.spteLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0]);
  });
});
