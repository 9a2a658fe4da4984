// Who holds what and who waits for whom, as it stands between two events.

import { Lock } from '../../engine/locks/lock.ts';
import { WaitQueue } from '../../engine/locks/wait-queue.ts';
import type { Task } from '../../engine/simulation.ts';
import type { Waitable } from '../../engine/task.ts';
import type { World } from '../world.ts';
import type { LiveLock, LiveWaiter } from './live-types.ts';
import { ownerName } from './lock-names.ts';

/** Every lock that somebody holds or waits for; in the order in which the oldest tasks came to them. */
export function liveLocks(world: World): LiveLock[] {
  const holders = new Map<Waitable, { task: string; mode: 'read' | 'write' }[]>();
  const of = (lock: Waitable) => {
    const known = holders.get(lock);
    if (known !== undefined) return known;
    const fresh: { task: string; mode: 'read' | 'write' }[] = [];
    holders.set(lock, fresh);
    return fresh;
  };
  for (const task of world.machine.sim.tasks()) {
    for (const { lock, mode } of task.held) of(lock).push({ task: task.name, mode });
    // Who has been granted it is a holder, though it has not run since.
    if (task.waitingFor !== null && !task.granted) of(task.waitingFor);
  }
  return [...holders].map(
    ([lock, held]): LiveLock => ({
      lockClass: lock.lockClass.name,
      instance: ownerName(world, lock),
      kind: lock instanceof Lock ? lock.lockClass.kind : 'queue',
      holders: held,
      waiters: waitersOf(lock),
    }),
  );
}

function waitersOf(lock: Waitable): LiveWaiter[] {
  if (!(lock instanceof Lock) && !(lock instanceof WaitQueue)) return [];
  const spinning = lock.lockClass.kind === 'spinning';
  return lock.waitingTasks().map((task: Task) => ({
    task: task.name,
    mode: lock instanceof Lock ? (task.waitsForWrite ? 'write' : 'read') : null,
    how: spinning || (lock instanceof Lock && task.spins) ? 'spin' : 'sleep',
    sinceNs: task.waitSinceNs,
  }));
}
