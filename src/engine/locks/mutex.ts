// A sleeping lock with one holder. Waiters queue; the kernel's optimistic spinning is left out, so a contended hand-over
// always costs the wake-up of a sleeper.

import { assert } from '../assert.ts';
import type { Simulation } from '../simulation.ts';
import { ExclusiveLock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

export class Mutex extends ExclusiveLock {
  constructor(sim: Simulation, lockClass: LockClass) {
    super(sim, lockClass);
    assert(this.sleeping, 'mutex: its class is a sleeping one');
  }
}
