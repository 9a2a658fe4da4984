// A timer calls a plain function at a time. It can be moved and disarmed, and arming it again replaces the time before.

import { assert } from './assert.ts';
import type { SimTimeNs } from './sim-time.ts';
import type { Simulation } from './simulation.ts';

export class Timer {
  readonly call: (timer: Timer) => void;
  /** Handle of the timer's event in the queue, or -1. The engine's own, as all that follows. */
  event = -1;
  /** In the ready ring, and to be fired. */
  ready = false;
  /** The slot is the timer's while it is armed or still has entries in the ready ring. */
  slot = -1;
  /** Work of an observer: it is no event of the run, spends none of its budget and does not keep it alive. */
  readonly background: boolean;
  /** Entries in the ready ring. Only the last of them can be alive. */
  ringEntries = 0;
  private readonly sim: Simulation;

  constructor(sim: Simulation, call: (timer: Timer) => void, background: boolean) {
    this.sim = sim;
    this.call = call;
    this.background = background;
  }

  get armed(): boolean {
    return this.event !== -1 || this.ready;
  }

  arm(atNs: SimTimeNs): void {
    assert(Number.isSafeInteger(atNs) && atNs >= this.sim.now, 'timer: armed for a time that is no integer, or past');
    if (this.armed) this.sim.disarmTimer(this);
    this.sim.armTimer(this, atNs);
  }

  disarm(): void {
    if (this.armed) this.sim.disarmTimer(this);
  }
}
