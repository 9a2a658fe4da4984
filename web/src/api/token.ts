// The token that the service asks for, kept for as long as the tab is open. Calls that were refused wait here for it.

import { signal } from '@preact/signals';

const KEY = 'stallscope.token';

let token: string | undefined = sessionStorage.getItem(KEY) ?? undefined;
let given: PromiseWithResolvers<void> | null = null;

/** null: nothing to ask for. `refused`: there was one, and the service would not take it. */
export const tokenAsked = signal<'missing' | 'refused' | null>(null);

export const presentToken = (): string | undefined => token;

export function giveToken(text: string): void {
  token = text;
  sessionStorage.setItem(KEY, text);
  tokenAsked.value = null;
  given?.resolve();
  given = null;
}

/** Resolves when there is another one than `refused`, which the service has just refused. */
export async function anotherToken(refused: string | undefined): Promise<void> {
  if (token !== refused) return;
  given ??= Promise.withResolvers<void>();
  tokenAsked.value = refused === undefined ? 'missing' : 'refused';
  await given.promise;
}
