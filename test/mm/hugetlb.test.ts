import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Geometry, hva, type Level, PAGE_SIZE } from '../../src/mm/address.ts';
import { hugetlbFullWalk, hugetlbFullWalkAlloc, largestLevel, nextEntry, subpageIndex } from '../../src/mm/hugetlb.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { TestWorld, until } from '../support/world.ts';

/** What is written to an entry by an allocating walk: time of the allocation and of the write under the lock. */
const TABLE_NS = 800 + 10 + 30;
const WALK_NS = 25;

describe('hugetlb_full_walk', () => {
  test('high-granularity mapping of 4K, 2M and nothing in a 1G page: ends at each leaf or at the empty entry', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 0 });
    world.mapHost(0, 2, 1);
    world.mapHost(4, 4, 2);
    const walked = (page: number) => {
      const { table, index } = hugetlbFullWalk(world.vma, world.at(page));
      return [table.level, table.kind(index)];
    };
    expect(walked(1)).toEqual([1, EntryKind.Leaf]);
    expect(walked(2)).toEqual([1, EntryKind.None]);
    expect(walked(6)).toEqual([2, EntryKind.Leaf]);
    expect(walked(9)).toEqual([2, EntryKind.None]);
  });

  test('mapping without MADV_SPLIT: never looks below the entry of the huge page', () => {
    const world = new TestWorld({ highGranularity: false });
    const { table, index } = hugetlbFullWalk(world.vma, world.at(1));
    expect([table.level, table.kind(index)]).toEqual([2, EntryKind.Table]);
  });
});

describe('hugetlb_full_walk_alloc', () => {
  test('empty mm, target 4K: makes the three tables on the way, each under the lock above it', () => {
    const world = new TestWorld({ mapped: 0 });
    const { pageTables } = world.mm;
    const walk = world.spawn('walk', hugetlbFullWalkAlloc(world.vma, world.at(0), 1));
    const locked = world.watch(walk, () => {
      const tables = [pageTables.root, pageTables.lowestTable(world.at(0), 3), pageTables.lowestTable(world.at(0), 2)];
      const held = tables.filter(({ ptl }) => ptl.isHeld).map(({ ptl }) => ptl.lockClass.name);
      return [...new Set(held)].join();
    });
    world.run();
    // The PGD and the PUD share mm.page_table_lock; the PMD table has its own.
    expect(locked).toEqual(['', 'mm.page_table_lock', '', 'mm.page_table_lock', '', 'pmd_ptl', '']);
    expect(world.work.tablesAllocated).toBe(3);
    expect(world.sim.now).toBeGreaterThanOrEqual(WALK_NS + 3 * TABLE_NS);
    expect(world.mm.pageTables.lowestTable(world.at(0), 1).level).toBe(1);
  });

  test('tables are there: takes the walk and no lock', () => {
    const world = new TestWorld();
    const { table } = world.call(hugetlbFullWalkAlloc(world.vma, world.at(5), 1));
    expect(table.level).toBe(1);
    expect([world.sim.now, world.work.tablesAllocated]).toEqual([WALK_NS, 0]);
  });

  test('a larger leaf is in the way: stops there, as it must not be split', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 2 });
    const { table, index } = world.call(hugetlbFullWalkAlloc(world.vma, world.at(5), 1));
    expect([table.level, table.kind(index)]).toEqual([2, EntryKind.Leaf]);
    expect(world.work.tablesAllocated).toBe(0);
  });

  test('its table is taken away while it waits for the lock: starts over, and links into the tree', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped: 0 });
    const { pageTables } = world.mm;
    const pud = pageTables.tableAt(world.at(0), 3);
    const pmd = pageTables.tableAt(world.at(0), 2);
    world.spawn(
      'remover',
      (function* remove() {
        yield* pmd.ptl.acquire();
        yield* until(() => pmd.ptl.waiters > 0);
        pud.unlink(0);
        yield* pmd.ptl.release();
      })(),
    );
    const walk = world.spawn('walk', hugetlbFullWalkAlloc(world.vma, world.at(0), 1));
    world.run();
    expect(walk.result?.table).toBe(pageTables.lowestTable(world.at(0), 1));
    expect(walk.result?.table.level).toBe(1);
    expect(pmd.kind(0)).toBe(EntryKind.None);
  });

  test('two walks meet at one empty entry: the later one drops its table, and both end in the same', () => {
    const world = new TestWorld({ mapped: 0 });
    const first = world.spawn('first', hugetlbFullWalkAlloc(world.vma, world.at(0), 1));
    const second = world.spawn('second', hugetlbFullWalkAlloc(world.vma, world.at(1), 1));
    world.run();
    expect(second.result?.table).toBe(first.result?.table);
    expect(world.work.tablesAllocated).toBe(3);
  });
});

describe('largest leaf of a range', () => {
  test('any start, end and limit: aligned, inside of the range, and the next size up is not', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 2, mapped: 0 });
    const { geometry } = world.machine;
    const page = fc.integer({ min: 0, max: world.pages - 1 });
    fc.assert(
      fc.property(page, page, fc.constantFrom<Level>(1, 2, 3), (a, b, limit) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const level = largestLevel(world.vma, world.at(first), world.at(last + 1), limit);
        const fits = (candidate: Level) => {
          const pages = geometry.pagesPer[candidate];
          return first % pages === 0 && first + pages <= last + 1 && candidate <= limit;
        };
        expect(fits(level)).toBe(true);
        for (const larger of [2, 3] as const) if (larger > level) expect(fits(larger)).toBe(false);
      }),
    );
  });

  test('limit above the hstate: the hstate is the limit', () => {
    const world = new TestWorld({ hstateLevel: 2, hugePages: 4 });
    expect(largestLevel(world.vma, world.at(0), world.at(16), 3)).toBe(2);
  });

  test('nextEntry: not a start of a leaf of that size: refused', () => {
    const world = new TestWorld();
    expect(nextEntry(world.vma, world.at(4), 2)).toBe(world.at(8));
    expect(() => nextEntry(world.vma, world.at(2), 2)).toThrow(/multiple of its size/);
  });
});

describe('hugetlb ranges and indices', () => {
  test('covers: empty, unaligned, behind or before the VMA: no', () => {
    const world = new TestWorld();
    expect(world.vma.covers(world.at(0), world.at(world.pages))).toBe(true);
    expect(world.vma.covers(world.at(3), world.at(3))).toBe(false);
    expect(world.vma.covers(world.at(0), world.at(world.pages + 1))).toBe(false);
    expect(world.vma.covers(hva(world.vma.start - PAGE_SIZE), world.at(1))).toBe(false);
    expect(world.vma.covers(hva(world.at(0) + 1), world.at(1))).toBe(false);
  });

  test('subpageIndex: second huge page of a VMA: counts from the start of that page', () => {
    const world = new TestWorld({ hstateLevel: 2, hugePages: 2 });
    expect([0, 3, 4, 7].map((page) => subpageIndex(world.vma, world.at(page)))).toEqual([0, 3, 0, 3]);
    expect([0, 3, 4, 7].map((page) => world.vma.cacheIndex(world.at(page)))).toEqual([0, 0, 1, 1]);
  });

  test('geometry of x86-64: a 1G entry spans 262,144 pages in 512 x 512', () => {
    const geometry = new Geometry();
    expect(geometry.pagesPer).toEqual([0, 1, 512, 262_144, 134_217_728]);
    expect(geometry.entryBytes(3)).toBe(2 ** 30);
  });
});
