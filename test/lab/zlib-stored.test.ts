import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zlibStored } from '../../src/lab/zlib-stored.ts';

describe('zlibStored', () => {
  test.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 400_000])(
    '%i bytes: inflated to what went in',
    (length) => {
      const payload = Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
      expect(inflateSync(zlibStored(payload)).equals(payload)).toBe(true);
    },
  );

  test('65536 bytes: two blocks, five bytes of head each', () => {
    expect(zlibStored(Buffer.alloc(65_536)).length).toBe(2 + 5 + 65_535 + 5 + 1 + 4);
  });
});
