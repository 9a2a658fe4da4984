// Counterexamples step by step, made when they are asked for. That takes a moment, and somebody sits and waits for it: so it has a thread of
// its own, and not one of those that searches and runs keep busy for minutes. The thread comes with the first who asks.

import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { EdgeError } from './errors.ts';
import type { StepsAnswer, StepsTask } from './steps-messages.ts';

const WORKER_FILE = fileURLToPath(new URL('./steps-worker.ts', import.meta.url));
const WAITING_MAX = 32;
const IDLE_MS = 60_000;
const MEMORY_MB = 512;

export class Steps {
  #threads: Piscina<StepsTask, StepsAnswer> | null = null;
  #stopping = false;

  /** JSON. `abandoned` ends the work on it. */
  async of(task: StepsTask, abandoned: AbortSignal): Promise<string> {
    if (this.#stopping) throw new EdgeError('STOPPING');
    this.#threads ??= new Piscina<StepsTask, StepsAnswer>({
      filename: WORKER_FILE,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
      execArgv: [],
    });
    if (this.#threads.queueSize >= WAITING_MAX) {
      throw new EdgeError('OVERLOADED', `${WAITING_MAX} others wait for their steps.`, {
        headers: { 'retry-after': '1' },
      });
    }
    const answer = await this.#threads.run(task, { signal: abandoned }).catch((error: unknown) => {
      if (this.#stopping || abandoned.aborted) throw new EdgeError('STOPPING');
      throw new EdgeError('WORKER_DIED', error instanceof Error ? error.message : String(error), { cause: error });
    });
    if (answer.kind === 'stepped') return answer.text;
    throw new EdgeError('RUN_FAILED', `The schedule is not one of this version: ${answer.message}`);
  }

  /** Who still waits gets STOPPING. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#threads?.destroy();
  }
}
