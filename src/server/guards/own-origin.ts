// A browser runs the pages of strangers beside ours, and sends what they ask for. What tells them apart is `Origin`, which a
// page cannot forge. A page whose own name was made to lead to this machine (DNS rebinding) has the right origin under a
// wrong name: so a service that listens for its own machine, and asks nobody for a token, goes by that machine's names.

import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { isHealth } from '../authentication.ts';
import { EdgeError } from '../errors.ts';

const LOOPBACK_NAME = /^(localhost|[a-z0-9.-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** `origins`: those that are let in beside the own one. */
export function ownOrigin(origins: readonly string[], goesByLoopbackNames: boolean): onRequestHookHandler {
  const allowed = new Set(origins);
  const names = new Set(origins.map((origin) => new URL(origin).hostname));
  return (request, _reply, done) => {
    if (isHealth(request)) return done();
    const name = nameOf(request);
    if (goesByLoopbackNames && !LOOPBACK_NAME.test(name) && !names.has(name)) {
      return done(new EdgeError('HOST_REFUSED', `It goes by localhost, 127.0.0.1 and [::1] here, not by "${name}".`));
    }
    const { origin } = request.headers;
    if (origin === undefined || allowed.has(origin) || isHostOf(origin, request.host)) return done();
    done(new EdgeError('ORIGIN_REFUSED', `The request comes from a page of "${origin}".`));
  };
}

const nameOf = ({ host }: FastifyRequest): string => host.toLowerCase().replace(/:\d*$/, '');

/** The usual port of a protocol stands in none of the two, or in one of them. `Origin: null` is nobody's. */
function isHostOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: expected } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === expected;
}
