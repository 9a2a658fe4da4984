// The one connection to the store's file. Calls are synchronous and come from one thread, so between two of them there is
// never somebody else's transaction.

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { assertStore, migrate } from './migrations.ts';
import { openingError, StoreError } from './store-error.ts';

export const MEMORY = ':memory:';

/** A server that is just ending may hold the file for a moment longer. */
const BUSY_TIMEOUT_MS = 1000;
const WAL_BYTES_MAX = 64 * 1024 * 1024;
/** SQLite's own limit. */
const PAGES_MAX = 4_294_967_294;

/**
 * acknowledged   on the disk when the transaction returns: what a caller is then told stays true when the machine loses its power
 * saved          on the disk a little later: it outlives a killed process, and what a power failure takes can be computed again
 */
type Durability = 'acknowledged' | 'saved';

export type Row = Readonly<Record<string, unknown>>;

export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #afterwards: (() => void)[] | null = null;
  #durability: Durability = 'acknowledged';

  /** Throws a StoreError that says what is wrong with the file. */
  constructor(file: string, bytesMax: number = Number.MAX_SAFE_INTEGER) {
    if (file !== MEMORY) makeFolder(file);
    try {
      this.#connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    } catch (error) {
      throw openingError(file, error);
    }
    try {
      this.#prepareFile(file, bytesMax);
    } catch (error) {
      this.#connection.close();
      throw openingError(file, error);
    }
  }

  /** All of `act` or nothing. Inside of another transaction it is a part of that one. */
  transaction<T>(durability: Durability, act: () => T): T {
    if (this.#afterwards !== null) return act();
    this.#setDurability(durability);
    const afterwards: (() => void)[] = [];
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#afterwards = afterwards;
    let result: T;
    try {
      result = act();
      this.#connection.exec('COMMIT');
    } catch (error) {
      // A full disk rolls back by itself.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      this.#afterwards = null;
    }
    for (const act of afterwards) act();
    return result;
  }

  /** Does it when the transaction has been committed, and never if it is not. Outside of one: at once. */
  afterwards(act: () => void): void {
    if (this.#afterwards === null) act();
    else this.#afterwards.push(act);
  }

  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly lastId: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepareFile(file: string, bytesMax: number): void {
    const connection = this.#connection;
    // Set before the first access: whoever comes second is refused, instead of working on the same jobs.
    connection.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Before anything is set that stays in the file: it may be somebody else's.
    assertStore(connection, file);
    connection.exec('PRAGMA journal_mode = WAL');
    connection.exec(`PRAGMA journal_size_limit = ${WAL_BYTES_MAX}`);
    connection.exec('PRAGMA synchronous = FULL');
    connection.exec('PRAGMA foreign_keys = ON');
    // The lock is only taken with the first write.
    connection.exec('BEGIN IMMEDIATE; COMMIT');
    const damage = connection.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (damage !== 'ok') {
      throw new StoreError(
        `The store ${file} is damaged: ${damage}. Put a copy of it back, or move it away to begin with an empty one.`,
      );
    }
    migrate(connection);
    const pageBytes = Number(connection.prepare('PRAGMA page_size').get()?.page_size);
    connection.exec(`PRAGMA max_page_count = ${Math.min(PAGES_MAX, Math.ceil(bytesMax / pageBytes))}`);
  }

  #setDurability(durability: Durability): void {
    if (durability === this.#durability) return;
    this.#connection.exec(`PRAGMA synchronous = ${durability === 'acknowledged' ? 'FULL' : 'NORMAL'}`);
    this.#durability = durability;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Only its owner may look into it: what people ask, and their tokens' idempotency keys, are nobody else's business. */
function makeFolder(file: string): void {
  const folder = dirname(file);
  try {
    makeFolders(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError(`The store ${file} cannot be made: ${reason}.`, { cause: error });
  }
}

/** One by one: what Node does by itself never comes to an end below /proc, where a folder is missing and cannot be made. */
function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolders(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another server may have been faster.
    if (!isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
