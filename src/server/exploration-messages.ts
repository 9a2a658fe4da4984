// What passes between the pool and a thread that explores. Types and constants only: a worker loads this file.

import type {
  ExplorationOptions,
  ExplorationProgress,
  ExplorationQuestion,
  ExplorationResult,
} from '../explore/exploration-types.ts';

/** An exploration as plain data. */
export interface PlainExploration {
  readonly question: ExplorationQuestion;
  readonly options: Omit<ExplorationOptions, 'onProgress' | 'stop'>;
  /** Wall-clock limit; null: none. */
  readonly timeMs: number | null;
}

export interface ExplorationTask {
  readonly exploration: PlainExploration;
  /** Anything but 0: give up, and say what there is. */
  readonly stopped: Int32Array<SharedArrayBuffer>;
  readonly port: import('node:worker_threads').MessagePort;
}

export type ExplorationAnswer =
  | { readonly kind: 'explored'; readonly result: ExplorationResult }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string };

export type ExplorationUpdate =
  | { readonly kind: 'progress'; readonly progress: ExplorationProgress }
  | { readonly kind: 'outcome'; readonly result: ExplorationResult };

/** Shortest time between two reports of progress. */
export const PROGRESS_MS_MIN = 100;
