// What is asked for once and then stays: the catalog, the libraries. A question that failed is asked again when the service is back.

import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { whenConnected } from './connection.ts';
import { type ProblemText, problemText } from './problem-text.ts';
import { service } from './service.ts';

export type Catalog = components['schemas']['Catalog'];
export type CatalogEntry = components['schemas']['CatalogEntry'];

export interface Loaded<T> {
  readonly value: ReadonlySignal<T | null>;
  readonly problem: ReadonlySignal<ProblemText | null>;
  /** Asks again. */
  reload(): void;
}

const PAUSE_MS = 2_000;

/** Asks at once. */
export function load<T>(ask: () => Promise<T>): Loaded<T> & { stop(): void } {
  const value = signal<T | null>(null);
  const problem = signal<ProblemText | null>(null);
  let round = 0;

  const reload = async (): Promise<void> => {
    const own = ++round;
    try {
      const answer = await ask();
      if (own !== round) return;
      problem.value = null;
      value.value = answer;
    } catch (error) {
      if (own !== round) return;
      problem.value = problemText(error);
      if (problem.value.isFinal) return;
      await whenConnected();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (own === round) void reload();
    }
  };

  void reload();
  return { value, problem, reload: () => void reload(), stop: () => void round++ };
}

let catalog: Loaded<Catalog> | undefined;

/** The words of the API, asked for once for all of the page. */
export function useCatalog(): Loaded<Catalog> {
  catalog ??= load(async () => (await service.api.GET('/v1/catalog')).data!);
  return catalog;
}

/** Any other question, for as long as a component shows its answer; asked anew when `key` changes. null: nothing to ask. */
export function useLoaded<T>(key: string | null, ask: () => Promise<T>): Loaded<T> {
  // The key stands for what is asked.
  const loaded = useMemo(() => (key === null ? idle<T>() : load(ask)), [key]);
  useEffect(() => loaded.stop, [loaded]);
  return loaded;
}

const idle = <T>(): Loaded<T> & { stop(): void } => ({
  value: signal<T | null>(null),
  problem: signal<ProblemText | null>(null),
  reload: () => {},
  stop: () => {},
});
