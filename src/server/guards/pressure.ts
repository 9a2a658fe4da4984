import underPressure from '@fastify/under-pressure';
import type { App } from '../app.ts';
import { isHealth } from '../authentication.ts';
import { EdgeError } from '../errors.ts';
import { isPage } from '../page.ts';

export interface PressureLimits {
  /** Mean time that the event loop comes late, over a second. 0: any. */
  readonly lagMs: number;
  /** JavaScript objects of the process. 0: any. */
  readonly heapBytes: number;
  /** All memory of the process, the worker threads included. 0: any. */
  readonly memoryBytes: number;
}

const RETRY_AFTER_S = '5';
const START_MS = 10_000;

/** Refuses what makes more work. Health and metrics tell how things stand, and a DELETE makes them better. */
export async function refuseUnderPressure(app: App, { lagMs, heapBytes, memoryBytes }: PressureLimits): Promise<void> {
  const startedAtMs = performance.now();
  await app.register(underPressure, {
    maxEventLoopDelay: lagMs,
    maxHeapUsedBytes: heapBytes,
    maxRssBytes: memoryBytes,
    pressureHandler: async (request, _reply, type, value) => {
      if (type === 'eventLoopDelay' && !isLoad(value, performance.now() - startedAtMs)) return;
      if (isHealth(request) || request.method === 'DELETE' || request.routeOptions.url === '/metrics') return;
      if (isPage(request)) return;
      throw new EdgeError('OVERLOADED', `Beyond its limit: ${NAMES[type] ?? type}.`, {
        headers: { 'retry-after': RETRY_AFTER_S },
      });
    },
  });
}

/** Loading its own code makes a service late, and a second without any sample is told as infinite: neither is work of callers. */
export const isLoad = (lag: unknown, sinceStartMs: number): boolean =>
  lag !== Number.POSITIVE_INFINITY && sinceStartMs > START_MS;

const NAMES: Readonly<Record<string, string>> = {
  eventLoopDelay: 'the time that it comes late',
  heapUsedBytes: 'its JavaScript objects',
  rssBytes: 'its memory',
};
