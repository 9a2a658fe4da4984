// Addresses of the page. What defines a question stands in the query, so that a link asks it again.

import { computed, type Signal, signal } from '@preact/signals';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const placeOf = ({ pathname, search }: Location): Place => ({
  path: pathname.replace(/(.)\/+$/, '$1'),
  query: new URLSearchParams(search),
});

const present = signal<Place>(placeOf(location));
export const place: Pick<Signal<Place>, 'value' | 'peek'> = computed(() => present.value);

addEventListener('popstate', () => {
  present.value = placeOf(location);
});

export interface NavigateOptions {
  /** In the place of the present entry of the history: for what is adjusted rather than visited. */
  readonly replace?: boolean;
}

/** `href` is a path of this page with its query: "/compare?scenario=hgm-collapse-1g". */
export function navigate(href: string, { replace = false }: NavigateOptions = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  present.value = placeOf(location);
}

/** The address of a view with these fields; what is empty stays out. */
export function hrefOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((field): field is [string, string] => Boolean(field[1]));
  const text = new URLSearchParams(given).toString();
  return text === '' ? path : `${path}?${text}`;
}
