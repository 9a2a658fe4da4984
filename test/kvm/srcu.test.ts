import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { dirtyLogEnable } from '../../src/kvm/dirty-log.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until } from '../support/world.ts';

/** Readers from..until; when does a synchronize that starts at 100 end? */
function synchronizedAtNs(readers: readonly (readonly [fromNs: number, untilNs: number])[]): number {
  const world = new TestWorld();
  for (const [fromNs, untilNs] of readers) {
    world.spawn(
      `reader ${fromNs}`,
      (function* reader(): Process {
        const period = world.kvm.srcu.readLock();
        yield untilNs - fromNs;
        world.kvm.srcu.readUnlock(period);
      })(),
      fromNs,
    );
  }
  let endedNs = 0;
  world.spawn(
    'updater',
    (function* updater(): Process {
      yield* world.kvm.srcu.synchronize();
      endedNs = world.sim.now;
    })(),
    100,
  );
  world.run();
  return endedNs;
}

const WAKE_NS = 1000;

describe('kvm->srcu', () => {
  test('no reader, or only ones that have ended: no wait', () => {
    expect(synchronizedAtNs([])).toBe(100);
    expect(synchronizedAtNs([[0, 99]])).toBe(100);
  });

  test('readers that have begun: waits for the last of them, and for none that begins later', () => {
    expect(synchronizedAtNs([[0, 5000]])).toBe(5000 + WAKE_NS);
    expect(
      synchronizedAtNs([
        [0, 500],
        [50, 3000],
        [200, 90_000],
      ]),
    ).toBe(3000 + WAKE_NS);
  });

  test('two grace periods: the second waits for what began in between', () => {
    const world = new TestWorld();
    const ends: number[] = [];
    const reader = function* reader(): Process {
      const period = world.kvm.srcu.readLock();
      yield 1000;
      world.kvm.srcu.readUnlock(period);
    };
    world.spawn('first', reader());
    world.spawn('second', reader(), 1500);
    world.spawn(
      'updater',
      (function* updater(): Process {
        for (let round = 0; round < 2; round++) {
          yield* world.kvm.srcu.synchronize();
          ends.push(world.sim.now);
        }
      })(),
      100,
    );
    world.run();
    expect(ends).toEqual([1000 + WAKE_NS, 2500 + WAKE_NS]);
  });
});

describe('a change of memslots and the readers of the old ones', () => {
  /** How long dirty logging takes to begin beside a vCPU, behind somebody who holds mmap_lock for write. */
  const enabledNs = (faults: boolean): number => {
    const world = new TestWorld({ mapped: faults ? 0 : 1, hugePages: 2 });
    world.spawn(
      'writer',
      (function* writer(): Process {
        yield* world.mm.mmapLock.acquireWrite();
        yield 3_000_000;
        yield* world.mm.mmapLock.releaseWrite();
      })(),
    );
    startVcpu(world, { pattern: new ScriptedPattern([0]) });
    const task = world.spawn('enable', dirtyLogEnable(world.kvm, world.slot), 10_000);
    let endedNs = 0;
    world.spawn(
      'watch',
      (function* watch(): Process {
        while (task.state !== 'ended') yield 100;
        endedNs = world.sim.now;
      })(),
    );
    world.runUntil(4_000_000);
    expect(world.findingKinds()).toEqual([]);
    return endedNs;
  };

  test('a vCPU that sleeps in GUP: is waited for until it has slept enough, under slots_lock', () => {
    expect(enabledNs(true)).toBeGreaterThan(3_000_000);
  });

  test('a vCPU that runs guest code: is not a reader', () => {
    expect(enabledNs(false)).toBeLessThan(100_000);
  });

  test('a section whose start is still zapping: its walk of the memslots is one', () => {
    const world = new TestWorld();
    const seen: string[] = [];
    world.spawn('start', world.mm.notifiers.clearYoung(world.at(0), world.at(8)));
    world.spawn(
      'updater',
      (function* updater(): Process {
        yield* until(() => world.kvm.mmuLock.isWriteHeld);
        yield* world.kvm.srcu.synchronize();
        seen.push(`mmu_lock ${world.kvm.mmuLock.isHeld}`);
      })(),
    );
    world.run();
    expect(seen).toEqual(['mmu_lock false']);
  });
});
