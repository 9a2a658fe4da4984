import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { type Hva, hva, PAGE_SIZE } from '../../src/mm/address.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { gupSlow, putFolio } from '../../src/mm/gup.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { mremap } from '../../src/mm/operations/mremap.ts';
import { truncate } from '../../src/mm/operations/truncate.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { splitHugePmd } from '../../src/mm/split-huge-pmd.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

// Four entries a table: a PTE table spans 4 pages, a PMD table 16, a PUD table 64.
const kinds = ['anonymous', 'shmem'] as const;
const schemes = Object.keys(mapcountSchemes) as readonly MapcountSchemeId[];
const world = (options: WorldOptions = {}) => new TestWorld({ hugePages: 1, ...options });

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkPageCounts(w.machine);
  checkFolioCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

const levelsAt = (w: TestWorld, start: Hva, pages: number) =>
  Array.from({ length: pages }, (_, page) => w.mm.pageTables.leafLevel(hva(start + page * PAGE_SIZE)));

const framesAt = (w: TestWorld, start: Hva, pages: number) =>
  Array.from({ length: pages }, (_, page) => w.mm.pageTables.translate(hva(start + page * PAGE_SIZE))?.pfn);

/** `page` counts from the start of the memory: beyond it there is room. */
const move = (memory: TestMemory, first: number, end: number, to: number) =>
  mremap(memory.world.mm, memory.at(first), memory.at(end), memory.at(to));

describe.each(kinds)('mremap of %s memory', (kind) => {
  test('aligned to what a PMD table spans: that table moves whole, with one flush', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 16 });
    const before = framesAt(w, memory.at(0), 16);
    expect(w.call(move(memory, 0, 16, 32))).toBe(0);
    expect(framesAt(w, memory.at(32), 16)).toEqual(before);
    expect(memory.hostLevels()).toEqual(Array(16).fill(0));
    expect(memory.spteLevels()).toEqual(Array(16).fill(0));
    // No entry is touched: the table hangs elsewhere, and nothing is counted.
    expect(w.work).toMatchObject({ leafClears: 0, mapcountAtomics: 0, refAtomics: 0, cpuShootdowns: 1 });
    // One of the move and one of the munmap() behind it.
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(w.mm.findVma(memory.at(0))).toBeUndefined();
    expect(w.mm.findVma(memory.at(35))?.pageIndex(memory.at(35))).toBe(3);
    expectSound(w);
  });

  test('aligned to what a PTE table spans: each of these moves whole', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 8 });
    const before = framesAt(w, memory.at(0), 8);
    expect(w.call(move(memory, 0, 8, 36))).toBe(0);
    expect(framesAt(w, memory.at(36), 8)).toEqual(before);
    // And one for the PMD table that is left empty, which munmap() frees.
    expect(w.work).toMatchObject({ leafClears: 0, cpuShootdowns: 2 + 1, tablesFreed: 1 });
    expectSound(w);
  });

  test('not aligned: entry by entry, a flush for each pair of tables', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 8, holes: [2] });
    const before = framesAt(w, memory.at(0), 8);
    expect(w.call(move(memory, 0, 8, 33))).toBe(0);
    expect(framesAt(w, memory.at(33), 8)).toEqual(before);
    // Tables end at 3 and at 4 pages from the start, alternately: four pairs, and the tables that stay behind are freed at once.
    expect(w.work.leafClears).toBe(7);
    expect(w.work.cpuShootdowns).toBe(4 + 1);
    expectSound(w);
  });

  test('a part in the middle: the mapping is in three parts, each shows its own pages', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 12 });
    const before = framesAt(w, memory.at(0), 12);
    expect(w.call(move(memory, 4, 8, 32))).toBe(0);
    expect(framesAt(w, memory.at(32), 4)).toEqual(before.slice(4, 8));
    expect(memory.hostLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(w.mm.findVma(memory.at(33))?.pageIndex(memory.at(33))).toBe(5);
    expectSound(w);
  });

  test('there and back again: as it was, and a fault finds the same page', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 8 });
    const before = framesAt(w, memory.at(0), 8);
    w.call(move(memory, 0, 8, 33));
    expect(w.call(gupSlow(w.mm, memory.at(1)))).toBe('EFAULT');
    w.call(move(memory, 33, 41, 0));
    expect(framesAt(w, memory.at(0), 8)).toEqual(before);
    const page = w.call(gupSlow(w.mm, memory.at(1)));
    if (typeof page === 'string') throw new Error(page);
    expect(page.pfn).toBe(before[1]);
    putFolio(page.folio, 0);
    expectSound(w);
  });

  test('over another mapping: that one goes first', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 4 });
    const other = new TestMemory(w, { kind: 'anonymous', pages: 8, startPage: 32 });
    const gone = other.folio(0);
    const before = framesAt(w, memory.at(0), 4);
    expect(w.call(move(memory, 0, 4, 32))).toBe(0);
    expect(gone?.refcount).toBe(0);
    expect(other.hostLevels()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(framesAt(w, memory.at(32), 4)).toEqual(before);
    expect(w.mm.notifiers.stats.sections).toBe(3);
    expectSound(w);
  });

  test('a free place: behind everything, aligned', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 4 });
    const before = framesAt(w, memory.at(0), 4);
    expect(w.call(mremap(w.mm, memory.at(0), memory.at(4), null))).toBe(0);
    const moved = w.mm.vmas.find((vma) => vma.start > memory.at(0));
    if (moved === undefined) throw new Error('it has gone');
    expect(moved.start % w.machine.geometry.entryBytes(3)).toBe(0);
    expect(framesAt(w, moved.start, 4)).toEqual(before);
    expectSound(w);
  });

  test('a page under migration: its entry moves, and the page is restored at the new place', () => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 4 });
    const old = memory.folio(1);
    w.spawn('migrate', migratePages(w.mm, memory.at(0), memory.at(4)));
    w.spawn(
      'move',
      (function* moving(): Process<void> {
        const table = w.mm.pageTables.lowestTable(memory.at(1), 1);
        yield* until(() => table.kinds[1] === EntryKind.Migration);
        yield* move(memory, 0, 4, 33);
      })(),
    );
    w.run();
    expect(levelsAt(w, memory.at(33), 4)).toEqual([1, 1, 1, 1]);
    expect(framesAt(w, memory.at(33), 4)).not.toContain(old?.firstPfn);
    expectSound(w);
  });
});

describe('mremap of huge leaves', () => {
  test.each(kinds)('%s, aligned: the leaf moves', (kind) => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 8, folios: 2, mapped: 2 });
    expect(w.call(move(memory, 0, 8, 36))).toBe(0);
    expect(levelsAt(w, memory.at(36), 8)).toEqual(Array(8).fill(2));
    expect(w.work.leafClears).toBe(2);
    expectSound(w);
  });

  test('anonymous, to a place that is not aligned: split under a section of its own, then moved in pieces', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
    const before = framesAt(w, memory.at(0), 4);
    expect(w.call(move(memory, 0, 4, 33))).toBe(0);
    expect(levelsAt(w, memory.at(33), 4)).toEqual([1, 1, 1, 1]);
    expect(framesAt(w, memory.at(33), 4)).toEqual(before);
    expect(w.mm.notifiers.stats.sections).toBe(3);
    expectSound(w);
  });

  test('shmem, to a place that is not aligned: unmapped, and faults map it in small pages', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4, folios: 2, mapped: 2 });
    expect(w.call(move(memory, 0, 4, 33))).toBe(0);
    expect(levelsAt(w, memory.at(33), 4)).toEqual([0, 0, 0, 0]);
    const page = w.call(gupSlow(w.mm, memory.at(34)));
    if (typeof page === 'string') throw new Error(page);
    expect(page.pfn).toBe(page.folio.firstPfn + 1);
    expect(levelsAt(w, memory.at(33), 4)).toEqual([0, 1, 0, 0]);
    putFolio(page.folio, 0);
    expectSound(w);
  });
});

describe('mremap of hugetlb', () => {
  test.each(schemes)('%s: each leaf at its size, counts as before, the old tables freed', (mapcount) => {
    const w = new TestWorld({ hstateLevel: 3, hugePages: 1, mapcount, mapped: 0 });
    w.mapHost(0, 4, 2);
    w.mapHost(4, 3, 1);
    const { refcount, entireMapcount } = w.folio();
    const levels = w.hostLevels();
    const to = w.at(w.pages);
    expect(w.call(mremap(w.mm, w.at(0), to, to))).toBe(0);
    expect(levelsAt(w, to, 16)).toEqual(levels);
    expect(w.hostLevels()).toEqual(Array(16).fill(0));
    expect(w.folio()).toMatchObject({ refcount, entireMapcount });
    // One of the move, one of the munmap().
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(w.work.leafClears).toBe(4);
    expect(w.mapping.vmas).toHaveLength(1);
    expectSound(w);
  });

  test('one of two huge pages, and back', () => {
    const w = new TestWorld();
    const before = framesAt(w, w.at(0), 8);
    expect(w.call(mremap(w.mm, w.at(4), w.at(8), w.at(12)))).toBe(0);
    expect(w.hostLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(w.call(mremap(w.mm, w.at(12), w.at(16), w.at(4)))).toBe(0);
    expect(framesAt(w, w.at(0), 8)).toEqual(before);
    expect(w.mapping.vmas).toHaveLength(2);
    expectSound(w);
  });

  test('locks: mmap_lock for write throughout, vma_lock and i_mmap_rwsem inside of the section', () => {
    const w = new TestWorld({ hugePages: 1 });
    const task = w.spawn('move', mremap(w.mm, w.at(0), w.at(4), w.at(8)));
    const locks = w.watch(task, () => w.mmLocks());
    w.run();
    expect(locks.slice(0, 6)).toEqual([
      '',
      'mmap:W',
      'mmap:W i_mmap:W',
      'mmap:W section',
      'mmap:W vma:W i_mmap:W section',
      'mmap:W section',
    ]);
  });
});

describe('mremap: refused', () => {
  test('beyond the mapping -EFAULT; over itself, not aligned, a part of a huge page -EINVAL; nothing is changed', () => {
    const w = new TestWorld();
    const results = [
      [w.at(4), w.at(12), w.at(16)],
      [w.at(0), w.at(8), w.at(4)],
      [hva(w.at(0) + 1), w.at(4), w.at(16)],
      [w.at(0), w.at(2), w.at(16)],
      [w.at(0), w.at(4), w.at(17)],
    ].map(([start, end, to]) => w.call(mremap(w.mm, start as Hva, end as Hva, to as Hva)));
    expect(results).toEqual(['EFAULT', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect([w.mm.vmas, w.mmLocks(), w.mm.notifiers.stats.sections]).toEqual([[w.vma], '', 0]);
  });
});

describe('truncation after a move', () => {
  test('by the file: reaches the pages where they are mapped now', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8 });
    w.call(move(memory, 0, 8, 33));
    expect(w.call(truncate(memory.vma, memory.at(4)))).toBe(0);
    expect(levelsAt(w, memory.at(33), 8)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expectSound(w);
  });
});

test('a huge entry that is split by somebody who comes from the page, at any moment of mremap: all of it moves', () => {
  for (let delayNs = 0; delayNs < 8000; delayNs += 61) {
    const w = new TestWorld({ hugePages: 1 });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
    const table = w.mm.pageTables.lowestTable(memory.at(0), 2);
    const index = w.machine.geometry.index(memory.at(0) / PAGE_SIZE, 2);
    w.spawn('split', splitHugePmd(memory.vma, table, index), delayNs);
    const before = framesAt(w, memory.at(0), 4);
    expect(w.call(move(memory, 0, 4, 16))).toBe(0);
    expect([delayNs, framesAt(w, memory.at(16), 4)]).toEqual([delayNs, before]);
    expectSound(w);
  }
});
