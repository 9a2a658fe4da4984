// Threads for live simulations. To start one takes as long as a small simulation takes from its creation to its deletion, so
// one that is no longer needed is kept for the next: emptied, and only if little memory has stayed with it.

import { returnFreedMemory, returnLargeBuffers } from '../../host/native-heap.ts';
import { SimulationThread } from './simulation-thread.ts';

/** Threads that are kept, and those that are being emptied, together. */
const SPARE_MAX = 2;
/** A thread that still holds more than this after its simulation has gone is ended. */
const HELD_BYTES_MAX = 192 * 1024 * 1024;
/** How long a thread may take to come to the end of its slice. */
const EMPTY_MS_MAX = 2000;
/** How long a spare one is kept: longer than a client takes from a simulation to its next, and no longer. */
const SPARE_MS = 10_000;

interface Spare {
  readonly thread: SimulationThread;
  readonly timer: NodeJS.Timeout;
}

export class SimulationThreads {
  readonly #memoryBytes: number;
  readonly #workerFile: URL | undefined;
  readonly #spareMs: number;
  readonly #spare: Spare[] = [];
  /** All that have not ended. */
  readonly #threads = new Set<SimulationThread>();
  #emptying = 0;
  #stopped = false;

  constructor(memoryBytes: number, workerFile?: URL, spareMs = SPARE_MS) {
    this.#memoryBytes = memoryBytes;
    this.#workerFile = workerFile;
    this.#spareMs = spareMs;
  }

  /** Threads there are, in use or not. */
  get count(): number {
    return this.#threads.size;
  }

  /** A thread without a simulation. It may still be starting; calls wait for it. */
  take(): SimulationThread {
    for (let spare = this.#spare.pop(); spare !== undefined; spare = this.#spare.pop()) {
      clearTimeout(spare.timer);
      if (spare.thread.isAlive) return spare.thread;
    }
    void returnLargeBuffers();
    const thread: SimulationThread = new SimulationThread(this.#memoryBytes, this.#workerFile, () =>
      this.#threads.delete(thread),
    );
    this.#threads.add(thread);
    return thread;
  }

  /** Its simulation is over: who still waits for an answer is told why. The thread may be in the middle of a slice. */
  async giveBack(thread: SimulationThread, why: Error): Promise<void> {
    thread.abandon(why);
    const isWanted = !this.#stopped && thread.isAlive && this.#spare.length + this.#emptying < SPARE_MAX;
    if (!isWanted) return thread.end();
    this.#emptying++;
    const held = await this.#empty(thread);
    this.#emptying--;
    if (this.#stopped || held > HELD_BYTES_MAX) return thread.end();
    const timer = setTimeout(() => void this.#expire(thread), this.#spareMs).unref();
    this.#spare.push({ thread, timer });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#spare.splice(0)) clearTimeout(timer);
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  /** What the thread holds when it is empty; more than anything if it does not become so. */
  async #empty(thread: SimulationThread): Promise<number> {
    const tooLate = Promise.withResolvers<number>();
    const timer = setTimeout(() => tooLate.resolve(Number.POSITIVE_INFINITY), EMPTY_MS_MAX);
    const closed = thread.call('close', null).then(
      ({ heldBytes }) => heldBytes,
      () => Number.POSITIVE_INFINITY,
    );
    try {
      return await Promise.race([closed, tooLate.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #expire(thread: SimulationThread): Promise<void> {
    const index = this.#spare.findIndex((spare) => spare.thread === thread);
    if (index === -1) return;
    this.#spare.splice(index, 1);
    await thread.end();
    // Most of what it has freed while it ended is still held for it.
    await returnFreedMemory();
  }
}
