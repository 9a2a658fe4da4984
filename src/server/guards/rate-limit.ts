import rateLimit from '@fastify/rate-limit';
import type { App } from '../app.ts';
import { isHealth } from '../authentication.ts';
import { EdgeError } from '../errors.ts';
import { isPage } from '../page.ts';

const MINUTE_MS = 60_000;
/** Addresses that are remembered; of more, the ones that were quiet longest are forgotten. IPv6 counts by /64. */
const ADDRESSES_MAX = 10_000;

export async function limitRate(app: App, requestsPerMinute: number): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: MINUTE_MS,
    cache: ADDRESSES_MAX,
  });
  const count = app.createRateLimit();
  // A hook of the service and not of the routes: those come behind the token, and would not count who guesses it.
  app.addHook('onRequest', async (request, reply) => {
    // Files of the page cost little, and one who was refused is to see the page that says so.
    if (isHealth(request) || isPage(request)) return;
    const counted = await count(request);
    if (counted.isAllowed) return;
    const { max, remaining, ttlInSeconds, isExceeded } = counted;
    reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': ttlInSeconds });
    if (!isExceeded) return;
    throw new EdgeError('RATE_LIMITED', `The limit is ${max} requests a minute.`, {
      headers: { 'retry-after': String(ttlInSeconds) },
    });
  });
}
