// Whether the service answers. It is asked for its health every few seconds, at once when a call or a stream breaks, and with growing
// pauses while it is away; so the page knows when to say so and when to go on.

import { signal } from '@preact/signals';

export type Connection =
  | { readonly kind: 'ok' }
  | { readonly kind: 'lost'; readonly since: Date; readonly nextTry: Date }
  | { readonly kind: 'reconnecting'; readonly since: Date };

export const connection = signal<Connection>({ kind: 'ok' });

const HEARTBEAT_MS = 5_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 10_000;
/** A service that takes a connection and says nothing for so long is away, too. */
const SILENCE_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let asking: Promise<void> | null = null;
let back = Promise.withResolvers<void>();

/** Resolves when the service answers: at once, if it does. */
export async function whenConnected(): Promise<void> {
  if (connection.peek().kind === 'ok') return;
  await back.promise;
}

/** Something broke that may mean that the service is away. Resolves when that is known. */
export function checkConnection(): Promise<void> {
  clearTimeout(timer);
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

export function retryNow(): void {
  void checkConnection();
}

async function ask(): Promise<void> {
  const before = connection.peek();
  if (before.kind === 'lost') connection.value = { kind: 'reconnecting', since: before.since };
  if (await isHealthy()) answered();
  else missed();
}

async function isHealthy(): Promise<boolean> {
  try {
    const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(SILENCE_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

function answered(): void {
  failures = 0;
  if (connection.peek().kind !== 'ok') {
    connection.value = { kind: 'ok' };
    back.resolve();
    back = Promise.withResolvers();
  }
  timer = setTimeout(() => void checkConnection(), HEARTBEAT_MS);
}

function missed(): void {
  const waitMs = Math.min(RETRY_MS * 2 ** failures, RETRY_MS_MAX);
  failures++;
  const before = connection.peek();
  const now = Date.now();
  const since = before.kind === 'ok' ? new Date(now) : before.since;
  connection.value = { kind: 'lost', since, nextTry: new Date(now + waitMs) };
  timer = setTimeout(() => void checkConnection(), waitMs);
}

addEventListener('online', retryNow);
// A tab in the background asks seldom, as browsers make its timers wait; one that comes to the front wants to know.
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') retryNow();
});
timer = setTimeout(() => void checkConnection(), HEARTBEAT_MS);
