// No waiter may sleep for ever: what a task waits for must still be able to come (design: no waiter asleep for ever).

import { Lock } from '../engine/locks/lock.ts';
import type { Machine } from './machine.ts';

/**
 * Reports every task that waits for a lock which nobody holds: whoever has released it has handed it to nobody. Locks that are
 * held by tasks which wait for each other are a deadlock, which lockdep and the end of the run tell.
 */
export function checkLockWaiters({ sim, findings, checks }: Machine): void {
  if (!checks) return;
  for (const task of sim.tasks()) {
    const lock = task.waitingFor;
    if (task.state !== 'parked' || task.granted || !(lock instanceof Lock) || lock.isHeld) continue;
    const { name } = lock.lockClass;
    const message = `"${task.name}" has waited for ${name} since ${task.waitSinceNs} ns, and nobody holds it`;
    const evidence = { task: task.name, lock: name, sinceNs: task.waitSinceNs };
    findings.add({ kind: 'waiter-asleep', message, simTimeNs: sim.now, evidence }, { tasks: [task.name] });
  }
}
