// The same two loads on rxjs' own VirtualTimeScheduler.

import { VirtualTimeScheduler } from 'rxjs';
import type { Slice } from '../section.ts';

/** It sorts its whole list at every insertion, so the pending set comes in unsorted and is sorted once. */
function withoutSorting(scheduler: VirtualTimeScheduler, fill: () => void): void {
  const actions = scheduler.actions;
  actions.sort = () => actions;
  fill();
  delete (actions as { sort?: unknown }).sort;
  actions.sort((a, b) => a.delay - b.delay);
}

/** VirtualTimeScheduler.flush() with a count: the original runs until nothing is left. */
const slices =
  (scheduler: VirtualTimeScheduler): Slice =>
  (count) => {
    const { actions } = scheduler;
    for (let done = 0; done < count; done++) {
      const action = actions.shift();
      if (action === undefined) throw new Error('nothing is left to do');
      scheduler.frame = action.delay;
      const error = action.execute(action.state, action.delay);
      if (error) throw error;
    }
    return count;
  };

export function virtualTimeHold(pending: number, delays: Int32Array): Slice {
  const scheduler = new VirtualTimeScheduler();
  const mask = delays.length - 1;
  let drawn = 0;
  // A new action each time: one that schedules itself again is kept alive by its successors.
  const work = (): void => {
    scheduler.schedule(work, delays[drawn++ & mask] as number);
  };
  withoutSorting(scheduler, () => {
    for (let entity = 0; entity < pending; entity++) scheduler.schedule(work, delays[drawn++ & mask] as number);
  });
  return slices(scheduler);
}

/** One action a hand-over: the list of pending actions has one entry, whatever the number of processes. */
export function virtualTimeSwitches(count: number): Slice {
  const scheduler = new VirtualTimeScheduler();
  const processes: Generator<void, void, void>[] = [];
  const waiters: number[] = [];
  const resume = (self: number | undefined): void => {
    processes[self as number]?.next();
  };
  function* contend(self: number): Generator<void, void, void> {
    for (;;) {
      const next = waiters.shift();
      if (next !== undefined) scheduler.schedule(resume, 0, next);
      waiters.push(self);
      yield;
    }
  }
  for (let self = 0; self < count; self++) {
    processes.push(contend(self));
    if (self > 0) waiters.push(self);
  }
  scheduler.schedule(resume, 0, 0);
  return slices(scheduler);
}
