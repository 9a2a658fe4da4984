import type { AddedEntries } from '../library.ts';
import type { Database } from './database.ts';
import { packText, unpackText } from './pack.ts';

/** Documents of one kind that callers have added to the library. */
export class EntryTable implements AddedEntries {
  readonly #database: Database;
  readonly #kind: string;

  constructor(database: Database, kind: string) {
    this.#database = database;
    this.#kind = kind;
  }

  all(): { name: string; document: unknown }[] {
    return this.#database
      .all('SELECT name, document FROM entry WHERE kind = ? ORDER BY name', this.#kind)
      .map(({ name, document }) => ({
        name: String(name),
        document: JSON.parse(unpackText(document as Uint8Array)) as unknown,
      }));
  }

  add(name: string, document: unknown, then: () => void): void {
    this.#database.transaction('acknowledged', () => {
      // One that this version could not read is no entry; its name is free.
      const sql = 'INSERT OR REPLACE INTO entry (kind, name, document) VALUES (?, ?, ?)';
      this.#database.run(sql, this.#kind, name, packText(JSON.stringify(document)));
      this.#database.afterwards(then);
    });
  }
}
