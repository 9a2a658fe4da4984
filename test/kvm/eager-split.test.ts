import { describe, expect, test } from 'vitest';
import { splitHugePages } from '../../src/kvm/eager-split.ts';
import type { Level } from '../../src/mm/address.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

const huge = (options: WorldOptions = {}) => new TestWorld({ hstateLevel: 3, hugePages: 2, mapped: 3, ...options });
const split = (world: TestWorld, target: Level, first = 0, end = world.pages) =>
  splitHugePages(world.kvm, world.frame(first), world.frame(end), target);

describe('eager page splitting', () => {
  test('1G to 4K: every page translates as before, one split a table, one flush for all', () => {
    const world = huge();
    const translations = () =>
      Array.from({ length: world.pages }, (_, page) => world.kvm.tdp.spte(world.frame(page))?.pfn);
    const before = translations();
    world.call(split(world, 1));
    expect(world.spteLevels()).toEqual(new Array(32).fill(1));
    expect(translations()).toEqual(before);
    expect([world.work.spteSplits, world.work.kvmFlushes]).toEqual([2 * (1 + 4), 1]);
  });

  test('to 2M: stops there; again: nothing left to do, no flush', () => {
    const world = huge();
    world.call(split(world, 2));
    expect(world.spteLevels()).toEqual(new Array(32).fill(2));
    world.call(split(world, 2), 'again');
    expect([world.work.spteSplits, world.work.kvmFlushes]).toEqual([2, 1]);
  });

  test('part of the slot: the huge SPTEs that it touches, and no others', () => {
    const world = huge();
    world.call(split(world, 1, 20, 21));
    expect(world.spteLevels().slice(0, 16)).toEqual(new Array(16).fill(3));
    expect(world.spteLevels()[20]).toBe(1);
  });

  test('nothing mapped: no split', () => {
    const world = huge({ sptes: false });
    world.call(split(world, 1));
    expect([world.work.spteSplits, world.work.kvmFlushes]).toEqual([0, 0]);
  });

  test('while it fills a table: a vCPU finds its page mapped at every moment', () => {
    const world = huge({ hugePages: 1 });
    const task = world.spawn('split', split(world, 1));
    const mapped = world.watch(task, () => String(world.kvm.tdp.mappedPages(world.frame(0), world.frame(16))));
    world.run();
    expect(mapped).toEqual(['16']);
  });
});
