// What the service remembers of comparisons. The interface is what an embedded database needs to offer to take its
// place; every call is synchronous, as those of node:sqlite are.

import type { ComparisonRequest } from '../lab/comparison.ts';
import type { ComparisonResult } from '../lab/result.ts';
import type { Problem } from './errors.ts';

const FINISHED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const;
export const STATUSES = ['queued', 'running', ...FINISHED_STATUSES] as const;
export type ComparisonStatus = (typeof STATUSES)[number];

export interface StoredComparison {
  readonly id: string;
  readonly status: ComparisonStatus;
  /** Wall-clock times, ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** Runs. */
  readonly progress: { readonly done: number; readonly total: number };
  /** As it was asked for. */
  readonly spec: ComparisonRequest;
  /** Set if and only if it succeeded. */
  readonly result: ComparisonResult | null;
  /** Set if and only if it failed. */
  readonly error: Problem | null;
}

export interface Page {
  /** Newest first. */
  readonly items: readonly StoredComparison[];
  /** Where the next page starts, or null: this was the last. */
  readonly nextCursor: string | null;
}

export interface ComparisonStore {
  add(comparison: StoredComparison): void;
  /** Replaces what is stored under its id; nothing if that was deleted in the meantime. */
  update(comparison: StoredComparison): void;
  get(id: string): StoredComparison | undefined;
  /** Returns null if the cursor is none that a page gave out. */
  list(query: { limit: number; cursor?: string | undefined; status?: ComparisonStatus | undefined }): Page | null;
  delete(id: string): boolean;
}

export function isFinished(status: ComparisonStatus): boolean {
  return (FINISHED_STATUSES as readonly ComparisonStatus[]).includes(status);
}
