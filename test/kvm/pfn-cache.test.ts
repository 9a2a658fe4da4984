import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { PfnCache, pfnCachesInvalidateStart, usePfnCache } from '../../src/kvm/pfn-cache.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until } from '../support/world.ts';

const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

const cached = (kernel: KernelVersion, page = 1, guestUses = false) => {
  const world = new TestWorld({ kernel, hugePages: 4 });
  const cache = new PfnCache(world.kvm, world.frame(page), guestUses);
  world.kvm.pfnCaches.list.push(cache);
  return { world, cache };
};

const spentOn = () => {
  const causes: string[] = [];
  return { causes, account: { spent: (cause: string) => void causes.push(cause) } };
};

function section(world: TestWorld, first: number, end: number, openNs: number, startsNs = 0): void {
  world.spawn(
    `section ${first}`,
    (function* open(): Process {
      const opened = yield* world.mm.notifiers.rangeStart('clear', world.at(first), world.at(end));
      yield openNs;
      yield* world.mm.notifiers.rangeEnd(opened);
    })(),
    startsNs,
  );
}

describe('pfn cache', () => {
  test('a section over its page: invalid when start returns; over another page: stays valid', () => {
    for (const kernel of kernels) {
      for (const [first, valid] of [
        [0, false],
        [4, true],
      ] as const) {
        const { world, cache } = cached(kernel);
        section(world, first, first + 4, 1000);
        world.run();
        expect(cache.valid).toBe(valid);
        expect(world.findingKinds()).toEqual([]);
      }
    }
  });

  test('locks of range_start: gpc_lock, then the lock of each cache: for write in 6.1, for read where nothing matches later', () => {
    const invalidatedNs = (kernel: KernelVersion, page: number): number => {
      const { world, cache } = cached(kernel, page);
      world.spawn(
        'user',
        (function* user(): Process {
          yield* cache.lock.acquireRead();
          yield 10_000;
          yield* cache.lock.releaseRead();
        })(),
      );
      world.spawn('start', pfnCachesInvalidateStart(world.kvm, world.at(0), world.at(4)), 100);
      world.run();
      return world.sim.now;
    };
    // A reader holds the cache for 10 us: 6.1 waits for it in any case, 6.12 only to invalidate it.
    expect(invalidatedNs('6.1', 9)).toBeGreaterThan(10_000);
    expect(invalidatedNs('6.12', 9)).toBe(10_000);
    expect(invalidatedNs('6.12', 1)).toBeGreaterThan(10_000);
  });

  test('the guest uses the page itself: 6.1 kicks vCPUs out of guest mode, later kernels do not', () => {
    const kicks = (kernel: KernelVersion, guestUses: boolean): number => {
      const { world } = cached(kernel, 1, guestUses);
      let count = 0;
      const kick = (): void => {
        count += 1;
      };
      world.kvm.vcpus.push({ isInGuest: true, kick, spteCleared() {}, spteInstalled() {}, spteProtected() {} });
      world.call(pfnCachesInvalidateStart(world.kvm, world.at(0), world.at(4)));
      return count;
    };
    expect(kernels.map((kernel) => kicks(kernel, true))).toEqual([1, 0, 0]);
    expect(kernels.map((kernel) => kicks(kernel, false))).toEqual([0, 0, 0]);
  });

  test('valid: a use is a look under its lock', () => {
    const { world } = cached('6.12');
    const { causes, account } = spentOn();
    world.call(usePfnCache(world.kvm, world.kvm.pfnCaches.list[0] as PfnCache, account));
    expect([world.sim.now, causes, world.kvm.pfnCaches.stats]).toEqual([
      world.machine.costs.ptlNs,
      [],
      { uses: 1, refreshes: 0, refreshLaps: 0 },
    ]);
  });

  test('invalid, no section open: one round of GUP, and no reference is kept', () => {
    const { world, cache } = cached('6.12');
    cache.valid = false;
    const { causes, account } = spentOn();
    world.call(usePfnCache(world.kvm, cache, account));
    expect([cache.valid, world.kvm.pfnCaches.stats.refreshLaps]).toEqual([true, 1]);
    expect(causes).toEqual(['fault']);
    expect(world.folio().gupRefs).toBe(0);
  });

  test.each([
    ['of its own page', 0],
    ['of any other page of a memslot', 8],
    ['of memory that no memslot has', 16],
  ])('invalid, a section is open %s: goes round until it has closed', (_, first) => {
    for (const kernel of kernels) {
      const { world, cache } = cached(kernel);
      cache.valid = false;
      section(world, first, first + 4, 100_000);
      const { causes, account } = spentOn();
      const task = world.spawn('user', usePfnCache(world.kvm, cache, account), 20_000);
      world.spawn(
        'watch',
        (function* watch(): Process {
          yield* until(() => task.state === 'ended');
          expect(world.mm.notifiers.openSections.size).toBe(0);
        })(),
      );
      world.run();
      expect(cache.valid).toBe(true);
      // A round is GUP, its two atomics and the lock: some 200 ns.
      expect(world.kvm.pfnCaches.stats.refreshLaps).toBeGreaterThan(100);
      expect(causes).toContain('invalidate-retry');
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('a section with memslots closes during GUP: one round more', () => {
    const { world, cache } = cached('6.12');
    cache.valid = false;
    world.spawn('user', usePfnCache(world.kvm, cache, spentOn().account));
    world.spawn(
      'seq',
      (function* seq(): Process {
        yield 100;
        world.kvm.invalidation.begin(8, 12);
        world.kvm.invalidation.end();
      })(),
    );
    world.run();
    expect(world.kvm.pfnCaches.stats.refreshLaps).toBe(2);
  });
});

describe('vCPU with a clock page', () => {
  const stalls = (sections: boolean) => {
    const { world, cache } = cached('6.12', 1);
    const clock = { cache, firstNs: 1000, everyNs: 50_000 };
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([9]), clock });
    if (sections) {
      section(world, 0, 4, 1000, 10_000);
      section(world, 16, 20, 400_000, 30_000);
    }
    world.runUntil(500_000);
    finish();
    return windows;
  };

  test('nothing is invalid: leaves the guest for an exit each time, and for no more', () => {
    const windows = stalls(false);
    expect(windows).toHaveLength(10);
    for (const { startNs, endNs, causes } of windows) {
      expect(Object.keys(causes)).toEqual(['fault']);
      expect(endNs - startNs).toBeLessThan(600);
    }
  });

  test('its page was invalidated once, and a section elsewhere is open: the vCPU stands still to its end, though it touches neither', () => {
    const windows = stalls(true);
    const longest = windows.reduce((a, b) => (a.endNs - a.startNs > b.endNs - b.startNs ? a : b));
    expect(longest.endNs - longest.startNs).toBeGreaterThan(350_000);
    expect(longest.causes['invalidate-retry']).toBeGreaterThan(350_000);
    expect(longest.endNs).toBeGreaterThan(430_000);
  });
});
