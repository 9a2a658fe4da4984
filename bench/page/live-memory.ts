// `npm run bench:live`: ten minutes of the live view with a simulation that flows as fast as the machine can, all topics on: what the tab
// holds at the start, in the middle and at the end. STALLSCOPE_BENCH_MINUTES asks for another length.

import { setTimeout as sleep } from 'node:timers/promises';
import chromium from '@sparticuz/chromium';
import { type CDPSession, chromium as driver, type Page } from 'playwright-core';
import { buildPage, isPageFresh } from '../../scripts/build-page.ts';
import { goal } from '../section.ts';
import { type Server, startService } from '../service/servers.ts';

const MINUTES = Number(process.env.STALLSCOPE_BENCH_MINUTES ?? 10);
const MINUTE_MS = 60_000;
/** Until the lists of the view are full. */
const WARM_UP_MS = Math.min(20_000, (MINUTES * MINUTE_MS) / 4);
/** What a collector may hold of the last batches. */
const GROWTH_MIB = 4;
const TOPICS = ['vcpu', 'fault', 'lock', 'tlb', 'userfault'];
const NS_PER_MS = 1e6;
const FULL_PACE = 1000;
const HARVEST = '200us';

interface Point {
  readonly heapMib: number;
  readonly nodes: number;
  readonly events: number;
  readonly lost: number;
  readonly simTimeNs: number;
}

async function main(): Promise<void> {
  console.log(`the live view in a browser, a simulation at full pace, ${MINUTES} minutes`);
  if (!isPageFresh()) await buildPage();
  const server = await startService();
  const browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--no-zygote', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const points = await watch(page, server);
    for (const [when, point] of points) console.log(`  ${when.padEnd(6)} ${rowOf(point)}`);
    const [first, last] = [points[0]![1], points.at(-1)![1]];
    const grown = last.heapMib - first.heapMib;
    const bound = `at most ${GROWTH_MIB} MiB more: ${goal(grown <= GROWTH_MIB)}`;
    const perSecond = (last.events - first.events) / ((MINUTES * MINUTE_MS - WARM_UP_MS) / 1000);
    console.log(`  ${perSecond.toFixed(0)} events a second came; ${grown.toFixed(1)} MiB more (${bound})`);
  } finally {
    await browser.close();
    await server.close();
  }
}

const rowOf = ({ heapMib, nodes, events, lost, simTimeNs }: Point): string =>
  [
    `${heapMib.toFixed(1).padStart(6)} MiB`,
    `${nodes} nodes`,
    `${events} events came`,
    `${lost} were lost in gaps`,
    `${(simTimeNs / NS_PER_MS).toFixed(0)} ms of virtual time`,
  ].join(', ');

async function watch(page: Page, server: Server): Promise<[string, Point][]> {
  // A guest that never has its last miss behind it: its dirty log is read again and again.
  const overrides = { timeline: [], 'limits.simulated': '10min', 'limits.events': 2_000_000_000 };
  const request = { scenario: 'hgm-collapse-2m', scheme: 'range', topics: TOPICS, overrides };
  const { id } = await server.post<{ id: string }>('/v1/simulations', request);
  await page.goto(`${server.address}/live?simulation=${id}`);
  await page.getByTestId('time').waitFor();
  for (const topic of TOPICS) await page.getByRole('checkbox', { name: new RegExp(`^${topic} `) }).check();
  const session = await page.context().newCDPSession(page);
  await server.post(`/v1/simulations/${id}/operations`, { operation: 'dirty-log-enable', harvestEvery: HARVEST });
  await server.post(`/v1/simulations/${id}/pace`, { speed: FULL_PACE });

  const points: [string, Point][] = [];
  const take = async (when: string): Promise<void> => {
    points.push([when, await pointOf(page, session, server, id)]);
  };
  const halfMs = (MINUTES * MINUTE_MS - WARM_UP_MS) / 2;
  await sleep(WARM_UP_MS);
  await take('start');
  await sleep(halfMs);
  await take('middle');
  await sleep(halfMs);
  await take('end');
  return points;
}

const MIB = 1024 * 1024;

async function pointOf(page: Page, session: CDPSession, server: Server, id: string): Promise<Point> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  const { simTimeNs } = JSON.parse(await server.get(`/v1/simulations/${id}`)) as { simTimeNs: number };
  const gaps = page.locator('.live-gap');
  const lost = (await gaps.count()) === 0 ? '0' : ((await gaps.textContent()) ?? '0');
  return {
    heapMib: usedSize / MIB,
    nodes,
    events: numberIn((await page.getByTestId('events').textContent()) ?? ''),
    lost: numberIn(lost),
    simTimeNs,
  };
}

const numberIn = (text: string): number => Number((/[\d,]+/.exec(text)?.[0] ?? '0').replaceAll(',', ''));

await main();
