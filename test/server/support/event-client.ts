// A WebSocket client of a test, over the loopback address.

import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../../src/server/app.ts';

export type Frame =
  | { type: 'events'; events: EventFields[] }
  | { type: 'gap'; fromSeq: number; toSeq: number; dropped: number }
  | { type: 'heartbeat'; lastSeq: number }
  | { type: 'end'; status: string }
  | { type: 'error'; problem: { code: string; detail: string } };

interface EventFields {
  seq: number;
  topic: string;
  simTimeNs: number;
  scheme: string;
  mapcount: string;
  repetition: number;
  [field: string]: unknown;
}

export interface EventClient {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  /** Close code, once it is closed. */
  readonly closed: Promise<number>;
  /** All events so far. */
  events(): EventFields[];
  send(message: unknown): void;
}

export async function listen(app: App): Promise<string> {
  return new URL(await app.listen({ host: '127.0.0.1', port: 0 })).host;
}

/** Resolves when the socket is open. `first` is sent at once, before the service begins by itself. */
export async function connect(
  address: string,
  id: string,
  { first, headers, kind = 'comparisons' }: { first?: unknown; headers?: Record<string, string>; kind?: string } = {},
): Promise<EventClient> {
  const socket = new WebSocket(`ws://${address}/v1/${kind}/${id}/events`, { headers: headers ?? {} });
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const send = (message: unknown): void => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  if (first !== undefined) send(first);
  return {
    socket,
    frames,
    closed,
    send,
    events: () => frames.flatMap((frame) => (frame.type === 'events' ? frame.events : [])),
  };
}
