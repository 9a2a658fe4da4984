// What passes between the pool and a thread that makes the trace of a run. Types and constants only: a worker loads this file.

import type { PlainRunInput } from './run-messages.ts';

/** A run, of which a trace is to be made. */
export interface PlainTrace {
  readonly input: PlainRunInput;
  /** Of the program: it stands in the trace. */
  readonly version: string;
  readonly recordsMax: number;
}

export interface TraceTask {
  readonly trace: PlainTrace;
  /** Where the text goes, in pieces of UTF-8. */
  readonly port: import('node:worker_threads').MessagePort;
}

export type TraceAnswer =
  | { readonly kind: 'traced'; readonly records: number; readonly dropped: number }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string };

export const PIECE_BYTES = 256 * 1024;
