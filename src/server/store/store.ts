// What the service remembers, in one file of SQLite: jobs with their results, what callers have added to the library, and what
// was answered under an Idempotency-Key. Nothing outside of this folder knows SQL.

import type { Answers } from '../idempotency.ts';
import type { JobPage, JobQuery, JobStore, JobSummary } from '../jobs/job.ts';
import type { AddedEntries } from '../library.ts';
import { AnswerTable } from './answer-table.ts';
import { Database, MEMORY } from './database.ts';
import { EntryTable } from './entry-table.ts';
import { listJobs } from './job-list.ts';
import { type Bounds, JobTable } from './job-table.ts';
import { ResultTable } from './result-table.ts';

interface StoreBounds extends Bounds {
  /** Of the file, its log apart. What would make it larger is refused. */
  readonly fileBytes: number;
  /** Answers that are known by their Idempotency-Key. */
  readonly answers: number;
}

const MIB = 1024 * 1024;
const FILE_BOUNDS: StoreBounds = {
  fileBytes: 8192 * MIB,
  finished: 100_000,
  resultBytes: 1024 * MIB,
  partBytes: 256 * MIB,
  answers: 10_000,
};
/** A store that is gone with its process has no parts to keep: nobody would ever ask for them. */
const MEMORY_BOUNDS: StoreBounds = {
  fileBytes: 512 * MIB,
  finished: 1000,
  resultBytes: 128 * MIB,
  partBytes: 0,
  answers: 1024,
};

export interface Store {
  /** Jobs of one kind, such as "comparison". */
  jobs<Spec, Result>(kind: string): JobStore<Spec, Result>;
  /** Jobs of all kinds. Null: the cursor is none of this list. */
  history(query: JobQuery): JobPage<JobSummary> | null;
  added(kind: 'scenario' | 'profile'): AddedEntries;
  readonly answers: Answers;
  close(): void;
}

/** `:memory:` is gone when the store is closed. Throws a StoreError that says what is wrong with the file. */
export function openStore(file: string = MEMORY, bounds: Partial<StoreBounds> = {}): Store {
  const all = { ...(file === MEMORY ? MEMORY_BOUNDS : FILE_BOUNDS), ...bounds };
  const database = new Database(file, all.fileBytes);
  const results = new ResultTable(database);
  return {
    jobs: (kind) => new JobTable(database, results, kind, all),
    history: (query) => listJobs(database, query),
    added: (kind) => new EntryTable(database, kind),
    answers: new AnswerTable(database, all.answers),
    close: () => database.close(),
  };
}
