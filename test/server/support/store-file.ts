import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone when the test has ended. */
export function storeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stallscope-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const storeFile = (): string => join(storeFolder(), 'stallscope.db');
