// The memory of the service while clients ask for everything and take nothing. The service lets one go that has taken nothing for
// half a minute; it comes back.

import { setTimeout as sleep } from 'node:timers/promises';
import { goal, median, type Section } from '../section.ts';
import { client } from './client.ts';
import { type Server, startService } from './servers.ts';
import { endlessComparison } from './stream.ts';
import type { Subscribers } from './subscribers-child.ts';

const CLIENTS = 100;
const SECONDS = Number(process.env.BENCH_STUCK_SECONDS ?? 60);
/** Until buffers are full and heaps, those of the workers first of all, have the size that they keep. */
const SETTLE_S = 45;
const GROWTH_MAX = 1.1;

export const stuckClients: Section = {
  name: 'service-memory',
  title: `Service: memory with ${CLIENTS} stuck clients of a full stream for ${SECONDS} s (BENCH_STUCK_SECONDS)`,
  async run(print) {
    const service = await startService();
    const { job, end } = await endlessComparison(service);
    const request: Subscribers = { job, transport: 'stuck', clients: CLIENTS, seconds: SETTLE_S + SECONDS + 10 };
    const clients = client('./subscribers-child.ts', request);
    try {
      await sleep(SETTLE_S * 1000);
      const start = await memory(service);
      const there = await metric(service, 'stallscope_stream_clients');
      await sleep(SECONDS * 500);
      const middle = await memory(service);
      await sleep(SECONDS * 500);
      const last = await memory(service);
      for (const what of ['rssMib', 'heapMib'] as const) {
        const ratio = last[what] / start[what];
        const name = what === 'rssMib' ? 'resident' : 'heap';
        print(
          `  ${name.padEnd(9)} ${start[what].toFixed(1)} MiB at the start, ${middle[what].toFixed(1)} in the middle, ${last[what].toFixed(1)} at the end: ` +
            `${ratio.toFixed(2)} (at most ${GROWTH_MAX}: ${goal(ratio <= GROWTH_MAX)})`,
        );
      }
      const letGo = await metric(service, 'stallscope_stream_clients_stuck_total');
      const sent = await metric(service, 'stallscope_stream_events_sent_total');
      print(
        `  ${there} clients at the start; ${letGo} let go since; ${sent.toLocaleString('en')} events put into their buffers`,
      );
      await clients;
    } finally {
      await end();
      await service.close();
    }
  },
};

/** Worker threads take and give back: the median of some looks. */
async function memory(service: Server): Promise<{ rssMib: number; heapMib: number }> {
  const looks = [];
  for (let look = 0; look < 9; look++) {
    looks.push(await service.usage('after a collection'));
    await sleep(250);
  }
  return { rssMib: median(looks.map(({ rssMib }) => rssMib)), heapMib: median(looks.map(({ heapMib }) => heapMib)) };
}

async function metric(service: Server, name: string): Promise<number> {
  const line = (await service.get('/metrics')).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}
