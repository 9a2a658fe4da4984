import { isFinished, type JobPage, type JobQuery, type JobStore, type StoredJob } from './job.ts';

const DEFAULT_FINISHED_MAX = 256;

/** Keeps jobs as long as the process lives; of finished ones the newest `finishedMax`. */
export class MemoryStore<Spec, Result> implements JobStore<Spec, Result> {
  readonly #finishedMax: number;
  /** By id, in the order in which they were added. `order` never comes twice, so that a cursor outlives a deletion. */
  readonly #jobs = new Map<string, { order: number; job: StoredJob<Spec, Result> }>();
  #nextOrder = 1;

  constructor(finishedMax: number = DEFAULT_FINISHED_MAX) {
    this.#finishedMax = finishedMax;
  }

  add(job: StoredJob<Spec, Result>): void {
    this.#jobs.set(job.id, { order: this.#nextOrder++, job });
  }

  update(job: StoredJob<Spec, Result>): void {
    const entry = this.#jobs.get(job.id);
    if (entry === undefined) return;
    entry.job = job;
    if (isFinished(job.status)) this.#evictFinished();
  }

  get(id: string): StoredJob<Spec, Result> | undefined {
    return this.#jobs.get(id)?.job;
  }

  list({ limit, cursor, status }: JobQuery): JobPage<StoredJob<Spec, Result>> | null {
    const before = cursor === undefined ? Number.POSITIVE_INFINITY : decodeCursor(cursor);
    if (before === null) return null;
    const found = [...this.#jobs.values()]
      .filter((entry) => entry.order < before && (status === undefined || entry.job.status === status))
      .reverse();
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((entry) => entry.job),
      nextCursor: last !== undefined && found.length > page.length ? encodeCursor(last.order) : null,
    };
  }

  delete(id: string): boolean {
    return this.#jobs.delete(id);
  }

  /** The oldest finished ones go first; those that still run are bounded elsewhere. */
  #evictFinished(): void {
    const finished = [...this.#jobs.values()].filter((entry) => isFinished(entry.job.status));
    for (const { job } of finished.slice(0, Math.max(0, finished.length - this.#finishedMax))) {
      this.#jobs.delete(job.id);
    }
  }
}

const encodeCursor = (order: number): string => Buffer.from(`before ${order}`).toString('base64url');

function decodeCursor(cursor: string): number | null {
  const match = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match === null ? null : Number(match[1]);
}
