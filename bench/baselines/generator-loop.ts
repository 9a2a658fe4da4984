// The least that switches processes: generators in an array, resumed through a ring, and a mutex that is a ring of waiters and is handed
// over. No time, no states, no checks.

class Ring {
  readonly #entries: Int32Array;
  readonly #mask: number;
  #head = 0;
  #tail = 0;

  constructor(capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity + 1));
    this.#entries = new Int32Array(size);
    this.#mask = size - 1;
  }

  push(entry: number): void {
    this.#entries[this.#tail] = entry;
    this.#tail = (this.#tail + 1) & this.#mask;
  }

  shift(): number {
    const entry = this.#entries[this.#head] as number;
    this.#head = (this.#head + 1) & this.#mask;
    return entry;
  }

  get isEmpty(): boolean {
    return this.#head === this.#tail;
  }
}

/** Processes that take turns on one mutex, each of them so many calls deep. Returns what does so many switches. */
export function generatorLoop(count: number, depth: number): (switches: number) => number {
  const ready = new Ring(count);
  const waiters = new Ring(count);

  function* contend(self: number): Generator<number, void, void> {
    for (;;) {
      if (!waiters.isEmpty) ready.push(waiters.shift());
      waiters.push(self);
      yield -1;
    }
  }
  function* call(self: number, deeper: number): Generator<number, void, void> {
    if (deeper === 0) yield* contend(self);
    else yield* call(self, deeper - 1);
  }

  const processes = Array.from({ length: count }, (_, self) => (depth === 1 ? contend(self) : call(self, depth - 2)));
  for (let self = 1; self < count; self++) waiters.push(self);
  ready.push(0);

  return (switches) => {
    for (let done = 0; done < switches; done++) {
      const process = processes[ready.shift()] as Generator<number, void, void>;
      const step = process.next();
      if (step.done === true || step.value !== -1) throw new Error('a contender ended');
    }
    return switches;
  };
}
