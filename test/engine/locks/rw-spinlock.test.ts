import { expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { RwSpinlock } from '../../../src/engine/locks/rw-spinlock.ts';
import { Scene } from './scene.ts';

const rwlock = lockClass('an rwlock', 'spinning');

class RwlockScene extends Scene {
  readonly lock = new RwSpinlock(this.sim, rwlock);

  reader(name: string, startNs: number, holdNs: number): void {
    this.holder(
      name,
      startNs,
      () => this.lock.acquireRead(),
      holdNs,
      () => this.lock.releaseRead(),
    );
  }

  writer(name: string, startNs: number, holdNs: number): void {
    this.holder(
      name,
      startNs,
      () => this.lock.acquireWrite(),
      holdNs,
      () => this.lock.releaseWrite(),
    );
  }

  play(): Scene['log'] {
    expect(this.sim.run()).toEqual({ kind: 'idle' });
    expect([this.lock.isHeld, this.lock.isWriteHeld, this.lock.waiters]).toEqual([false, false, 0]);
    return this.log;
  }
}

test('rw spinlock: a writer waits: later readers wait behind it', () => {
  const scene = new RwlockScene({ wakeUpNs: 1000 });
  scene.reader('r0', 0, 100);
  scene.reader('r1', 5, 120);
  scene.writer('w', 10, 50);
  scene.reader('r2', 20, 10);
  // Nobody sleeps here, so there is no wake-up latency.
  expect(scene.play()).toEqual([
    [0, 'r0 in'],
    [5, 'r1 in'],
    [125, 'w in'],
    [175, 'r2 in'],
  ]);
});

test('rw spinlock: readers and writers in the queue: in order of arrival, neighbouring readers together', () => {
  const scene = new RwlockScene();
  scene.writer('w0', 0, 100);
  scene.reader('r0', 1, 10);
  scene.reader('r1', 2, 20);
  scene.writer('w1', 3, 10);
  scene.reader('r2', 4, 10);
  scene.writer('w2', 5, 10);
  expect(scene.play()).toEqual([
    [0, 'w0 in'],
    [100, 'r0 in'],
    [100, 'r1 in'],
    [120, 'w1 in'],
    [130, 'r2 in'],
    [140, 'w2 in'],
  ]);
});

test('rw spinlock: isContended under a lock-break: the holder lets the waiter in and comes back behind it', () => {
  const scene = new RwlockScene();
  const { lock } = scene;
  scene.actor('zap', 0, (note) => [
    () => lock.acquireWrite(),
    () => note(`contended: ${lock.isContended}`),
    () => 10,
    () => note(`contended: ${lock.isContended}`),
    () => lock.releaseWrite(),
    () => lock.acquireWrite(),
    () => note('in again'),
    () => lock.releaseWrite(),
  ]);
  scene.reader('fault', 5, 30);
  expect(scene.play()).toEqual([
    [0, 'zap contended: false'],
    [10, 'zap contended: true'],
    [10, 'fault in'],
    [40, 'zap in again'],
  ]);
});

test('rw spinlock: trylocks: a reader not past a waiting writer, a writer only into a free lock', () => {
  const scene = new RwlockScene();
  const { lock } = scene;
  const tries: boolean[] = [];
  scene.actor('a', 0, () => [
    () => () => tries.push(lock.tryAcquireWrite(), lock.tryAcquireRead(), lock.tryAcquireWrite()),
    () => lock.releaseWrite(),
    () => () => tries.push(lock.tryAcquireRead(), lock.tryAcquireWrite()),
    () => 10,
    () => () => tries.push(lock.tryAcquireRead()),
    () => lock.releaseRead(),
  ]);
  scene.writer('w', 5, 10);
  expect(scene.play()).toEqual([[10, 'w in']]);
  expect(tries).toEqual([true, false, false, true, false, false]);
});
