import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { API_TYPES, apiTypes } from '../../scripts/client.ts';

describe('src/client/api-types.ts', () => {
  it('is what the document of this service gives: else npm run client', async () => {
    const made = await apiTypes();
    // Not toBe: the difference of two files of thousands of lines helps nobody.
    const isSame = readFileSync(API_TYPES, 'utf8') === made;
    expect(isSame, 'npm run client writes it anew').toBe(true);
  });
});
