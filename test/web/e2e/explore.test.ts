// The Explore view as a person goes through it, against what the service answers.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { components } from '../../../src/client/index.ts';
import { seriousFindings } from './accessibility.ts';
import { listen, noBrowser, openTab } from './support.ts';

type Matrix = components['schemas']['Matrix'];
type Cell = Matrix['cells'][number];
type Stepped = components['schemas']['SteppedSchedule'];

const DIP = { row: 'madv-collapse+truncate, locks of v2', scheme: 'post-collapse/promote' };
const PICTURE = new URL('../../../docs/images/page-explore.png', import.meta.url);

const answer = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

async function cellOf(url: string, { row, scheme }: typeof DIP): Promise<Cell> {
  const { cells } = await answer<Matrix>(`${url}/v1/catalog/matrix`);
  return cells.find(
    (cell) =>
      cell.row === row && cell.scheme === scheme && ['subpage', '-'].includes(cell.mapcount) && cell.kernel === '6.12',
  )!;
}

const onScreen = (page: Page, { row, scheme }: typeof DIP) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: row, exact: true }) })
    .getByRole('link')
    .nth(
      [
        'range',
        'range-chunked',
        'narrow',
        'post-collapse/zap',
        'post-collapse/cut',
        'post-collapse/promote',
        'none',
      ].indexOf(scheme),
    );

/** To a cell of the matrix by keys alone, as they go from the first. */
async function walkTo(page: Page, { row, scheme }: typeof DIP): Promise<void> {
  const here = (): Promise<string> =>
    page.evaluate(() => {
      const query = new URLSearchParams(location.search);
      return `${query.get('row')} | ${query.get('scheme')}`;
    });
  for (let keys = 0; keys < 40 && !(await here()).startsWith(`${row} | `); keys++)
    await page.keyboard.press('ArrowDown');
  for (let keys = 0; keys < 10 && (await here()) !== `${row} | ${scheme}`; keys++)
    await page.keyboard.press('ArrowRight');
  expect(await here()).toBe(`${row} | ${scheme}`);
}

const jobOf = (page: Page): string => new URL(page.url()).searchParams.get('id')!;

/** Kinds and frames of the entries of both page tables that are on the screen, from large to small. */
const tablesOnScreen = (page: Page): Promise<string[]> =>
  page
    .locator('.page-table-map td .explained')
    .evaluateAll((cells) => cells.map((cell) => (cell.textContent ?? '').replace('huge ', '')));

const tablesOf = ({ primary, secondary }: Stepped['before']): string[] =>
  [...primary, ...secondary].map(({ kind, frame, writable, ...flags }) =>
    [
      ...(frame === null ? [kind] : [`pfn ${frame}`, writable ? 'W' : 'RO']),
      ...('uffdWp' in flags && flags.uffdWp ? ['uffd-wp'] : []),
      ...('special' in flags && flags.special ? ['special'] : []),
    ].join(' '),
  );

describe.skipIf(noBrowser !== null)('the Explore view', () => {
  it('the dip: found in the matrix by keys, opened, searched, stepped to the finding; each state is that of the service', async () => {
    const { url } = await listen();
    const { page, errors, origins } = await openTab(`${url}/explore`);
    const cell = await cellOf(url, DIP);
    expect([cell.verdict, cell.hgm]).toEqual(['unsafe', { version: 'v2', protection: 'version-locks' }]);

    await onScreen(page, { row: 'madv-collapse', scheme: 'range' }).focus();
    await walkTo(page, DIP);
    const tooltip = page.getByRole('tooltip');
    for (const { kind } of cell.findings) await tooltip.getByText(kind).waitFor();
    expect(await tooltip.textContent()).toContain(`${cell.schedules} schedules, ${cell.states} states`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The matrix says' }).waitFor();
    await page.getByRole('button', { name: 'Search' }).focus();
    await page.keyboard.press('Enter');

    await page.getByText('There are schedules that show').waitFor();
    const { result } = await answer<components['schemas']['Exploration']>(`${url}/v1/explorations/${jobOf(page)}`);
    const words = await page.locator('.verdict-words').textContent();
    expect(words).toMatch(/unsafe/);
    expect(words).toContain(`${result!.transitions} transitions`);
    expect(words).toContain(result!.bounds.join('; '));

    const [worst] = result!.findings;
    const steps = await answer<Stepped>(`${url}/v1/explorations/${jobOf(page)}/steps?finding=${worst!.kind}`);
    const trace = page.getByRole('region', { name: 'Trace' });
    await trace.focus();
    expect(await tablesOnScreen(page)).toEqual(tablesOf(steps.before));
    for (let place = 1; place <= 18; place++) {
      await page.keyboard.press('ArrowDown');
      await page.locator(`tr[data-place="${place}"][aria-current]`).waitFor();
      expect(await tablesOnScreen(page)).toEqual(tablesOf(steps.steps[place - 1]!.state));
    }
    const preempted = steps.steps.findIndex(({ preemption }) => preemption) + 1;
    expect(await page.locator('.trace .preemption').count()).toBe(steps.preemptions);
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Next preemption' }).click();
    await page.locator(`tr[data-place="${preempted}"][aria-current]`).waitFor();

    await page.getByRole('button', { name: 'To the finding' }).click();
    const last = steps.steps.at(-1)!;
    await page.locator('.finding-notice').getByText(worst!.message).waitFor();
    expect(await page.locator('tr[aria-current] .finding-here').textContent()).toContain(worst!.message);
    expect(await tablesOnScreen(page)).toEqual(tablesOf(last.state));
    const state = page.locator('.state');
    const [folio] = last.state.folios;
    const folioCells = await state.locator('table', { hasText: 'Folios' }).locator('tbody tr').textContent();
    expect(folioCells).toContain(`${folio!.index}`);
    expect(folioCells).toContain('at 0 no');
    for (const { lockClass } of last.state.locks) expect(await state.textContent()).toContain(lockClass);
    expect(await page.locator('.counters').textContent()).toContain(
      `mmu_invalidate_seq${last.state.invalidation.sequence}`,
    );
    expect(await page.getByLabel('The schedule').inputValue()).toContain(`--schedule ${steps.schedule.join(',')}`);

    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(page.url().replace(/step=\d+/, `step=${preempted - 3}`));
    await page.locator(`tr[data-place="${preempted - 3}"][aria-current]`).waitFor();
    await page.locator('.stepper').evaluate((element) => element.scrollIntoView());
    const picture = await page.screenshot();
    expect([...picture.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    if (process.env.UPDATE_SCREENSHOTS !== undefined) writeFileSync(PICTURE, picture);
    expect([errors, [...origins]]).toEqual([[], [url]]);
  });

  it('the other finding: chosen, stepped through by slider and by play; its trace, its steps and the command can be had', async () => {
    const { url } = await listen();
    const { request } = await cellOf(url, DIP);
    const ask = encodeURIComponent(JSON.stringify(request));
    const { page, errors } = await openTab(`${url}/explore?view=question&ask=${ask}`);
    await page.getByRole('button', { name: 'Search' }).click();
    const { result } = await (async () => {
      await page.locator('.findings').waitFor();
      return answer<components['schemas']['Exploration']>(`${url}/v1/explorations/${jobOf(page)}`);
    })();
    const other = result!.findings[1]!;
    await page.getByRole('radio').nth(1).check();
    await page.getByText(`Before the first of ${other.counterexample.length}`).waitFor();
    await page.getByRole('slider').fill('20');
    await page.getByText(`Step 20 of ${other.counterexample.length}`).waitFor();
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText(`Step 22 of ${other.counterexample.length}`).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();

    const save = async (name: string): Promise<unknown> => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name }).click();
      return JSON.parse(readFileSync(await (await download).path(), 'utf8'));
    };
    const base = `${url}/v1/explorations/${jobOf(page)}`;
    expect(await save('Save the trace')).toEqual(await answer(`${base}/trace?finding=${other.kind}`));
    expect(await save('Save the steps')).toEqual(await answer(`${base}/steps?finding=${other.kind}`));
    expect(await save('Save the result')).toEqual(result);

    // The link shows the same finding at the same step to whoever opens it, here and anew.
    const place = new URL(page.url()).searchParams.get('step');
    await page.reload();
    await page.locator(`tr[data-place="${place}"][aria-current]`).waitFor();
    expect(await page.getByRole('radio').nth(1).isChecked()).toBe(true);
    // The id alone is enough: the question is that of the job.
    await page.goto(`${url}/explore?id=${jobOf(page)}`);
    await page.getByText(`Before the first of ${result!.findings[0]!.counterexample.length}`).waitFor();
    expect(await page.locator('.question-words').textContent()).toContain(
      'madv-collapse,truncate · post-collapse/promote',
    );
    expect(errors).toEqual([]);
  });

  it('a safe cell: says so with its bounds, and has nothing to step through', async () => {
    const { url } = await listen();
    const { page, errors } = await openTab(`${url}/explore`);
    const safe = { row: 'madv-collapse', scheme: 'post-collapse/promote' };
    const cell = await cellOf(url, safe);
    const link = onScreen(page, safe);
    expect(await link.textContent()).toContain('safe');
    await link.click();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No schedule within the bounds shows a hazard').waitFor();
    const words = await page.locator('.verdict-words').textContent();
    expect(words).toContain(`${cell.schedules} schedules, ${cell.states} states, ${cell.transitions} transitions`);
    await page.getByText('there is no counterexample').waitFor();
    await page.goBack();
    await link.waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-current') === 'true');
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(errors).toEqual([]);
  });

  it('an incomplete cell: never says safe, neither in the matrix nor when it is asked anew', async () => {
    const { url } = await listen();
    const { page } = await openTab(`${url}/explore`);
    const incomplete = { row: 'madv-collapse+migrate-pages', scheme: 'range' };
    const { request } = await cellOf(url, incomplete);
    const link = onScreen(page, incomplete);
    await link.focus();
    const tooltip = page.getByRole('tooltip');
    await tooltip.getByText('A limit has ended the search').waitFor();
    expect([await link.textContent(), await tooltip.textContent()].join()).not.toMatch(/safe/);
    // The same question with a tenth of the transitions.
    const ask = { ...request, limits: { ...request.limits, transitions: 2_000 } };
    await page.goto(`${url}/explore?view=question&ask=${encodeURIComponent(JSON.stringify(ask))}`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Nothing can be said of all schedules').waitFor();
    const words = await page.locator('.verdict-words').textContent();
    expect(words).toMatch(/incomplete/);
    expect(words).not.toMatch(/safe/);
  });

  it('filters: what is on the screen is what the service has for them, and stands in the CSV and in the address', async () => {
    const { url } = await listen();
    const { page } = await openTab(`${url}/explore`);
    const { cells } = await answer<Matrix>(`${url}/v1/catalog/matrix`);
    await page.getByLabel('Mapcount scheme').selectOption('hstate-entry');
    await page.getByLabel('Kernel').selectOption('6.18');
    await page.getByLabel('Protection').selectOption('folio-lock');
    await page.getByLabel('Memory').selectOption('hugetlb-2m');
    const wanted = cells.filter(
      (cell) => cell.mapcount === 'hstate-entry' && cell.kernel === '6.18' && cell.hgm?.protection === 'folio-lock',
    );
    const cellsOnScreen = (count: number) =>
      page.waitForFunction((wants) => document.querySelectorAll('.matrix tbody a').length === wants, count);
    await cellsOnScreen(wanted.length);
    const words = await page.locator('.matrix tbody a').allTextContents();
    for (const verdict of ['safe', 'leak', 'incomplete'] as const) {
      const shown = words.filter((word) => new RegExp(`^. ${verdict}`).test(word));
      expect([verdict, shown.length]).toEqual([verdict, wanted.filter((cell) => cell.verdict === verdict).length]);
    }
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save CSV' }).click();
    const csv = readFileSync(await (await download).path(), 'utf8');
    expect(csv.trimEnd().split('\r\n')).toHaveLength(wanted.length + 1);
    await page.reload();
    await cellsOnScreen(wanted.length);
    expect(await page.locator('.matrix tbody a').allTextContents()).toEqual(words);
  });

  it('a long search: tells how far it is, is cancelled, and says so', async () => {
    const { url } = await listen();
    const ask = encodeURIComponent(JSON.stringify({ operations: ['madv-collapse', 'migrate-pages'] }));
    const { page, errors } = await openTab(`${url}/explore?view=question&ask=${ask}`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForFunction(() => /Searching: [\d,]{3,} schedules, [\d,]+ states/.test(document.body.innerText));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The search was cancelled').waitFor();
    expect(errors).toEqual([]);
  });

  it('a question that cannot be asked: the field says why; a link to an answer that is gone: the question stays', async () => {
    const { url } = await listen();
    const ask = encodeURIComponent(JSON.stringify({ operations: ['truncate'], backing: 'anonymous' }));
    const { page } = await openTab(`${url}/explore?view=question&ask=${ask}`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.threads .field-error', { hasText: 'truncate is for shmem' }).waitFor();
    await page.goto(`${url}/explore?ask=${ask}&id=gone`);
    await page.getByText('“Search” asks it anew').waitFor();
    expect(await page.getByLabel('Operation 1 of thread 1').inputValue()).toBe('truncate');
    await page.goto(`${url}/explore?view=question&ask=%7B`);
    await page.getByText('The link holds no question').waitFor();
  });

  it.each(['light', 'dark'] as const)(
    '%s: no serious finding of axe-core, in any of its parts',
    async (colorScheme) => {
      const { url } = await listen();
      // Few rows have all that a cell can be.
      const { page } = await openTab(`${url}/explore?backing=shmem`, { colorScheme });
      await onScreen(page, { row: 'madv-collapse, shmem', scheme: 'post-collapse/promote' }).focus();
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.getByText('How to search').click();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('.walk').waitFor();
      await page.getByRole('button', { name: 'To the finding' }).click();
      expect(await seriousFindings(page)).toEqual([]);
    },
  );
});
