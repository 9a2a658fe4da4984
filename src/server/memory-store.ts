import { type ComparisonStatus, type ComparisonStore, isFinished, type Page, type StoredComparison } from './store.ts';

const DEFAULT_FINISHED_MAX = 256;

/** Keeps comparisons as long as the process lives; of finished ones the newest `finishedMax`. */
export class MemoryStore implements ComparisonStore {
  readonly #finishedMax: number;
  /** By id, in the order in which they were added. `order` never comes twice, so that a cursor outlives a deletion. */
  readonly #comparisons = new Map<string, { order: number; comparison: StoredComparison }>();
  #nextOrder = 1;

  constructor(finishedMax: number = DEFAULT_FINISHED_MAX) {
    this.#finishedMax = finishedMax;
  }

  add(comparison: StoredComparison): void {
    this.#comparisons.set(comparison.id, { order: this.#nextOrder++, comparison });
  }

  update(comparison: StoredComparison): void {
    const entry = this.#comparisons.get(comparison.id);
    if (entry === undefined) return;
    entry.comparison = comparison;
    if (isFinished(comparison.status)) this.#evictFinished();
  }

  get(id: string): StoredComparison | undefined {
    return this.#comparisons.get(id)?.comparison;
  }

  list({
    limit,
    cursor,
    status,
  }: {
    limit: number;
    cursor?: string | undefined;
    status?: ComparisonStatus | undefined;
  }): Page | null {
    const before = cursor === undefined ? Number.POSITIVE_INFINITY : decodeCursor(cursor);
    if (before === null) return null;
    const found = [...this.#comparisons.values()]
      .filter((entry) => entry.order < before && (status === undefined || entry.comparison.status === status))
      .reverse();
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((entry) => entry.comparison),
      nextCursor: last !== undefined && found.length > page.length ? encodeCursor(last.order) : null,
    };
  }

  delete(id: string): boolean {
    return this.#comparisons.delete(id);
  }

  /** The oldest finished ones go first; those that still run are bounded elsewhere. */
  #evictFinished(): void {
    const finished = [...this.#comparisons.values()].filter((entry) => isFinished(entry.comparison.status));
    for (const { comparison } of finished.slice(0, Math.max(0, finished.length - this.#finishedMax))) {
      this.#comparisons.delete(comparison.id);
    }
  }
}

const encodeCursor = (order: number): string => Buffer.from(`before ${order}`).toString('base64url');

function decodeCursor(cursor: string): number | null {
  const match = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match === null ? null : Number(match[1]);
}
