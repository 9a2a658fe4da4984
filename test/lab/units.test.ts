import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSize, formatTime, parseSize, parseTime } from '../../src/lab/units.ts';

describe('units', () => {
  test.each([
    ['20ns', 20],
    ['100us', 100_000],
    ['100µs', 100_000],
    ['5ms', 5_000_000],
    ['1.5ms', 1_500_000],
    ['0.000000001s', 1],
    ['1s', 1_000_000_000],
    ['10min', 600_000_000_000],
    ['0ms', 0],
  ])('time: %s: %i ns', (text, ns) => {
    expect(parseTime(text)).toBe(ns);
  });

  test.each([
    ['4KiB', 4096],
    ['2MiB', 2_097_152],
    ['1GiB', 1_073_741_824],
    ['1.5GiB', 1_610_612_736],
    ['1B', 1],
  ])('size: %s: %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '5', 'ms', '5 ms', '-5ms', '5MS', '1e3ms', '0.5ns', '1h', '5m', '.5s', '5.s', '5ms ', '9999999999s'])(
    'time: %j: refused',
    (text) => {
      expect(parseTime(text)).toBeNull();
    },
  );

  test.each(['4kb', '4K', '1.3B', '0x10B', '1TiB', 'constructor', '99999999999GiB'])('size: %j: refused', (text) => {
    expect(parseSize(text)).toBeNull();
  });

  test('time: any whole number of ns: what is written is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ns) => {
        expect(parseTime(formatTime(ns))).toBe(ns);
      }),
    );
  });

  test('size: any whole number of bytes: what is written is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });

  test('time: decimals of a millisecond: exact, where floating point is not', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.nat({ max: 999_999 }), (whole, millionths) => {
        const text = `${whole}.${String(millionths).padStart(6, '0')}ms`;
        expect(parseTime(text)).toBe(whole * 1_000_000 + millionths);
      }),
    );
  });

  test.each([
    [2_097_152, '2MiB'],
    [4096, '4KiB'],
    [4097, '4097B'],
    [0, '0B'],
  ])('size: %i bytes: written in the largest unit that fits, %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
