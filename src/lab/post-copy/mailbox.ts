import type { Process } from '../../engine/process.ts';
import type { Simulation, Task } from '../../engine/simulation.ts';

/**
 * What comes over a wire for one thread: each item has a time of its own before which nobody can have it, and they come in
 * order. The thread sleeps while there is nothing, and pays for its wake-up when something comes; one that is behind finds what
 * has come and does not sleep.
 */
export class Mailbox<T> {
  readonly #sim: Simulation;
  #items: { readonly item: T; readonly atNs: number }[] = [];
  #first = 0;
  #sleeper: Task | null = null;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  push(item: T, atNs: number): void {
    this.#items.push({ item, atNs });
    if (this.#sleeper !== null && this.#items.length - this.#first === 1) {
      this.#sim.retime(this.#sleeper, Math.max(this.#sim.now, atNs) + this.#sim.wakeUpNs);
    }
  }

  *take(): Process<T> {
    for (;;) {
      const next = this.#items[this.#first];
      if (next !== undefined && next.atNs <= this.#sim.now) {
        this.#drop();
        return next.item;
      }
      this.#sleeper = this.#sim.current;
      yield* this.#sim.parkUntil(next === undefined ? Number.POSITIVE_INFINITY : next.atNs + this.#sim.wakeUpNs);
      this.#sleeper = null;
    }
  }

  #drop(): void {
    this.#first += 1;
    if (this.#first < 1024) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
