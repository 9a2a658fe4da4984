// The timeline, used as a person would, and held against the traces of the same service.

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/client/index.ts';
import { formatNs } from '../../../web/src/ui/duration.ts';
import { seriousFindings } from './accessibility.ts';
import { listen, noBrowser, openTab } from './support.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

const SMALL = {
  scenario: 'thp-anon-collapse',
  schemes: ['range', 'post-collapse/zap'],
  overrides: {
    'vm.vcpus': 4,
    'vm.memory': '4MiB',
    'timeline.0.range.length': '4MiB',
    'guest.stridePages': 1,
    settle: '1ms',
  },
  repetitions: 2,
  seed: 7,
} as const;

interface TraceEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Stall {
  readonly vcpu: number;
  readonly startNs: number;
  readonly lengthNs: number;
  readonly causes: Readonly<Record<string, number>>;
}

async function compared(url: string, request: object = SMALL): Promise<string> {
  const client = createClient({ baseUrl: url });
  const { id } = await client.comparisons.start(request as never);
  for (;;) {
    const { status } = await client.comparisons.get(id);
    if (status === 'succeeded') return id;
    if (status !== 'queued' && status !== 'running') throw new Error(status);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The longest first, as the trace has them: read here by other means than the page's. */
async function stallsOf(url: string, id: string, query: string): Promise<Stall[]> {
  const response = await fetch(`${url}/v1/comparisons/${id}/trace?${query}`);
  const { traceEvents } = (await response.json()) as { traceEvents: TraceEvent[] };
  const vcpus = new Map(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && /^vCPU \d+$/.test(String(args.name)))
      .map(({ pid, tid, args }) => [`${pid} ${tid}`, Number(String(args.name).slice('vCPU '.length))]),
  );
  return traceEvents
    .filter(({ ph, name }) => ph === 'X' && name === 'stall')
    .map(({ pid, tid, ts, args: { lengthNs, ...causes } }) => ({
      vcpu: vcpus.get(`${pid} ${tid}`)!,
      startNs: Math.round(ts * 1000),
      lengthNs: Number(lengthNs),
      causes: causes as Record<string, number>,
    }))
    .sort((a, b) => b.lengthNs - a.lengthNs);
}

const paneOf = (page: Page, number: number) => page.getByRole('region', { name: `Run ${number}:` });
const chosen = (page: Page) => page.getByRole('region', { name: 'What is chosen' });

/** How many pixels of the lanes are not those of an empty lane. */
const drawnPixels = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.timeline-canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Map<number, number>();
    for (const pixel of new Uint32Array(data.buffer)) colours.set(pixel, (colours.get(pixel) ?? 0) + 1);
    const backgrounds = [...colours.values()].sort((a, b) => b - a).slice(0, 2);
    return canvas.width * canvas.height - backgrounds.reduce((sum, count) => sum + count, 0);
  });

describe.skipIf(noBrowser !== null)('the timeline', () => {
  it('nothing to show yet: says where runs come from', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/timeline`);
    await page.getByText('There is no finished comparison yet').waitFor();
    expect(await page.getByRole('link', { name: 'Compare some schemes' }).getAttribute('href')).toBe('/compare');
    expect(errors).toEqual([]);
  });

  it('two schemes of a comparison: as many stalls, as long, for the same causes as in their traces', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const { page, errors, origins } = await openTab(`${url}/timeline`);
    await page.getByLabel('Run of').selectOption(`comparison ${id}`);
    await page.getByLabel('and below it').selectOption('post-collapse/zap');
    await page.getByLabel('Repetition').selectOption('1');
    await paneOf(page, 2).getByText('stalls').first().waitFor();

    for (const [at, scheme] of SMALL.schemes.entries()) {
      const stalls = await stallsOf(url, id, `scheme=${encodeURIComponent(scheme)}&repetition=1`);
      const sumNs = stalls.reduce((sum, { lengthNs }) => sum + lengthNs, 0);
      const pane = paneOf(page, at + 1);
      await pane.getByText(`${stalls.length} stalls`).waitFor();
      expect(await pane.getByRole('heading').textContent()).toContain(`: ${stalls.length} stalls, ${formatNs(sumNs)}`);
      const table = page.getByRole('table', { name: `Longest stalls, ${scheme}` });
      const rows = await table.locator('tbody tr').allInnerTexts();
      const shown = rows.map((row) => row.split('\t').map((cell) => cell.trim()));
      expect(shown.map(([length, vcpu]) => [length, vcpu])).toEqual(
        stalls.slice(0, 20).map(({ lengthNs, vcpu }) => [formatNs(lengthNs), String(vcpu)]),
      );
    }
    expect(await drawnPixels(page)).toBeGreaterThan(100);

    const [longest] = await stallsOf(url, id, 'scheme=range&repetition=1');
    await page.getByRole('table', { name: 'Longest stalls, range' }).getByRole('button').nth(4).click();
    await chosen(page)
      .getByRole('heading', { name: `vCPU ${longest!.vcpu} stalls for ${formatNs(longest!.lengthNs)}` })
      .waitFor();
    const parts = await chosen(page).getByRole('table').locator('tbody tr').allInnerTexts();
    const byLength = Object.entries(longest!.causes).sort(([, a], [, b]) => b - a);
    expect(
      parts.map((part) =>
        part
          .split('\t')
          .map((cell) => cell.trim())
          .slice(0, 2),
      ),
    ).toEqual(byLength.map(([cause, ns]) => [cause, formatNs(ns)]));
    expect([errors, [...origins]]).toEqual([[], [url]]);
  });
});

if (process.env.TIMELINE_SHOT !== undefined) {
  it('shot', async () => {
    const { url } = await listen();
    const id = await compared(url, {
      scenario: process.env.TIMELINE_SHOT,
      schemes: ['range', 'post-collapse/promote'],
      repetitions: 1,
      seed: 42,
    });
    const { page, errors } = await openTab(`${url}/timeline?comparison=${id}&below=post-collapse/promote`, {
      colorScheme: (process.env.SHADE ?? 'light') as 'light',
    });
    await paneOf(page, 2).getByText('stalls').first().waitFor({ timeout: 100_000 });
    await paneOf(page, 1).getByText('stalls').first().waitFor({ timeout: 100_000 });
    await page.screenshot({ path: '/tmp/tlw/all.png' });
    await page.getByRole('button', { name: 'Longest stall', exact: false }).first().click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: '/tmp/tlw/longest.png', fullPage: true });
    console.log(errors, page.url());
    console.log(await seriousFindings(page));
  }, 200_000);
}
void [mkdirSync, statSync, writeFileSync, join, IMAGES, seriousFindings];
