import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import type { KvmEvent } from '../../src/kvm/records.ts';
import { tdpMmuZapLeafs } from '../../src/kvm/tdp-mmu.ts';
import { kvmFlushRemoteTlbs } from '../../src/kvm/tlb.ts';
import { cpuTlbShootdown } from '../../src/mm/tlb.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until, WAKE_UP_NS, type WorldOptions } from '../support/world.ts';

const everyPage = (world: TestWorld) => new ScriptedPattern(Array.from({ length: world.pages }, (_, page) => page));

/** A section over pages [first, end) from `atNs` on that stays open for `openNs`. */
function* section(world: TestWorld, first: number, end: number, openNs: number): Process {
  const opened = yield* world.mm.notifiers.rangeStart('clear', world.at(first), world.at(end));
  yield openNs;
  yield* world.mm.notifiers.rangeEnd(opened);
}

const EXIT_ENTRY_NS = 550;
/** One lap on 6.12 that the early check ends: exit, setup, snapshot and look, re-entry. */
const EARLY_LAP_NS = EXIT_ENTRY_NS + 140 + 2 * 5;

describe('vCPU: accesses', () => {
  for (const stepping of [false, true]) {
    const way = stepping ? 'stepping' : 'skipping';

    test(`${way}, everything mapped: an access each thinkNs, no fault, no window`, () => {
      const world = new TestWorld();
      const { vcpu, windows, intervals, finish } = startVcpu(world, { pattern: everyPage(world), stepping });
      world.spawn(
        'time',
        (function* time() {
          yield 1050;
        })(),
      );
      world.runUntil(1050);
      finish();
      expect(vcpu.touches).toBe(11);
      expect([world.kvm.stats.faults, windows.length]).toEqual([0, 0]);
      expect(intervals.every(({ state }) => state === 'running')).toBe(true);
    });

    test(`${way}, one page without an SPTE: faults when its turn comes, then makes the access`, () => {
      const world = new TestWorld();
      world.kvm.tdp.tableAt(world.frame(3), 1).clear(3);
      const { vcpu, windows, finish } = startVcpu(world, { pattern: everyPage(world), stepping });
      world.spawn(
        'time',
        (function* time() {
          yield 5000;
        })(),
      );
      world.runUntil(5000);
      finish();
      expect(windows).toHaveLength(1);
      const [{ startNs, endNs, causes } = { startNs: 0, endNs: 0, causes: {} }] = windows;
      expect(startNs).toBe(300);
      expect(causes).toEqual({ fault: endNs - startNs });
      // Three before the fault; from its end on the fourth at once and then one each 100 ns.
      expect(vcpu.touches).toBe(3 + Math.ceil((5000 - endNs) / 100));
      expect(world.kvm.stats).toMatchObject({ faults: 1, retries: 0, spurious: 0 });
    });
  }

  test('skipping with nothing left to miss: the run has no event of this vCPU', () => {
    const world = new TestWorld();
    startVcpu(world, { pattern: everyPage(world) });
    world.spawn(
      'time',
      (function* time() {
        yield 1_000_000;
      })(),
    );
    world.runUntil(1_000_000);
    expect(world.sim.events).toBeLessThan(10);
  });

  test('an SPTE goes while it runs: the next access to that page misses, not one before', () => {
    const world = new TestWorld();
    const { windows, finish } = startVcpu(world, { pattern: everyPage(world) });
    world.spawn(
      'zap',
      (function* zap() {
        yield 450;
        yield* world.kvm.writeLock();
        yield* tdpMmuZapLeafs(world.kvm, world.frame(2), world.frame(3));
        yield* world.kvm.writeUnlock();
        yield 5000;
      })(),
    );
    world.run();
    finish();
    // Page 2 was touched at 200 and is due again at 1000.
    expect(windows.map(({ startNs }) => startNs)).toEqual([1000]);
  });

  /** Flushes twice in the middle of a fault on page 0; how many vCPUs each of the two has kicked. */
  const kicksAmidFault = (zapped: boolean): number[] => {
    const world = new TestWorld();
    const { kvm } = world;
    if (!zapped) kvm.tdp.tableAt(world.frame(0), 1).clear(0);
    const kicks: number[] = [];
    kvm.events.events$.subscribe((event) => {
      if (event.type === 'kvm-flush') kicks.push(event.kicked);
    });
    world.spawn(
      'zap',
      (function* zap() {
        yield* kvm.writeLock();
        if (zapped) yield* tdpMmuZapLeafs(kvm, world.frame(0), world.frame(1));
        // The vCPU has left the guest long since, and waits for mmu_lock.
        yield 10_000;
        yield* kvmFlushRemoteTlbs(kvm);
        yield* kvmFlushRemoteTlbs(kvm);
        yield* kvm.writeUnlock();
      })(),
    );
    startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.runUntil(50_000);
    return kicks;
  };

  test('a flush behind a zap, amid a fault on what was zapped: waits for the vCPU, whose TLB would have had it, once', () => {
    expect(kicksAmidFault(true)).toEqual([1, 0]);
  });

  test('a flush amid a fault on what had no SPTE: the vCPU is not in the guest, and nobody waits for it', () => {
    expect(kicksAmidFault(false)).toEqual([0, 0]);
  });

  test('an SPTE comes before its turn: no fault', () => {
    const world = new TestWorld();
    world.kvm.tdp.tableAt(world.frame(7), 1).clear(3);
    const { windows, finish } = startVcpu(world, { pattern: everyPage(world) });
    world.spawn(
      'other vcpu',
      (function* map() {
        yield 350;
        world.kvm.tdp.tableAt(world.frame(7), 1).setLeaf(3, world.folio(1).firstPfn + 3, true);
        world.kvm.spteInstalled(world.frame(7), 1);
        yield 5000;
      })(),
    );
    world.run();
    finish();
    expect([windows.length, world.kvm.stats.faults]).toEqual([0, 0]);
  });

  test('memory that cannot be had: a finding, and the vCPU is out of the run', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mapping.remove(0);
    startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.run();
    expect(world.machine.findings.list.map(({ kind, evidence }) => [kind, evidence])).toEqual([
      ['guest-efault', { vcpu: 0, gfn: 0 }],
    ]);
  });
});

describe('vCPU: kicks', () => {
  test('a kick that costs nothing: no access is skipped, and none that misses is made', () => {
    const world = new TestWorld({ costs: { kickedVcpuNs: 0 } });
    world.kvm.tdp.tableAt(world.frame(7), 1).clear(3);
    const { vcpu, finish } = startVcpu(world, { pattern: everyPage(world) });
    world.spawn(
      'flush',
      (function* flush() {
        yield 250;
        yield* kvmFlushRemoteTlbs(world.kvm);
      })(),
    );
    world.runUntil(650);
    finish();
    expect([vcpu.touches, world.findingKinds()]).toEqual([7, []]);
  });

  test('in guest mode: out for the price of a kick, and the next access is as far away as before', () => {
    const world = new TestWorld();
    world.kvm.tdp.tableAt(world.frame(7), 1).clear(3);
    const { windows, finish } = startVcpu(world, { pattern: everyPage(world) });
    world.spawn(
      'flush',
      (function* flush() {
        yield 250;
        yield* kvmFlushRemoteTlbs(world.kvm);
      })(),
    );
    world.runUntil(20_000);
    finish();
    expect(windows[0]).toEqual({ vcpu: 0, startNs: 250, endNs: 1750, causes: { 'tlb-flush': 1500 } });
    // The miss at 700 has moved by the kick.
    expect(windows[1]?.startNs).toBe(2200);
  });

  test('outside of guest mode: is not kicked', () => {
    const world = new TestWorld({ sptes: false });
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn(
      'flush',
      (function* flush() {
        yield 300;
        yield* kvmFlushRemoteTlbs(world.kvm);
      })(),
    );
    world.runUntil(10_000);
    finish();
    expect(windows).toHaveLength(1);
    expect(Object.keys(windows[0]?.causes ?? {})).toEqual(['fault']);
  });

  test('a shootdown of the host takes it out of guest mode as well', () => {
    const world = new TestWorld();
    const { windows, finish } = startVcpu(world, { pattern: everyPage(world) });
    world.call(cpuTlbShootdown(world.mm));
    world.runUntil(10_000);
    finish();
    // The exit, the handler and the entry; what KVM's own flush costs beyond that is the cold EPT TLB.
    expect(windows.map(({ causes }) => causes)).toEqual([{ 'tlb-flush': EXIT_ENTRY_NS + 100 }]);
    expect(world.work.cpuShootdowns).toBe(1);
  });

  test('two flushes at one instant: one exit', () => {
    const world = new TestWorld();
    const { windows, finish } = startVcpu(world, { pattern: everyPage(world) });
    for (const name of ['a', 'b']) {
      world.spawn(
        name,
        (function* flush() {
          yield 250;
          yield* kvmFlushRemoteTlbs(world.kvm);
        })(),
      );
    }
    world.runUntil(10_000);
    finish();
    expect(windows.map(({ causes }) => causes)).toEqual([{ 'tlb-flush': 1500 }]);
  });
});

describe('vCPU: stalls behind a section', () => {
  /** One vCPU that wants page 0 and nothing else, a section over it from 0 on. */
  const behind = (openNs: number, stepping: boolean, options: WorldOptions = {}) => {
    const world = new TestWorld({ ...options });
    const faults: [string, number][] = [];
    world.kvm.events.events.listen((event: KvmEvent) => {
      if (event.type !== 'fault') return;
      const last = faults.at(-1);
      if (last !== undefined && last[0] === event.outcome) last[1] += event.laps;
      else faults.push([event.outcome, event.laps]);
    });
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]), stepping });
    world.spawn('mm', section(world, 0, 8, openNs));
    world.runUntil(openNs + 20_000);
    finish();
    expect(world.findingKinds()).toEqual([]);
    return { windows, faults, stats: world.kvm.stats };
  };

  test('6.12, any end of the section within two laps: skipped and stepped laps end alike', () => {
    for (let openNs = 5000; openNs < 5000 + 2 * EARLY_LAP_NS; openNs += 13) {
      const skipped = behind(openNs, false);
      const stepped = behind(openNs, true);
      expect(skipped.windows).toEqual(stepped.windows);
      expect(skipped.faults).toEqual(stepped.faults);
      expect(skipped.stats).toEqual(stepped.stats);
    }
  });

  test('6.12: laps go by without a break: one each 700 ns', () => {
    const [a, b] = [behind(20_000, false), behind(20_000 + 10 * EARLY_LAP_NS, false)];
    expect(b.stats.retries - a.stats.retries).toBe(10);
  });

  test('6.1: the vCPU waits for the zap on mmu_lock, then spins through GUP until the end', () => {
    const { windows, stats } = behind(50_000, false, { kernel: '6.1', earlyRetryCheck: false });
    const causes = windows.reduce<Record<string, number>>((sums, window) => {
      for (const [cause, ns] of Object.entries(window.causes)) sums[cause] = (sums[cause] ?? 0) + ns;
      return sums;
    }, {});
    expect(Object.keys(causes).sort()).toEqual(expect.arrayContaining(['fault', 'invalidate-retry']));
    expect(stats.retries).toBeGreaterThan(20);
    expect(causes['invalidate-retry']).toBeGreaterThan(45_000);
  });

  test('retrySleepNs, a section of 20 us: laps for as long as it spins, then looks a sleep apart until it is gone', () => {
    const costs = { retrySpinNs: 1000, retrySleepFirstNs: 7000, retrySleepNs: 3000 };
    const { windows, faults, stats } = behind(20_000, false, { costs });
    expect(faults[0]).toEqual(['retry', 2]);
    expect(stats.retries).toBe(2);
    const slept = windows[0]?.causes['retry-sleep'] ?? 0;
    expect((slept - costs.retrySleepFirstNs) % costs.retrySleepNs).toBe(0);
    // The section opens with a zap, and is open for 20 us after it.
    expect(slept).toBeGreaterThanOrEqual(20_000 - 2 * EARLY_LAP_NS);
    expect((windows[0]?.endNs ?? 0) - slept).toBeLessThan(5 * EARLY_LAP_NS);
  });

  test('retrySleepNs, a section that is over before it sleeps: as without', () => {
    const costs = { retrySpinNs: 10 * EARLY_LAP_NS, retrySleepFirstNs: 7000, retrySleepNs: 3000 };
    expect(behind(3 * EARLY_LAP_NS, true, { costs })).toEqual(behind(3 * EARLY_LAP_NS, true));
  });

  test('asleep between two looks: it does not run the mm, so no shootdown has to reach it', () => {
    const world = new TestWorld({ costs: { retrySpinNs: 0, retrySleepFirstNs: 50_000, retrySleepNs: 50_000 } });
    const { vcpu } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn('mm', section(world, 0, 8, 100_000));
    world.runUntil(20_000);
    expect(vcpu.runsMm).toBe(false);
  });

  test('end of the run in the middle of a section: the window counts up to there', () => {
    const world = new TestWorld();
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn('mm', section(world, 0, 8, 1_000_000));
    world.runUntil(100_000);
    expect(finish()).toBe(true);
    expect(windows.at(-1)?.endNs).toBe(100_000);
    expect(Object.keys(windows.at(-1)?.causes ?? {})).toContain('invalidate-retry');
  });
});

describe('vCPU: whose time it was', () => {
  test('mmap_lock is held for write and the page is missing: sleeps, and the window says so', () => {
    const world = new TestWorld({ mapped: 0 });
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn(
      'collapse',
      (function* hold() {
        yield* world.mm.mmapLock.acquireWrite();
        yield 50_000;
        yield* world.mm.mmapLock.releaseWrite();
      })(),
    );
    world.runUntil(100_000);
    finish();
    const [window] = windows;
    const causes = window?.causes ?? {};
    // GUP-fast has failed by then: the rest of the hold and the wake-up are the lock's.
    expect(causes['mmap-lock']).toBe(50_000 + WAKE_UP_NS - (EXIT_ENTRY_NS / 2 + 140 + 2 * 5 + 180));
    expect((causes['mmap-lock'] ?? 0) + (causes.fault ?? 0)).toBe((window?.endNs ?? 0) - (window?.startNs ?? 0));
  });

  test('end of the run while it sleeps on a lock: the window counts up to there, as a wait for that lock', () => {
    const world = new TestWorld({ mapped: 0 });
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn(
      'holder',
      (function* hold() {
        yield* world.mm.mmapLock.acquireWrite();
        yield 1_000_000;
      })(),
    );
    world.runUntil(100_000);
    expect(finish()).toBe(true);
    const beforeLockNs = EXIT_ENTRY_NS / 2 + 140 + 2 * 5 + 180;
    expect(windows).toEqual([
      { vcpu: 0, startNs: 0, endNs: 100_000, causes: { fault: beforeLockNs, 'mmap-lock': 100_000 - beforeLockNs } },
    ]);
  });

  for (const [cause, lockOf] of [
    ['vma-lock', (world: TestWorld) => world.vma.hugetlbLock],
    ['folio-lock', (world: TestWorld) => world.folio().lock],
    ['fault-mutex', (world: TestWorld) => world.machine.hugetlbFaultMutexes.of(world.mapping, 0)],
  ] as const) {
    test(`${cause} is held and the page is missing: the window has that cause`, () => {
      const world = new TestWorld({ mapped: 0 });
      const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
      world.spawn(
        'holder',
        (function* hold() {
          const lock = lockOf(world);
          yield* 'acquire' in lock ? lock.acquire() : lock.acquireWrite();
          yield 50_000;
          yield* 'acquire' in lock ? lock.release() : lock.releaseWrite();
        })(),
      );
      world.runUntil(100_000);
      finish();
      const causes = windows[0]?.causes ?? {};
      expect(Object.keys(causes).sort()).toEqual(['fault', cause].sort());
      expect(causes[cause]).toBeGreaterThan(45_000);
    });
  }

  test('mmu_lock is held for write: spins, and the window has mmu-lock apart from the fault', () => {
    const world = new TestWorld({ sptes: false });
    world.kvm.tdp.tableAt(world.frame(0), 1);
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    world.spawn(
      'writer',
      (function* hold() {
        yield* world.kvm.writeLock();
        yield 50_000;
        yield* world.kvm.writeUnlock();
      })(),
    );
    world.runUntil(100_000);
    finish();
    const causes = windows[0]?.causes ?? {};
    expect(causes['mmu-lock']).toBeGreaterThan(45_000);
    expect(causes.fault).toBeLessThan(2000);
  });

  test('promotion by fault: teardown and flush are causes of their own, for the faulting vCPU only', () => {
    const world = new TestWorld({ entries: 64, hugePages: 1, mapped: 2, sptes: false });
    world.kvm.tdp.tableAt(world.frame(0), 1);
    const first = startVcpu(world, { pattern: new ScriptedPattern([0]) });
    const second = startVcpu(world, { pattern: new ScriptedPattern([9]), thinkNs: 100 });
    world.runUntil(50_000);
    first.finish();
    second.finish();
    const [mine, others] = [first, second].map(({ windows }) => windows.map(({ causes }) => causes));
    const paid = [...(mine ?? []), ...(others ?? [])].filter((causes) => causes['subtree-teardown'] !== undefined);
    expect(paid).toHaveLength(1);
    expect(paid[0]?.['subtree-teardown']).toBe(64 * 10 + 100);
    // Only the vCPU that is in guest mode is kicked; this one waits until it is out.
    expect(paid[0]?.['tlb-flush']).toBeGreaterThanOrEqual(2000 + 18);
  });

  test('two vCPUs and a frozen entry: the laps are of the teardown', () => {
    const world = new TestWorld({ kernel: '6.1', entries: 64, hugePages: 1, mapped: 2, sptes: false, handler: 'cut' });
    world.mapSptes(0, 64, 1);
    world.kvm.tdp.tableAt(world.frame(0), 1).clear(0);
    world.spawn('collapsed', world.mm.notifiers.collapsed(world.at(0), world.at(64)));
    const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([1]), thinkNs: 100 });
    world.spawn(
      'time',
      (function* time() {
        yield* until(() => world.sim.now > 50_000);
      })(),
    );
    world.runUntil(60_000);
    finish();
    const causes = windows.map(({ causes: of }) => of);
    expect(causes.some((of) => (of['subtree-teardown'] ?? 0) > 3000)).toBe(true);
  });
});
