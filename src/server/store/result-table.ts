// Results, each once: a job that asks what another one has asked gets the same row. The newest texts are kept at hand, as they
// go out.

import type { Database } from './database.ts';
import { packText, unpackText } from './pack.ts';

/** Characters of the texts that are kept. */
const TEXTS_LENGTH_MAX = 16 * 1024 * 1024;

export class ResultTable {
  readonly #database: Database;
  /** By id of the result, the one that was asked for last at the end. */
  readonly #texts = new Map<number, string>();
  #length = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `question` null: nobody else gets it. */
  add(question: string | null, result: unknown): number {
    const text = JSON.stringify(result);
    const { lastId } = this.#database.run(
      'INSERT INTO result (question, size, body) VALUES (?, ?, ?)',
      question,
      text.length,
      packText(text),
    );
    return lastId;
  }

  /** The newest one. */
  answerTo(question: string): number | null {
    const row = this.#database.get('SELECT id FROM result WHERE question = ? ORDER BY id DESC LIMIT 1', question);
    return row === undefined ? null : Number(row.id);
  }

  text(id: number): string {
    const known = this.#texts.get(id);
    if (known !== undefined) {
      this.#texts.delete(id);
      this.#texts.set(id, known);
      return known;
    }
    const row = this.#database.get('SELECT body FROM result WHERE id = ?', id);
    if (row === undefined) throw new Error(`the store has lost result ${id}`);
    const text = unpackText(row.body as Uint8Array);
    this.#keep(id, text);
    return text;
  }

  #keep(id: number, text: string): void {
    if (text.length > TEXTS_LENGTH_MAX / 4) return;
    this.#texts.set(id, text);
    this.#length += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#length <= TEXTS_LENGTH_MAX) break;
      this.#texts.delete(oldest);
      this.#length -= length;
    }
  }
}
