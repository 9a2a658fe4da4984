import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { checkFolioCounts, checkMappedHugePages } from '../../src/mm/checkers.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { punchHole } from '../../src/mm/operations/punch-hole.ts';
import { truncate } from '../../src/mm/operations/truncate.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld, until } from '../support/world.ts';

const world = () => new TestWorld({ hugePages: 1 });

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkFolioCounts(w.machine);
  checkMappedHugePages(w.machine);
  checkPageCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

/** What a fault at that page comes to; the page that it brings in is dropped again. */
function* fault(memory: TestMemory, page: number): Process<string> {
  const found = yield* gupSlow(memory.world.mm, memory.at(page));
  if (typeof found === 'string') return found;
  putFolio(found.folio, 0);
  return 'mapped';
}

describe('truncate: shmem', () => {
  test('pages beyond the new end: unmapped in two sections, out of the page cache, freed', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8 });
    const folio = memory.folio(6);
    expect(w.call(truncate(memory.vma, memory.at(4)))).toBe(0);
    expect(memory.hostLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(memory.spteLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...(memory.vma.mapping?.folios() ?? [])].map(([index]) => index)).toEqual([0, 1, 2, 3]);
    expect(folio?.refcount).toBe(0);
    expect(folio && w.machine.memory.folioOf(folio.firstPfn)).toBeUndefined();
    expect(w.mm.notifiers.stats.sections).toBe(2);
    // It goes by the file, and leaves the tables.
    expect(w.work.tablesFreed).toBe(0);
    expectSound(w);
  });

  test('a fault beyond the end: -EFAULT, and no page comes', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8 });
    w.call(truncate(memory.vma, memory.at(4)));
    expect(w.call(fault(memory, 3))).toBe('mapped');
    expect(w.call(fault(memory, 4))).toBe('EFAULT');
    expect(memory.vma.mapping?.folio(4)).toBeUndefined();
  });

  test('two mappings of the file: two sections for each of them', () => {
    const w = world();
    const mapping = new AddressSpace(w.machine);
    const first = new TestMemory(w, { kind: 'shmem', pages: 8, mapping });
    const second = new TestMemory(w, { kind: 'shmem', pages: 8, mapping, startPage: 16 });
    w.call(truncate(first.vma, first.at(2)));
    expect(second.hostLevels()).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(w.mm.notifiers.stats.sections).toBe(4);
    expectSound(w);
  });

  test('a page that a fault maps between the zap and its removal: unmapped alone, under its folio lock', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8, mapped: 0 });
    const { mapping } = memory.vma;
    const folio = mapping?.folio(5);
    if (mapping === null || folio === undefined) throw new Error('the file has a page 5');
    w.spawn('fault', fault(memory, 5));
    w.spawn(
      'truncate',
      (function* behind(): Process<void> {
        // The fault has looked at the size and holds the folio lock: the first zap comes too early to see its entry.
        yield* until(() => folio.lock.isHeld);
        yield* truncate(memory.vma, memory.at(4));
      })(),
    );
    w.run();
    expect(mapping.folio(5)).toBeUndefined();
    expect(memory.hostLevels()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(folio.refcount).toBe(0);
    expect(w.mm.notifiers.stats.sections).toBe(3);
    expectSound(w);
  });

  test('a page that GUP holds: out of the file, freed when GUP drops it', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4 });
    const page = gupFast(w.mm, memory.at(1), 0)?.page;
    if (page === undefined) throw new Error('page 1 is mapped');
    w.call(truncate(memory.vma, memory.at(0)));
    expect(page.folio.refcount).toBe(1);
    expect(page.folio.cached).toBeNull();
    putFolio(page.folio, 0);
    expect(w.machine.memory.folioOf(page.pfn)).toBeUndefined();
  });

  test('large folios: each goes as one', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8, folios: 2, mapped: 2 });
    w.call(truncate(memory.vma, memory.at(4)));
    expect(memory.hostLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
    expect(memory.vma.mapping?.folio(7)).toBeUndefined();
    expectSound(w);
  });

  test('locks: the inode outermost, never mmap_lock', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4 });
    const { mapping } = memory.vma;
    const task = w.spawn('truncate', truncate(memory.vma, memory.at(0)));
    const seen = w.watch(task, () => `${mapping?.inodeRwsem.isWriteHeld ? 'inode:W' : '-'} ${w.mm.mmapLock.isHeld}`);
    w.run();
    expect(seen).toEqual(['- false', 'inode:W false', '- false']);
    expect(w.sim.lockdep.findings).toEqual([]);
  });
});

describe('punch-hole: shmem', () => {
  test('the hole: unmapped in one section; a fault brings a new page on another frame', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8 });
    const before = memory.folio(3)?.firstPfn;
    expect(w.call(punchHole(memory.vma, memory.at(2), memory.at(6)))).toBe(0);
    expect(memory.hostLevels()).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expect(w.call(fault(memory, 3))).toBe('mapped');
    expect(memory.folio(3)?.firstPfn).not.toBe(before);
    expect(memory.folio(3)?.refcount).toBe(2);
    expectSound(w);
  });

  test('a fault in the hole meanwhile: sleeps without mmap_lock until the hole is there; one beside it does not', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 8, mapped: 0 });
    const { mapping } = memory.vma;
    const ends: Record<string, number> = {};
    let lockedWhileAsleep = true;
    const task = w.spawn('punch', punchHole(memory.vma, memory.at(0), memory.at(4)));
    function* faultDuring(page: number): Process<void> {
      yield* until(() => mapping?.hole !== null);
      expect(yield* fault(memory, page)).toBe('mapped');
      ends[page] = w.sim.now;
    }
    w.spawn('inside', faultDuring(1));
    w.spawn('beside', faultDuring(5));
    let punchedNs = 0;
    w.spawn(
      'watch',
      (function* watching(): Process<void> {
        yield* until(() => mapping?.hole?.waiters.length === 1 && ends[5] !== undefined);
        lockedWhileAsleep = w.mm.mmapLock.isHeld;
        yield* until(() => mapping?.hole === null);
        punchedNs = w.sim.now;
      })(),
    );
    // The hole lasts: somebody else has one of its pages locked.
    const folio = mapping?.folio(2);
    w.spawn(
      'holder',
      (function* holding(): Process<void> {
        if (folio === undefined) return;
        yield* folio.lock.acquire();
        yield 100_000;
        yield* folio.lock.release();
      })(),
    );
    w.run();
    expect(task.state).toBe('ended');
    expect(lockedWhileAsleep).toBe(false);
    expect(ends[5]).toBeLessThan(punchedNs);
    expect(ends[1]).toBeGreaterThan(punchedNs);
    expectSound(w);
  });
});

describe('truncate and punch-hole: hugetlb', () => {
  test('nobody else there: one section for the mapping, pages freed, faults fail', () => {
    const w = new TestWorld({ hugePages: 4 });
    const folio = w.folio(3);
    expect(w.call(truncate(w.vma, w.at(8)))).toBe(0);
    expect(w.hostLevels()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expect(folio.refcount).toBe(0);
    expect(w.machine.memory.folioOf(folio.firstPfn)).toBeUndefined();
    expect(w.call(gupSlow(w.mm, w.at(12)))).toBe('EFAULT');
    expectSound(w);
  });

  test('a hole: the pages after it stay', () => {
    const w = new TestWorld({ hugePages: 4 });
    // Parts of huge pages at both ends stay.
    expect(w.call(punchHole(w.vma, w.at(2), w.at(13)))).toBe(0);
    expect(w.hostLevels()).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(w.call(gupSlow(w.mm, w.at(5)))).toBe('EFAULT');
    expectSound(w);
  });

  test('vma_lock is held: the list skips the mapping, and each page is unmapped by itself in order of the locks', () => {
    const w = new TestWorld({ hugePages: 2 });
    w.spawn(
      'reader',
      (function* holding(): Process<void> {
        yield* w.vma.hugetlbLock.acquireRead();
        yield 10_000;
        expect(w.hostLevels()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
        yield* w.vma.hugetlbLock.releaseRead();
      })(),
    );
    w.call(truncate(w.vma, w.at(0)));
    expect(w.hostLevels()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    // None by the list, one for each page.
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expectSound(w);
  });

  test('a page that a fault maps again before its turn: unmapped under the fault mutex, then it stays away', () => {
    const w = new TestWorld({ hugePages: 2 });
    const results: unknown[] = [];
    w.spawn(
      'fault',
      (function* faulting(): Process<void> {
        yield* until(() => w.mm.pageTables.root.leaves === 0);
        const page = yield* gupSlow(w.mm, w.at(5));
        results.push(typeof page === 'string' ? page : 'mapped');
        if (typeof page !== 'string') putFolio(page.folio, 0);
      })(),
    );
    w.call(truncate(w.vma, w.at(0)));
    expect(results).toEqual(['mapped']);
    expect(w.mm.pageTables.root.leaves).toBe(0);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expectSound(w);
  });

  test('a length inside of a huge page, and memory without a file: -EINVAL', () => {
    const w = new TestWorld({ hugePages: 2 });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    expect(w.call(truncate(w.vma, w.at(1)))).toBe('EINVAL');
    expect(w.call(truncate(memory.vma, memory.at(0)))).toBe('EINVAL');
    expect(w.call(punchHole(memory.vma, memory.at(0), memory.at(4)))).toBe('EINVAL');
    expect(w.mm.notifiers.stats.sections).toBe(0);
  });
});
