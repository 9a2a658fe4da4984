// What takes longer than a request: it is asked for, waits, runs, and is there to be looked at. Comparisons and measurements
// are jobs; what one of them does is its own affair, what happens to it is here.

import type { Problem } from '../errors.ts';

const FINISHED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const;
export const STATUSES = ['queued', 'running', ...FINISHED_STATUSES] as const;
export type JobStatus = (typeof STATUSES)[number];

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface StoredJob<Spec = unknown, Result = unknown> {
  readonly id: string;
  readonly status: JobStatus;
  /** Wall-clock times, ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly progress: Progress;
  /** As it was asked for. */
  readonly spec: Spec;
  /** Set if and only if it succeeded. */
  readonly result: Result | null;
  /** Set if and only if it failed. */
  readonly error: Problem | null;
}

export interface JobQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: JobStatus | undefined;
}

export interface JobPage<Job> {
  /** Newest first. */
  readonly items: readonly Job[];
  /** Where the next page starts, or null: this was the last. */
  readonly nextCursor: string | null;
}

/**
 * What the service remembers of jobs of one kind. It is what an embedded database needs to offer to take its place; every
 * call is synchronous, as those of node:sqlite are.
 */
export interface JobStore<Spec, Result> {
  add(job: StoredJob<Spec, Result>): void;
  /** Replaces what is stored under its id; nothing if that was deleted in the meantime. */
  update(job: StoredJob<Spec, Result>): void;
  get(id: string): StoredJob<Spec, Result> | undefined;
  /** Returns null if the cursor is none that a page gave out. */
  list(query: JobQuery): JobPage<StoredJob<Spec, Result>> | null;
  delete(id: string): boolean;
}

export function isFinished(status: JobStatus): boolean {
  return (FINISHED_STATUSES as readonly JobStatus[]).includes(status);
}
