import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { EdgeError } from './errors.ts';

/** Health is asked by machines that have no token. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** A hook that lets in who has the token. */
export function bearerToken(token: string): onRequestHookHandler {
  const expected = digest(token);
  return (request, _reply, done) => {
    if (OPEN_PATHS.has(request.routeOptions.url ?? '')) return done();
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    // Digests have one length, so the comparison takes the same time whatever was given.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return done();
    done(new EdgeError('UNAUTHORIZED', undefined, { headers: { 'www-authenticate': 'Bearer realm="stallscope"' } }));
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
