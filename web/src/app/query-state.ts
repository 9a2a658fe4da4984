// State that lives in the address. Reading it subscribes to it, writing it changes the address and nothing else.

import { navigate, place } from './router.ts';

/** How a value stands in a query. `parse` answers undefined for what it does not take; then the fallback holds. */
export interface QueryCodec<T> {
  parse(text: string): T | undefined;
  format(value: T): string;
}

export const textCodec: QueryCodec<string> = { parse: (text) => text, format: (value) => value };

export const numberCodec: QueryCodec<number> = {
  parse: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  format: String,
};

export const flagCodec: QueryCodec<boolean> = {
  parse: (text) => (text === '1' ? true : text === '0' ? false : undefined),
  format: (value) => (value ? '1' : '0'),
};

/** [value, set]. A value like the fallback is not written, so that a link says only what was chosen. */
export function useQueryState<T>(name: string, codec: QueryCodec<T>, fallback: T): [T, (value: T) => void] {
  return [readQuery(name, codec, fallback), (value) => writeQuery({ [name]: textOf(codec, fallback, value) })];
}

export function readQuery<T>(name: string, codec: QueryCodec<T>, fallback: T): T {
  const text = place.value.query.get(name);
  return text === null ? fallback : (codec.parse(text) ?? fallback);
}

/** Several at once, as one entry of the history, or in the place of the present one. null removes a field. */
export function writeQuery(fields: Readonly<Record<string, string | null>>, { replace = true } = {}): void {
  const { path, query } = place.peek();
  const changed = new URLSearchParams(query);
  for (const [name, text] of Object.entries(fields)) {
    if (text === null) changed.delete(name);
    else changed.set(name, text);
  }
  const search = changed.toString();
  navigate(search === '' ? path : `${path}?${search}`, { replace });
}

function textOf<T>(codec: QueryCodec<T>, fallback: T, value: T): string | null {
  const text = codec.format(value);
  return text === codec.format(fallback) ? null : text;
}
