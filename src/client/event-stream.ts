// The socket of a job as an observable. It comes back when the connection breaks, and goes on where it was; what the service
// no longer has comes as a gap, so nothing is lost without a word.

import { Observable } from 'rxjs';
import { isProblem, type Problem, ProblemError } from './problem-error.ts';

export interface Gap {
  readonly type: 'gap';
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Of the topics that were asked for. */
  readonly dropped: number;
}

export interface End {
  readonly type: 'end';
  /** That of the job. */
  readonly status: string;
}

/** What an observer hears: events one by one, gaps, and the end, behind which it completes. */
export type StreamItem<Event> = { readonly type: 'event'; readonly event: Event } | Gap | End;

/** What of a WebSocket is used here: that of a browser, or of Node. */
export interface StreamSocket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((close: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface StreamOptions {
  /** Topics to hear. Default: all. */
  readonly topics?: readonly string[];
  /** Hear what comes after this number. Default: all that the service still has. */
  readonly sinceSeq?: number;
  /** Attempts to come back, without a frame in between, before the stream fails. */
  readonly attempts?: number;
  /** Wait before the first of them; it doubles from one to the next. */
  readonly retryMs?: number;
}

const ATTEMPTS = 8;
const RETRY_MS = 100;
const RETRY_MS_MAX = 10_000;
/** Without a frame for so long, the connection is dead: the service sends a heartbeat at least every fifteen seconds. */
const SILENCE_MS = 45_000;
/** Closed for good by the service: a message that it would not have, or too many of them. */
const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

interface Numbered {
  readonly seq: number;
}

type Frame<Event> =
  | { readonly type: 'events'; readonly events: readonly Event[] }
  | { readonly type: 'heartbeat'; readonly lastSeq?: number }
  | { readonly type: 'error'; readonly problem: Problem }
  | Gap
  | End;

/** Each subscription has a connection of its own. `refusal` finds out why a connection was refused: null if it was not. */
export function eventStream<Event extends Numbered>(
  connect: () => StreamSocket,
  refusal: () => Promise<Error | null>,
  { topics, sinceSeq = 0, attempts = ATTEMPTS, retryMs = RETRY_MS }: StreamOptions = {},
): Observable<StreamItem<Event>> {
  return new Observable((subscriber) => {
    let lastSeq = sinceSeq;
    let failures = 0;
    let socket: StreamSocket | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => socket?.close(), SILENCE_MS);
    };

    const take = (frame: Frame<Event>): void => {
      if (frame.type === 'events') {
        for (const event of frame.events) {
          // What came twice, because a connection broke behind it, is told once.
          if (event.seq <= lastSeq) continue;
          lastSeq = event.seq;
          subscriber.next({ type: 'event', event });
        }
      } else if (frame.type === 'gap') {
        lastSeq = Math.max(lastSeq, frame.toSeq);
        subscriber.next(frame);
      } else if (frame.type === 'error') {
        subscriber.error(new ProblemError(frame.problem));
      }
    };

    const open = (): void => {
      let end: End | null = null;
      const own = connect();
      socket = own;
      watch();
      own.onopen = () => own.send(JSON.stringify({ type: 'subscribe', sinceSeq: lastSeq, ...(topics && { topics }) }));
      own.onmessage = ({ data }) => {
        watch();
        failures = 0;
        const frame = JSON.parse(String(data)) as Frame<Event>;
        if (frame.type === 'end') end = frame;
        else take(frame);
      };
      own.onerror = () => {};
      own.onclose = ({ code }) => {
        clearTimeout(timer);
        if (subscriber.closed) return;
        // A service that stops ends its sockets, and not the job: another one may go on with it.
        if (end !== null && code !== GOING_AWAY) {
          subscriber.next(end);
          subscriber.complete();
        } else if (code === POLICY_VIOLATION) subscriber.error(new Error('the service has closed the stream'));
        else comeBack();
      };
    };

    const comeBack = (): void => {
      const waitMs = Math.min(retryMs * 2 ** failures, RETRY_MS_MAX);
      failures++;
      if (failures > attempts) {
        subscriber.error(new Error(`the stream broke, and ${attempts} attempts to come back have failed`));
        return;
      }
      timer = setTimeout(() => {
        refusal().then(
          (error) => (error === null ? subscriber.closed || open() : subscriber.error(error)),
          () => subscriber.closed || comeBack(),
        );
      }, waitMs);
    };

    open();
    return () => {
      clearTimeout(timer);
      socket?.close();
    };
  });
}

/** For `refusal`: why the service would not have a socket; null where it would. */
export async function refusalOf(response: Response): Promise<Error | null> {
  const UPGRADE_REQUIRED = 426;
  const TOO_MANY = 429;
  if (response.status === UPGRADE_REQUIRED || response.status === TOO_MANY || response.status >= 500) {
    await response.body?.cancel();
    return null;
  }
  const problem: unknown = await response.json();
  return isProblem(problem) ? new ProblemError(problem, response.headers) : null;
}
