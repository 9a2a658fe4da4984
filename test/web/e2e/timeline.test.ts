// The timeline, used as a person would, and held against the traces of the same service.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/client/index.ts';
import { formatNs } from '../../../web/src/ui/duration.ts';
import { seriousFindings } from './accessibility.ts';
import { listen, noBrowser, openTab } from './support.ts';

const PICTURE = fileURLToPath(new URL('../../../docs/images/page-timeline.png', import.meta.url));

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

  it('the keyboard alone: from lane to lane, from stall to stall, in and out; the address follows', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const stalls = await stallsOf(url, id, 'scheme=range');
    const { page, errors } = await openTab(`${url}/timeline?comparison=${id}`);
    const lane = (number: number) => page.getByRole('button', { name: `vCPU ${number}:` });
    const title = chosen(page).getByRole('heading', { level: 2 });
    const own = stalls.filter(({ vcpu }) => vcpu === 1).sort((a, b) => a.startNs - b.startNs);

    await lane(0).focus();
    await page.keyboard.press('Tab');
    expect(await lane(1).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('n');
    await title.filter({ hasText: `vCPU 1 stalls for ${formatNs(own[0]!.lengthNs)}` }).waitFor();
    await page.keyboard.press('n');
    await chosen(page).getByText(`Stall 2 of ${own.length} on this lane`).waitFor();
    await page.keyboard.press('p');
    await chosen(page).getByText(`Stall 1 of ${own.length} on this lane`).waitFor();
    await page.keyboard.press('m');
    await title.filter({ hasText: `vCPU ${stalls[0]!.vcpu} stalls for ${formatNs(stalls[0]!.lengthNs)}` }).waitFor();
    expect(await lane(stalls[0]!.vcpu).evaluate((element) => element === document.activeElement)).toBe(true);

    await page.waitForURL(`**stall=0.${stalls[0]!.vcpu}.${stalls[0]!.startNs}`);
    const range = () => {
      const query = new URL(page.url()).searchParams;
      return [Number(query.get('from')), Number(query.get('to'))] as const;
    };
    const before = range();
    await page.keyboard.press('+');
    await page.waitForURL((to) => to.searchParams.get('from') !== String(before[0]));
    const after = range();
    expect(after[1] - after[0]).toBeLessThan(before[1] - before[0]);
    expect(after[0]).toBeLessThan(stalls[0]!.startNs + stalls[0]!.lengthNs);
    expect(after[1]).toBeGreaterThan(stalls[0]!.startNs);

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
    await title.waitFor();
    await page.keyboard.press('Escape');
    await title.waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    await page.waitForURL((to) => !to.searchParams.has('from') && !to.searchParams.has('stall'));
    expect(errors).toEqual([]);
  });

  it('the mouse: chooses, drags, zooms, measures; a link shows the same to another', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const [longest] = await stallsOf(url, id, 'scheme=post-collapse%2Fzap&repetition=1');
    const { page, errors } = await openTab(
      `${url}/timeline?comparison=${id}&scheme=range&below=post-collapse/zap&repetition=1`,
    );
    await paneOf(page, 2).getByText('stalls').first().waitFor();
    await page.getByRole('table', { name: 'Longest stalls, post-collapse/zap' }).getByRole('button').nth(4).click();
    const title = chosen(page).getByRole('heading', { level: 2 });
    await title.waitFor();
    const first = await title.textContent();
    await page.keyboard.press('Escape');
    await title.waitFor({ state: 'detached' });

    // It was brought into the middle, on the lane of its vCPU.
    const canvas = paneOf(page, 2).locator('canvas.timeline-canvas');
    const label = await paneOf(page, 2)
      .getByRole('button', { name: `vCPU ${longest!.vcpu}:` })
      .boundingBox();
    const box = await canvas.boundingBox();
    const [x, y] = [box!.x + box!.width / 2, label!.y + label!.height / 2];
    await page.mouse.click(x, y);
    await title.waitFor();
    expect(await title.textContent()).toBe(first);

    const from = () => Number(new URL(page.url()).searchParams.get('from'));
    await page.waitForURL((to) => to.searchParams.has('stall'));
    const start = from();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 100, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((to) => Number(to.searchParams.get('from')) < start);
    const dragged = page.url();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await page.waitForURL((to) => to.href !== dragged);
    expect(from()).toBeGreaterThan(Number(new URL(dragged).searchParams.get('from')));

    await page.keyboard.down('Shift');
    await page.mouse.move(x - 200, y);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const query = new URL(page.url()).searchParams;
    const measuredNs = ((Number(query.get('to')) - Number(query.get('from'))) * 200) / box!.width;
    const measured = await page.locator('.timeline-readout strong').textContent();
    expect(Number.parseFloat(measured!)).toBeCloseTo(Number.parseFloat(formatNs(measuredNs)), 0);

    const other = await openTab(page.url());
    await chosen(other.page).getByRole('heading', { level: 2 }).waitFor();
    expect(await chosen(other.page).getByRole('heading', { level: 2 }).textContent()).toBe(first);
    expect(new URL(other.page.url()).search).toBe(new URL(page.url()).search);
    expect([errors, other.errors]).toEqual([[], []]);
  });

  it('a stall that a section held up: the chain goes to the section and to the operation', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const { page } = await openTab(`${url}/timeline?comparison=${id}`);
    await page.getByRole('button', { name: 'Longest stall m' }).click();
    await chosen(page)
      .getByRole('button', { name: /^section \d+ of process 0, by vmm0$/ })
      .first()
      .click();
    await chosen(page)
      .getByRole('heading', { name: /^section \d+ by vmm0 on process 0, in operation 0$/ })
      .waitFor();
  });

  it('a stall on a lock: who held it, in what; both are a click away, and the wait says it, too', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const { page, errors } = await openTab(`${url}/timeline?comparison=${id}`);
    const held = /^waited for mmap_lock \(read\).*, held by vmm0 \(write\), in madv-collapse, operation 0/;
    await page.getByRole('button', { name: 'Longest stall m' }).click();
    const step = chosen(page).getByRole('listitem').filter({ hasText: 'mmap-lock' }).first();
    await step.getByText(held).waitFor();
    expect(await step.getByText('under way meanwhile').count()).toBe(0);
    await chosen(page).getByRole('button', { name: 'mmap_lock' }).first().click();
    await chosen(page)
      .getByRole('heading', { name: /^vcpu\d waits for mmap_lock$/ })
      .waitFor();
    await chosen(page).getByText(held).waitFor();
    await chosen(page).getByRole('button', { name: 'madv-collapse, operation 0' }).click();
    await chosen(page).getByRole('heading', { name: 'madv-collapse by vmm0 on process 0' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('findings of a run: every kind that its result has, and each goes to its time', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const { schemes } = await createClient({ baseUrl: url }).comparisons.result(id);
    const { findings } = schemes.find(({ scheme }) => scheme === 'post-collapse/zap')!;
    const { page } = await openTab(`${url}/timeline?comparison=${id}&scheme=post-collapse/zap`);
    const list = page.locator('.timeline-findings');
    await list.locator('summary').click();
    const kinds = new Set(await list.locator('code').allTextContents());
    expect(findings.map(({ kind }) => kind).filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(kinds.size).toBeGreaterThan(0);
    await list.getByRole('button').first().click();
    await page.waitForURL((to) => Number(to.searchParams.get('to')) - Number(to.searchParams.get('from')) === 4000);
  });

  it('a file from the disk: drawn as the trace of the service is, and asked of nobody', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const response = await fetch(`${url}/v1/comparisons/${id}/trace?scheme=range`);
    const buffer = Buffer.from(await response.arrayBuffer());
    const stalls = await stallsOf(url, id, 'scheme=range');
    const { page, errors } = await openTab(`${url}/timeline`);
    const input = page.locator('input[type=file]');
    await input.setInputFiles([{ name: 'mine.json', mimeType: 'application/json', buffer }]);
    await paneOf(page, 1).getByText(`${stalls.length} stalls`).waitFor();
    expect(await drawnPixels(page)).toBeGreaterThan(100);
    await input.setInputFiles([{ name: 'cut.json', mimeType: 'application/json', buffer: buffer.subarray(0, 4000) }]);
    await page.getByText('The trace is incomplete: its text ends in the middle.').waitFor();
    await input.setInputFiles([{ name: 'other.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') }]);
    await page.getByText('it has no "traceEvents"').waitFor();
    expect(errors).toEqual([]);
  });

  it('a live simulation: its stalls so far', async () => {
    const { url } = await listen();
    const client = createClient({ baseUrl: url });
    const { schemes: _schemes, repetitions: _repetitions, ...rest } = SMALL;
    const { data: simulation } = await client.api.POST('/v1/simulations', {
      body: { ...rest, scheme: 'range', record: {} } as never,
    });
    const { id } = simulation!;
    await client.api.POST('/v1/simulations/{id}/advance', { params: { path: { id } }, body: { by: '8ms' } as never });
    const { data: state } = await client.api.GET('/v1/simulations/{id}', { params: { path: { id } } });
    expect(state!.stalls.count).toBeGreaterThan(0);
    const { page, errors } = await openTab(`${url}/timeline`);
    await page.getByLabel('Run of').selectOption(`simulation ${id}`);
    await paneOf(page, 1).getByText(`${state!.stalls.count} stalls`).waitFor();
    expect(errors).toEqual([]);
  });

  it('a comparison that is not there: what the service says of it; one on its way that is cancelled: said, and made after all', async () => {
    const { url } = await listen();
    const { page } = await openTab(`${url}/timeline?comparison=00000000-0000-4000-8000-000000000000`);
    await page.getByRole('alert').waitFor();
    const id = await compared(url);
    await page.route('**/trace?**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue().catch(() => {});
    });
    await page.goto(`${url}/timeline?comparison=${id}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').waitFor();
    await page.getByRole('button', { name: 'Make the run after all' }).click();
    await paneOf(page, 1).getByText('stalls').first().waitFor();
    await page.goto(`${url}/timeline?comparison=${id}&scheme=narrow`);
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it('light and dark: no serious finding of axe-core, with a stall chosen', async () => {
    const { url } = await listen();
    const id = await compared(url);
    const { page } = await openTab(`${url}/timeline?comparison=${id}&below=post-collapse/zap`);
    await paneOf(page, 2).getByText('stalls').first().waitFor();
    await page.getByRole('button', { name: 'Longest stall m' }).click();
    await chosen(page).getByRole('heading', { level: 2 }).waitFor();
    for (const theme of ['light', 'dark']) {
      await page.getByLabel('Theme').selectOption(theme);
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Keys ?' }).click();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a picture of it: for the guide, when that is wanted', async () => {
    const { url } = await listen();
    const request = {
      scenario: 'hgm-collapse-2m',
      schemes: ['range', 'post-collapse/promote'],
      repetitions: 1,
      seed: 42,
    };
    const id = await compared(url, request);
    const { page } = await openTab(`${url}/timeline?comparison=${id}&below=post-collapse/promote`);
    await paneOf(page, 1).getByText('stalls').first().waitFor();
    await paneOf(page, 2).getByText('stalls').first().waitFor();
    await page.getByRole('button', { name: 'Longest stall m' }).click();
    await chosen(page).getByRole('heading', { level: 2 }).waitFor();
    await page.mouse.move(0, 0);
    const picture = await page.screenshot();
    expect([...picture.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(picture.length).toBeGreaterThan(20_000);
    expect(picture.length).toBeLessThan(200_000);
    if (process.env.UPDATE_SCREENSHOTS !== undefined) writeFileSync(PICTURE, picture);
  });
});
