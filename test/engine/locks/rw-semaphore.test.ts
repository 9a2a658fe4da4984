import { expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { RwSemaphore } from '../../../src/engine/locks/rw-semaphore.ts';
import { Scene } from './scene.ts';

const semaphore = lockClass('a semaphore', 'sleeping');

class SemaphoreScene extends Scene {
  readonly lock = new RwSemaphore(this.sim, semaphore);

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

  /** Runs to the end and returns who came in when. */
  play(): Scene['log'] {
    expect(this.sim.run()).toEqual({ kind: 'idle' });
    expect([this.lock.isHeld, this.lock.isWriteHeld, this.lock.waiters]).toEqual([false, false, 0]);
    return this.log;
  }
}

test('rw semaphore: readers only: all at once', () => {
  const scene = new SemaphoreScene();
  for (let at = 0; at < 3; at++) scene.reader(`r${at}`, at, 100);
  expect(scene.play()).toEqual([
    [0, 'r0 in'],
    [1, 'r1 in'],
    [2, 'r2 in'],
  ]);
});

test('rw semaphore: a writer waits: later readers wait behind it', () => {
  const scene = new SemaphoreScene();
  scene.reader('r0', 0, 100);
  scene.writer('w', 10, 50);
  scene.reader('r1', 20, 10);
  expect(scene.play()).toEqual([
    [0, 'r0 in'],
    [100, 'w in'],
    [150, 'r1 in'],
  ]);
});

test('rw semaphore: a reader first in the queue: all readers of the queue go in, over the heads of the writers', () => {
  const scene = new SemaphoreScene();
  scene.writer('w0', 0, 100);
  scene.reader('r0', 1, 10);
  scene.writer('w1', 2, 10);
  scene.reader('r1', 3, 30);
  scene.writer('w2', 4, 10);
  scene.reader('r2', 5, 20);
  expect(scene.play()).toEqual([
    [0, 'w0 in'],
    [100, 'r0 in'],
    [100, 'r1 in'],
    [100, 'r2 in'],
    [130, 'w1 in'],
    [140, 'w2 in'],
  ]);
});

test('rw semaphore: a writer first in the queue: it goes alone', () => {
  const scene = new SemaphoreScene();
  scene.writer('w0', 0, 100);
  scene.writer('w1', 1, 10);
  scene.reader('r0', 2, 10);
  scene.reader('r1', 3, 10);
  expect(scene.play()).toEqual([
    [0, 'w0 in'],
    [100, 'w1 in'],
    [110, 'r0 in'],
    [110, 'r1 in'],
  ]);
});

test('rw semaphore: three hundred readers wait: 256 go in, the rest when those are out', () => {
  const scene = new SemaphoreScene();
  scene.writer('w0', 0, 1000);
  for (let at = 0; at < 150; at++) scene.reader(`r${at}`, 1 + at, 10);
  scene.writer('w1', 200, 5);
  for (let at = 150; at < 300; at++) scene.reader(`r${at}`, 201 + at, 10);
  const log = scene.play();
  const inAt = (timeNs: number): string[] => log.filter(([at]) => at === timeNs).map(([, what]) => what);
  const readers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, at) => `r${from + at} in`);
  expect(inAt(1000)).toEqual(readers(0, 256));
  // The writer was passed over once. Now it is the first.
  expect(inAt(1010)).toEqual(['w1 in']);
  expect(inAt(1015)).toEqual(readers(256, 300));
});

test('rw semaphore: downgrade: readers at the front come in, a writer at the front does not', () => {
  const scene = new SemaphoreScene();
  const { lock } = scene;
  scene.actor('d', 0, (note) => [
    () => lock.acquireWrite(),
    () => 10,
    () => lock.downgrade(),
    () => note(`downgraded, write held: ${lock.isWriteHeld}, held: ${lock.isHeld}`),
    () => 50,
    () => lock.releaseRead(),
  ]);
  scene.reader('r0', 1, 10);
  scene.writer('w', 2, 10);
  scene.reader('r1', 3, 10);
  expect(scene.play()).toEqual([
    [10, 'd downgraded, write held: false, held: true'],
    [10, 'r0 in'],
    [10, 'r1 in'],
    [60, 'w in'],
  ]);

  const blocked = new SemaphoreScene();
  blocked.actor('d', 0, () => [
    () => blocked.lock.acquireWrite(),
    () => 10,
    () => blocked.lock.downgrade(),
    () => 50,
    () => blocked.lock.releaseRead(),
  ]);
  blocked.writer('w', 1, 10);
  blocked.reader('r', 2, 10);
  expect(blocked.play()).toEqual([
    [60, 'w in'],
    [70, 'r in'],
  ]);
});

test('rw semaphore: downgrade by a reader: the run fails and says so', () => {
  const scene = new SemaphoreScene();
  scene.actor('d', 0, () => [() => scene.lock.acquireRead(), () => scene.lock.downgrade()]);
  const outcome = scene.sim.run();
  expect(outcome.kind === 'failed' && outcome.error.message).toContain('which it does not hold for write');
});

test('rw semaphore: trylocks: a reader not past a waiting writer, a writer only into a free lock', () => {
  const scene = new SemaphoreScene();
  const { lock } = scene;
  const tries: boolean[] = [];
  scene.actor('a', 0, () => [
    () => () => tries.push(lock.tryAcquireRead(), lock.tryAcquireRead(), lock.tryAcquireWrite()),
    () => 10,
    // The writer waits by now.
    () => () => tries.push(lock.tryAcquireRead()),
    () => lock.releaseRead(),
    () => lock.releaseRead(),
    () => () => tries.push(lock.tryAcquireRead(), lock.tryAcquireWrite()),
    () => 100,
    () => () => tries.push(lock.tryAcquireWrite(), lock.tryAcquireRead()),
    () => lock.releaseWrite(),
  ]);
  scene.writer('w', 5, 10);
  expect(scene.play()).toEqual([[10, 'w in']]);
  expect(tries).toEqual([true, true, false, false, false, false, true, false]);
});

test('rw semaphore: granted readers: each sleeps through the wake-up latency', () => {
  const scene = new SemaphoreScene({ wakeUpNs: 7 });
  scene.writer('w', 0, 100);
  scene.reader('r0', 1, 10);
  scene.reader('r1', 2, 10);
  expect(scene.play()).toEqual([
    [0, 'w in'],
    [107, 'r0 in'],
    [107, 'r1 in'],
  ]);
});

test('rw semaphore: release in the other mode: the run fails and says so', () => {
  const scene = new SemaphoreScene();
  scene.actor('a', 0, () => [() => scene.lock.acquireRead(), () => scene.lock.releaseWrite()]);
  const outcome = scene.sim.run();
  expect(outcome.kind === 'failed' && outcome.error.message).toContain(
    'releases "a semaphore" (write), which it does not hold',
  );
});
