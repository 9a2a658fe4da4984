import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoopMessage, LoopTask } from './loop-thread.ts';
import type { LoopArguments, LoopName, LoopTime } from './loops.ts';

/** A thread on another CPU that runs one loop at a time. */
export class LoopPartner {
  readonly #worker: Worker;

  constructor(cpu: number) {
    this.#worker = new Worker(new URL('./loop-thread.ts', import.meta.url), { workerData: { cpu } });
  }

  /** Starts the loop there and does something here meanwhile. The loop may be over before that. */
  async beside<T>(
    name: LoopName,
    args: LoopArguments,
    act: () => T | Promise<T>,
  ): Promise<{ here: T; there: LoopTime }> {
    this.#worker.postMessage({ name, args } satisfies LoopTask);
    await this.#message('begins');
    const ended = this.#message('ended');
    const here = await act();
    const message = await ended;
    if (message.kind !== 'ended') throw new Error('a loop begins that nobody has asked for');
    return { here, there: message.time };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #message(kind: LoopMessage['kind']): Promise<LoopMessage> {
    const [message] = (await once(this.#worker, 'message')) as [LoopMessage];
    if (message.kind !== kind) throw new Error(`the loop thread says ${message.kind}, and ${kind} was expected`);
    return message;
  }
}
