// A client of Server-Sent Events of a test: what a browser has, with a header if one is asked for.

import { type ErrorEvent, EventSource } from 'eventsource';
import { onTestFinished } from 'vitest';
import type { Frame } from './event-client.ts';

export interface Message {
  readonly id: string;
  readonly frame: Frame;
}

export interface EventSourceClient {
  readonly messages: Message[];
  /** Once it does not come back any more: the status that it was told, if it was. */
  readonly closed: Promise<number | undefined>;
}

const TYPES = ['events', 'gap', 'heartbeat', 'end'];

export function follow(url: string, headers: Record<string, string> = {}): EventSourceClient {
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
  });
  onTestFinished(() => source.close());
  const messages: Message[] = [];
  for (const type of TYPES) {
    source.addEventListener(type, (event) => {
      const { lastEventId, data } = event as MessageEvent;
      messages.push({ id: lastEventId, frame: JSON.parse(String(data)) as Frame });
    });
  }
  const closed = new Promise<number | undefined>((resolve) => {
    source.addEventListener('error', (event) => {
      if (source.readyState === source.CLOSED) resolve((event as ErrorEvent).code);
    });
  });
  return { messages, closed };
}
