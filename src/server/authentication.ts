import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { EdgeError } from './errors.ts';
import { isPage } from './page.ts';

/** Health is asked by machines that have no token. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export const isHealthPath = (path: string): boolean => OPEN_PATHS.has(path);
export const isHealth = (request: FastifyRequest): boolean => isHealthPath(request.routeOptions.url ?? '');

/** The protocol that is spoken on a socket. A browser that offers any has to be answered with one of them. */
export const SOCKET_PROTOCOL = 'stallscope.v1';
const TOKEN_PROTOCOL = /^stallscope\.bearer\.([\w-]+)$/;

/** A hook that lets in who has the token. */
export function bearerToken(token: string): onRequestHookHandler {
  const expected = digest(token);
  return (request, _reply, done) => {
    if (isHealth(request) || isPage(request)) return done();
    const given = tokenInHeader(request) ?? (request.ws ? tokenInProtocol(request) : undefined) ?? [];
    // Digests have one length, so the comparison takes the same time whatever was given.
    if (given.some((token) => timingSafeEqual(digest(token), expected))) return done();
    done(new EdgeError('UNAUTHORIZED', undefined, { headers: { 'www-authenticate': 'Bearer realm="stallscope"' } }));
  };
}

/** Node takes each byte of a header for a letter, which is right for what a page sends; everybody else sends UTF-8. */
function tokenInHeader({ headers }: FastifyRequest): (string | Buffer)[] | undefined {
  const token = /^Bearer +(\S.*)$/i.exec(headers.authorization ?? '')?.[1];
  return token === undefined ? undefined : [token, Buffer.from(token, 'latin1')];
}

/** A browser sets no header on a socket, but names protocols: "stallscope.v1, stallscope.bearer.<token in base64url>". */
function tokenInProtocol({ headers }: FastifyRequest): Buffer[] | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const [encoded] = offered.flatMap((protocol) => TOKEN_PROTOCOL.exec(protocol)?.[1] ?? []);
  return encoded === undefined ? undefined : [Buffer.from(encoded, 'base64url')];
}

const digest = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();
