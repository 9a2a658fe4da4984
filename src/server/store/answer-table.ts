import type { Answer, Answers, RememberedAnswer } from '../idempotency.ts';
import type { Database } from './database.ts';
import { packText, unpackText } from './pack.ts';

/** Answers to POSTs with an Idempotency-Key; of all, the newest `max`. */
export class AnswerTable implements Answers {
  readonly #database: Database;
  readonly #max: number;

  constructor(database: Database, max: number) {
    this.#database = database;
    this.#max = max;
  }

  transaction<T>(act: () => T): T {
    return this.#database.transaction('acknowledged', act);
  }

  get(key: string): RememberedAnswer | undefined {
    const row = this.#database.get('SELECT request, status, location, body FROM answer WHERE key = ?', key);
    if (row === undefined) return undefined;
    return {
      request: String(row.request),
      status: Number(row.status),
      location: row.location === null ? undefined : String(row.location),
      body: JSON.parse(unpackText(row.body as Uint8Array)),
    };
  }

  remember(key: string, request: string, { status, location, body }: Answer): void {
    const { lastId } = this.#database.run(
      'INSERT INTO answer (key, request, status, location, body) VALUES (?, ?, ?, ?, ?)',
      key,
      request,
      status,
      location ?? null,
      packText(JSON.stringify(body)),
    );
    this.#database.run('DELETE FROM answer WHERE seq <= ?', lastId - this.#max);
  }
}
