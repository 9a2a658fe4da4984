// The page as it is built, made once if it is missing or older than its sources, however many test files want it.

import { createHash } from 'node:crypto';
import { buildPage, isPageFresh, PAGE_FOLDER } from '../../../scripts/build-page.ts';
import { withLock } from './lock.ts';

/** Each tree has a page of its own. */
const LOCK = `page-${createHash('sha256').update(PAGE_FOLDER).digest('hex').slice(0, 12)}`;

export async function ensurePage(): Promise<void> {
  if (isPageFresh()) return;
  await withLock(LOCK, async () => {
    if (!isPageFresh()) await buildPage();
  });
}
