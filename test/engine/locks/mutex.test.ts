import { describe, expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { Mutex } from '../../../src/engine/locks/mutex.ts';
import { Spinlock } from '../../../src/engine/locks/spinlock.ts';
import type { Process } from '../../../src/engine/process.ts';
import { Scene } from './scene.ts';

const sleepingClass = lockClass('a mutex', 'sleeping');
const spinningClass = lockClass('a spinlock', 'spinning');

describe.each([
  ['mutex', (scene: Scene) => new Mutex(scene.sim, sleepingClass), 5],
  ['spinlock', (scene: Scene) => new Spinlock(scene.sim, spinningClass), 0],
] as const)('%s', (name, make, wakeUpNs) => {
  test(`${name}: several wait: served in order of arrival, ${wakeUpNs} ns after each release`, () => {
    const scene = new Scene({ wakeUpNs: 5 });
    const lock = make(scene);
    for (const [at, actor] of ['a', 'b', 'c'].entries()) {
      scene.holder(
        actor,
        at,
        () => lock.acquire(),
        100,
        () => lock.release(),
      );
    }
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.log).toEqual([
      [0, 'a in'],
      [100 + wakeUpNs, 'b in'],
      [200 + 2 * wakeUpNs, 'c in'],
    ]);
    expect([lock.isHeld, lock.waiters]).toEqual([false, 0]);
  });

  test(`${name}: released and wanted again at one instant: the waiter has it, nobody slips in`, () => {
    const scene = new Scene();
    const lock = make(scene);
    scene.actor('greedy', 0, (note) => [
      () => lock.acquire(),
      () => 10,
      () => lock.release(),
      () => lock.acquire(),
      () => note('in again'),
      () => lock.release(),
    ]);
    scene.holder(
      'patient',
      5,
      () => lock.acquire(),
      10,
      () => lock.release(),
    );
    scene.sim.run();
    expect(scene.log).toEqual([
      [10, 'patient in'],
      [20, 'greedy in again'],
    ]);
  });

  test(`${name}: tryAcquire: succeeds on a free lock only`, () => {
    const scene = new Scene();
    const lock = make(scene);
    const tries: boolean[] = [];
    scene.actor('a', 0, () => [
      () => () => tries.push(lock.tryAcquire(), lock.tryAcquire()),
      () => lock.release(),
      () => () => tries.push(lock.tryAcquire()),
      () => lock.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(tries).toEqual([true, false, true]);
  });

  test(`${name}: released by a task that does not hold it: the run fails and says so`, () => {
    const scene = new Scene();
    const lock = make(scene);
    scene.actor('holder', 0, () => [() => lock.acquire(), () => 10, () => lock.release()]);
    scene.actor('thief', 5, () => [() => lock.release()]);
    const outcome = scene.sim.run();
    expect(outcome.kind === 'failed' && outcome.error.message).toBe(
      `task "thief" at 5 ns: task "thief" releases "${lock.lockClass.name}" (write), which it does not hold`,
    );
  });

  test(`${name}: a wait: waitingFor while it lasts, onWaitEnd when it is over, wake-up latency included`, () => {
    const scene = new Scene({ wakeUpNs: 5 });
    const lock = make(scene);
    const ends: unknown[] = [];
    scene.holder(
      'a',
      0,
      () => lock.acquire(),
      100,
      () => lock.release(),
    );
    const waiter = scene.holder(
      'b',
      10,
      () => lock.acquire(),
      1,
      () => lock.release(),
    );
    waiter.onWaitEnd = (cls, sinceNs, untilNs) => ends.push(cls, sinceNs, untilNs, scene.log.length);
    scene.sim.run({ untilNs: 50 });
    expect([waiter.waitingFor, waiter.waitSinceNs, waiter.state, lock.waiters]).toEqual([lock, 10, 'parked', 1]);
    scene.sim.run();
    // Told before the process goes on: its own note is not there yet.
    expect(ends).toEqual([lock.lockClass, 10, 100 + wakeUpNs, 1]);
    expect(waiter.waitingFor).toBe(null);
  });

  test(`${name}: acquire without yield* on a held lock: the run fails and says so`, () => {
    for (const endsAtOnce of [true, false]) {
      const scene = new Scene();
      const lock = make(scene);
      scene.holder(
        'holder',
        0,
        () => lock.acquire(),
        10,
        () => lock.release(),
      );
      scene.sim.spawn(
        'careless',
        (function* (): Process {
          yield 5;
          lock.acquire();
          yield endsAtOnce ? 1 : 100;
        })(),
      );
      const outcome = scene.sim.run();
      expect(outcome.kind === 'failed' && outcome.error.message).toContain('an acquire without yield*');
    }
  });

  test(`${name}: somebody wakes a task that waits for it: refused`, () => {
    const scene = new Scene();
    const lock = make(scene);
    scene.holder(
      'holder',
      0,
      () => lock.acquire(),
      10,
      () => lock.release(),
    );
    const waiter = scene.holder(
      'waiter',
      1,
      () => lock.acquire(),
      10,
      () => lock.release(),
    );
    scene.actor('waker', 2, () => [() => () => scene.sim.wake(waiter)]);
    const outcome = scene.sim.run();
    expect(outcome.kind === 'failed' && outcome.error.message).toContain(
      `task "waiter" waits for "${lock.lockClass.name}"`,
    );
  });

  test(`${name}: a loop that takes and releases it and lets no time pass: the run ends as failed`, () => {
    const scene = new Scene();
    const lock = make(scene);
    scene.sim.spawn(
      'livelock',
      (function* (): Process {
        for (;;) {
          yield* lock.acquire();
          yield* lock.release();
        }
      })(),
    );
    const outcome = scene.sim.run({ events: 100 });
    expect(outcome.kind === 'failed' && outcome.error.message).toContain('lets no time pass');
  });

  test(`${name}: held: the locks of a task in order, also when released out of order`, () => {
    const scene = new Scene();
    const [first, second, third] = [make(scene), make(scene), make(scene)];
    const seen: unknown[] = [];
    const task = scene.actor('a', 0, () => [
      () => first.acquire(),
      () => second.acquire(),
      () => third.acquire(),
      () => first.release(),
      () => () => seen.push(task.held.map(({ lock, mode }) => [lock === second ? 2 : 3, mode])),
      () => third.release(),
      () => second.release(),
      () => () => seen.push(task.held),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(seen).toEqual([
      [
        [2, 'write'],
        [3, 'write'],
      ],
      [],
    ]);
  });
});

test('mutex, spinlock: made with a class of the other kind: refused', () => {
  const { sim } = new Scene();
  expect(() => new Mutex(sim, spinningClass)).toThrow('mutex');
  expect(() => new Spinlock(sim, sleepingClass)).toThrow('spinlock');
});

test('spinlock: isContended: while somebody waits', () => {
  const scene = new Scene();
  const lock = new Spinlock(scene.sim, spinningClass);
  const seen: boolean[] = [];
  const look = () => () => seen.push(lock.isContended);
  scene.actor('a', 0, () => [() => lock.acquire(), look, () => 10, look, () => lock.release(), look]);
  scene.holder(
    'b',
    5,
    () => lock.acquire(),
    1,
    () => lock.release(),
  );
  scene.sim.run();
  expect(seen).toEqual([false, true, false]);
});

describe('mutex that spins on its owner', () => {
  const spinning = (scene: Scene) => new Mutex(scene.sim, sleepingClass, { spinsOnOwner: true });

  test('mutex: its holder runs: waiters go on at the instant of each release', () => {
    const scene = new Scene({ wakeUpNs: 5 });
    const lock = spinning(scene);
    for (const [at, actor] of ['a', 'b', 'c'].entries()) {
      scene.holder(
        actor,
        at,
        () => lock.acquire(),
        100,
        () => lock.release(),
      );
    }
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.log).toEqual([
      [0, 'a in'],
      [100, 'b in'],
      [200, 'c in'],
    ]);
  });

  test('mutex: its holder sleeps for another lock: who waits then, or comes then, pays a wake-up; who comes later spins', () => {
    const scene = new Scene({ wakeUpNs: 5 });
    const outer = spinning(scene);
    const inner = new Mutex(scene.sim, lockClass('an inner mutex', 'sleeping'));
    scene.holder(
      'x',
      0,
      () => inner.acquire(),
      100,
      () => inner.release(),
    );
    scene.actor(
      'a',
      1,
      (note) =>
        [
          () => outer.acquire(),
          () => 20,
          () => inner.acquire(),
          () => note('has both'),
          () => 50,
          () => inner.release(),
          () => outer.release(),
        ] as never,
    );
    for (const [name, at] of [
      ['waits', 10],
      ['comes', 50],
      ['late', 120],
    ] as const) {
      scene.holder(
        name,
        at,
        () => outer.acquire(),
        10,
        () => outer.release(),
      );
    }
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.log.filter(([, what]) => what.endsWith('in') && !what.startsWith('x'))).toEqual([
      [160, 'waits in'],
      [175, 'comes in'],
      [185, 'late in'],
    ]);
  });
});
