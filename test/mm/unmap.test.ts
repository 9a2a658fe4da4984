import { describe, expect, test } from 'vitest';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { hva } from '../../src/mm/address.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { Folio } from '../../src/mm/folio.ts';
import { freeFolio } from '../../src/mm/free-folio.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

// Four entries a table: a PTE table spans 4 pages, a PMD table 16, a PUD table 64.
const world = (options: WorldOptions = {}) => new TestWorld({ hugePages: 1, ...options });

function dontneed(memory: TestMemory, first: number, end: number) {
  return memory.world.call(madvDontneed(memory.world.mm, memory.at(first), memory.at(end)));
}

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkPageCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

describe('madv-dontneed: small pages', () => {
  test('anonymous memory with holes: what was mapped is freed, the tables stay', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 16, holes: [1, 4, 5, 6, 7] });
    const folios = [0, 2, 3, 8].map((page) => memory.folio(page));
    expect(dontneed(memory, 0, 12)).toBe(0);
    expect(memory.hostLevels()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(memory.spteLevels()).toEqual(memory.hostLevels());
    for (const folio of folios) {
      expect(folio?.refcount).toBe(0);
      expect(folio && w.machine.memory.folioOf(folio.firstPfn)).toBeUndefined();
    }
    expect(w.work).toMatchObject({
      leafClears: 7,
      mapcountAtomics: 7,
      refAtomics: 7,
      tablesFreed: 0,
      cpuShootdowns: 1,
    });
    // Two of the three PTE tables that the range spans exist.
    expect(w.work.ptlAcquisitions).toBe(2);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });

  test('a range without any table: a section, and nothing else', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 16, mapped: 0 });
    expect(dontneed(memory, 0, 16)).toBe(0);
    expect(w.work).toMatchObject({ leafClears: 0, ptlAcquisitions: 0, cpuShootdowns: 0 });
    expect(w.mm.notifiers.stats.sections).toBe(1);
  });

  test('shmem: the page cache keeps the pages, and each table of dirty ones is a flush of its own', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 16 });
    const folio = memory.folio(5);
    expect(dontneed(memory, 0, 12)).toBe(0);
    expect(w.work).toMatchObject({ leafClears: 12, cpuShootdowns: 3 });
    expect(folio?.refcount).toBe(1);
    expect(memory.vma.mapping?.folio(5)).toBe(folio);
    expectSound(w);
  });

  const dontneedNs = (
    kind: 'anonymous' | 'shmem',
    folios: 1 | 2,
    costs: NonNullable<WorldOptions['costs']>,
  ): number => {
    // Since 6.18 KVM marks pages when it maps them and not when it zaps them: what is left are the marks of the host's entries.
    const w = world({ kernel: '6.18', costs });
    const memory = new TestMemory(w, { kind, pages: 16, folios });
    dontneed(memory, 0, 12);
    return w.sim.now;
  };

  for (const [kind, marks] of [
    ['shmem', 12],
    ['anonymous', 0],
  ] as const) {
    test(`${kind}, 12 pages: ${marks} struct pages are marked`, () => {
      const markNs = (ptePageMarkNs: number) => dontneedNs(kind, 1, { ptePageMarkNs });
      expect(markNs(1040) - markNs(40)).toBe(marks * 1000);
    });
  }

  for (const [folios, tails] of [
    [1, 0],
    [2, 9],
  ] as const) {
    test(`anonymous folios of level ${folios}, 12 pages: the allocator looks at ${tails} tail pages`, () => {
      const freeNs = (freeTailPageNs: number) => dontneedNs('anonymous', folios, { freeTailPageNs });
      expect(freeNs(1005) - freeNs(5)).toBe(tails * 1000);
    });
  }

  for (const [what, hugetlb, tails] of [
    ['a THP', false, 3],
    ['a hugetlb folio, which stays one', true, 0],
  ] as const) {
    test(`${what}: giving it back looks at ${tails} tail pages`, () => {
      const { machine } = world({ costs: { freePageNs: 100, freeTailPageNs: 7 } });
      const folio = new Folio(machine, machine.memory.allocate(2), 2, hugetlb);
      folio.changeRefs(-1);
      expect(freeFolio(folio)).toBe(100 + 7 * tails);
    });
  }

  test('a page that GUP holds: lives until GUP drops it', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const page = gupFast(w.mm, memory.at(1), 0)?.page;
    dontneed(memory, 0, 4);
    expect(page?.folio.refcount).toBe(1);
    expect(w.machine.memory.folioOf(page?.pfn ?? (0 as never))).toBe(page?.folio);
    if (page !== undefined) putFolio(page.folio, 0);
    expect(page && w.machine.memory.folioOf(page.pfn)).toBeUndefined();
  });

  test('a fault afterwards: a new page on another frame', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const before = memory.folio(2)?.firstPfn;
    dontneed(memory, 0, 4);
    const page = w.call(gupSlow(w.mm, memory.at(2)));
    if (typeof page === 'string') throw new Error(page);
    expect(page.pfn).not.toBe(before);
    putFolio(page.folio, 0);
    expect(page.folio.refcount).toBe(1);
  });

  test('two calls on one range at once: each leaf is cleared and each reference dropped once', () => {
    for (const kind of ['anonymous', 'shmem'] as const) {
      const w = world();
      const memory = new TestMemory(w, { kind, pages: 16 });
      const folio = memory.folio(0);
      w.spawn('other', madvDontneed(w.mm, memory.at(0), memory.at(16)), 100);
      expect(dontneed(memory, 0, 16)).toBe(0);
      expect(w.work.leafClears).toBe(16);
      expect(folio?.refcount).toBe(kind === 'shmem' ? 1 : 0);
      expect(w.mm.notifiers.stats.sections).toBe(2);
      expectSound(w);
    }
  });

  test('a range beyond the mapping: -ENOMEM, after the part that is mapped', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    expect(dontneed(memory, 2, 5)).toBe('ENOMEM');
    expect(memory.hostLevels()).toEqual([1, 1, 0, 0]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });
});

describe('madv-dontneed: huge leaves', () => {
  test('anonymous, whole ones: one clear and one reference each', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 16, folios: 2, mapped: 2 });
    dontneed(memory, 4, 12);
    expect(memory.hostLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
    expect(w.work).toMatchObject({ leafClears: 2, refAtomics: 2, ptlAcquisitions: 2, tablesAllocated: 0 });
    // entire_mapcount and the large folio's count.
    expect(w.work.mapcountAtomics).toBe(4);
    expectSound(w);
  });

  test('anonymous, a part: split in a section over the whole, the rest stays mapped in small pieces', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 8, folios: 2, mapped: 2 });
    const folio = memory.folio(0);
    dontneed(memory, 2, 8);
    expect(memory.hostLevels()).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(memory.spteLevels()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(memory.folio(1)).toBe(folio);
    // Two leaves are left, and hold the whole folio.
    expect(folio?.refcount).toBe(2);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(w.work.tablesAllocated).toBe(1);
    expectSound(w);
    dontneed(memory, 0, 2);
    expect(folio?.refcount).toBe(0);
    expect(folio && w.machine.memory.folioOf(folio.firstPfn)).toBeUndefined();
    expectSound(w);
  });

  test('shmem, a part: the entry goes as a whole, no table comes', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8, folios: 2, mapped: 2 });
    const folio = memory.folio(0);
    dontneed(memory, 2, 4);
    expect(memory.hostLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect(folio?.refcount).toBe(1);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(w.work.tablesAllocated).toBe(0);
    expectSound(w);
  });

  test('6.1, a huge leaf: as many mapcount atomics as it has pages, and one', () => {
    const w = world({ kernel: '6.1' });
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4, folios: 2, mapped: 2 });
    dontneed(memory, 0, 4);
    expect(w.work.mapcountAtomics).toBe(5);
  });
});

describe('madv-dontneed: hugetlb', () => {
  test('an end inside of a huge page: rounded down', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(madvDontneed(w.mm, w.at(0), w.at(6)))).toBe(0);
    expect(w.hostLevels()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(w.folio(0).refcount).toBe(1);
    expectSound(w);
  });

  test('a range inside of one huge page: nothing is to be done', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(madvDontneed(w.mm, w.at(4), w.at(7)))).toBe(0);
    expect(w.mm.notifiers.stats.sections).toBe(0);
  });

  test('a start inside of a huge page: -EINVAL', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(madvDontneed(w.mm, w.at(1), w.at(8)))).toBe('EINVAL');
  });

  test('6.1: the locks inside of the section; 6.12: around section and flush', () => {
    const seen = (['6.1', '6.12'] as const).map((kernel) => {
      const w = new TestWorld({ hugePages: 1, kernel });
      const task = w.spawn('dontneed', madvDontneed(w.mm, w.at(0), w.at(4)));
      const locks = w.watch(task, () => w.mmLocks());
      w.run();
      return locks;
    });
    // After the section come the flush and the references.
    const inside = ['mmap:R section', 'mmap:R vma:W i_mmap:W section', 'mmap:R section'];
    expect(seen[0]).toEqual(['', 'mmap:R', ...inside, 'mmap:R', '']);
    const around = ['mmap:R vma:W i_mmap:W', 'mmap:R vma:W i_mmap:W section', 'mmap:R vma:W i_mmap:W'];
    expect(seen[1]).toEqual(['', 'mmap:R', ...around, '']);
  });
});

describe('munmap', () => {
  test('small pages: zapped in one section, tables freed that no other mapping needs, faults fail', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 8 });
    expect(w.call(munmap(w.mm, memory.vma.start, memory.vma.end))).toBe(0);
    // Two PTE tables, and the PMD and PUD tables above, though they reach beyond the mapping.
    expect(w.work).toMatchObject({ leafClears: 8, tablesFreed: 4, cpuShootdowns: 1 });
    expect(w.mm.pageTables.lowestTable(memory.at(0), 1).level).toBe(4);
    expect(w.call(gupSlow(w.mm, memory.at(0)))).toBe('EFAULT');
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });

  test('beside another mapping under one PMD table: that table stays', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 8 });
    const neighbour = new TestMemory(w, { kind: 'anonymous', pages: 4, startPage: 8 });
    w.call(munmap(w.mm, memory.vma.start, memory.vma.end));
    expect(w.work.tablesFreed).toBe(2);
    expect(neighbour.hostLevels()).toEqual([1, 1, 1, 1]);
    expectSound(w);
  });

  test('shmem: leaves its file under i_mmap_rwsem for write, and the pages stay in it', () => {
    const w = world();
    const mapping = new AddressSpace(w.machine);
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4, mapping });
    w.spawn(
      'reader',
      (function* holding() {
        yield* mapping.iMmapRwsem.acquireRead();
        yield 50_000;
        expect(mapping.vmas).toHaveLength(1);
        expect(w.work.tablesFreed).toBe(0);
        yield* mapping.iMmapRwsem.releaseRead();
      })(),
    );
    w.call(munmap(w.mm, memory.vma.start, memory.vma.end));
    expect(mapping.vmas).toEqual([]);
    expect([...mapping.folios()].map(([, folio]) => folio.refcount)).toEqual([1, 1, 1, 1]);
    expect(w.work.tablesFreed).toBe(3);
  });

  test('hugetlb in small pieces: every leaf and every table goes, the huge page stays in its file', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(munmap(w.mm, w.vma.start, w.vma.end))).toBe(0);
    expect(w.work).toMatchObject({ leafClears: 8, tablesFreed: 4 });
    expect([w.folio(0).refcount, w.folio(1).refcount]).toEqual([1, 1]);
    expect(w.mapping.vmas).toEqual([]);
    expectSound(w);
  });

  test('a part of a huge page of hugetlb: -EINVAL, and mmap_lock is free again', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(munmap(w.mm, w.at(0), w.at(2)))).toBe('EINVAL');
    expect(w.call(munmap(w.mm, w.at(2), w.at(8)))).toBe('EINVAL');
    expect(w.mm.mmapLock.isHeld).toBe(false);
    expect(w.mm.vmas).toEqual([w.vma]);
  });

  test.each(['anonymous', 'shmem'] as const)(
    '%s, a part in the middle: one section, what is left faults as before',
    (kind) => {
      const w = world();
      const memory = new TestMemory(w, { kind, pages: 12 });
      expect(w.call(munmap(w.mm, memory.at(3), memory.at(9)))).toBe(0);
      expect(memory.hostLevels()).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
      expect(w.mm.notifiers.stats.sections).toBe(1);
      // Of three PTE tables the middle one has no mapping left.
      expect(w.work).toMatchObject({ leafClears: 6, tablesFreed: 1 });
      expect(w.mm.vmas.map(({ start, end }) => [start, end])).toContainEqual([memory.at(9), memory.at(12)]);
      expect(w.call(gupSlow(w.mm, memory.at(3)))).toBe('EFAULT');
      const page = w.call(gupSlow(w.mm, memory.at(9)));
      if (typeof page === 'string') throw new Error(page);
      expect(page.folio).toBe(memory.folio(9));
      putFolio(page.folio, 0);
      expectSound(w);
    },
  );

  test('a cut through a huge leaf: a section of its own over the huge page, then that of the range', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 8, folios: 2, mapped: 2 });
    const folio = memory.folio(0);
    expect(w.call(munmap(w.mm, memory.at(2), memory.at(8)))).toBe(0);
    expect(memory.hostLevels()).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(folio?.refcount).toBe(2);
    expectSound(w);
  });

  test('several mappings and a gap between them: one section over all', () => {
    const w = world();
    const first = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const second = new TestMemory(w, { kind: 'shmem', pages: 4, startPage: 8 });
    expect(w.call(munmap(w.mm, first.at(2), second.at(2)))).toBe(0);
    expect([first.hostLevels(), second.hostLevels()]).toEqual([
      [1, 1, 0, 0],
      [0, 0, 1, 1],
    ]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });

  test('nothing mapped: 0 without a section; not aligned: -EINVAL', () => {
    const w = world();
    expect(w.call(munmap(w.mm, hva(0), hva(8192)))).toBe(0);
    expect(w.call(munmap(w.mm, hva(1), hva(8192)))).toBe('EINVAL');
    expect(w.mm.notifiers.stats.sections).toBe(0);
  });

  test('hugetlb, one of two huge pages: its tables go, the other stays mapped and counted', () => {
    const w = new TestWorld({ hugePages: 2 });
    expect(w.call(munmap(w.mm, w.at(0), w.at(4)))).toBe(0);
    expect(w.hostLevels()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(w.work).toMatchObject({ leafClears: 4, tablesFreed: 1 });
    expect(w.folio(0).refcount).toBe(1);
    expect(w.vma.cacheIndex(w.at(4))).toBe(1);
    checkFolioCounts(w.machine);
    expectSound(w);
  });
});
