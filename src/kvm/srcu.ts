import { assert } from '../engine/assert.ts';
import { lockClass } from '../engine/locks/lock-class.ts';
import { WaitQueue } from '../engine/locks/wait-queue.ts';
import { cellsFor, type Probed, probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import type { Simulation } from '../engine/simulation.ts';

const srcuClass = lockClass('kvm.srcu', 'sleeping');

/**
 * Who reads memslots, and who waits until all that have begun to have ended. Readers never wait, and may sleep.
 *
 * Models kvm->srcu with srcu_read_lock(), srcu_read_unlock(), synchronize_srcu_expedited(), kernel/rcu/srcutree.c.
 */
export class Srcu implements Probed {
  readonly #waiters: WaitQueue;
  /** Readers that began since the last grace period, and those from before it, by the parity of its number. */
  readonly #readers: [number, number] = [0, 0];
  #period: 0 | 1 = 0;
  readonly #cell = cellsFor(this, 1);

  constructor(sim: Simulation, of: object | null = null) {
    this.#waiters = new WaitQueue(sim, srcuClass, of);
  }

  /** Returns what the unlock takes. */
  readLock(): 0 | 1 {
    if (probe !== null) {
      probe.add(this.#cell);
      // Only an updater, whose change is none of these, makes it another period.
      probe.learn(this.#period);
    }
    this.#readers[this.#period] += 1;
    return this.#period;
  }

  readUnlock(period: 0 | 1): void {
    const isAwaited = period !== this.#period && this.#waiters.length > 0;
    if (probe !== null) {
      // The last of those that are waited for wakes: they do not commute.
      if (isAwaited) probe.write(this.#cell);
      else probe.add(this.#cell);
    }
    this.#readers[period] -= 1;
    assert(this.#readers[period] >= 0, 'a reader of memslots ends once');
    if (isAwaited && this.#readers[period] === 0) this.#waiters.wakeAll();
  }

  /** Waits for every reader that has begun by now. One updater at a time: the caller holds slots_lock. */
  *synchronize(): Process<void> {
    if (probe !== null) probe.write(this.#cell);
    const before = this.#period;
    this.#period = before === 0 ? 1 : 0;
    while (this.#hasReaders(before)) yield* this.#waiters.wait();
  }

  #hasReaders(period: 0 | 1): boolean {
    const has = this.#readers[period] > 0;
    if (probe !== null) probe.read(this.#cell, has ? 1 : 0);
    return has;
  }

  cellContent(): number {
    return (this.#readers[0] * 64 + this.#readers[1]) * 2 + this.#period;
  }
}
