import { EdgeError } from './errors.ts';

/** One page of a list that is sorted by key, with the cursor of the next one. The cursor is the last key, wrapped. */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: { limit: number; cursor?: string },
): { items: T[]; nextCursor: string | null } {
  const after = cursor === undefined ? null : unwrap(cursor);
  const rest = after === null ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last !== undefined && rest.length > items.length ? wrap(keyOf(last)) : null };
}

const PREFIX = 'after ';
const wrap = (key: string): string => Buffer.from(PREFIX + key).toString('base64url');

function unwrap(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(PREFIX)) throw invalidCursor();
  return text.slice(PREFIX.length);
}

export const invalidCursor = (): EdgeError => invalidQuery('cursor', 'is no nextCursor of this list');

export const invalidQuery = (path: string, message: string): EdgeError =>
  new EdgeError('REQUEST_INVALID', `querystring: ${path}: ${message}`, { errors: [{ path, message }] });
