// The words of explorations: a section of the catalog whose shape the interface leaves open.

import type { Catalog } from '../api/loaded.ts';

interface Term {
  readonly id: string;
  readonly description: string;
}

export interface ExplorationWords {
  readonly operations: readonly { readonly id: string; readonly backings: readonly string[] }[];
  readonly protections: readonly Term[];
  readonly searches: readonly string[];
  readonly reductions: readonly string[];
  readonly findingClasses: readonly Term[];
  /** Those that an exploration has beside those of a run. */
  readonly findingKinds: readonly Term[];
}

const NONE: ExplorationWords = {
  operations: [],
  protections: [],
  searches: [],
  reductions: [],
  findingClasses: [],
  findingKinds: [],
};

/** Empty lists as long as the catalog is on its way. */
export const explorationWords = (catalog: Catalog | null): ExplorationWords =>
  catalog === null ? NONE : { ...NONE, ...(catalog.explorations as Partial<ExplorationWords>) };

export const descriptionOf = (terms: readonly Term[] | undefined, id: string | undefined): string =>
  terms?.find((term) => term.id === id)?.description ?? '';

/** A scheme as requests spell it: what is told, and what KVM does when it is. */
export function schemeDescription(catalog: Catalog | null, scheme: string): string {
  const [id = '', handler] = scheme.split('/');
  const told = descriptionOf(catalog?.schemes, id);
  return handler === undefined ? told : `${told} ${handler}: ${descriptionOf(catalog?.handlers, handler)}`;
}
