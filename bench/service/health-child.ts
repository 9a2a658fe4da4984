// How long /healthz takes, asked at even times whether or not the last answer has come: who waits for a late answer before asking
// again does not see how late the next one would have been.
//   node bench/service/health-child.ts '{"address": "http://…", "seconds": 10}'

import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HealthResult {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const EVERY_MS = 5;
const SOCKETS = 16;

const { address, seconds } = JSON.parse(String(process.argv[2])) as { address: string; seconds: number };
const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
const latencies: number[] = [];

function ask(): Promise<void> {
  const askedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    get(`${address}/healthz`, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`/healthz: ${response.statusCode}`));
      response.resume().on('end', () => {
        latencies.push(performance.now() - askedAtMs);
        resolve();
      });
    }).on('error', reject);
  });
}

const open: Promise<void>[] = [];
const startedAtMs = performance.now();
for (let n = 0; n * EVERY_MS < seconds * 1000; n++) {
  const early = startedAtMs + n * EVERY_MS - performance.now();
  if (early > 0) await sleep(early);
  open.push(ask());
}
await Promise.all(open);
latencies.sort((a, b) => a - b);
const at = (share: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
const told: HealthResult = { count: latencies.length, p50: at(0.5), p99: at(0.99), max: at(1) };
process.stdout.write(JSON.stringify(told));
process.exit();
