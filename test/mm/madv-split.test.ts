import { describe, expect, test } from 'vitest';
import { hva } from '../../src/mm/address.ts';
import { Errno } from '../../src/mm/errno.ts';
import { HugetlbVma } from '../../src/mm/hugetlb-vma.ts';
import { madvSplit } from '../../src/mm/operations/madv-split.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { TestWorld } from '../support/world.ts';

const unsplit = () => new TestWorld({ mapped: 2, highGranularity: false });
const split = (world: TestWorld, first = 0, end = world.pages) => madvSplit(world.mm, world.at(first), world.at(end));

describe('MADV_SPLIT', () => {
  test('whole mapping: allows 4K pieces, and splits nothing that is mapped', () => {
    const world = unsplit();
    expect(world.call(split(world))).toBe(0);
    expect(world.vma.highGranularity).toBe(true);
    expect(world.hostLevels()).toEqual(new Array(8).fill(2));
    expect(world.mm.notifiers.stats.sections).toBe(0);
  });

  test('before and after: UFFDIO_CONTINUE of one 4K page is refused, then maps it', () => {
    const world = new TestWorld({ mapped: 0, highGranularity: false });
    expect(world.call(uffdioContinue(world.mm, world.at(0), world.at(1)))).toBe(Errno.EINVAL);
    world.call(split(world));
    expect(world.call(uffdioContinue(world.mm, world.at(0), world.at(1)))).toBe(0);
    expect(world.hostLevels().slice(0, 2)).toEqual([1, 0]);
  });

  test('a part of the mapping: is cut off, and only there 4K pieces are allowed', () => {
    const world = unsplit();
    expect(world.call(split(world, 4, 8))).toBe(0);
    const parts = [world.at(0), world.at(4)].map((address) => world.mm.findVma(address));
    expect(parts.map((vma) => vma instanceof HugetlbVma && vma.highGranularity)).toEqual([false, true]);
    expect(world.mapping.vmas).toHaveLength(2);
    // 6 is in the second huge page of the file, in the second VMA as it was in the first.
    expect(parts[1]?.pageIndex(world.at(6))).toBe(6);
  });

  test('inside of a huge page, an address outside, a private mapping: refused, and it stays as it was', () => {
    const world = unsplit();
    expect(world.call(split(world, 0, 2))).toBe(Errno.EINVAL);
    expect(world.call(madvSplit(world.mm, hva(0), hva(4096)))).toBe(Errno.ENOMEM);
    const privately = new TestWorld({ mapped: 0, shared: false, highGranularity: false });
    expect(privately.call(split(privately))).toBe(Errno.EINVAL);
    expect([world.vma.highGranularity, privately.vma.highGranularity]).toEqual([false, false]);
    expect([world.mmLocks(), privately.mmLocks()]).toEqual(['', '']);
  });

  test('mmap_lock is held for read: waits for it, since walkers may be on their way', () => {
    const world = unsplit();
    world.spawn(
      'reader',
      (function* reader() {
        yield* world.mm.mmapLock.acquireRead();
        yield 10_000;
        expect(world.vma.highGranularity).toBe(false);
        yield* world.mm.mmapLock.releaseRead();
      })(),
    );
    const task = world.spawn('split', split(world));
    const locks = world.watch(task, () => world.mmLocks());
    world.run();
    expect(locks).toEqual(['mmap:R', 'mmap:W', '']);
    expect(world.vma.highGranularity).toBe(true);
  });

  test('twice: the same as once', () => {
    const world = unsplit();
    expect([world.call(split(world), 'first'), world.call(split(world), 'second')]).toEqual([0, 0]);
    expect(world.vma.highGranularity).toBe(true);
  });
});
