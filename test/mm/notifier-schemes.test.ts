import { describe, expect, test } from 'vitest';
import { Errno } from '../../src/mm/errno.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import type { NotifierId } from '../../src/mm/notifier-schemes/notifier-scheme.ts';
import { type CollapseOptions, collapse, hgmVersions } from '../support/collapse.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

/** What happened by the time of a notification: [type, first page, pages, leaf clears, huge entries set, tables freed]. */
type Notified = [string, number, number, number, number, number];

function notifications(worldOptions: WorldOptions, options: CollapseOptions): { world: TestWorld; seen: Notified[] } {
  const world = new TestWorld(worldOptions);
  const seen: Notified[] = [];
  world.mm.events.channel.listen((event) => {
    if (event.type === 'cpu-shootdown' || event.type === 'range-start' || event.type === 'collapsed-handled') return;
    const { leafClears, hugeEntriesSet, tablesFreed } = world.work;
    const first = (event.start - world.vma.start) / 4096;
    seen.push([event.type, first, (event.end - event.start) / 4096, leafClears, hugeEntriesSet, tablesFreed]);
  });
  world.call(collapse(world, options));
  return { world, seen };
}

const of = (scheme: NotifierId, hgmVersion: HgmVersion = 'v2') => notifications({ hgmVersion }, { scheme }).seen;

describe('notifier schemes: two 2M pages of four 4K leaves each', () => {
  test('range: one section over the whole call, opened before the first clear and closed after the last entry', () => {
    expect(of('range')).toEqual([
      ['range-started', 0, 8, 0, 0, 0],
      ['range-end', 0, 8, 8, 2, 0],
    ]);
  });

  test('range in v1, RFC v1 and RFC v2: closed after tlb_finish_mmu(), so the tables are freed inside', () => {
    for (const version of ['rfc1', 'rfc2', 'v1'] as const) {
      expect(of('range', version)).toEqual([
        ['range-started', 0, 8, 0, 0, 0],
        ['range-end', 0, 8, 8, 2, 2],
      ]);
    }
  });

  test('range-chunked: one section a huge page, closed before the next opens', () => {
    expect(of('range-chunked')).toEqual([
      ['range-started', 0, 4, 0, 0, 0],
      ['range-end', 0, 4, 4, 1, 0],
      ['range-started', 4, 4, 4, 1, 0],
      ['range-end', 4, 4, 8, 2, 0],
    ]);
  });

  test('narrow: the entry is swapped inside of the section, every leaf is cleared outside', () => {
    expect(of('narrow')).toEqual([
      ['range-started', 0, 4, 0, 0, 0],
      ['range-end', 0, 4, 0, 1, 0],
      ['range-started', 4, 4, 4, 1, 0],
      ['range-end', 4, 4, 4, 2, 0],
    ]);
  });

  test('post-collapse: no section, one notification when tables are switched and freed', () => {
    for (const version of hgmVersions) {
      expect(of('post-collapse', version)).toEqual([['collapsed', 0, 8, 8, 2, 2]]);
    }
  });

  test('none: nothing at all', () => {
    for (const version of hgmVersions) expect(of('none', version)).toEqual([]);
  });
});

describe('notifier schemes: a chunk over several huge pages', () => {
  test('range-chunked, three 2M pages in chunks of two: two sections, the last cut off at the end of the range', () => {
    const { seen } = notifications({ hugePages: 3 }, { scheme: 'range-chunked', chunkPages: 8 });
    expect(seen).toEqual([
      ['range-started', 0, 8, 0, 0, 0],
      ['range-end', 0, 8, 8, 2, 0],
      ['range-started', 8, 4, 8, 2, 0],
      ['range-end', 8, 4, 12, 3, 0],
    ]);
  });

  test('range-chunked, the first page of a chunk is refused: the section is closed all the same', () => {
    const world = new TestWorld({ hugePages: 3 });
    world.folio(0).migratable = false;
    expect(world.call(collapse(world, { scheme: 'range-chunked', chunkPages: 8 }))).toBe(Errno.EBUSY);
    expect(world.mm.notifiers.openSections.size).toBe(0);
    expect(world.kvm.invalidation.mmuInvalidateInProgress).toBe(0);
  });
});

describe('notifier schemes: a 1G page of 4K leaves', () => {
  const page = { hstateLevel: 3, hugePages: 1 } as const;

  test('range-chunked with chunks of 2M: four sections that collapse to 2M, and one over the page', () => {
    const { world, seen } = notifications(page, { scheme: 'range-chunked' });
    expect(seen.filter(([type]) => type === 'range-end').map(([, first, pages]) => [first, pages])).toEqual([
      [0, 4],
      [4, 4],
      [8, 4],
      [12, 4],
      [0, 16],
    ]);
    // The last section replaces the four leaves of the chunks.
    expect(seen.at(-2)).toEqual(['range-started', 0, 16, 16, 4, 0]);
    expect(seen.at(-1)?.slice(0, 5)).toEqual(['range-end', 0, 16, 20, 5]);
    expect(world.hostLevels()).toEqual(new Array(16).fill(3));
  });

  test('range-chunked, the last step under subpage counting: every subpage once more; under head: one a leaf', () => {
    const atomics = (mapcount: 'subpage' | 'head-per-pte') =>
      notifications({ ...page, mapcount }, { scheme: 'range-chunked' }).world.work.mapcountAtomics;
    // Down and up to 2M, then down to 1G with 2M leaves and up once.
    expect(atomics('subpage')).toBe(16 + 16 + 16 + 1);
    expect(atomics('head-per-pte')).toBe(16 + 4 + 4 + 1);
  });

  test('range-chunked, chunks smaller than 2M: no leaf fits into one, so the section is that of the leaf', () => {
    const { seen } = notifications(page, { scheme: 'range-chunked', chunkPages: 2 });
    expect(seen.map(([type, first, pages]) => [type, first, pages])).toEqual([
      ['range-started', 0, 16],
      ['range-end', 0, 16],
    ]);
  });

  test('range-chunked, a 1G page in one chunk: one section', () => {
    const { seen } = notifications(page, { scheme: 'range-chunked', chunkPages: 16 });
    expect(seen).toHaveLength(2);
  });

  test('range-chunked, holes between the chunks: chunks that map nothing have no section', () => {
    const world = new TestWorld({ ...page, mapped: 0 });
    world.mapHost(4, 4, 1);
    world.call(collapse(world, { scheme: 'range-chunked' }));
    expect(world.mm.notifiers.stats.sections).toBe(2);
    expect(world.hostLevels()).toEqual(new Array(16).fill(3));
  });

  test('narrow: one section for the page, whatever is below its entry', () => {
    const { seen } = notifications(page, { scheme: 'narrow' });
    expect(seen).toEqual([
      ['range-started', 0, 16, 0, 0, 0],
      ['range-end', 0, 16, 0, 1, 0],
    ]);
  });
});

describe('notifier schemes: what others see of the page meanwhile (reference I.2)', () => {
  /** Whether the page looked unmapped to rmap walkers at some moment, and whether anyone could have got at it then. */
  const dips = (scheme: NotifierId) => {
    const world = new TestWorld({ hugePages: 1 });
    const folio = world.folio();
    const task = world.spawn('collapse', collapse(world, { scheme }));
    const states = world.watch(task, () => {
      const mapped = world.mm.mapcount.mapcount(folio) > 0 && world.mm.pageTables.leafLevel(world.at(0)) > 0;
      if (mapped) return '';
      const open = world.mm.notifiers.openSections.size > 0;
      return `dip${folio.lock.isHeld ? ' locked' : ''}${open ? ' in section' : ''}`;
    });
    world.run();
    return states.filter((state) => state !== '');
  };

  test('range, range-chunked: the page is unmapped for a while, inside of the section', () => {
    expect(dips('range')).toEqual(['dip in section']);
    expect(dips('range-chunked')).toEqual(['dip in section']);
  });

  test('narrow: counted first and swapped in one write: never unmapped', () => {
    expect(dips('narrow')).toEqual([]);
  });

  test('post-collapse, none: unmapped for a while, and the folio lock keeps migration and truncation out', () => {
    expect(dips('post-collapse')).toEqual(['dip locked']);
    expect(dips('none')).toEqual(['dip locked']);
  });
});
