// `npm run bench:page`: the timeline of a run with more than a hundred thousand stalls, in the browser that the tests have: how many pictures a second it
// draws while somebody pans and zooms. The stalls are those of a run of the model; the trace is the service's.

import chromium from '@sparticuz/chromium';
import { pino } from 'pino';
import { type Browser, type CDPSession, chromium as driver, type Page } from 'playwright-core';
import { buildPage, isPageFresh, PAGE_FOLDER } from '../../scripts/build-page.ts';
import { type components, createClient } from '../../src/client/index.ts';
import { buildApp } from '../../src/server/app.ts';
import { openStore } from '../../src/server/store/store.ts';
import { WorkerPool } from '../../src/server/worker-pool.ts';
import { CHROMIUM_ARGUMENTS } from '../../test/web/e2e/chromium-arguments.ts';
import { goal } from '../section.ts';

/** Each of 2048 collapses kicks all vCPUs out of guest mode several times. */
const REQUEST: components['schemas']['ComparisonRequest'] = {
  scenario: 'hgm-collapse-stepwise',
  schemes: ['range'],
  overrides: {
    'machine.cpus': 32,
    'vm.vcpus': 18,
    'vm.memory': '4GiB',
    'timeline.0.range.length': '4GiB',
    'timeline.1.range.length': '4GiB',
  },
  repetitions: 1,
};
const RECORDS = 1_250_000;
const STALLS_WANTED = 100_000;
const FRAMES_WANTED = 30;
const SECONDS = 10;
const LOADED_MS = 300_000;

const SIZES = [
  { width: 1280, height: 800 },
  { width: 2560, height: 1400 },
] as const;

async function startService() {
  const pool = new WorkerPool({ threads: 1 });
  const store = openStore();
  const app = await buildApp({
    pool,
    store,
    logger: pino({ level: 'silent' }),
    pageFolder: PAGE_FOLDER,
    loopback: true,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = async (): Promise<void> => {
    await app.close();
    await pool.close();
    store.close();
  };
  return { url, stop };
}

async function compared(url: string): Promise<string> {
  const { comparisons } = createClient({ baseUrl: url });
  const { id } = await comparisons.start(REQUEST);
  for (;;) {
    const { status } = await comparisons.get(id);
    if (status === 'succeeded') return id;
    if (status !== 'queued' && status !== 'running') throw new Error(`the comparison has ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function measure(
  browser: Browser,
  url: string,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  const context = await browser.newContext({ viewport: size });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const asked = performance.now();
    await page.goto(url);
    await page.locator('.timeline-canvas').waitFor({ timeout: LOADED_MS });
    const loadedS = ((performance.now() - asked) / 1000).toFixed(1);
    const stalls = await stallsOf(page);
    const lanes = await page.evaluate(() => {
      const box = document.querySelector('.timeline-scroller')!.getBoundingClientRect();
      const labels = [...document.querySelectorAll('.timeline-label')].map((label) => label.getBoundingClientRect());
      return [labels.filter(({ top }) => top < box.bottom).length, labels.length];
    });
    const before = await heapOf(session);
    const { frames, draws, p95Ms, worstMs, seconds } = await drive(page);
    const after = await heapOf(session);
    // A frame in which nothing was drawn is none.
    const rate = draws / seconds;
    const isMet = rate >= FRAMES_WANTED && stalls >= STALLS_WANTED;
    print(
      `  ${size.width} x ${size.height}: ${stalls.toLocaleString('en-US')} stalls, ${lanes.join(' of ')} lanes in sight, read in ${loadedS} s`,
    );
    print(
      `    ${rate.toFixed(1)} frames a second, ${draws} drawn of ${frames}; p95 ${p95Ms.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms; ${goal(isMet)}`,
    );
    print(`    heap ${before} before, ${after} after`);
  } finally {
    await context.close();
  }
}

async function stallsOf(page: Page): Promise<number> {
  const text = (await page.locator('.timeline-about').textContent()) ?? '';
  return Number((text.match(/([\d,]+) stalls/)?.[1] ?? '0').replaceAll(',', ''));
}

/** What JavaScript holds when all garbage is gone: objects, and what lies in arrays of numbers. */
async function heapOf(session: CDPSession): Promise<string> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${mb(usedSize)} and ${mb(backingStorageSize ?? 0)} in arrays`;
}

interface Driven {
  readonly frames: number;
  readonly draws: number;
  readonly p95Ms: number;
  readonly worstMs: number;
  readonly seconds: number;
}

/**
 * A turn of the wheel in each frame: to and fro over nearly the whole run, where every stall is in sight; then in to some microseconds
 * and out again; then to and fro over a twentieth.
 */
const drive = (page: Page): Promise<Driven> =>
  page.evaluate(
    (seconds) =>
      new Promise<Driven>((resolve) => {
        const canvas = document.querySelector<HTMLCanvasElement>('.timeline-canvas')!;
        const { width, height, left, top } = canvas.getBoundingClientRect();
        const wheel = (init: WheelEventInit): void => {
          const at = { clientX: left + width * 0.6, clientY: top + height / 2 };
          canvas.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ...at, ...init }));
        };
        const pan = (deltaX: number): void => wheel({ deltaX });
        const zoom = (deltaY: number): void => wheel({ deltaY, ctrlKey: true });

        let draws = 0;
        const put = CanvasRenderingContext2D.prototype.putImageData;
        CanvasRenderingContext2D.prototype.putImageData = function count(
          this: CanvasRenderingContext2D,
          ...given: unknown[]
        ) {
          if (this.canvas === canvas) draws++;
          return (put as (...all: unknown[]) => void).apply(this, given);
        };

        zoom(-150);
        const intervals: number[] = [];
        let began = 0;
        let last = 0;
        let isNear = false;
        const step = (now: number): void => {
          if (began === 0) [began, draws] = [now, 0];
          else intervals.push(now - last);
          last = now;
          const elapsed = (now - began) / 1000;
          if (elapsed >= seconds) {
            CanvasRenderingContext2D.prototype.putImageData = put;
            const sorted = intervals.toSorted((a, b) => a - b);
            const p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
            resolve({ frames: intervals.length, draws, p95Ms, worstMs: sorted.at(-1) ?? 0, seconds: elapsed });
            return;
          }
          const turn = Math.floor(elapsed * 2) % 2 === 0 ? 1 : -1;
          if (elapsed < seconds * 0.4) pan(8 * turn);
          else if (elapsed < seconds * 0.7) zoom(Math.floor(elapsed / 1.5) % 2 === 0 ? -60 : 45);
          else {
            if (!isNear) zoom(-1500);
            isNear = true;
            pan(12 * turn);
          }
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    SECONDS,
  );

const print = (line: string): void => console.log(line);

print(`Node ${process.versions.node}, V8 ${process.versions.v8}`);
print(`\nTimeline of 100,000 stalls: pans and zooms for ${SECONDS} s (goal: ${FRAMES_WANTED} frames a second)`);
if (!isPageFresh()) await buildPage();
const browser = await driver.launch({ executablePath: await chromium.executablePath(), args: [...CHROMIUM_ARGUMENTS] });
const service = await startService();
try {
  const id = await compared(service.url);
  const url = `${service.url}/timeline?comparison=${id}&records=${RECORDS}`;
  for (const size of SIZES) await measure(browser, url, size);
} finally {
  await browser.close();
  await service.stop();
}
