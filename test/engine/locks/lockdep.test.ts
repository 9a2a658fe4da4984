import { describe, expect, test } from 'vitest';
import { type LockClass, lockClass } from '../../../src/engine/locks/lock-class.ts';
import type { LockdepFinding } from '../../../src/engine/locks/lockdep.ts';
import { Mutex } from '../../../src/engine/locks/mutex.ts';
import { RwSemaphore } from '../../../src/engine/locks/rw-semaphore.ts';
import { Spinlock } from '../../../src/engine/locks/spinlock.ts';
import { WaitQueue } from '../../../src/engine/locks/wait-queue.ts';
import { Scene } from './scene.ts';

const classA = lockClass('A', 'sleeping');
const classB = lockClass('B', 'sleeping');
const classC = lockClass('C', 'sleeping');
const classS = lockClass('S', 'spinning');

const brief = (findings: readonly LockdepFinding[]): unknown[] =>
  findings.map(({ kind, chains }) => [
    kind,
    ...chains.map(({ task, held, acquires }) => `${task}: ${held.join(' > ')} > ${acquires ?? ''}`),
  ]);

function mutexes(scene: Scene, ...classes: LockClass[]): Mutex[] {
  return classes.map((cls) => new Mutex(scene.sim, cls));
}

/** Takes the locks in this order and gives them back in the other one. */
function nest(scene: Scene, name: string, startNs: number, locks: readonly Mutex[]): void {
  scene.actor(name, startNs, () => [
    ...locks.map((lock) => () => lock.acquire()),
    () => 10,
    ...locks.toReversed().map((lock) => () => lock.release()),
  ]);
}

describe('lock order', () => {
  test('lockdep: two orders at different times: an inversion with both chains, and the run goes on', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    nest(scene, 'one', 0, [a, b]);
    nest(scene, 'two', 100, [b, a]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([
      {
        kind: 'order-inversion',
        message: '"two" takes A under B; the other order: "one" took B under A',
        chains: [
          { task: 'two', simTimeNs: 100, held: ['B'], acquires: 'A' },
          { task: 'one', simTimeNs: 0, held: ['A'], acquires: 'B' },
        ],
        simTimeNs: 100,
      },
    ]);
  });

  test('lockdep: A before B, B before C, C before A: the whole cycle', () => {
    const scene = new Scene();
    const [a, b, c] = mutexes(scene, classA, classB, classC) as [Mutex, Mutex, Mutex];
    nest(scene, 'one', 0, [a, b]);
    nest(scene, 'two', 100, [b, c]);
    nest(scene, 'three', 200, [c, a]);
    scene.sim.run();
    expect(brief(scene.sim.lockdep.findings)).toEqual([
      ['order-inversion', 'three: C > A', 'one: A > B', 'two: B > C'],
    ]);
  });

  test('lockdep: an inversion again and again: one finding a pair of classes', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    for (let at = 0; at < 10; at++) nest(scene, `t${at}`, at * 100, at % 2 === 0 ? [a, b] : [b, a]);
    scene.sim.run();
    expect(scene.sim.lockdep.findings.length).toBe(1);
  });

  test('lockdep: the same order in other instances: classes count, not instances', () => {
    const scene = new Scene();
    const [a1, b1, a2, b2] = mutexes(scene, classA, classB, classA, classB) as [Mutex, Mutex, Mutex, Mutex];
    nest(scene, 'one', 0, [a1, b1]);
    nest(scene, 'two', 100, [b2, a2]);
    scene.sim.run();
    expect(brief(scene.sim.lockdep.findings)).toEqual([['order-inversion', 'two: B > A', 'one: A > B']]);
  });

  test('lockdep: one order only, three deep: nothing to find, and the orders are listed', () => {
    const scene = new Scene();
    const locks = mutexes(scene, classA, classB, classC) as [Mutex, Mutex, Mutex];
    for (let at = 0; at < 5; at++) nest(scene, `t${at}`, at * 3, locks);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
    expect(scene.sim.lockdep.orders()).toEqual([
      ['A', 'B'],
      ['A', 'C'],
      ['B', 'C'],
    ]);
  });

  test('lockdep: the second lock by trylock: no order into it, but one out of it', () => {
    const scene = new Scene();
    const [a, b, c] = mutexes(scene, classA, classB, classC) as [Mutex, Mutex, Mutex];
    nest(scene, 'one', 0, [a, b]);
    scene.actor('two', 100, () => [
      () => b.acquire(),
      () => () => expect(a.tryAcquire()).toBe(true),
      () => c.acquire(),
      () => c.release(),
      () => a.release(),
      () => b.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
    expect(scene.sim.lockdep.orders()).toContainEqual(['A', 'C']);
    expect(scene.sim.lockdep.orders()).not.toContainEqual(['B', 'A']);
  });

  test('lockdep: a subclass: nests under its own class, and its order counts', () => {
    const scene = new Scene();
    const [outer, inner] = mutexes(scene, classA, classA) as [Mutex, Mutex];
    scene.actor('one', 0, () => [
      () => outer.acquire(),
      () => inner.acquire(1),
      () => inner.release(),
      () => outer.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
    scene.actor('two', 0, () => [
      () => inner.acquire(1),
      () => outer.acquire(),
      () => outer.release(),
      () => inner.release(),
    ]);
    scene.sim.run();
    expect(brief(scene.sim.lockdep.findings)).toEqual([['order-inversion', 'two: A/1 > A', 'one: A > A/1']]);
  });

  test('lockdep: waiters are checked too, before they wait', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    nest(scene, 'one', 0, [a, b]);
    // A is held when two wants it.
    scene.holder(
      'holder',
      90,
      () => a.acquire(),
      100,
      () => a.release(),
    );
    nest(scene, 'two', 100, [b, a]);
    scene.sim.run({ untilNs: 100 });
    expect(brief(scene.sim.lockdep.findings)).toEqual([['order-inversion', 'two: B > A', 'one: A > B']]);
  });

  test('lockdep: a hundred classes: the matrix grows and keeps what it knows', () => {
    const scene = new Scene();
    const classes = Array.from({ length: 100 }, (_, at) => lockClass(`L${at}`, 'sleeping'));
    const locks = mutexes(scene, ...classes);
    for (let at = 0; at + 1 < locks.length; at++) {
      nest(scene, `t${at}`, at * 100, [locks[at] as Mutex, locks[at + 1] as Mutex]);
    }
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
    nest(scene, 'last', 100, [locks[99] as Mutex, locks[0] as Mutex]);
    scene.sim.run();
    expect(scene.sim.lockdep.findings.map(({ kind, chains }) => [kind, chains.length])).toEqual([
      ['order-inversion', 100],
    ]);
  });

  test('lockdep: switched off: no findings, but held locks are known', () => {
    const scene = new Scene({ lockdep: false });
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    nest(scene, 'one', 0, [a, b]);
    nest(scene, 'two', 100, [b, a]);
    scene.actor('three', 200, () => [() => a.acquire(), () => () => scene.sim.lockdep.assertHeld(a)]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
  });
});

describe('deadlocks', () => {
  test('lockdep: two tasks wait for each other: a finding at that moment, and an outcome that names both chains', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    const first = (lock: Mutex, other: Mutex) => () => [() => lock.acquire(), () => 10, () => other.acquire()];
    scene.actor('one', 0, first(a, b));
    scene.actor('two', 1, first(b, a));
    expect(scene.sim.run()).toEqual({
      kind: 'deadlock',
      waiting: [
        { task: 'one', waitingFor: 'B', heldBy: ['two'], held: ['A'] },
        { task: 'two', waitingFor: 'A', heldBy: ['one'], held: ['B'] },
      ],
    });
    const deadlock = scene.sim.lockdep.findings.find(({ kind }) => kind === 'deadlock');
    expect(deadlock).toEqual({
      kind: 'deadlock',
      message: '"two" holds B and waits for A; "one" holds A and waits for B',
      chains: [
        { task: 'two', simTimeNs: 11, held: ['B'], acquires: 'A' },
        { task: 'one', simTimeNs: 11, held: ['A'], acquires: 'B' },
      ],
      simTimeNs: 11,
    });
  });

  test('lockdep: a cycle of three while others run on: found, although the queue never empties', () => {
    const scene = new Scene();
    const locks = mutexes(scene, classA, classB, classC) as [Mutex, Mutex, Mutex];
    for (let at = 0; at < 3; at++) {
      scene.actor(`t${at}`, at, () => [
        () => (locks[at] as Mutex).acquire(),
        () => 10,
        () => (locks[(at + 1) % 3] as Mutex).acquire(),
      ]);
    }
    scene.actor('clock', 0, () => Array.from({ length: 100 }, () => () => 10));
    scene.sim.run({ untilNs: 500 });
    expect(brief(scene.sim.lockdep.findings).at(-1)).toEqual(['deadlock', 't2: C > A', 't0: A > B', 't1: B > C']);
  });

  test('lockdep: a reader holds, a writer waits for it, and the reader waits for what the writer holds: a deadlock', () => {
    const scene = new Scene();
    const rwsem = new RwSemaphore(scene.sim, classA);
    const [b] = mutexes(scene, classB) as [Mutex];
    scene.actor('reader', 0, () => [() => rwsem.acquireRead(), () => 10, () => b.acquire()]);
    scene.actor('writer', 1, () => [() => b.acquire(), () => rwsem.acquireWrite()]);
    expect(scene.sim.run()).toEqual({
      kind: 'deadlock',
      waiting: [
        { task: 'reader', waitingFor: 'B', heldBy: ['writer'], held: ['A'] },
        { task: 'writer', waitingFor: 'A', heldBy: ['reader'], held: ['B'] },
      ],
    });
    expect(brief(scene.sim.lockdep.findings).at(-1)).toEqual(['deadlock', 'reader: A > B', 'writer: B > A']);
  });

  test('lockdep: a task beside a deadlock waits for something else: the search goes round the old cycle once', () => {
    const scene = new Scene();
    const rwsem = new RwSemaphore(scene.sim, classA);
    const [b, c] = mutexes(scene, classB, classC) as [Mutex, Mutex];
    scene.holder(
      'holder of c',
      0,
      () => c.acquire(),
      100,
      () => c.release(),
    );
    scene.actor('reader', 0, () => [() => rwsem.acquireRead(), () => 10, () => b.acquire()]);
    scene.actor('writer', 1, () => [() => b.acquire(), () => rwsem.acquireWrite()]);
    scene.actor('beside', 0, () => [() => rwsem.acquireRead(), () => 20, () => c.acquire()]);
    expect(scene.sim.run().kind).toBe('deadlock');
    expect(scene.sim.lockdep.findings.filter(({ kind }) => kind === 'deadlock').length).toBe(1);
  });

  test('lockdep: waits behind one another without a cycle: no deadlock', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    for (let at = 0; at < 5; at++) nest(scene, `t${at}`, at, [a, b]);
    scene.holder(
      'only b',
      0,
      () => b.acquire(),
      100,
      () => b.release(),
    );
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
  });

  test('lockdep: a task takes a mutex it holds: self deadlock', () => {
    const scene = new Scene();
    const [a] = mutexes(scene, classA) as [Mutex];
    scene.actor('one', 0, () => [() => a.acquire(), () => a.acquire()]);
    expect(scene.sim.run()).toEqual({
      kind: 'deadlock',
      waiting: [{ task: 'one', waitingFor: 'A', heldBy: ['one'], held: ['A'] }],
    });
    expect(brief(scene.sim.lockdep.findings)).toEqual([['self-deadlock', 'one: A > A']]);
  });

  test('lockdep: a reader takes the semaphore for read again: reported, although it ends well this time', () => {
    const scene = new Scene();
    const rwsem = new RwSemaphore(scene.sim, classA);
    scene.actor('one', 0, () => [
      () => rwsem.acquireRead(),
      () => rwsem.acquireRead(),
      () => rwsem.releaseRead(),
      () => rwsem.releaseRead(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings.map(({ kind, message }) => [kind, message])).toEqual([
      [
        'self-deadlock',
        '"one" takes A, which it holds already: as readers both, which ends well only while no writer waits',
      ],
    ]);
  });
});

describe('sleep and exit', () => {
  test.each([
    ['a mutex', 'A', (scene: Scene) => new Mutex(scene.sim, classA).acquire()],
    ['a semaphore, free or not', 'A', (scene: Scene) => new RwSemaphore(scene.sim, classA).acquireRead()],
    ['park', '', (scene: Scene) => scene.sim.parkUntil(scene.sim.now + 5)],
    ['a wait queue', '', (scene: Scene) => new WaitQueue(scene.sim, classB).wait()],
  ] as const)('lockdep: %s under a spinlock: sleep in atomic', (_what, acquires, sleep) => {
    const scene = new Scene();
    const spinlock = new Spinlock(scene.sim, classS);
    scene.actor('one', 0, () => [() => spinlock.acquire(), () => sleep(scene)]);
    scene.sim.run();
    const [finding] = scene.sim.lockdep.findings;
    expect(brief(finding === undefined ? [] : [finding])).toEqual([['sleep-in-atomic', `one: S > ${acquires}`]]);
  });

  test('lockdep: a trylock of a mutex under a spinlock, a spinlock under a mutex: nothing to find', () => {
    const scene = new Scene();
    const spinlock = new Spinlock(scene.sim, classS);
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    scene.actor('one', 0, () => [
      () => b.acquire(),
      () => spinlock.acquire(),
      () => () => expect(a.tryAcquire()).toBe(true),
      () => 10,
      () => a.release(),
      () => spinlock.release(),
      () => b.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
  });

  test('lockdep: a contended spinlock under a spinlock: a spinner does not sleep', () => {
    const scene = new Scene();
    const outer = new Spinlock(scene.sim, lockClass('outer', 'spinning'));
    const inner = new Spinlock(scene.sim, classS);
    scene.holder(
      'one',
      0,
      () => inner.acquire(),
      10,
      () => inner.release(),
    );
    scene.actor('two', 5, () => [
      () => outer.acquire(),
      () => inner.acquire(),
      () => inner.release(),
      () => outer.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([]);
  });

  test('lockdep: a task ends holding two locks: reported with both', () => {
    const scene = new Scene();
    const [a, b] = mutexes(scene, classA, classB) as [Mutex, Mutex];
    scene.actor('one', 0, () => [() => a.acquire(), () => b.acquire()]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
    expect(scene.sim.lockdep.findings).toEqual([
      {
        kind: 'held-at-exit',
        message: '"one" ends holding A > B',
        chains: [{ task: 'one', simTimeNs: 0, held: ['A', 'B'], acquires: null }],
        simTimeNs: 0,
      },
    ]);
  });
});

describe('requirements', () => {
  test('lockdep: assertHeld and assertNotHeld: hold in the right mode, throw with names else', () => {
    const scene = new Scene();
    const { lockdep } = scene.sim;
    const rwsem = new RwSemaphore(scene.sim, classA);
    const [b] = mutexes(scene, classB) as [Mutex];
    scene.actor('one', 0, () => [
      () => () => {
        lockdep.assertNotHeld(rwsem);
        expect(() => lockdep.assertHeld(rwsem)).toThrow('"one" must hold A here, and holds nothing');
      },
      () => b.acquire(),
      () => rwsem.acquireRead(),
      () => () => {
        lockdep.assertHeld(rwsem);
        lockdep.assertHeld(rwsem, 'read');
        lockdep.assertHeld(b, 'write');
        expect(() => lockdep.assertHeld(rwsem, 'write')).toThrow('"one" must hold A for write here, and holds B > A');
        expect(() => lockdep.assertNotHeld(rwsem)).toThrow('"one" must not hold A here');
      },
      () => rwsem.releaseRead(),
      () => rwsem.acquireWrite(),
      () => () => {
        lockdep.assertHeld(rwsem, 'write');
        expect(() => lockdep.assertHeld(rwsem, 'read')).toThrow('for read');
      },
      () => rwsem.downgrade(),
      () => () => lockdep.assertHeld(rwsem, 'read'),
      () => rwsem.releaseRead(),
      () => b.release(),
    ]);
    expect(scene.sim.run()).toEqual({ kind: 'idle' });
  });

  test('lockdep: findings: published as records when somebody listens', () => {
    const scene = new Scene();
    const seen: LockdepFinding[] = [];
    scene.sim.lockdep.channel.listen((finding) => seen.push(finding));
    const [a] = mutexes(scene, classA) as [Mutex];
    scene.actor('one', 0, () => [() => a.acquire()]);
    scene.sim.run();
    expect(seen).toEqual(scene.sim.lockdep.findings);
    expect(seen.length).toBe(1);
  });
});
