import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { takeWhile, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/client/index.ts';
import { openStore } from '../../../src/server/store/store.ts';
import { formatCount, formatNs } from '../../../web/src/ui/duration.ts';
import { seriousFindings } from './accessibility.ts';
import { cuttable } from './cuttable.ts';
import { listen, noBrowser, openTab } from './support.ts';

const PICTURE = fileURLToPath(new URL('../../../docs/images/page-live.png', import.meta.url));
const SMALL = 'vcpus=4&memory=8MiB';
const MIB = 1024 * 1024;

const idIn = (page: Page): string => new URL(page.url()).searchParams.get('simulation') ?? '';

/** Makes the simulation that the address asks for. Returns its id. */
async function create(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create the simulation' }).click();
  await page.getByTestId('status').getByText('paused').waitFor();
  return idIn(page);
}

async function step(page: Page, by: string): Promise<void> {
  const clock = page.getByTestId('time');
  const before = await clock.textContent();
  await page.getByRole('button', { name: by, exact: true }).click();
  await page.waitForFunction((text) => document.querySelector('[data-testid=time]')?.textContent !== text, before);
}

async function startCollapse(page: Page, length: string): Promise<void> {
  await page.getByRole('button', { name: 'madv-collapse', exact: true }).click();
  await page.getByLabel('range.length').fill(length);
  await page.getByRole('button', { name: 'Start madv-collapse' }).click();
  await page.getByText(/Operation \d+ has started/).waitFor();
}

/** A number of the counters, as it is shown. */
const shown = (page: Page, name: string) => page.locator(`[data-name="${name}"]`).first();

describe.skipIf(noBrowser !== null)('the live view', () => {
  it('made, driven and looked into: the screen has what the service answers', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/live?scheme=range&${SMALL}`);
    const id = await create(page);
    const { simulations } = createClient({ baseUrl: url });

    await startCollapse(page, '2MiB');
    for (let round = 0; round < 4; round++) await step(page, '10us');
    await page.getByLabel('other time').fill('20us');
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByTestId('time').getByText('60 us').waitFor();
    const state = await simulations.state(id);
    expect([state.simTimeNs, state.scheme, state.vcpus.length]).toEqual([60_000, 'range', 4]);
    await expectCounters(page, state);

    const locks = await simulations.locks(id);
    expect(locks.length).toBeGreaterThan(0);
    for (const { lockClass, holders } of locks) {
      const row = page.getByRole('row', { name: lockClass }).first();
      expect(await row.textContent()).toContain(`${holders[0]?.task} (${holders[0]?.mode})`);
    }
    const { open } = await simulations.stalls(id);
    await page
      .getByText(`${open.length} open, then the newest ${state.stalls.count} of ${state.stalls.count}`)
      .waitFor();

    await page.getByRole('button', { name: 'operations-done' }).click();
    await page.getByText('reached: the goal is reached.').waitFor();
    const done = await simulations.state(id);
    await page.getByTestId('time').getByText(formatNs(done.simTimeNs)).waitFor();
    expect(await page.locator('.live-operations tbody tr').textContent()).toContain(
      formatNs(done.operations[0]?.durationNs ?? -1),
    );
    await expectCounters(page, done);
    expect(errors).toEqual([]);
  });

  it('the maps: every key, and the entries that the service has there', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/live?scheme=range&${SMALL}`);
    const id = await create(page);
    const { simulations } = createClient({ baseUrl: url });
    await startCollapse(page, '2MiB');
    await page.getByRole('button', { name: 'operations-done' }).click();
    await page.getByText('reached: the goal is reached.').waitFor();

    const range = page.getByTestId('shown');
    const map = page.getByRole('img', { name: 'What each MMU maps' });
    await range.getByText('[0B, 8MiB)').waitFor();
    await map.focus();
    const press = async (key: string, text: string): Promise<void> => {
      await page.keyboard.press(key);
      await range.getByText(text).waitFor();
    };
    await press('+', '[2MiB, 6MiB)');
    await press('ArrowRight', '[3MiB, 7MiB)');
    await press('ArrowLeft', '[2MiB, 6MiB)');
    await press('-', '[0B, 8MiB)');
    await press('+', '[2MiB, 6MiB)');
    await press('Home', '[0B, 8MiB)');

    // From entry to entry: the first is huge, so the second begins behind it.
    const rows = page.locator('.live-entry tbody tr');
    await page.keyboard.press('.');
    await rows.first().getByText('[0B, 2MiB)').waitFor();
    await page.keyboard.press('.');
    await rows.first().getByText('[2MiB, 2052KiB)').waitFor();
    const maps = await simulations.mappings(id, {});
    expect(maps.length).toBe(8 * MIB);
    const [huge, small] = maps.primary;
    expect([huge?.size, huge?.length, small?.size, small?.start]).toEqual(['2m', 2 * MIB, '4k', 2 * MIB]);
    expect(await rows.first().textContent()).toContain(`4k present[2MiB, 2052KiB)${small?.frame}writable`);
    const spte = maps.secondary[0]?.runs.find(({ start, length }) => start <= 2 * MIB && 2 * MIB < start + length);
    expect(await rows.nth(1).textContent()).toContain(`${spte?.size ?? ''} ${spte?.kind}`.trim());
    expect(await rows.nth(1).textContent()).toContain('512');
    await page.keyboard.press(',');
    await rows.first().getByText('[0B, 2MiB)').waitFor();

    // By the mouse, and on to the folio.
    await map.hover({ position: { x: 5, y: 80 } });
    await rows.first().getByRole('button').click();
    const folio = (await simulations.folios(id)).items.find(({ index }) => index === huge?.folio);
    await page.getByText(`Folio ${folio?.index}: 2m, hugetlb`).waitFor();
    expect(await shown(page, 'refcount').textContent()).toBe(String(folio?.refcount));
    expect(await shown(page, 'folio_mapcount()').textContent()).toBe(String(folio?.mapcount.total));

    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.getByRole('button', { name: 'Range that the maps show' }).click();
    expect(await page.getByLabel('range.length').inputValue()).toBe('4MiB');
    expect(errors).toEqual([]);
  });

  it('a flow, at a pace of the slider: events come, the list can be held, a pause ends it', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/live?scheme=post-collapse/zap&${SMALL}`);
    const id = await create(page);
    await page.getByRole('checkbox', { name: 'vcpu' }).check();
    await page.getByText('recorded from now on: ').waitFor();
    const slider = page.getByRole('slider', { name: 'Pace' });
    await slider.focus();
    await page.keyboard.press('Home');
    await page.getByText('a real second is 100 ns').waitFor();
    for (const _ of Array(9)) await page.keyboard.press('ArrowRight');
    await page.getByText('a real second is 100 us: 10,000 times slower than real time').waitFor();
    await startCollapse(page, '8MiB');
    await page.getByRole('button', { name: 'Let it flow' }).click();
    await page.getByTestId('status').getByText('flowing').waitFor();
    await page.locator('.live-topic-stall').first().waitFor();
    await page.getByRole('button', { name: 'Hold the list' }).click();
    const first = await page.locator('.live-row').first().textContent();
    await page.getByText(/[1-9]\d* since the list is held/).waitFor();
    expect(await page.locator('.live-row').first().textContent()).toBe(first);
    await page.getByRole('button', { name: 'Go on with the list' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByTestId('status').getByText('paused').waitFor();
    const { status, simTimeNs } = await createClient({ baseUrl: url }).simulations.state(id);
    expect(status).toBe('paused');
    await page.getByTestId('time').getByText(formatNs(simTimeNs)).waitFor();
    expect(errors).toEqual([]);
  });

  it('what is wrong: is told at its field, by the page or by the service', async () => {
    const { url } = await listen();
    const { page } = await openTab(`${url}/live?scheme=range&memory=8MiB&vcpus=many`);
    await page.getByRole('button', { name: 'Create the simulation' }).click();
    await page.getByText('must be a whole number such as 8, got "many"').waitFor();
    await page.getByLabel('vCPUs').fill('9999');
    await page.getByRole('button', { name: 'Create the simulation' }).click();
    const refused = page.locator('.field-error', { hasText: '9999' });
    await refused.waitFor();
    expect(await page.getByLabel('vCPUs').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('vCPUs').fill('2');
    await create(page);

    await page.getByRole('button', { name: 'munmap', exact: true }).click();
    const length = page.getByLabel('range.length');
    await length.fill('2MX');
    await page.getByRole('button', { name: 'Start munmap' }).click();
    await page.getByText('must be a size such as 2MiB, or a number of bytes, got "2MX"').waitFor();
    await length.fill('64GiB');
    await page.getByRole('button', { name: 'Start munmap' }).click();
    await page.waitForFunction(() => document.querySelector('.live-form [aria-invalid]') !== null);
    expect(await page.locator('.live-form .field-error').count()).toBe(1);

    // What the simulation itself shows to be wrong is above everything.
    await length.fill('8MiB');
    await page.getByRole('button', { name: 'Start munmap' }).click();
    await page.getByText('Operation 0 has started').waitFor();
    await page.getByRole('button', { name: '1ms', exact: true }).click();
    const found = page.getByRole('alert').filter({ hasText: 'guest-efault' });
    await found.waitFor();
    const { findings } = await createClient({ baseUrl: url }).simulations.state(idIn(page));
    for (const { message } of findings) expect(await found.textContent()).toContain(message);
  });

  it('the connection is lost: it goes on behind what it has seen, and loses nothing', async () => {
    const { url } = await listen();
    const way = await cuttable(url);
    const { page } = await openTab(`${way.url}/live?scheme=range&${SMALL}`);
    const id = await create(page);
    const { simulations } = createClient({ baseUrl: url });
    await startCollapse(page, '2MiB');
    await step(page, '10us');
    await way.cut();
    await page.getByText('The service does not answer').waitFor();
    // Meanwhile another client drives it.
    await simulations.advance(id, { until: 'operations-done' });
    await simulations.start(id, { operation: 'madv-collapse', range: { start: 2 * MIB, length: '2MiB' } } as never);
    await simulations.advance(id, { until: 'operations-done' });
    await way.mend();
    const topics = ['stall', 'notifier', 'operation', 'finding', 'progress'];
    let advances = 0;
    const isBeforeThird = (item: { readonly type: string; readonly event?: unknown }): boolean => {
      const { event } = (item.event ?? {}) as { event?: string };
      return !(event === 'advanced' && ++advances === 3);
    };
    const all = await new Promise<number>((resolve, reject) => {
      simulations
        .follow(id, { topics })
        .pipe(takeWhile(isBeforeThird, true), toArray())
        .subscribe({ next: (items) => resolve(items.length), error: reject });
    });
    expect(all).toBeGreaterThan(20);
    await page.getByTestId('events').getByText(formatCount(all), { exact: true }).waitFor();
    await page.getByText('The service does not answer').waitFor({ state: 'detached' });
    const state = await simulations.state(id);
    await page.getByTestId('time').getByText(formatNs(state.simTimeNs)).waitFor();
    await expectCounters(page, state);
    expect(await page.getByText('were lost').count()).toBe(0);
    // Each number once, in their order.
    const seqs = await page.locator('.live-seq').allTextContents();
    expect(seqs.map(Number)).toEqual([...new Set(seqs)].map(Number).toSorted((a, b) => b - a));
  });

  it('the service starts anew: the view says that the simulation is no more, and makes the same again', async () => {
    const store = openStore();
    const first = await listen({ store });
    const { page } = await openTab(`${first.url}/live?scheme=range&${SMALL}&seed=7`);
    const before = await create(page);
    await startCollapse(page, '2MiB');
    await step(page, '10us');
    await first.stop();
    await page.getByText('The service does not answer').waitFor();
    const { url } = await listen({ store, port: Number(new URL(first.url).port) });
    await page.getByText('This simulation is no more').waitFor();
    await page.getByText('It does not survive a restart', { exact: false }).waitFor();
    expect(await page.getByTestId('time').textContent()).toBe('10 us');
    expect(await page.getByTestId('status').textContent()).toBe('gone');
    await page.getByRole('button', { name: 'Create the same again' }).click();
    await page.getByTestId('status').getByText('paused').waitFor();
    const after = idIn(page);
    expect(after).not.toBe(before);
    const { seed, vcpus, simTimeNs, scheme } = await createClient({ baseUrl: url }).simulations.state(after);
    expect([seed, vcpus.length, simTimeNs, scheme]).toEqual([7, 4, 0, 'range']);
    expect(await page.getByTestId('time').textContent()).toBe('0 ns');
  });

  it('the list: opens one by its link or id, and deletes it', async () => {
    const { url } = await listen();
    const { simulations } = createClient({ baseUrl: url });
    const made = { scheme: 'none', overrides: { 'vm.memory': '4MiB', timeline: [] } } as const;
    const { id } = await simulations.create({ scenario: 'hgm-collapse-2m', ...made } as never);
    const { page, errors } = await openTab(`${url}/live`);
    await page.getByLabel('By its id').fill(id);
    await page.keyboard.press('Enter');
    await page.getByTestId('status').getByText('paused').waitFor();
    await page.getByRole('button', { name: 'All simulations' }).click();
    await page.getByRole('link', { name: id.slice(0, 8) }).click();
    await page.getByTestId('status').getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('None lives now.').waitFor();
    expect(await simulations.state(id).catch(({ code }) => code)).toBe('NOT_FOUND');
    expect(errors).toEqual([]);
  });

  it('light and dark: no serious finding of axe-core, in the middle of a collapse', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/live?scheme=range&set=guest.writeFraction=0`);
    const inBoth = async (): Promise<string[]> => {
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await seriousFindings(page);
      await page.emulateMedia({ colorScheme: 'light' });
      return [...dark, ...(await seriousFindings(page))];
    };
    await page.getByLabel('Scenario', { exact: true }).waitFor();
    expect(await inBoth()).toEqual([]);
    const id = await create(page);
    const { simulations } = createClient({ baseUrl: url });
    for (const [start, length] of [
      [0, 4],
      [8, 2],
    ] as const) {
      const range = { start: start * MIB, length: length * MIB };
      await simulations.start(id, { operation: 'madv-collapse', range, step: '2MiB' } as never);
      await simulations.advance(id, { until: 'operations-done' });
    }
    await simulations.start(id, {
      operation: 'mprotect',
      range: { start: 14 * MIB, length: 2 * MIB },
      protection: 'read',
    } as never);
    await simulations.advance(id, { by: '1ms' });
    await simulations.start(id, { operation: 'madv-collapse', range: { start: 10 * MIB, length: 2 * MIB } } as never);
    await simulations.advance(id, { by: '70us' });
    const { simTimeNs } = await simulations.state(id);
    await page.getByTestId('time').getByText(formatNs(simTimeNs)).waitFor();
    await page.getByText('Held or waited for now').waitFor();
    const map = page.getByRole('img', { name: 'What each MMU maps' });
    await map.hover({ position: { x: 720, y: 80 } });
    expect(await inBoth()).toEqual([]);
    const picture = await page.screenshot();
    expect([...picture.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    if (process.env.UPDATE_SCREENSHOTS !== undefined) writeFileSync(PICTURE, picture);
    expect(errors).toEqual([]);
  });
});

type State = Awaited<ReturnType<ReturnType<typeof createClient>['simulations']['state']>>;

/** What the counters show is what the service has, as soon as both are of the same time. */
async function expectCounters(
  page: Page,
  { stalls, notifier, faults, tlbFlushes, seqBumps, simTimeNs }: State,
): Promise<void> {
  await page.getByTestId('time').getByText(formatNs(simTimeNs), { exact: true }).waitFor();
  const expected: Readonly<Record<string, string>> = {
    'stall windows': formatCount(stalls.count),
    'open now': formatCount(stalls.open),
    longest: formatNs(stalls.maxNs),
    total: formatNs(stalls.totalNs),
    sections: formatCount(notifier.sections),
    mmu_invalidate_seq: formatCount(seqBumps),
    faults: formatCount(faults.total),
    retries: formatCount(faults.retries),
    'TLB flushes': formatCount(tlbFlushes),
  };
  const found = await Promise.all(
    Object.keys(expected).map(async (name) => [name, await shown(page, name).textContent()]),
  );
  expect(Object.fromEntries(found)).toEqual(expected);
}
