// The table `consumer x mapcount scheme`. It takes about a second to compute and never changes, so the first who asks
// starts a thread for it. That is no thread of the pool: there it would wait in line behind comparisons.

import { Worker } from 'node:worker_threads';
import type { MapcountConsumer } from '../lab/mapcount-consumers.ts';
import { EdgeError } from './errors.ts';

const WORKER_FILE = new URL('./mapcount-worker.ts', import.meta.url);

export class MapcountTable {
  readonly #workerFile: URL;
  #worker: Worker | null = null;
  #table: Promise<MapcountConsumer[]> | null = null;
  #stopping = false;

  constructor(workerFile: URL = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  /** All who ask share one computation. If it fails, they are told so and the next who asks starts another. */
  consumers(): Promise<MapcountConsumer[]> {
    this.#table ??= this.#compute().catch((error: unknown) => {
      this.#table = null;
      throw error;
    });
    return this.#table;
  }

  /** Who still waits gets STOPPING, and so does everybody from then on who would need a thread. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#worker?.terminate();
  }

  async #compute(): Promise<MapcountConsumer[]> {
    if (this.#stopping) throw new EdgeError('STOPPING');
    const worker = new Worker(this.#workerFile, { execArgv: [] });
    this.#worker = worker;
    try {
      return await answerOf(worker);
    } catch (error) {
      if (this.#stopping) throw new EdgeError('STOPPING');
      const message = error instanceof Error ? error.message : String(error);
      throw new EdgeError('WORKER_DIED', `The table of mapcount consumers: ${message}`, { cause: error });
    } finally {
      this.#worker = null;
    }
  }
}

function answerOf(worker: Worker): Promise<MapcountConsumer[]> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code} before it had answered`)));
  });
}
