// As many requests as a server answers, from connections that are kept.
//   node bench/service/load-child.ts '{"url": "http://…", "seconds": 3}'

import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  /** A POST of this; a GET where it is absent. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly bytesPerAnswer: number;
}

const CONNECTIONS = 32;

const { url, seconds, body, headers = {} } = JSON.parse(String(process.argv[2])) as Load;
const post = {
  method: 'POST' as const,
  headers: { ...headers, 'content-type': 'application/json' },
  body: JSON.stringify(body),
};
const result = await autocannon({
  url,
  connections: CONNECTIONS,
  duration: seconds,
  ...(body === undefined ? { headers } : post),
});
const { errors, timeouts, non2xx, requests, throughput, duration } = result;
if (errors + timeouts + non2xx > 0) throw new Error(`${url}: ${errors} errors, ${timeouts} late, ${non2xx} refused`);
const told: LoadResult = {
  requests: requests.total,
  seconds: duration,
  bytesPerAnswer: throughput.total / requests.total,
};
process.stdout.write(JSON.stringify(told));
