import { describe, expect, it } from 'vitest';
import { Mapping } from '../../src/host/mapping.ts';
import { memoryAround } from '../../src/host/process-memory.ts';
import { System } from '../../src/host/system.ts';
import { noSystem } from './support.ts';

const mapping = (range: string, anonymousKb: number): string =>
  [
    `${range} rw-p 00000000 00:00 0                                 [of the test]`,
    'Size:               4096 kB',
    'Rss:                4096 kB',
    `Anonymous:          ${anonymousKb} kB`,
    'AnonHugePages:      2048 kB',
    'VmFlags: rd wr mr mw me ac sd',
  ].join('\n');

const KB = 1024;

describe('memoryAround', () => {
  const smaps = [
    mapping('00400000-00500000', 12),
    mapping('10000000-10200000', 512),
    mapping('10200000-10400000', 2048),
    mapping('10400000-10500000', 100),
    mapping('7ffff0000000-7ffff0100000', 7),
    '',
  ].join('\n');

  it('mappings below and above: their anonymous pages, those of the guest left out', () => {
    expect(memoryAround(0x1020_0000, 0x1040_0000, smaps)).toEqual({ below: 524 * KB, above: 107 * KB });
  });

  it('guest memory that the kernel has joined with its neighbour: what begins before it counts as below', () => {
    expect(memoryAround(0x1030_0000, 0x1040_0000, smaps)).toEqual({ below: 2572 * KB, above: 107 * KB });
  });

  it('this process, 8 MiB more in a mapping: so much more around any other', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const system = await System.load();
    const sum = (): number => {
      const { below, above } = memoryAround(1, 2);
      return below + above;
    };
    const before = sum();
    const more = Mapping.anonymous(system, 8 * 2 ** 20);
    try {
      for (let at = 0; at < 8 * 2 ** 20; at += 4096) more.data.setUint8(at, 1);
      expect(sum() - before).toBeGreaterThan(7 * 2 ** 20);
    } finally {
      more.unmap();
    }
  });
});
