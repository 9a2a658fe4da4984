// One browser for a test file: the packaged Chromium. Where it cannot start, the tests of the file are skipped, with the reason printed.

import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import { CHROMIUM_ARGUMENTS } from './chromium-arguments.ts';
import { withLock } from './lock.ts';

const LAPTOP = { width: 1280, height: 800 };

const started = await startBrowser();

/** For `describe.skipIf`: why there is no browser; null if there is one. */
export const noBrowser: string | null = typeof started === 'string' ? started : null;

afterAll(async () => {
  if (typeof started !== 'string') await started.close();
});

async function startBrowser(): Promise<Browser | string> {
  try {
    // It is unpacked by whoever comes first.
    const executablePath = await withLock('chromium', () => chromium.executablePath());
    return await driver.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
  } catch (error) {
    const [reason = ''] = String(error).split('\n');
    process.stdout.write(`skipped: no browser: ${reason}\n`);
    return reason;
  }
}

/** A tab, and all that goes wrong in it. */
export interface Tab {
  readonly page: Page;
  /** Messages of the console that are errors, and exceptions that nobody caught. */
  readonly errors: string[];
  /** Origins of all that was asked for, sockets included. */
  readonly origins: ReadonlySet<string>;
}

/** Gone when the test has ended. */
export async function openTab(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  if (typeof started === 'string') throw new Error(started);
  const context = await started.newContext({ viewport: LAPTOP, acceptDownloads: true, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin.replace(/^ws/, 'http')));
  await page.goto(url);
  return { page, errors, origins };
}
