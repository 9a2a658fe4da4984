import { describe, expect, it, onTestFinished } from 'vitest';
import { MADV, PAGE } from '../../src/host/linux.ts';
import { System } from '../../src/host/system.ts';
import { TestMemory } from '../../src/host/test-memory.ts';
import type { MemoryKind } from '../../src/host/vocabulary.ts';
import { frameOf, noSystem, smaps } from './support.ts';

const BYTES = 4 * 2 ** 20;

async function ready(kind: MemoryKind): Promise<TestMemory> {
  const memory = new TestMemory(await System.load(), kind, BYTES);
  onTestFinished(() => memory.close());
  memory.makeReady({ offset: 0, bytes: BYTES });
  return memory;
}

describe('TestMemory', () => {
  it.for<[MemoryKind['backing'], MemoryKind['folios'], MemoryKind['mapped'], field: string, huge: number]>([
    ['anonymous', '4k', '4k', 'AnonHugePages', 0],
    ['anonymous', '2m', '2m', 'AnonHugePages', BYTES],
    ['anonymous', '2m', '4k', 'AnonHugePages', 0],
    ['shmem', '4k', '4k', 'ShmemPmdMapped', 0],
    ['shmem', '2m', '2m', 'ShmemPmdMapped', BYTES],
    ['shmem', '2m', '4k', 'ShmemPmdMapped', 0],
  ])('%s, folios %s, mapped %s: populated, with entries of that size', async (row, { skip }) => {
    if (noSystem !== null) skip(noSystem);
    const [backing, folios, mapped, field, huge] = row;
    const memory = await ready({ backing, folios, mapped });
    expect(smaps(memory.address, 'Rss')).toBe(BYTES);
    expect(smaps(memory.address, field)).toBe(huge);
    memory.makeReady({ offset: 0, bytes: BYTES });
    expect([smaps(memory.address, 'Rss'), smaps(memory.address, field)]).toEqual([BYTES, huge]);
  });

  it.for<[MemoryKind['folios'], moves: boolean]>([
    ['2m', false],
    ['4k', true],
  ])('shmem, folios %s, mapped 4k: a collapse maps it whole; pages move: %s', async ([folios, moves], { skip }) => {
    if (noSystem !== null) skip(noSystem);
    const system = await System.load();
    const memory = await ready({ backing: 'shmem', folios, mapped: '4k' });
    const before = frameOf(memory.address + PAGE);
    if (before === 0) skip('without root /proc/self/pagemap does not say where a page is');
    system.call('madvise', [memory.address, BYTES, MADV.collapse]);
    expect(smaps(memory.address, 'ShmemPmdMapped')).toBe(BYTES);
    expect(frameOf(memory.address + PAGE) !== before).toBe(moves);
  });

  it('discard: the pages are gone, the rest stays', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const memory = await ready({ backing: 'shmem', folios: '4k', mapped: '4k' });
    memory.discard({ offset: 0, bytes: 3 * PAGE });
    expect(smaps(memory.address, 'Rss')).toBe(BYTES - 3 * PAGE);
  });
});
