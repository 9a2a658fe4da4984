import { expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { WaitQueue } from '../../../src/engine/locks/wait-queue.ts';
import { Scene } from './scene.ts';

const pages = lockClass('page wait', 'sleeping');

function queueScene(wakeUpNs = 0): { scene: Scene; queue: WaitQueue } {
  const scene = new Scene({ wakeUpNs });
  const queue = new WaitQueue(scene.sim, pages);
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    scene.actor(name, at, (note) => [
      () => queue.wait(),
      () => note('woken'),
      () => queue.wait(),
      () => note('woken twice'),
    ]);
  }
  return { scene, queue };
}

test('wait queue: wakeOne: who waited longest, one at a time', () => {
  const { scene, queue } = queueScene();
  const woken: unknown[] = [];
  scene.actor('waker', 10, () => [
    () => () => woken.push(queue.length, queue.wakeOne(), queue.length),
    () => 10,
    () => () => queue.wakeOne(),
  ]);
  scene.sim.run();
  expect(woken).toEqual([3, true, 2]);
  expect(scene.log).toEqual([
    [10, 'a woken'],
    [20, 'b woken'],
  ]);
});

test('wait queue: wakeAll: all that wait, in order, after the latency; who waits again waits for the next', () => {
  const { scene, queue } = queueScene(5);
  const woken: unknown[] = [];
  scene.actor('waker', 10, () => [
    () => () => woken.push(queue.wakeAll(), queue.wakeAll(), queue.wakeOne()),
    () => 10,
    () => () => woken.push(queue.wakeAll()),
  ]);
  expect(scene.sim.run()).toEqual({ kind: 'idle' });
  expect(woken).toEqual([3, 0, false, 3]);
  expect(scene.log).toEqual([
    [15, 'a woken'],
    [15, 'b woken'],
    [15, 'c woken'],
    [25, 'a woken twice'],
    [25, 'b woken twice'],
    [25, 'c woken twice'],
  ]);
});

test('wait queue: nobody wakes: the deadlock outcome names the queue', () => {
  const { scene } = queueScene();
  expect(scene.sim.run()).toEqual({
    kind: 'deadlock',
    waiting: ['a', 'b', 'c'].map((task) => ({ task, waitingFor: 'page wait', heldBy: [], held: [] })),
  });
});

test('wait queue: onWaitEnd: the time of the whole sleep; nobody hears of waits: no note', () => {
  const scene = new Scene({ wakeUpNs: 5 });
  const queue = new WaitQueue(scene.sim, pages);
  const sleeper = scene.actor('sleeper', 3, () => [() => queue.wait()]);
  const ends: unknown[] = [];
  sleeper.onWaitEnd = (...wait) => ends.push(...wait);
  scene.actor('waker', 10, () => [() => () => queue.wakeAll()]);
  scene.sim.run();
  expect(ends).toEqual([pages, 3, 15, null]);
});
