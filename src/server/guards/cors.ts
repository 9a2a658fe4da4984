// A page of another origin may send what it is let send, and still read nothing of the answer, unless the answer says so. It does
// for the origins that are listed, and for no other.

import cors from '@fastify/cors';
import type { App } from '../app.ts';

const TOLD = [
  'location',
  'idempotency-replayed',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-request-id',
];
const ASKED = ['authorization', 'content-type', 'idempotency-key', 'last-event-id'];
const PREFLIGHT_S = 600;

export async function readableFrom(app: App, origins: readonly string[]): Promise<void> {
  const allowed = new Set(origins);
  await app.register(cors, {
    // A request of nobody's page, or of a stranger's, goes on as if this were not here.
    origin: (origin, done) => done(null, origin !== undefined && allowed.has(origin) ? origin : false),
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ASKED,
    exposedHeaders: TOLD,
    maxAge: PREFLIGHT_S,
    strictPreflight: false,
  });
}
