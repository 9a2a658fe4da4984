// Lists of jobs, newest first. Order and cursor are the number that a job got when it came: it never comes twice, so what is
// added or deleted between two pages moves nothing else.

import type { SQLInputValue } from 'node:sqlite';
import type { JobPage, JobQuery, JobStatus, JobSummary } from '../jobs/job.ts';
import type { Database, Row } from './database.ts';

export const SUMMARY_COLUMNS =
  'job.seq, job.id, job.kind, job.status, job.created_at, job.finished_at, job.done, job.total, job.scenario, job.schemes, job.reused';

export interface ListQuery extends JobQuery {
  /** Absent: all kinds. */
  readonly kind?: string;
}

/** Null: the cursor is none that a page gave out. */
export function listJobs(database: Database, query: ListQuery): JobPage<JobSummary> | null {
  const before = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (query.cursor !== undefined && before === null) return null;
  const { sql, values } = listStatement(query, before);
  const rows = database.all(sql, ...values);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const isLast = last === undefined || rows.length === page.length;
  return { items: page.map(summaryOf), nextCursor: isLast ? null : encodeCursor(Number(last.seq)) };
}

/**
 * One walk down an index: of the texts if a text is looked for, else of schemes if a scheme is, else of jobs. CROSS JOIN keeps
 * SQLite from walking another way and sorting afterwards. What else is asked for is looked up job by job.
 */
export function listStatement(query: ListQuery, before: number | null): { sql: string; values: SQLInputValue[] } {
  const { kind, status, scenario, scheme, q, since, until, limit } = query;
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...given: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...given);
  };

  let from = 'job';
  let order = 'job.seq';
  if (q !== undefined) {
    from = 'job_text CROSS JOIN job ON job.seq = job_text.rowid';
    order = 'job_text.rowid';
    where('job_text MATCH ?', `"${q.replaceAll('"', '""')}"`);
    if (scheme !== undefined) {
      where('EXISTS (SELECT 1 FROM scheme WHERE scheme.scheme = ? AND scheme.seq = job.seq)', scheme);
    }
  } else if (scheme !== undefined) {
    from = 'scheme CROSS JOIN job ON job.seq = scheme.seq';
    order = 'scheme.seq';
    where('scheme.scheme = ?', scheme);
  }
  if (before !== null) where(`${order} < ?`, before);
  // The second condition says nothing that the first does not, but ends the walk: no clock has gone backwards, most often.
  if (since !== undefined) {
    where('job.created_at >= ?', since);
    where(`${order} >= (SELECT min(seq) FROM job INDEXED BY job_by_time WHERE created_at >= ?)`, since);
  }
  if (until !== undefined) {
    where('job.created_at < ?', until);
    where(`${order} <= (SELECT max(seq) FROM job INDEXED BY job_by_time WHERE created_at < ?)`, until);
  }
  if (kind !== undefined) where('job.kind = ?', kind);
  if (status !== undefined) where('job.status = ?', status);
  if (scenario !== undefined) where('job.scenario = ?', scenario);

  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  // One more than is wanted shows whether there is a next page.
  return {
    sql: `SELECT ${SUMMARY_COLUMNS} FROM ${from}${filter} ORDER BY ${order} DESC LIMIT ?`,
    values: [...values, limit + 1],
  };
}

export function summaryOf(row: Row): JobSummary {
  return {
    id: String(row.id),
    kind: String(row.kind),
    status: row.status as JobStatus,
    createdAt: String(row.created_at),
    finishedAt: row.finished_at as string | null,
    progress: { done: Number(row.done), total: Number(row.total) },
    scenario: row.scenario as string | null,
    schemes: JSON.parse(String(row.schemes)) as string[],
    reused: row.reused === 1,
  };
}

const encodeCursor = (seq: number): string => Buffer.from(`before ${seq}`).toString('base64url');

function decodeCursor(cursor: string): number | null {
  const match = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match === null ? null : Number(match[1]);
}
