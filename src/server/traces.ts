// Traces of runs, made when they are asked for: the same seed makes the same run, so nobody needs to keep its records. A trace
// has some ten million bytes of text for every hundred thousand records, so only a few are under way at a time.

import { Readable } from 'node:stream';
import { EdgeError } from './errors.ts';
import { version } from './openapi.ts';
import type { PlainRunInput } from './run-messages.ts';
import type { PlainTrace } from './trace-messages.ts';
import type { WorkerPool } from './worker-pool.ts';

export const TRACES_AT_ONCE = 2;

export class Traces {
  readonly #pool: WorkerPool;
  readonly #stopped = new AbortController();
  #underWay = 0;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  /**
   * The text of a trace, as soon as the run is over. `abandoned` ends the run, too. It counts as under way until the stream is
   * closed: whoever takes it sees to it that it is.
   */
  async of(input: PlainRunInput, recordsMax: number, abandoned: AbortSignal): Promise<Readable> {
    if (this.#underWay >= TRACES_AT_ONCE) {
      throw new EdgeError('TOO_MANY_TRACES', `${this.#underWay} are under way.`, { headers: { 'retry-after': '5' } });
    }
    this.#underWay += 1;
    const stream = new Readable({ read: () => undefined });
    stream.once('close', () => {
      this.#underWay -= 1;
    });
    try {
      await this.#begun({ input, version, recordsMax }, stream, AbortSignal.any([abandoned, this.#stopped.signal]));
      return stream;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  /** Ends the runs of those that have not begun to be sent. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves with the first piece of the text: from then on nothing can go wrong but the way to the client. */
  #begun(trace: PlainTrace, stream: Readable, ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const subscription = this.#pool.trace(trace).subscribe({
        next(piece) {
          stream.push(piece);
          resolve();
        },
        error(error: Error) {
          reject(error);
          // Behind the first piece it is too late to say so: the client sees that the text has no end.
          stream.destroy();
        },
        complete: () => stream.push(null),
      });
      const end = (): void => {
        if (subscription.closed) return;
        subscription.unsubscribe();
        reject(new EdgeError('STOPPING'));
        stream.destroy();
      };
      if (ended.aborted) end();
      else ended.addEventListener('abort', end, { once: true });
    });
  }
}
