// The page as it is built, made once if it is missing or older than its sources, however many test files want it.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage, isPageFresh } from '../../../scripts/build-page.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Each tree has a page of its own. */
const LOCK = join(tmpdir(), `stallscope-page-${basename(dirname(join(ROOT, 'x')))}-${hashOf(ROOT)}.lock`);
const PAUSE_MS = 100;

export async function ensurePage(): Promise<void> {
  for (;;) {
    if (isPageFresh()) return;
    if (takeLock()) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  try {
    if (!isPageFresh()) await buildPage();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Of a process that is gone it is nobody's. */
function takeLock(): boolean {
  try {
    const file = openSync(LOCK, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch {
    if (isHeld()) return false;
    rmSync(LOCK, { force: true });
    return false;
  }
}

function isHeld(): boolean {
  try {
    const pid = Number(readFileSync(LOCK, 'utf8'));
    // It may be between its creation and its number.
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003;
  return hash;
}
