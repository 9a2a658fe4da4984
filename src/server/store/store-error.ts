// What SQLite reports, in two voices: for who starts a server on a store, and for who asks a server that runs on one.

import { EdgeError } from '../errors.ts';

/** A store that cannot be opened: the sentence is for the person who started the server. */
export class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** Primary result codes, https://sqlite.org/rescode.html. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
const PRIMARY_CODE_MASK = 0xff;

interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  readonly errcode: number;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

/** Why `file` cannot be opened. */
export function openingError(file: string, error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  return new StoreError(`The store ${file} ${openingProblem(error)}`, { cause: error });
}

function openingProblem({ errcode, message }: SqliteError): string {
  switch (errcode & PRIMARY_CODE_MASK) {
    case BUSY:
    case LOCKED:
      return 'is in use by another server. Stop that one, or name another file with --store.';
    case CORRUPT:
      return `is damaged: ${message}. Put a copy of it back, or move it away to begin with an empty one.`;
    case NOTADB:
      return 'is no SQLite database. Name another file with --store.';
    case READONLY:
    case CANTOPEN:
      return `cannot be written: ${message}.`;
    default:
      return `cannot be opened: ${message}.`;
  }
}

/** What a caller is told when the store fails under a call: nothing of it has happened. */
export function callError(error: SqliteError): EdgeError {
  if ((error.errcode & PRIMARY_CODE_MASK) === FULL) return new EdgeError('STORE_FULL', undefined, { cause: error });
  return new EdgeError('STORE_FAILED', `The store says: ${error.message}.`, { cause: error });
}
