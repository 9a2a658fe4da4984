import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { exactNs, formatNs, formatRatio } from '../../../web/src/ui/duration.ts';
import { seriousFindings } from './accessibility.ts';
import { picture } from './screenshot.ts';
import { clientOf, ended, type TestClient } from './service-calls.ts';
import { listen, noBrowser, openTab } from './support.ts';

const SMALL = { scenario: 'hgm-collapse-2m', repetitions: 1 } as const;

async function compared(client: TestClient, vcpus: number, seed = 1) {
  const request = { ...SMALL, schemes: ['range' as const, 'none' as const], overrides: { 'vm.vcpus': vcpus }, seed };
  const { id } = await client.comparisons.start(request);
  return ended(() => client.comparisons.get(id));
}

async function swept(client: TestClient) {
  const { id } = await client.sweeps.start({ ...SMALL, schemes: ['range'], grid: { 'vm.vcpus': [1, 2] } });
  return ended(() => client.sweeps.get(id));
}

async function explored(client: TestClient) {
  const { id } = await client.explorations.start({ operations: ['madv-collapse'] });
  return ended(() => client.explorations.get(id));
}

const rows = (page: Page) => page.locator('.data-table tbody tr');
const kinds = async (page: Page) =>
  Promise.all((await rows(page).all()).map((row) => row.locator('td').nth(2).textContent()));
const cellsOf = async (page: Page) =>
  Promise.all((await rows(page).all()).map((row) => row.locator('th, td').allTextContents()));

describe.skipIf(noBrowser !== null)('History', () => {
  it('all kinds: listed as the service lists them, searched, picked, and each opened where it is looked at', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const comparison = await compared(client, 2);
    const sweep = await swept(client);
    const exploration = await explored(client);
    const { page, errors, origins } = await openTab(`${url}/history`);
    await rows(page).nth(2).waitFor();
    const { items } = (await client.api.GET('/v1/history')).data!;
    expect(await kinds(page)).toEqual(items.map(({ kind }) => kind));
    expect(
      await page.locator('tbody time').evaluateAll((all) => all.map((one) => one.getAttribute('datetime'))),
    ).toEqual(items.map(({ createdAt }) => createdAt));

    await page.getByLabel('Search').fill('collapse-2m');
    await page.waitForFunction(() => document.querySelectorAll('.data-table tbody tr').length === 2);
    expect(await kinds(page)).toEqual(['sweep', 'comparison']);
    await page.getByLabel('Kind').selectOption('comparison');
    await page.waitForFunction(() => document.querySelectorAll('.data-table tbody tr').length === 1);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: 'collapse-2m', kind: 'comparison' });
    await page.getByLabel('Status').selectOption('failed');
    await page.getByText('Nothing fits').waitFor();
    await page.getByRole('button', { name: 'Show all' }).last().click();
    await rows(page).nth(2).waitFor();

    const hrefOfRow = (kind: string) =>
      rows(page)
        .filter({ has: page.getByText(kind, { exact: true }) })
        .locator('th a')
        .getAttribute('href');
    expect(await hrefOfRow('comparison')).toBe(`/compare?comparison=${comparison.id}`);
    expect(await hrefOfRow('sweep')).toBe(`/history?results=sweep%3A${sweep.id}`);
    expect(await page.locator('th a').first().getAttribute('href')).toBe(`/explore?view=question&id=${exploration.id}`);

    // A stored comparison is shown, and nothing is asked anew.
    await rows(page).last().locator('th a').click();
    await page.getByRole('table', { name: /^Schemes on the same seeds/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('set.vm.vcpus')).toBe('2');
    expect((await client.api.GET('/v1/comparisons')).data!.items.length).toBe(1);

    await page.goto(`${url}/history?results=sweep:${sweep.id}`);
    await rows(page).nth(1).waitFor();
    const points = sweep.result!.points.map(({ at, result }) => {
      const [row] = result.schemes as unknown as readonly { readonly stall: { readonly maxNs: number } }[];
      return [`vm.vcpus=${String(at['vm.vcpus'])} · range`, formatNs(row!.stall.maxNs)];
    });
    expect((await cellsOf(page)).map((cells) => cells.slice(0, 2))).toEqual(points);
    expect([errors, [...origins]]).toEqual([[], [url]]);
  });

  it('more than a page: older ones, and back', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const { id } = await compared(client, 1);
    // The same question is computed once, and is a job of its own each time.
    for (let more = 0; more < 30; more++) await compared(client, 1);
    const { page } = await openTab(`${url}/history`);
    await rows(page).nth(24).waitFor();
    expect(await rows(page).count()).toBe(25);
    await page.getByText('succeeded, reused').first().waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.data-table tbody tr').length === 6);
    expect(await rows(page).last().locator('th a').getAttribute('href')).toBe(`/compare?comparison=${id}`);
    expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true);
    await page.goBack();
    await rows(page).nth(24).waitFor();
  });

  it('two side by side: the numbers of both, ratios, and in what their questions differ', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const [a, b] = [await compared(client, 2), await compared(client, 4)];
    const { page, errors } = await openTab(`${url}/history`);
    await rows(page).nth(1).waitFor();
    await rows(page).nth(1).getByRole('checkbox').check();
    expect(await page.getByRole('button', { name: 'Side by side' }).isDisabled()).toBe(true);
    await rows(page).nth(0).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Side by side' }).click();
    await page.getByText('They answer different questions').waitFor();
    const differences = page.locator('.history-differences tbody tr');
    expect(await differences.locator('th, td').allTextContents()).toEqual(['overrides.vm.vcpus', '2', '4']);

    const [first, second] = [a.result!.schemes, b.result!.schemes];
    await page.getByLabel('Numbers').selectOption('Longest stall');
    await page.waitForFunction(() => document.querySelectorAll('.data-table tbody tr').length === 2);
    expect(await cellsOf(page)).toEqual(
      first.map(({ scheme, stall }, index) => {
        const other = second[index]!.stall.maxNs;
        return [
          'Longest stall',
          scheme,
          formatNs(stall.maxNs),
          formatNs(other),
          `${formatRatio(other / stall.maxNs)}x`,
        ];
      }),
    );
    await page.locator('.data-table tbody tr').first().locator('.explained').nth(2).hover();
    await page.getByRole('tooltip').getByText(exactNs(second[0]!.stall.maxNs)).waitFor();
    expect(errors).toEqual([]);
  });

  it('shared: the link holds the question, and another service answers it alike', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const comparison = await compared(client, 2, 5);
    const sweep = await swept(client);
    const { page } = await openTab(`${url}/history`);
    const linkOf = async (kind: string): Promise<URL> => {
      await page.getByRole('button', { name: `Share ${kind}` }).click();
      const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      return new URL(link);
    };
    const [asked, askedSweep] = [await linkOf('comparison'), await linkOf('sweep')];

    const other = await listen();
    await page.goto(`${other.url}${asked.pathname}${asked.search}`);
    await page.getByRole('button', { name: 'Ask it here' }).click();
    const table = page.getByRole('table', { name: /^Schemes on the same seeds/ });
    await table.waitFor();
    expect(await table.locator('tbody tr').first().locator('.explained').first().textContent()).toBe(
      formatNs(comparison.result!.schemes[0]!.stall.maxNs),
    );
    await page.goto(`${other.url}${askedSweep.pathname}${askedSweep.search}`);
    await page.getByRole('button', { name: 'Ask it here' }).click();
    await rows(page).nth(1).waitFor();
    const [again] = (await clientOf(other.url).api.GET('/v1/sweeps')).data!.items;
    const theirs = await clientOf(other.url).sweeps.get(again!.id);
    const longest = ({ result }: typeof theirs) =>
      result!.points.map(
        (point) => (point.result.schemes as unknown as { stall: { maxNs: number } }[])[0]!.stall.maxNs,
      );
    expect(longest(theirs)).toEqual(longest(sweep));
  });

  it('deleted: only after it was confirmed, by keys alone', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const { id } = await compared(client, 1);
    const { page, errors } = await openTab(`${url}/history`);
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Delete comparison hgm-collapse-2m' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Delete this comparison?' }).waitFor();
    // What is done by accident does no harm.
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await client.comparisons.get(id)).status).toBe('succeeded');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Delete');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing was asked yet').waitFor();
    await expect(client.comparisons.get(id)).rejects.toThrow('NOT_FOUND');
    expect(errors).toEqual([]);
  });

  it('light and dark: no serious finding of axe-core, in list, dialog and side by side; the picture of the guide', async () => {
    const { url } = await listen();
    const client = clientOf(url);
    const [a, b] = [await compared(client, 2), await compared(client, 4)];
    await swept(client);
    await explored(client);
    const { page } = await openTab(`${url}/history`, { colorScheme: 'light' });
    const lookAt = async (what: string): Promise<void> => {
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect([what, theme, await seriousFindings(page)]).toEqual([what, theme, []]);
      }
    };
    await rows(page).nth(3).waitFor();
    await lookAt('list');
    await page.getByRole('button', { name: 'Share sweep' }).click();
    await page.getByRole('textbox', { name: 'Link' }).waitFor();
    await lookAt('dialog');
    await page.goto(`${url}/history?results=comparison:${a.id},comparison:${b.id}`);
    await page.getByText('They answer different questions').waitFor();
    await rows(page).first().waitFor();
    await lookAt('side by side');
    await page.emulateMedia({ colorScheme: 'light' });
    await picture(page, 'page-history');
  });
});
