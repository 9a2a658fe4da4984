// A stream that outlives the service: it goes on behind the last number that it has seen, as soon as the service answers again.

import { catchError, defer, from, mergeMap, type Observable, tap, throwError, timer } from 'rxjs';
import { ProblemError, type StreamItem, type StreamOptions } from '../../../src/client/index.ts';
import { checkConnection, connection, whenConnected } from './connection.ts';

/** Attempts of the client by itself, before the connection is looked at. */
const ATTEMPTS = 1;
/** A stream that breaks so often in a row, without an item and with a service that answers, is refused and not broken. */
const BREAKS_MAX = 5;
const PAUSE_MS = 500;

/** `follow` as the client has it: `(options) => service.comparisons.follow(id, options)`. */
export function resuming<Event extends { readonly seq: number }>(
  follow: (options: StreamOptions) => Observable<StreamItem<Event>>,
  options: StreamOptions = {},
): Observable<StreamItem<Event>> {
  return defer(() => {
    let lastSeq = options.sinceSeq ?? 0;
    let breaks = 0;

    const attempt = (): Observable<StreamItem<Event>> =>
      defer(() => follow({ ...options, sinceSeq: lastSeq, attempts: ATTEMPTS })).pipe(
        tap((item) => {
          breaks = 0;
          if (item.type === 'event') lastSeq = item.event.seq;
          else if (item.type === 'gap') lastSeq = Math.max(lastSeq, item.toSeq);
        }),
        catchError((error: unknown) => {
          if (error instanceof ProblemError) return throwError(() => error);
          return from(checkConnection()).pipe(
            mergeMap(() => {
              if (connection.peek().kind === 'ok') breaks++;
              if (breaks > BREAKS_MAX) return throwError(() => error);
              return from(whenConnected());
            }),
            mergeMap(() => timer(PAUSE_MS * breaks)),
            mergeMap(attempt),
          );
        }),
      );

    return attempt();
  });
}
