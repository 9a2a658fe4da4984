// A sleeping lock for readers or one writer, fair as the kernel's rw_semaphore. Whoever waits blocks everybody who comes later.
// When the lock becomes free, the first waiter decides what happens:
//
//   writer first   it gets the lock, alone
//   reader first   every reader in the queue gets it, over the heads of the writers between them, up to 256 at once
//                  (MAX_READERS_WAKEUP in rwsem_mark_wake())

import { assert } from '../assert.ts';
import { probe } from '../probe.ts';
import { DONE, type Operation } from '../process.ts';
import type { Simulation } from '../simulation.ts';
import { SharedLock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

const READERS_AT_ONCE_MAX = 256;

export class RwSemaphore extends SharedLock {
  constructor(sim: Simulation, lockClass: LockClass, of: object | null = null) {
    super(sim, lockClass, of);
    assert(this.sleeping, 'rw semaphore: its class is a sleeping one');
  }

  /** The writer becomes a reader without letting anybody in between. Readers at the front of the queue come in with it. */
  downgrade(): Operation {
    this.sim.current.downgradeHeld(this);
    this.isWriteHeld = false;
    this.readers = 1;
    if (this.firstWaiter !== null && !this.firstWaiter.waitsForWrite) this.grantReaderBatch();
    return probe === null ? DONE : probe.released(this, true);
  }

  protected handOver(): void {
    if (this.firstWaiter?.waitsForWrite === true) this.grantFirstWriter();
    else this.grantReaderBatch();
  }

  private grantReaderBatch(): void {
    this.readers += this.grantReaders(READERS_AT_ONCE_MAX);
  }
}
