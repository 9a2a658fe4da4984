// The clock of the simulation for the time operators of rxjs: bufferTime, windowTime, delay, debounceTime. Times are in ns,
// as everywhere here: bufferTime(5_000_000, scheduler) closes a buffer every 5 simulated milliseconds.
//
// rxjs' own VirtualTimeScheduler is of no use here: it sorts its whole list of actions at every insertion, and keeps the
// executed ones.

import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import type { Simulation, Timer } from './simulation.ts';

type Work<T> = (this: SchedulerAction<T>, state: T) => void;

/** What it schedules are timers of observers: the run neither waits for them nor counts them. */
export const virtualTimeScheduler = (sim: Simulation): SchedulerLike => ({
  now: () => sim.now,
  schedule: <T>(work: Work<T>, delayNs = 0, state?: T): Subscription =>
    new VirtualTimeAction<T>(sim, work).schedule(state, delayNs),
});

class VirtualTimeAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #sim: Simulation;
  readonly #work: Work<T>;
  readonly #timer: Timer;
  #state: T | undefined = undefined;

  constructor(sim: Simulation, work: Work<T>) {
    super();
    this.#sim = sim;
    this.#work = work;
    this.#timer = sim.observerTimer(() => this.#execute());
    this.add(() => this.#timer.disarm());
  }

  /** An action that schedules itself again moves its timer. */
  schedule(state?: T, delayNs = 0): Subscription {
    if (this.closed) return this;
    this.#state = state;
    if (delayNs === Number.POSITIVE_INFINITY) this.#timer.disarm();
    else this.#timer.arm(this.#sim.now + Math.max(0, Math.round(delayNs)));
    return this;
  }

  #execute(): void {
    try {
      // As rxjs' own actions do it: the state may be missing, and then so is it for the work.
      this.#work(this.#state as T);
    } catch (error) {
      this.unsubscribe();
      this.#sim.records.report('rxjs scheduler', error);
      return;
    }
    if (!this.#timer.armed) this.unsubscribe();
  }
}
