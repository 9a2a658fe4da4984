// What passes between the pool and a worker thread. Types and constants only: a worker loads this file.

import type { RunInput, RunResult, Topic } from '../lab/run-types.ts';

/** Everything a run needs, as plain data. */
export type PlainRunInput = Omit<RunInput, 'onRecord' | 'topics'>;

/** From the pool: run this. */
export interface RunTask {
  readonly input: PlainRunInput;
  /** Topics whose records are sent; none: the run is not observed and builds no record. */
  readonly topics: readonly Topic[];
  /** Fields that every record gets, so that a reader knows which run it came from. */
  readonly label: Readonly<Record<string, string | number>>;
  /** Where the batches go. Absent if there are no topics. */
  readonly port?: import('node:worker_threads').MessagePort;
  /** The records that the pool has taken over so far, modulo 2^32. The worker reads it and never waits for it. */
  readonly acknowledged?: Int32Array<SharedArrayBuffer>;
}

/** From the worker, while the run goes on. Records are JSON text already, so that the event loop need not encode them. */
export interface RecordBatch {
  /** Records that were left out in front of this batch because the pool did not keep up. */
  readonly dropped: number;
  readonly topics: readonly Topic[];
  readonly bodies: readonly string[];
}

/** From the worker, at the end. An error here was thrown by the model; a thread that dies answers nothing. */
export type RunAnswer =
  | { readonly kind: 'result'; readonly result: RunResult; readonly wallMs: number }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string };

/** Records that a worker may be ahead of the pool. What comes beyond it is counted and left out. */
export const UNACKNOWLEDGED_MAX = 16_384;
export const BATCH_RECORDS_MAX = 256;
export const BATCH_AGE_MS_MAX = 10;
