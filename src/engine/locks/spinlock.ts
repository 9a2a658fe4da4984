// A spinning lock with one holder, served in order of arrival as the kernel's queued spinlock. A waiter keeps its CPU busy,
// and goes on at the instant of the release. What moving the lock's cache line costs is a matter of cache-line.ts.

import { assert } from '../assert.ts';
import { probe } from '../probe.ts';
import type { Simulation } from '../simulation.ts';
import { ExclusiveLock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

export class Spinlock extends ExclusiveLock {
  constructor(sim: Simulation, lockClass: LockClass, of: object | null = null) {
    super(sim, lockClass, of);
    assert(!this.sleeping, 'spinlock: its class is a spinning one');
  }

  /** Somebody waits: time for a lock-break. */
  get isContended(): boolean {
    return probe === null ? this.waiters > 0 : probe.isWanted(this);
  }
}
