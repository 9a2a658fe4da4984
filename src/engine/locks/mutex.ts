// A sleeping lock with one holder, served in order of arrival.
//
// With `spinsOnOwner` a waiter keeps its CPU busy as long as the holder runs, and goes on at the instant of the release; once the
// holder sleeps, for another lock, who waits then sleeps too and pays for a wake-up. The kernel's mutexes spin so
// (CONFIG_MUTEX_SPIN_ON_OWNER); its folio lock, a bit with a wait queue, does not. What the kernel lets spinners do beyond
// that, overtake those who sleep, is left out: the order is that of arrival. A spinner's time is told as a wait for the lock.

import { assert } from '../assert.ts';
import type { Simulation } from '../simulation.ts';
import { ExclusiveLock } from './lock.ts';
import type { LockClass } from './lock-class.ts';

export interface MutexOptions {
  readonly spinsOnOwner?: boolean;
}

export class Mutex extends ExclusiveLock {
  readonly #spinsOnOwner: boolean;
  #ownerIsAsleep = false;

  constructor(
    sim: Simulation,
    lockClass: LockClass,
    { spinsOnOwner = false }: MutexOptions = {},
    of: object | null = null,
  ) {
    super(sim, lockClass, of);
    assert(this.sleeping, 'mutex: its class is a sleeping one');
    this.#spinsOnOwner = spinsOnOwner;
  }

  protected override get letsSpin(): boolean {
    return this.#spinsOnOwner && !this.#ownerIsAsleep;
  }

  override ownerSleeps(): void {
    this.#ownerIsAsleep = true;
    for (let waiter = this.firstWaiter; waiter !== null; waiter = waiter.nextWaiter) waiter.spins = false;
  }

  override ownerRuns(): void {
    this.#ownerIsAsleep = false;
  }
}
