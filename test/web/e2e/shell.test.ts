import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_FOLDER } from '../../../scripts/build-page.ts';
import { VIEW_PATHS } from '../../../src/server/page.ts';
import { openStore } from '../../../src/server/store/store.ts';
import { seriousFindings } from './accessibility.ts';
import { ensurePage } from './page-build.ts';
import { listen, noBrowser, openTab } from './support.ts';

const VIEWS = ['Compare', 'Timeline', 'Live', 'Explore', 'History'];

describe.skipIf(noBrowser !== null)('the page', () => {
  it('every view: loads under the policy without an error, and asks no other host', async () => {
    const { url } = await listen();
    for (const path of VIEW_PATHS) {
      const { page, errors, origins } = await openTab(`${url}${path}`);
      const name = VIEWS.find((view) => path === `/${view.toLowerCase()}`) ?? 'Compare';
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await page.title(), errors]).toEqual([path, `${name} · Stallscope`, []]);
      expect([...origins]).toEqual([url]);
    }
  });

  it('the keyboard alone: opens each view, and the history goes back', async () => {
    const { url } = await listen();
    const { page } = await openTab(url);
    for (const view of VIEWS) {
      await page.getByRole('link', { name: view, exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(`${url}/${view.toLowerCase()}`);
      await page.waitForFunction((title) => document.title === title, `${view} · Stallscope`);
      await page.waitForFunction(() => document.activeElement?.id === 'main');
      const current = page.locator('nav [aria-current=page]');
      expect(await current.allTextContents()).toEqual([view]);
    }
    await page.goBack();
    await page.waitForFunction(() => document.title === 'Explore · Stallscope');
  });

  it('the first tab stop: skips to the view', async () => {
    const { url } = await listen();
    const { page } = await openTab(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'main');
  });

  it('the theme: follows the system, or what was chosen, which stays', async () => {
    const { url } = await listen();
    const { page } = await openTab(url, { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByLabel('Theme').selectOption('light');
    const light = await background();
    expect([light, dark]).toEqual(['rgb(255, 255, 255)', 'rgb(21, 24, 28)']);
    await page.reload();
    expect(await background()).toBe(light);
    await page.getByLabel('Theme').selectOption('system');
    expect(await background()).toBe(dark);
  });

  it.each(['light', 'dark'] as const)('%s: no serious finding of axe-core', async (colorScheme) => {
    const { url } = await listen();
    const { page } = await openTab(url, { colorScheme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a service that stops: a banner with the time; started anew on the same port: the banner goes by itself', async () => {
    const store = openStore();
    const first = await listen({ store });
    const { page } = await openTab(first.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await first.stop();
    const banner = page.getByText('The service does not answer');
    await banner.waitFor();
    expect(await page.locator('.lost-connection time').textContent()).toMatch(/\d:\d\d:\d\d/);
    await listen({ store, port: Number(new URL(first.url).port) });
    await banner.waitFor({ state: 'detached' });
  });

  it('a service that asks for a token: so does the page, and what it wanted goes on with it', async () => {
    const { url } = await listen({ token: 'a-token' });
    const { page } = await openTab(url);
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The service does not take this token.').waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill('a-token');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('/docs: works under the policy, without an error', async () => {
    const { url } = await listen();
    const { page, errors, origins } = await openTab(`${url}/docs`);
    await page.getByText('/v1/catalog', { exact: true }).first().waitFor();
    expect([errors, [...origins]]).toEqual([[], [url]]);
  });
});

describe('the built page', () => {
  it('what the first view loads: less than 500 kB, compressed', async () => {
    await ensurePage();
    const html = readFileSync(join(PAGE_FOLDER, 'index.html'), 'utf8');
    const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
    // The view itself comes on top, and everything that any view may want in the worst case.
    const all = readdirSync(join(PAGE_FOLDER, 'assets'))
      .filter((file) => file.endsWith('.gz'))
      .map((file) => statSync(join(PAGE_FOLDER, 'assets', file)).size);
    expect(first.length).toBeGreaterThan(2);
    for (const file of first) expect(statSync(join(PAGE_FOLDER, `${file}.gz`)).size).toBeGreaterThan(0);
    expect(all.reduce((sum, size) => sum + size, 0)).toBeLessThan(500_000);
  });
});
