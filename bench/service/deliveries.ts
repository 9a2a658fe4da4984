// Events that come to clients, when all workers send all topics of what they simulate.

import type { Section } from '../section.ts';
import { client } from './client.ts';
import { startService } from './servers.ts';
import { endlessComparison } from './stream.ts';
import type { Subscribers, SubscribersResult } from './subscribers-child.ts';

const SECONDS = 5;
const TRANSPORTS = [
  ['socket', 'WebSocket'],
  ['sse', 'Server-Sent Events'],
] as const;

export const deliveries: Section = {
  name: 'service-streams',
  title: `Service: events a second to clients of a stream of all topics, over ${SECONDS} s`,
  async run(print) {
    const service = await startService();
    const { job, end } = await endlessComparison(service);
    try {
      for (const [transport, title] of TRANSPORTS) {
        let one = 0;
        for (const clients of [1, 10, 100]) {
          const request: Subscribers = { job, transport, clients, seconds: SECONDS };
          const { events, dropped, bytes, seconds } = await client<SubscribersResult>(
            './subscribers-child.ts',
            request,
          );
          const perSecond = events / seconds;
          if (clients === 1) one = perSecond;
          print(
            `  ${title.padEnd(18)} ${String(clients).padStart(3)} clients: ${whole(perSecond).padStart(9)} events/s, ${(perSecond / one).toFixed(1)} times those of one; ` +
              `${whole(bytes / seconds / 2 ** 20)} MiB/s, ${((100 * dropped) / (events + dropped)).toFixed(0)}% told as gaps`,
          );
        }
      }
    } finally {
      await end();
      await service.close();
    }
  },
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');
