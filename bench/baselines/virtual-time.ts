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

/** Processes that hold one mutex for a time and then think. Counts every resume of a process. */
export function virtualTimeThinkers(count: number, holdNs: number, delays: Int32Array): Slice {
  const scheduler = new VirtualTimeScheduler();
  const mask = delays.length - 1;
  let drawn = 0;
  const processes: Generator<number, void, void>[] = [];
  const waiters: number[] = [];
  let held = false;
  const resume = (self: number | undefined): void => {
    const delay = processes[self as number]?.next().value;
    if (typeof delay === 'number' && delay >= 0) scheduler.schedule(resume, delay, self as number);
  };
  function* think(self: number): Generator<number, void, void> {
    for (;;) {
      if (held) {
        waiters.push(self);
        yield -1;
      }
      held = true;
      yield holdNs;
      const next = waiters.shift();
      if (next === undefined) held = false;
      else scheduler.schedule(resume, 0, next);
      yield delays[drawn++ & mask] as number;
    }
  }
  withoutSorting(scheduler, () => {
    for (let self = 0; self < count; self++) {
      processes.push(think(self));
      scheduler.schedule(resume, delays[drawn++ & mask] as number, self);
    }
  });
  return slices(scheduler);
}
