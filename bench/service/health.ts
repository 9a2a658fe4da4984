// /healthz is what an orchestrator asks before it ends a service that seems to hang. It has to answer while all threads simulate.

import { goal, type Section } from '../section.ts';
import { client } from './client.ts';
import type { HealthResult } from './health-child.ts';
import { startService } from './servers.ts';
import { endlessComparison } from './stream.ts';
import type { Subscribers } from './subscribers-child.ts';

const P99_MS_MAX = 20;
const SECONDS = 10;
const WATCHED_S = 30;

export const health: Section = {
  name: 'service-health',
  title: `Service: latency of /healthz, asked 200 times a second for ${SECONDS} s`,
  async run(print) {
    const service = await startService();
    const look = async (what: string): Promise<HealthResult> => {
      const told = await client<HealthResult>('./health-child.ts', { address: service.address, seconds: SECONDS });
      const { count, p50, p99, max } = told;
      print(
        `  ${what.padEnd(40)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, max ${max.toFixed(2)} ms of ${count}`,
      );
      return told;
    };
    try {
      await look('idle');
      const { job, end } = await endlessComparison(service);
      const { p99 } = await look('all workers simulate');
      const request: Subscribers = { job, transport: 'socket', clients: 1, seconds: WATCHED_S };
      const watching = client('./subscribers-child.ts', request);
      await look('and one client takes all topics');
      print(`  p99 under ${P99_MS_MAX} ms while all workers simulate: ${goal(p99 < P99_MS_MAX)}`);
      await end();
      await watching;
    } finally {
      await service.close();
    }
  },
};
