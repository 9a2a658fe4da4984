// A timer calls a plain function at a time. It can be moved and disarmed, and arming it again replaces the time before.

import { assert } from './assert.ts';
import type { SimTimeNs } from './sim-time.ts';
import type { Simulation } from './simulation.ts';

export class Timer {
  readonly call: () => void;
  /** Work of an observer: it is no event of the run, spends none of its budget and does not keep it alive. */
  readonly background: boolean;
  readonly #sim: Simulation;

  // The engine's own. The slot is the timer's while it is armed or still has entries in the ready ring.
  slot = -1;
  /** Handle of the timer's event in the queue, or -1. */
  event = -1;
  /** Entries in the ready ring. Only the last of them can be alive. */
  ringEntries = 0;
  ready = false;

  constructor(sim: Simulation, call: () => void, background: boolean) {
    this.#sim = sim;
    this.call = call;
    this.background = background;
  }

  get armed(): boolean {
    return this.ready || this.event !== -1;
  }

  arm(atNs: SimTimeNs): void {
    assert(Number.isSafeInteger(atNs) && atNs >= this.#sim.now, 'timer: armed for a time that is no integer, or past');
    this.disarm();
    this.#sim.armTimer(this, atNs);
  }

  disarm(): void {
    if (this.armed) this.#sim.disarmTimer(this);
  }
}
