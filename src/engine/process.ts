// A process is a generator that yields how long it does not want to run. Everything else it may wait for is an operation:
// an object that `yield*` accepts and that ends at once where nothing has to be waited for.

/** n >= 0: let n ns of simulated time pass. PARK: sleep until somebody wakes the task. */
export type Yielded = number;

export const PARK = -1;

export type Process<T = void> = Generator<Yielded, T, void>;

/**
 * What `yield*` accepts and that costs less than a generator: acquire, release, spend, park.
 *
 * An operation acts when it is called, and most are shared between calls: write `yield*` right before the call, and keep none
 * in a variable.
 */
export interface Operation<T = void> extends Iterable<Yielded, T, void> {}

/**
 * The engine resumes every process with this value. `yield*` starts what it delegates to with undefined and passes on what
 * it is resumed with afterwards, so an operation can tell its start from its end without any state of its own.
 */
export const RESUMED = 1;

/** The object that a generator's next() makes, so that results of operations and of generators have one hidden class. */
export interface StepResult<T> {
  value: T;
  done: boolean;
}

export const suspension = (yielded: Yielded): StepResult<Yielded> =>
  (function* suspended() {
    yield yielded;
  })().next() as StepResult<Yielded>;

export const completion = <T>(result: T): StepResult<T> =>
  (function* completed() {
    return result;
  })().next() as StepResult<T>;

/** An operation of one step: gives `first` when it starts and `last` when the task goes on. */
export class StepOperation<T = void> implements Operation<T>, Iterator<Yielded, T, void> {
  first: StepResult<Yielded> | StepResult<T>;
  last: StepResult<T>;

  constructor(first: StepResult<Yielded> | StepResult<T>, last: StepResult<T>) {
    this.first = first;
    this.last = last;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(resumed?: unknown): IteratorResult<Yielded, T> {
    return (resumed === undefined ? this.first : this.last) as IteratorResult<Yielded, T>;
  }
}

const COMPLETED: StepResult<void> = completion<void>(undefined);
export const PARKED: StepResult<Yielded> = suspension(PARK);

/** Nothing to wait for. */
export const DONE = new StepOperation<void>(COMPLETED, COMPLETED);

/** Suspends the task; the caller has arranged for somebody to wake it. */
export const PARK_ONCE = new StepOperation<void>(PARKED, COMPLETED);
