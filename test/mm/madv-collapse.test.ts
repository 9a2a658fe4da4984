import { describe, expect, test } from 'vitest';
import { hva } from '../../src/mm/address.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { Errno } from '../../src/mm/errno.ts';
import { notifierSchemes } from '../../src/mm/notifier-schemes/index.ts';
import { madvCollapse } from '../../src/mm/operations/madv-collapse.ts';
import { collapse, hgmVersions, notifierIds } from '../support/collapse.ts';
import { cutAt } from '../support/cut.ts';
import { TestWorld } from '../support/world.ts';

describe('MADV_COLLAPSE', () => {
  for (const version of hgmVersions) {
    for (const scheme of notifierIds) {
      for (const mapcount of ['subpage', 'head-per-pte'] as const) {
        test(`${version}, ${scheme}, ${mapcount}: 4K leaves: one leaf a huge page, counts as the tables say, nothing held`, () => {
          const world = new TestWorld({ mapcount, hgmVersion: version });
          const frames = [0, 3, 5].map((page) => world.mm.pageTables.translate(world.at(page)));
          expect(world.call(collapse(world, { scheme }))).toBe(0);
          expect(world.hostLevels()).toEqual(new Array(8).fill(2));
          // A collapse changes no pfn and no permission.
          expect([0, 3, 5].map((page) => world.mm.pageTables.translate(world.at(page)))).toEqual(frames);
          checkFolioCounts(world.machine);
          expect(world.findingKinds().filter((kind) => !kind.startsWith('lockdep'))).toEqual([]);
          expect(world.mmLocks()).toBe('');
          expect([world.work.leafClears, world.work.hugeEntriesSet, world.work.tablesFreed]).toEqual([8, 2, 2]);
        });
      }
    }
  }

  test('holes: are filled from the page cache', () => {
    for (const scheme of notifierIds) {
      const world = new TestWorld({ mapped: 0 });
      world.mapHost(1, 1, 1);
      world.call(collapse(world, { scheme }));
      expect(world.hostLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
      expect(world.work.leafClears).toBe(1);
      checkFolioCounts(world.machine);
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('nothing mapped, or one leaf already: no work, and no section but those of range and range-chunked', () => {
    for (const mapped of [0, 2] as const) {
      for (const scheme of notifierIds) {
        const world = new TestWorld({ mapped });
        expect(world.call(collapse(world, { scheme }))).toBe(0);
        expect([world.work.leafClears, world.work.hugeEntriesSet, world.work.mapcountAtomics]).toEqual([0, 0, 0]);
        // Those two open before they look.
        const sections = { range: 1, 'range-chunked': 2, narrow: 0, 'post-collapse': 0, none: 0 };
        expect(world.mm.notifiers.stats.sections).toBe(sections[scheme]);
      }
    }
  });

  test('1G page, target 2M: stops at 2M; without a target: one leaf of 1G', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1 });
    world.call(collapse(world, { maxLevel: 2 }));
    expect(world.hostLevels()).toEqual(new Array(16).fill(2));
    world.call(collapse(world));
    expect(world.hostLevels()).toEqual(new Array(16).fill(3));
  });

  test('1G page of 2M and 4K leaves and a hole: every leaf is cleared once, whatever its size', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 0 });
    world.mapHost(0, 4, 2);
    world.mapHost(4, 3, 1);
    world.mapHost(12, 4, 2);
    world.call(collapse(world));
    expect(world.hostLevels()).toEqual(new Array(16).fill(3));
    expect([world.work.leafClears, world.work.tablesFreed, world.work.hugeEntriesSet]).toEqual([5, 2, 1]);
    checkFolioCounts(world.machine);
    expect(world.findingKinds()).toEqual([]);
  });

  test('range that covers a part of a 1G page: builds the leaves that fit into it', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1 });
    world.call(collapse(world, { first: 4, end: 12 }));
    expect(world.hostLevels()).toEqual([...Array(4).fill(1), ...Array(8).fill(2), ...Array(4).fill(1)]);
  });

  test('private mapping: -EINVAL; no VMA: -ENOMEM; no lock and no section', () => {
    const privately = new TestWorld({ shared: false });
    expect(privately.call(collapse(privately))).toBe(Errno.EINVAL);
    const world = new TestWorld();
    const nowhere = madvCollapse({
      mm: world.mm,
      start: hva(0),
      end: hva(4096),
      scheme: notifierSchemes.range,
      chunkBytes: 4096,
    });
    expect(world.call(nowhere)).toBe(Errno.ENOMEM);
    expect([world.mm.notifiers.stats.sections, world.mmLocks(), privately.mmLocks()]).toEqual([0, '', '']);
  });

  test('range over the end: -ENOMEM, after what is mapped has been collapsed', () => {
    const world = new TestWorld();
    expect(world.call(collapse(world, { end: 9 }))).toBe(Errno.ENOMEM);
    expect(world.hostLevels()).toEqual(Array(8).fill(2));
  });

  test('a mapping in two parts: a section in each, and all of it is collapsed', () => {
    const world = new TestWorld();
    world.call(cutAt(world, world.at(4)));
    expect(world.call(collapse(world))).toBe(0);
    expect(world.hostLevels()).toEqual(Array(8).fill(2));
    expect(world.mm.notifiers.stats.sections).toBe(2);
  });

  test('mapping without MADV_SPLIT: 0, and KVM is not told', () => {
    const world = new TestWorld({ mapped: 2, highGranularity: false });
    expect(world.call(collapse(world))).toBe(0);
    expect(world.mm.notifiers.stats.sections).toBe(0);
  });

  test('half of the leaves: less by exactly what clearing and counting the others costs', () => {
    const took = (leaves: number) => {
      const world = new TestWorld({ entries: 64, hugePages: 1, mapped: 0 });
      world.mapHost(0, leaves, 1);
      world.call(collapse(world, { scheme: 'none' }));
      return { ns: world.sim.now, costs: world.machine.costs };
    };
    const { ns: fullNs, costs } = took(64);
    // A hole is walked to and looked at as well; what a leaf costs more is its clearing and its two counts.
    const leafNs = costs.leafXchgNs + costs.gatherNs + costs.subpageMapcountNs + costs.headPutNs;
    expect(fullNs - took(32).ns).toBe(32 * leafNs);
  });
});
