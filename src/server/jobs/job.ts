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

/** By what a job is found again. */
export interface JobLabels {
  /** Name of the scenario, where there is one. */
  readonly scenario: string | null;
  readonly schemes: readonly string[];
}

/** A job as it stands in a list. */
export interface JobSummary extends JobLabels {
  readonly id: string;
  readonly kind: string;
  readonly status: JobStatus;
  /** Wall-clock times, ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly progress: Progress;
  /** The result is that of an earlier job that asked the same. */
  readonly reused: boolean;
}

export interface StoredJob<Spec = unknown, Result = unknown> extends JobSummary {
  /** As it was asked for. */
  readonly spec: Spec;
  /** Set if and only if it succeeded. */
  readonly result: Result | null;
  /** Set if and only if it failed. */
  readonly error: Problem | null;
}

export interface NewJob<Spec> {
  readonly id: string;
  readonly createdAt: string;
  /** Steps until it is done. */
  readonly total: number;
  readonly spec: Spec;
  readonly labels: JobLabels;
  /** Jobs with the same one have the same result. Null: every one has a result of its own. */
  readonly question: string | null;
  /** It is to be computed even if there is a result. */
  readonly fresh: boolean;
}

export interface UnfinishedJob<Spec> extends NewJob<Spec> {
  /** Times that it was begun, and the process ended before the next part of it was done. */
  readonly attempts: number;
}

export type JobOutcome<Result> =
  /** `lasting`: whoever asks the same may have this result. */
  | { readonly status: 'succeeded'; readonly result: Result; readonly lasting: boolean; readonly progress: Progress }
  | { readonly status: 'failed'; readonly error: Problem; readonly progress: Progress }
  | { readonly status: 'cancelled'; readonly progress: Progress };

export interface JobQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly scenario?: string | undefined;
  readonly scheme?: string | undefined;
  /** In what was asked for, at least three characters. */
  readonly q?: string | undefined;
  /** Created at this time or later, ISO 8601 in UTC. */
  readonly since?: string | undefined;
  /** Created before this time. */
  readonly until?: string | undefined;
}

export interface JobPage<Job> {
  /** Newest first. */
  readonly items: readonly Job[];
  /** Where the next page starts, or null: this was the last. */
  readonly nextCursor: string | null;
}

/** What the service remembers of jobs of one kind. Every call is synchronous, and what it has stored outlives the process. */
export interface JobStore<Spec, Result> {
  /** All of `act` or nothing. */
  transaction<T>(act: () => T): T;
  /** When the transaction that is open has been committed; at once if none is. */
  afterwards(act: () => void): void;

  /** Returns it as it is now: it has succeeded if there is a result that it may have. */
  add(job: NewJob<Spec>): JobSummary;
  get(id: string): StoredJob<Spec, Result> | undefined;
  /** The result alone, as JSON: the bytes that go out. Much less to read than the job. */
  resultOf(id: string): { readonly status: JobStatus; readonly text: string | null } | undefined;
  statusOf(id: string): JobStatus | undefined;
  /** Returns null if the cursor is none that a page gave out. */
  list(query: JobQuery): JobPage<JobSummary> | null;
  delete(id: string): boolean;

  begin(id: string): void;
  advance(id: string, done: number): void;
  /** Finishes it with the result of another one that asked the same, if there is one by now. */
  reuse(id: string): boolean;
  finish(id: string, outcome: JobOutcome<Result>, finishedAt: string): void;

  /** Those that the process before this one has left, oldest first. */
  unfinished(): UnfinishedJob<Spec>[];
  /** It waits again. A new question (another program, another plan) makes what was done of it worthless. */
  requeue(
    id: string,
    change: { readonly question: string | null; readonly total: number; readonly calmly: boolean },
  ): void;
  /** What is done of an unfinished job, by its place in the plan. */
  parts(id: string): ReadonlyMap<number, unknown>;
  savePart(id: string, place: number, part: unknown): void;
}

export function isFinished(status: JobStatus): boolean {
  return (FINISHED_STATUSES as readonly JobStatus[]).includes(status);
}
