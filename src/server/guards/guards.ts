// What stands between the network and the calls, in the order in which a request meets it: the cheapest refusal first, and
// whoever guesses tokens is counted like everybody else.

import type { App } from '../app.ts';
import { bearerToken } from '../authentication.ts';
import { readableFrom } from './cors.ts';
import { ownOrigin } from './own-origin.ts';
import { type PressureLimits, refuseUnderPressure } from './pressure.ts';
import { limitRate } from './rate-limit.ts';
import { securityHeaders } from './security-headers.ts';

export interface GuardOptions {
  /** Asked of every caller, except for health. */
  readonly token?: string | undefined;
  /** Requests that one address may send in a minute. 0, or absent: as many as it likes. */
  readonly requestsPerMinute?: number | undefined;
  /** Web origins that may call, beside the service's own: "https://vm.example". */
  readonly origins?: readonly string[] | undefined;
  /** It listens for this machine alone, and goes by its names. */
  readonly loopback?: boolean | undefined;
  readonly pressure?: PressureLimits | undefined;
}

export async function installGuards(app: App, options: GuardOptions): Promise<void> {
  securityHeaders(app);
  // In front of whatever may refuse: a page is to read why it was. A browser asks beforehand, and sends no token with that.
  if (options.origins !== undefined && options.origins.length > 0) await readableFrom(app, options.origins);
  if (options.requestsPerMinute) await limitRate(app, options.requestsPerMinute);
  app.addHook('onRequest', ownOrigin(options.origins ?? [], options.loopback === true && options.token === undefined));
  if (options.token !== undefined) app.addHook('onRequest', bearerToken(options.token));
  if (options.pressure !== undefined) await refuseUnderPressure(app, options.pressure);
}
