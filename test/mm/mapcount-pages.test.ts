// The schemes that count more than leaves: when they count, when they scan, what they leave behind.

import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { Errno } from '../../src/mm/errno.ts';
import { folioMapcount } from '../../src/mm/free-folio.ts';
import { unmapHugepageRange } from '../../src/mm/hugetlb-unmap.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { MmuGather } from '../../src/mm/mmu-gather.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { truncate } from '../../src/mm/operations/truncate.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { collapse, notifierIds } from '../support/collapse.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

const pageSchemes = ['hstate-entry', 'hstate-special', 'folio-pairs', 'folio-vmas'] as const;

/** One huge page of 16 small ones: a PMD table with four PTE tables of four entries. */
const hugePage = (mapcount: MapcountSchemeId, options: WorldOptions = {}) =>
  new TestWorld({ hstateLevel: 3, hugePages: 1, mapcount, ...options });
const empty = (mapcount: MapcountSchemeId) => hugePage(mapcount, { mapped: 0 });
const resolve = (world: TestWorld, first: number, end = first + 1) =>
  uffdioContinue(world.mm, world.at(first), world.at(end));
const pagesOf = (world: TestWorld): number[] => Array.from({ length: world.pages }, (_, page) => page);
const counts = (world: TestWorld) => [world.folio().entireMapcount, world.folio().refcount];
/** The tables of the huge page: whether its hstate-level entry is present. */
const hasTables = (world: TestWorld): boolean => world.mm.pageTables.lowestTable(world.at(0), 2).level === 2;

function* inTurn(world: TestWorld, pages: readonly number[]): Process {
  for (const page of pages) expect(yield* resolve(world, page)).toBe(0);
}

/** Unmaps pages [first, end), as a zap of a part does. */
function* zap(world: TestWorld, first: number, end: number): Process {
  const gather = new MmuGather(world.mm);
  yield* unmapHugepageRange(gather, world.vma, world.at(first), world.at(end));
  yield* gather.finish();
}

function expectSound(world: TestWorld): void {
  checkFolioCounts(world.machine);
  expect(world.findingKinds()).toEqual([]);
}

describe('UFFDIO_CONTINUE of every 4K piece', () => {
  const expected = { 'hstate-entry': [1, 2], 'hstate-special': [1, 2], 'folio-pairs': [4, 2], 'folio-vmas': [1, 2] };
  for (const mapcount of pageSchemes) {
    test(`${mapcount}: mapcount ${expected[mapcount][0]}, one reference, whichever piece comes first`, () => {
      for (const order of [pagesOf, (world: TestWorld) => pagesOf(world).reverse()]) {
        const world = empty(mapcount);
        world.call(inTurn(world, order(world)));
        expect(counts(world)).toEqual(expected[mapcount]);
        expect([world.work.mapcountAtomics, world.work.refAtomics]).toEqual([expected[mapcount][0], 1]);
        // The look-up of every other piece takes a reference and drops it.
        expect(world.work.lookUpRefAtomics).toBe(2 * (world.pages - 1));
        expectSound(world);
      }
    });
  }

  test('hstate schemes: nothing is scanned', () => {
    for (const mapcount of ['hstate-entry', 'hstate-special'] as const) {
      const world = empty(mapcount);
      world.call(inTurn(world, pagesOf(world)));
      expect(world.work.mapcountScans).toBe(0);
    }
  });

  test('folio-vmas: all pieces but the first scan; upwards they meet page 0 at once, downwards all that is empty', () => {
    const entriesOf = (order: (pages: number[]) => number[]): number[] => {
      const world = empty('folio-vmas');
      world.call(inTurn(world, order(pagesOf(world))));
      return [world.work.mapcountScans, world.work.mapcountEntriesScanned];
    };
    // Hstate-level entry, its first entry, the first leaf.
    expect(entriesOf((pages) => pages)).toEqual([15, 15 * 3]);
    const [scans, entries] = entriesOf((pages) => pages.reverse());
    expect(scans).toBe(15);
    expect(entries).toBeGreaterThan(15 * 4);
  });

  test('folio-pairs: a table that the walk has made needs no look, another one does', () => {
    const world = empty('folio-pairs');
    world.call(inTurn(world, [0, 4, 8]));
    expect([world.work.mapcountScans, world.folio().entireMapcount]).toEqual([0, 3]);
    world.call(resolve(world, 9));
    expect([world.work.mapcountScans, world.folio().entireMapcount]).toEqual([1, 3]);
  });

  test('scans: cost what their entries cost', () => {
    const timeOf = (entryScanNs: number): { ns: number; entries: number } => {
      const world = hugePage('folio-vmas', { mapped: 0, costs: { entryScanNs } });
      world.call(inTurn(world, pagesOf(world).reverse()));
      return { ns: world.sim.now, entries: world.work.mapcountEntriesScanned };
    };
    const cheap = timeOf(1);
    expect(timeOf(101).ns - cheap.ns).toBe(100 * cheap.entries);
  });
});

describe('hstate-entry: the count and the entry come and go together', () => {
  test('CONTINUE of a page that is not in the page cache: -EFAULT, and no table was made', () => {
    const tablesAfter = (mapcount: MapcountSchemeId): boolean => {
      const world = empty(mapcount);
      world.mapping.remove(0);
      expect(world.call(resolve(world, 0))).toBe(Errno.EFAULT);
      return hasTables(world);
    };
    expect(tablesAfter('hstate-entry')).toBe(false);
    // The others look after the walk, as HGM v2 does; empty tables count nothing.
    expect(tablesAfter('hstate-special')).toBe(true);
    expect(tablesAfter('subpage')).toBe(true);
  });

  test('the page goes while CONTINUE waits for its lock, with the tables made: taken back, and uncounted', () => {
    const world = empty('hstate-entry');
    const folio = world.folio();
    world.spawn(
      'truncation',
      (function* truncate() {
        yield* folio.lock.acquire();
        yield 50_000;
        world.mapping.remove(0);
        yield* folio.lock.release();
      })(),
    );
    const task = world.spawn('continue', resolve(world, 5));
    world.runUntil(40_000);
    expect(hasTables(world)).toBe(true);
    world.run();
    expect([task.result, hasTables(world), folio.entireMapcount]).toEqual([Errno.EFAULT, false, 0]);
    expect([world.work.tablesAllocated, world.work.tablesFreed, world.work.mapcountAtomics]).toEqual([3, 2, 0]);
    expect(world.findingKinds()).toEqual([]);
  });

  test('MADV_DONTNEED: the leaves go, the tables and the count stay; CONTINUE afterwards counts nothing', () => {
    const world = hugePage('hstate-entry');
    expect(world.call(madvDontneed(world.mm, world.at(0), world.at(16)))).toBe(0);
    expect([counts(world), hasTables(world)]).toEqual([[1, 2], true]);
    world.call(resolve(world, 7));
    expect([counts(world), world.work.mapcountAtomics]).toEqual([[1, 2], 0]);
    expectSound(world);
  });

  test('MADV_DONTNEED in RFC v1: takes the tables along, and the count with them', () => {
    const world = hugePage('hstate-entry', { hgmVersion: 'rfc1' });
    expect(world.call(madvDontneed(world.mm, world.at(0), world.at(16)))).toBe(0);
    expect([counts(world), hasTables(world), world.work.tablesFreed]).toEqual([[0, 1], false, 5]);
    expectSound(world);
  });

  test('munmap after the page has left the page cache: nobody knows which page to uncount', () => {
    const world = hugePage('hstate-entry');
    const folio = world.folio();
    world.mapping.remove(0);
    expect(world.call(munmap(world.mm, world.vma.start, world.vma.end))).toBe(0);
    expect([folio.entireMapcount, folio.refcount]).toEqual([1, 2]);
    expect(world.findingKinds()).toEqual(['mapcount-leak']);
  });
});

describe('the mapcount dip of a collapse (I.2.4)', () => {
  const dips = (mapcount: MapcountSchemeId, scheme: NotifierId): boolean => {
    const world = hugePage(mapcount);
    const task = world.spawn('collapse', collapse(world, { scheme }));
    const seen = world.watch(task, () => String(folioMapcount(world.folio()) > 0));
    world.run();
    return seen.includes('false');
  };

  test('leaves first: those that count leaves, or tables, show an unmapped page for a moment', () => {
    const dipping = Object.keys(mapcountSchemes).filter((id) => dips(id as MapcountSchemeId, 'range'));
    expect(dipping.sort()).toEqual(['folio-pairs', 'head-per-pte', 'subpage']);
  });

  test('huge leaf first (narrow): the page is mapped all the time, in each scheme', () => {
    for (const id of Object.keys(mapcountSchemes))
      expect([id, dips(id as MapcountSchemeId, 'narrow')]).toEqual([id, false]);
  });
});

describe('truncation (G.6)', () => {
  for (const mapcount of Object.keys(mapcountSchemes) as MapcountSchemeId[]) {
    const left = mapcount === 'hstate-entry' ? 1 : 0;
    test(`${mapcount}: mapcount ${left} when the page leaves the page cache`, () => {
      const world = hugePage(mapcount);
      const folio = world.folio();
      expect(world.call(truncate(world.vma, world.vma.start))).toBe(0);
      expect(folioMapcount(folio)).toBe(left);
      // The count has a reference, so the page is not freed under its tables: it is lost.
      expect(folio.refcount).toBe(left);
      expect(world.findingKinds()).toEqual(left === 1 ? ['removed-while-mapped'] : []);
    });
  }

  test('hstate-entry as RFC v1 had it, tables cleared with the leaves: nothing is left', () => {
    const world = hugePage('hstate-entry', { hgmVersion: 'rfc1' });
    expect(world.call(truncate(world.vma, world.vma.start))).toBe(0);
    expect(world.findingKinds()).toEqual([]);
  });
});

describe('hstate-special: the bit is the count', () => {
  test('a zap of the whole page: clears the bit, the tables stay; the next piece counts again', () => {
    const world = hugePage('hstate-special');
    expect(counts(world)).toEqual([1, 2]);
    world.call(madvDontneed(world.mm, world.at(0), world.at(16)));
    expect([counts(world), hasTables(world)]).toEqual([[0, 1], true]);
    world.call(resolve(world, 9));
    expect(counts(world)).toEqual([1, 2]);
    expectSound(world);
  });

  test('unmapped in two parts: the count leaks until a full unmap', () => {
    const world = hugePage('hstate-special');
    world.call(zap(world, 0, 8));
    world.call(zap(world, 8, 16));
    expect([world.hostLevels().some((level) => level > 0), counts(world)]).toEqual([false, [1, 2]]);
    world.call(zap(world, 0, 16));
    expect(counts(world)).toEqual([0, 1]);
  });

  test('collapse of tables that map nothing: the huge leaf is counted, where hstate-entry counted all along', () => {
    for (const [mapcount, atomics] of [
      ['hstate-special', 1],
      ['hstate-entry', 0],
      ['folio-vmas', 1],
    ] as const) {
      const world = hugePage(mapcount);
      world.call(zap(world, 0, 16));
      const before = world.work.mapcountAtomics;
      expect(world.call(collapse(world))).toBe(0);
      expect([mapcount, world.work.mapcountAtomics - before, ...counts(world)]).toEqual([mapcount, atomics, 1, 2]);
      expectSound(world);
    }
  });
});

describe('folio-pairs and folio-vmas: what remains must be looked for', () => {
  test('folio-pairs, half a table and then the rest: one scan for each part, the pair goes with the last leaf', () => {
    const world = hugePage('folio-pairs');
    world.call(zap(world, 0, 2));
    expect([world.folio().entireMapcount, world.work.mapcountScans]).toEqual([4, 1]);
    world.call(zap(world, 2, 4));
    expect([world.folio().entireMapcount, world.work.mapcountScans]).toEqual([3, 2]);
    expectSound(world);
  });

  test('folio-pairs, whole tables: none is scanned; the reference goes with the last pair', () => {
    const world = hugePage('folio-pairs');
    world.call(zap(world, 0, 16));
    expect([counts(world), world.work.mapcountScans, world.work.refAtomics]).toEqual([[0, 1], 0, 1]);
  });

  test('folio-vmas, page by page from the start: each zap scans, and only the last uncounts', () => {
    const world = hugePage('folio-vmas');
    for (let page = 0; page < 16; page++) {
      expect(world.folio().entireMapcount).toBe(1);
      world.call(zap(world, page, page + 1));
    }
    expect([counts(world), world.work.mapcountScans]).toEqual([[0, 1], 16]);
  });

  test('folio-vmas, all at once: known without a look', () => {
    const world = hugePage('folio-vmas');
    world.call(zap(world, 0, 16));
    expect([counts(world), world.work.mapcountScans]).toEqual([[0, 1], 0]);
  });
});

describe('every scheme that counts pages', () => {
  for (const mapcount of pageSchemes) {
    test(`${mapcount}, munmap: mapcount 0, the page cache's reference alone, nothing found`, () => {
      for (const mapped of [1, 2, 3] as const) {
        const world = hugePage(mapcount, { mapped });
        expect(world.call(munmap(world.mm, world.vma.start, world.vma.end))).toBe(0);
        expect(counts(world)).toEqual([0, 1]);
        expect(world.findingKinds()).toEqual([]);
      }
    });

    for (const scheme of notifierIds) {
      test(`${mapcount}, ${scheme}: in steps and at once, the counts are those of the page tables`, () => {
        const world = hugePage(mapcount);
        expect(world.call(collapse(world, { scheme, maxLevel: 2 }))).toBe(0);
        expectSound(world);
        expect(world.call(collapse(world, { scheme }))).toBe(0);
        expect(counts(world)).toEqual([1, 2]);
        expectSound(world);
      });
    }
  }

  test('a mapping that counts pages, unmapped: the CPUs forget the leaves though no reference was queued', () => {
    const world = hugePage('hstate-entry');
    world.call(zap(world, 0, 16));
    expect([world.work.cpuShootdowns, world.work.refAtomics]).toEqual([1, 0]);
    expect(world.mm.pageTables.root.kinds.includes(EntryKind.Table)).toBe(true);
  });
});
