// What picks jobs from the list, as it stands in the address and as the service takes it.

import { isKind, type Kind } from './job-kinds.ts';

export const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
type Status = (typeof STATUSES)[number];

export interface Filters {
  readonly q: string;
  readonly kind: Kind | '';
  readonly status: Status | '';
  readonly scenario: string;
  readonly scheme: string;
  /** ISO 8601 with a zone; '': any time. */
  readonly since: string;
  readonly until: string;
}

const FILTER_NAMES = ['q', 'kind', 'status', 'scenario', 'scheme', 'since', 'until'] as const;

/** The service does not look for less. */
export const SHORTEST_SEARCH = 3;

export function filtersOf(query: URLSearchParams): Filters {
  const text = (name: string): string => query.get(name) ?? '';
  const kind = text('kind');
  return {
    q: text('q'),
    kind: isKind(kind) ? kind : '',
    status: STATUSES.find((status) => status === text('status')) ?? '',
    scenario: text('scenario'),
    scheme: text('scheme'),
    since: instantOf(text('since')),
    until: instantOf(text('until')),
  };
}

const instantOf = (text: string): string => (Number.isNaN(Date.parse(text)) ? '' : new Date(text).toISOString());

export const isFiltered = (filters: Filters): boolean => FILTER_NAMES.some((name) => filters[name] !== '');

/** The query of the call; a search that is too short for the service is left out. */
export function listQuery(
  { kind: _, q, ...others }: Filters,
  cursor: string,
  limit: number,
): Record<string, string | number> {
  const given = Object.entries({ ...others, cursor, q: q.trim().length < SHORTEST_SEARCH ? '' : q.trim() });
  return { limit, ...Object.fromEntries(given.filter(([, value]) => value !== '')) };
}

/** As an input of the type datetime-local has it, and back. */
export function localTime(instant: string): string {
  if (instant === '') return '';
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Local time without a zone is what the browser takes it for. */
export const instantOfLocal = (text: string): string => instantOf(text);
