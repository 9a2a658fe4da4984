// A day of use in a minute: a thousand live simulations, each made, driven, watched and deleted before the next. When the service
// has had some seconds of rest its memory has to be what it was before the first. What it is at the last is told, too.

import { setTimeout as sleep } from 'node:timers/promises';
import { goal, type Section } from './section.ts';
import { client } from './service/client.ts';
import type { DayRequest, DayResult } from './service/day-child.ts';
import { type Server, startService } from './service/servers.ts';
import type { Usage } from './service/usage-hook.ts';

const COUNT = 1000;
const MINUTE_MS = 60_000;
/** From then on code is compiled and heaps have the size that they keep. Two at once: as many threads as are ever kept. */
const WARM_UP = { count: 50, atOnce: 2 };
/** What an allocator keeps, and code that was compiled on the way. */
const RSS_GROWTH_MIB = 32;
const HEAP_GROWTH_MIB = 4;
/** After this V8 has given back the pages that it had set aside for threads that are gone. */
const QUIET_MS = 15_000;
const GONE_MS_MAX = 90_000;

export const simulationsDay: Section = {
  name: 'simulations-day',
  title: `${COUNT} live simulations, one after the other, each watched through a socket`,
  async run(print) {
    const service = await startService();
    const day = (request: Omit<DayRequest, 'address'>): Promise<DayResult> =>
      client('./day-child.ts', { address: service.address, ...request });
    try {
      await day(WARM_UP);
      await untilThreadsAreGone(service);
      await sleep(QUIET_MS);
      const before = await service.usage('after a collection');
      const { ms, events } = await day({ count: COUNT, atOnce: 1 });
      const last = await service.usage('after a collection');
      const goneMs = await untilThreadsAreGone(service);
      await sleep(QUIET_MS);
      const gone = await service.usage('after a collection');

      const inTime = `in a minute: ${goal(ms <= MINUTE_MS)}`;
      print(
        `  ${(ms / 1000).toFixed(1)} s, ${(ms / COUNT).toFixed(1)} ms each, ${events} events over sockets (${inTime})`,
      );
      const row = (what: string, is: Usage, was?: Usage): void => print(`  ${what.padEnd(34)} ${memory(is, was)}`);
      row(`before, ${WARM_UP.count} have come and gone`, before);
      row('when the last has ended', last);
      row(`spare threads gone, ${(goneMs / 1000).toFixed(0)} s later`, gone, before);
    } finally {
      await service.close();
    }
  },
};

function memory({ rssMib, heapMib }: Usage, was?: Usage): string {
  const columns = [
    ['resident', rssMib, was?.rssMib, RSS_GROWTH_MIB],
    ['heap', heapMib, was?.heapMib, HEAP_GROWTH_MIB],
  ] as const;
  return columns
    .map(([what, is, from, most]) => {
      const told = `${what} ${is.toFixed(1).padStart(6)} MiB`;
      if (from === undefined) return told;
      const more = is - from;
      return `${told} (${more < 0 ? '' : '+'}${more.toFixed(1)}, at most +${most}: ${goal(more <= most)})`;
    })
    .join(', ');
}

async function untilThreadsAreGone(service: Server): Promise<number> {
  const startedMs = performance.now();
  while (/^stallscope_simulation_threads [1-9]/m.test(await service.get('/metrics'))) {
    if (performance.now() - startedMs > GONE_MS_MAX) throw new Error('the spare threads do not go');
    await sleep(1000);
  }
  return performance.now() - startedMs;
}
