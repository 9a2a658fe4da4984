// The least that switches processes: generators in an array, resumed through a ring, and a mutex that is a ring of
// waiters and is handed over. No time, no states, no checks. Two ways to write the process: as a model is written, with
// acquire and release as operations that it delegates to; and with the hand-over written out in its body, which shows
// what the delegating costs.

import { DONE, type Operation, PARK_ONCE, type Process, RESUMED } from '../../src/engine/process.ts';
import type { Slice } from '../section.ts';

class Ring {
  private readonly entries: Int32Array;
  private readonly mask: number;
  private head = 0;
  private tail = 0;

  constructor(capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity + 1));
    this.entries = new Int32Array(size);
    this.mask = size - 1;
  }

  push(entry: number): void {
    this.entries[this.tail] = entry;
    this.tail = (this.tail + 1) & this.mask;
  }

  shift(): number {
    const entry = this.entries[this.head] as number;
    this.head = (this.head + 1) & this.mask;
    return entry;
  }

  get isEmpty(): boolean {
    return this.head === this.tail;
  }
}

/** Processes that take turns on one mutex, each of them so many calls deep. */
export function generatorLoop(count: number, depth: number): Slice {
  const ready = new Ring(count);
  const waiters = new Ring(count);

  const release = (): Operation => {
    if (!waiters.isEmpty) ready.push(waiters.shift());
    return DONE;
  };
  const acquire = (self: number): Operation => {
    waiters.push(self);
    return PARK_ONCE;
  };
  function* contend(self: number): Process {
    for (;;) {
      yield* release();
      yield* acquire(self);
    }
  }
  return turns(ready, waiters, count, (self) => (depth === 1 ? contend(self) : nested(depth - 2, () => contend(self))));
}

/** The same with nothing delegated. */
export function bareGeneratorLoop(count: number, depth: number): Slice {
  const ready = new Ring(count);
  const waiters = new Ring(count);

  function* contend(self: number): Process {
    for (;;) {
      if (!waiters.isEmpty) ready.push(waiters.shift());
      waiters.push(self);
      yield -1;
    }
  }
  return turns(ready, waiters, count, (self) => (depth === 1 ? contend(self) : nested(depth - 2, () => contend(self))));
}

function* nested(deeper: number, innermost: () => Process): Process {
  if (deeper === 0) yield* innermost();
  else yield* nested(deeper - 1, innermost);
}

function turns(ready: Ring, waiters: Ring, count: number, process: (self: number) => Process): Slice {
  const processes = Array.from({ length: count }, (_, self) => process(self) as Iterator<number, void, number>);
  for (let self = 1; self < count; self++) waiters.push(self);
  ready.push(0);
  return (switches) => {
    for (let done = 0; done < switches; done++) {
      const step = (processes[ready.shift()] as Iterator<number, void, number>).next(RESUMED);
      if (step.done === true || step.value !== -1) throw new Error('a contender ended');
    }
    return switches;
  };
}
