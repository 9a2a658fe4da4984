// Jobs of one kind in the store.

import type { Problem } from '../errors.ts';
import type {
  JobOutcome,
  JobPage,
  JobQuery,
  JobStatus,
  JobStore,
  JobSummary,
  NewJob,
  StoredJob,
  UnfinishedJob,
} from '../jobs/job.ts';
import type { Database, Row } from './database.ts';
import { listJobs, SUMMARY_COLUMNS, summaryOf } from './job-list.ts';
import { packText, packValue, unpackText, unpackValue } from './pack.ts';
import type { ResultTable } from './result-table.ts';

export interface Bounds {
  /** Finished jobs of each kind. */
  readonly finished: number;
  /** Of all results together, as they are stored. */
  readonly resultBytes: number;
  /** Of what unfinished jobs have done so far. What comes beyond it is computed again if the process is killed. */
  readonly partBytes: number;
}

/** Of what was asked for, this much can be searched. */
const SEARCHED_LENGTH_MAX = 16 * 1024;

export class JobTable<Spec, Result> implements JobStore<Spec, Result> {
  readonly #database: Database;
  readonly #results: ResultTable;
  readonly #kind: string;
  readonly #bounds: Bounds;

  constructor(database: Database, results: ResultTable, kind: string, bounds: Bounds) {
    this.#database = database;
    this.#results = results;
    this.#kind = kind;
    this.#bounds = bounds;
  }

  transaction<T>(act: () => T): T {
    return this.#database.transaction('acknowledged', act);
  }

  afterwards(act: () => void): void {
    this.#database.afterwards(act);
  }

  add(job: NewJob<Spec>): JobSummary {
    return this.transaction(() => {
      const { id, createdAt, total, labels, question, fresh } = job;
      const spec = JSON.stringify(job.spec);
      const { lastId: seq } = this.#database.run(
        `INSERT INTO job (id, kind, status, created_at, done, total, scenario, schemes, question, fresh, reused, attempts, spec)
         VALUES (?, ?, 'queued', ?, 0, ?, ?, ?, ?, ?, 0, 0, ?)`,
        id,
        this.#kind,
        createdAt,
        total,
        labels.scenario,
        JSON.stringify(labels.schemes),
        question,
        fresh ? 1 : 0,
        packText(spec),
      );
      for (const scheme of labels.schemes) {
        this.#database.run('INSERT OR IGNORE INTO scheme (scheme, seq) VALUES (?, ?)', scheme, seq);
      }
      const text = [labels.scenario, ...labels.schemes, spec].join('\n').slice(0, SEARCHED_LENGTH_MAX);
      this.#database.run('INSERT INTO job_text (rowid, text) VALUES (?, ?)', seq, text);
      this.reuse(id, createdAt);
      return summaryOf(this.#row(id, SUMMARY_COLUMNS)!);
    });
  }

  get(id: string): StoredJob<Spec, Result> | undefined {
    const row = this.#row(id, `${SUMMARY_COLUMNS}, job.result, job.error, job.spec`);
    return row === undefined ? undefined : jobOf(row, this.#results);
  }

  resultOf(id: string): { readonly status: JobStatus; readonly text: string | null } | undefined {
    const row = this.#row(id, 'status, result');
    if (row === undefined) return undefined;
    return {
      status: row.status as JobStatus,
      text: row.result === null ? null : this.#results.text(Number(row.result)),
    };
  }

  statusOf(id: string): JobStatus | undefined {
    return this.#row(id, 'status')?.status as JobStatus | undefined;
  }

  list(query: JobQuery): JobPage<JobSummary> | null {
    return listJobs(this.#database, { ...query, kind: this.#kind });
  }

  delete(id: string): boolean {
    return this.transaction(
      () => this.#database.run('DELETE FROM job WHERE id = ? AND kind = ?', id, this.#kind).changes > 0,
    );
  }

  begin(id: string): void {
    this.#database.transaction('saved', () => {
      this.#database.run("UPDATE job SET status = 'running', attempts = attempts + 1 WHERE id = ?", id);
    });
  }

  advance(id: string, done: number): void {
    this.#database.transaction('saved', () => {
      this.#database.run('UPDATE job SET done = ? WHERE id = ? AND finished_at IS NULL', done, id);
    });
  }

  reuse(id: string, finishedAt: string = new Date().toISOString()): boolean {
    return this.transaction(() => {
      const row = this.#row(id, 'question, fresh');
      if (row === undefined || row.fresh === 1 || row.question === null) return false;
      const result = this.#results.answerTo(String(row.question));
      if (result === null) return false;
      this.#database.run(
        "UPDATE job SET status = 'succeeded', result = ?, reused = 1, done = total, finished_at = ? WHERE id = ?",
        result,
        finishedAt,
        id,
      );
      this.#forgetParts(id);
      this.#evict();
      return true;
    });
  }

  finish(id: string, outcome: JobOutcome<Result>, finishedAt: string): void {
    this.transaction(() => {
      const row = this.#row(id, 'question');
      if (row === undefined) return;
      const { status, progress } = outcome;
      const result =
        status === 'succeeded'
          ? this.#results.add(outcome.lasting ? (row.question as string | null) : null, outcome.result)
          : null;
      this.#database.run(
        'UPDATE job SET status = ?, done = ?, total = ?, result = ?, error = ?, finished_at = ? WHERE id = ?',
        status,
        progress.done,
        progress.total,
        result,
        status === 'failed' ? JSON.stringify(outcome.error) : null,
        finishedAt,
        id,
      );
      this.#forgetParts(id);
      this.#evict();
    });
  }

  unfinished(): UnfinishedJob<Spec>[] {
    const rows = this.#database.all(
      `SELECT id, created_at, total, scenario, schemes, question, fresh, attempts, spec
       FROM job WHERE kind = ? AND status IN ('queued', 'running') ORDER BY seq`,
      this.#kind,
    );
    return rows.map((row) => ({
      id: String(row.id),
      createdAt: String(row.created_at),
      total: Number(row.total),
      spec: JSON.parse(unpackText(row.spec as Uint8Array)) as Spec,
      labels: { scenario: row.scenario as string | null, schemes: JSON.parse(String(row.schemes)) as string[] },
      question: row.question as string | null,
      fresh: row.fresh === 1,
      attempts: Number(row.attempts),
    }));
  }

  requeue(id: string, { question, total, calmly }: { question: string | null; total: number; calmly: boolean }): void {
    this.#database.transaction('saved', () => {
      const known = this.#row(id, 'question');
      if (known?.question !== question) this.#forgetParts(id);
      this.#database.run(
        `UPDATE job SET status = 'queued', question = ?, total = ?, attempts = iif(?, 0, attempts),
           done = (SELECT count(*) FROM part WHERE part.job = job.seq)
         WHERE id = ?`,
        question,
        total,
        calmly ? 1 : 0,
        id,
      );
    });
  }

  parts(id: string): ReadonlyMap<number, unknown> {
    const rows = this.#database.all(
      'SELECT place, body FROM part WHERE job = (SELECT seq FROM job WHERE id = ?) ORDER BY place',
      id,
    );
    return new Map(rows.map(({ place, body }) => [Number(place), unpackValue(body as Uint8Array)]));
  }

  savePart(id: string, place: number, part: unknown): void {
    if (this.#bounds.partBytes === 0) return;
    const body = packValue(part);
    this.#database.transaction('saved', () => {
      if (this.#used('part') + body.length > this.#bounds.partBytes) return;
      const sql =
        'INSERT OR IGNORE INTO part (job, place, body) SELECT seq, ?, ? FROM job WHERE id = ? AND finished_at IS NULL';
      this.#database.run(sql, place, body, id);
      this.#database.run('UPDATE job SET attempts = 0 WHERE id = ?', id);
    });
  }

  #row(id: string, columns: string): Row | undefined {
    return this.#database.get(`SELECT ${columns} FROM job WHERE id = ? AND kind = ?`, id, this.#kind);
  }

  #forgetParts(id: string): void {
    this.#database.run('DELETE FROM part WHERE job = (SELECT seq FROM job WHERE id = ?)', id);
  }

  #used(what: string): number {
    return Number(this.#database.get('SELECT amount FROM used WHERE what = ?', what)?.amount ?? 0);
  }

  /** What finished first goes first. */
  #evict(): void {
    const tooMany = this.#used(this.#kind) - this.#bounds.finished;
    if (tooMany > 0) {
      this.#database.run(
        `DELETE FROM job WHERE seq IN
           (SELECT seq FROM job WHERE kind = ? AND finished_at IS NOT NULL ORDER BY finished_at, seq LIMIT ?)`,
        this.#kind,
        tooMany,
      );
    }
    while (this.#used('result') > this.#bounds.resultBytes) {
      const { changes } = this.#database.run(
        'DELETE FROM job WHERE seq = (SELECT seq FROM job WHERE finished_at IS NOT NULL ORDER BY finished_at, seq LIMIT 1)',
      );
      if (changes === 0) return;
    }
  }
}

/** What is large is read only if it is asked for. */
function jobOf<Spec, Result>(row: Row, results: ResultTable): StoredJob<Spec, Result> {
  return {
    ...summaryOf(row),
    error: row.error === null ? null : (JSON.parse(String(row.error)) as Problem),
    get spec() {
      return JSON.parse(unpackText(row.spec as Uint8Array)) as Spec;
    },
    get result() {
      return row.result === null ? null : (JSON.parse(results.text(Number(row.result))) as Result);
    },
  };
}
