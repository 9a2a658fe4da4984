import { describe, expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { Mutex } from '../../../src/engine/locks/mutex.ts';
import { RwSemaphore } from '../../../src/engine/locks/rw-semaphore.ts';
import { RwSpinlock } from '../../../src/engine/locks/rw-spinlock.ts';
import { LOCK_WAITS, type WaitNote } from '../../../src/engine/locks/wait-note.ts';
import { WaitQueue } from '../../../src/engine/locks/wait-queue.ts';
import { Scene } from './scene.ts';

const sleeping = lockClass('a lock', 'sleeping');
const spinning = lockClass('a spinning lock', 'spinning');

/** A lock whose waits somebody hears of, and what was noted of each waiter. */
class NotedScene extends Scene {
  readonly notes: Record<string, WaitNote | null> = {};
  readonly leave: () => void;

  constructor() {
    super({ wakeUpNs: 5 });
    this.leave = this.sim.records.channel(LOCK_WAITS).listen(() => {});
  }

  user(lock: RwSemaphore | RwSpinlock, name: string, mode: 'read' | 'write', startNs: number, holdNs: number): void {
    const reads = mode === 'read';
    const task = this.holder(
      name,
      startNs,
      () => (reads ? lock.acquireRead() : lock.acquireWrite()),
      holdNs,
      () => (reads ? lock.releaseRead() : lock.releaseWrite()),
    );
    task.onWaitEnd = (_lock, _since, _until, note) => {
      this.notes[name] = note;
    };
  }

  play(): NotedScene['notes'] {
    expect(this.sim.run()).toEqual({ kind: 'idle' });
    return this.notes;
  }
}

describe.each([
  ['rw semaphore', (scene: Scene) => new RwSemaphore(scene.sim, sleeping)],
  ['rw spinlock', (scene: Scene) => new RwSpinlock(scene.sim, spinning)],
] as const)('whom a wait names: %s', (name, make) => {
  test(`${name}: behind one writer: that one, who also lets it in`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    scene.user(lock, 'w', 'write', 0, 100);
    scene.user(lock, 'r', 'read', 10, 10);
    const holders = [{ task: 'w', mode: 'write' }];
    expect(scene.play()).toEqual({
      r: { mode: 'read', holders, moreHolders: 0, queuedBehind: null, releasedBy: 'w' },
    });
  });

  test(`${name}: behind several readers: all of them, and who leaves last`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    scene.user(lock, 'gone', 'read', 0, 5);
    for (const [at, holdNs] of [50, 90, 40].entries()) scene.user(lock, `r${at}`, 'read', 0, holdNs);
    scene.user(lock, 'w', 'write', 10, 10);
    const holders = ['r0', 'r1', 'r2'].map((task) => ({ task, mode: 'read' }));
    expect(scene.play()).toEqual({
      w: { mode: 'write', holders, moreHolders: 0, queuedBehind: null, releasedBy: 'r1' },
    });
  });

  test(`${name}: behind a writer that waits: the reader that holds it, the writer as queued before, who lets it in`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    scene.user(lock, 'r0', 'read', 0, 100);
    scene.user(lock, 'w', 'write', 10, 50);
    scene.user(lock, 'r1', 'read', 20, 10);
    const holders = [{ task: 'r0', mode: 'read' }];
    expect(scene.play()).toEqual({
      w: { mode: 'write', holders, moreHolders: 0, queuedBehind: null, releasedBy: 'r0' },
      r1: { mode: 'read', holders, moreHolders: 0, queuedBehind: { task: 'w', mode: 'write' }, releasedBy: 'w' },
    });
  });

  test(`${name}: behind eleven readers: eight by name, the others counted`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    for (let at = 0; at < 11; at++) scene.user(lock, `r${at}`, 'read', 0, 100);
    scene.user(lock, 'w', 'write', 10, 10);
    const { w } = scene.play();
    expect(w?.holders.map(({ task }) => task)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']);
    expect(w?.moreHolders).toBe(3);
  });

  test(`${name}: nobody hears of waits when it begins: nothing is noted; heard from then on: the next wait is`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    scene.user(lock, 'w', 'write', 0, 100);
    scene.user(lock, 'r', 'read', 10, 10);
    scene.user(lock, 'later', 'write', 30, 10);
    scene.leave();
    scene.actor('observer', 20, () => [() => () => scene.sim.records.channel(LOCK_WAITS).listen(() => {})]);
    const { r, later } = scene.play();
    expect(r).toBe(null);
    expect(later?.queuedBehind).toEqual({ task: 'r', mode: 'read' });
  });

  test(`${name}: held among other locks of its class and of others: found, by its own`, () => {
    const scene = new NotedScene();
    const lock = make(scene);
    const mutexes = Array.from({ length: 3 }, () => new Mutex(scene.sim, lockClass('another', 'sleeping')));
    const others = [make(scene), make(scene)];
    scene.actor('holder', 0, () => [
      ...mutexes.map((mutex) => () => mutex.acquire()),
      ...others.map((other, at) => () => other.acquireRead(at + 1)),
      () => lock.acquireWrite(3),
      () => 50,
      () => lock.releaseWrite(),
      ...others.map((other) => () => other.releaseRead()),
      ...mutexes.map((mutex) => () => mutex.release()),
    ]);
    scene.actor('elsewhere', 0, () => [() => others[0]!.acquireRead(), () => 70, () => others[0]!.releaseRead()]);
    scene.user(lock, 'w', 'write', 10, 10);
    expect(scene.play().w?.holders).toEqual([{ task: 'holder', mode: 'write' }]);
  });
});

test('rw semaphore: a writer that becomes a reader: it has let in the reader that waited for it', () => {
  const scene = new NotedScene();
  const lock = new RwSemaphore(scene.sim, sleeping);
  scene.actor('d', 0, () => [
    () => lock.acquireWrite(),
    () => 10,
    () => lock.downgrade(),
    () => 50,
    () => lock.releaseRead(),
  ]);
  scene.user(lock, 'r', 'read', 1, 10);
  expect(scene.play().r).toMatchObject({ holders: [{ task: 'd', mode: 'write' }], releasedBy: 'd' });
});

test('mutex: each waiter names the holder of its time, and who stood before it', () => {
  const scene = new NotedScene();
  const mutex = new Mutex(scene.sim, sleeping);
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    scene.holder(
      name,
      at,
      () => mutex.acquire(),
      100,
      () => mutex.release(),
    ).onWaitEnd = (...[, , , note]) => {
      scene.notes[name] = note;
    };
  }
  const ofA = { mode: 'write', holders: [{ task: 'a', mode: 'write' }], moreHolders: 0 };
  expect(scene.play()).toEqual({
    b: { ...ofA, queuedBehind: null, releasedBy: 'a' },
    c: { ...ofA, queuedBehind: { task: 'b', mode: 'write' }, releasedBy: 'b' },
  });
});

test('wait queue: nobody holds it: who wakes the task is noted; after a wait for a lock, nothing of that', () => {
  const scene = new NotedScene();
  const queue = new WaitQueue(scene.sim, sleeping);
  const mutex = new Mutex(scene.sim, sleeping);
  scene.holder(
    'holder',
    0,
    () => mutex.acquire(),
    20,
    () => mutex.release(),
  );
  const notes: (WaitNote | null)[] = [];
  scene.actor('sleeper', 10, () => [() => mutex.acquire(), () => mutex.release(), () => queue.wait()]).onWaitEnd = (
    ...[, , , note]
  ) => notes.push(note);
  scene.actor('waker', 50, () => [() => () => queue.wakeAll()]);
  scene.play();
  expect(notes[0]?.holders).toEqual([{ task: 'holder', mode: 'write' }]);
  expect(notes[1]).toEqual({ mode: null, holders: [], moreHolders: 0, queuedBehind: null, releasedBy: 'waker' });
});
