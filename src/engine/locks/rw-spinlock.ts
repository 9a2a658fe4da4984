// A spinning lock for readers or one writer, as the kernel's queued rwlock: strictly in order of arrival. A writer that waits
// blocks later readers; when the lock becomes free, the readers at the front of the queue go in together, up to the next
// writer.

import { assert } from '../assert.ts';
import { probe } from '../probe.ts';
import type { Simulation } from '../simulation.ts';
import { SharedLock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

export class RwSpinlock extends SharedLock {
  constructor(sim: Simulation, lockClass: LockClass, of: object | null = null) {
    super(sim, lockClass, of);
    assert(!this.sleeping, 'rw spinlock: its class is a spinning one');
  }

  /** Somebody waits: time for a lock-break (rwlock_needbreak()). */
  get isContended(): boolean {
    return probe === null ? this.waiters > 0 : probe.isWanted(this);
  }

  protected handOver(): void {
    if (this.firstWaiter?.waitsForWrite === true) {
      this.grantFirstWriter();
      return;
    }
    while (this.firstWaiter !== null && !this.firstWaiter.waitsForWrite) {
      this.readers++;
      this.grantFirst();
    }
  }
}
