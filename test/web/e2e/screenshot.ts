// Pictures of the documentation. They are written when they are asked for, and made and looked at in any case.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const LARGEST_BYTES = 200_000;

/** docs/images/<name>.png */
export async function picture(page: Page, name: string): Promise<void> {
  const bytes = await page.screenshot({ animations: 'disabled' });
  expect(bytes.subarray(0, PNG.length)).toEqual(PNG);
  expect(bytes.length).toBeLessThan(LARGEST_BYTES);
  // An empty page is a hundredth of that.
  expect(bytes.length).toBeGreaterThan(20_000);
  if (!process.env.UPDATE_SCREENSHOTS) return;
  writeFileSync(fileURLToPath(new URL(`../../../docs/images/${name}.png`, import.meta.url)), bytes);
}
