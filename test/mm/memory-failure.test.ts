import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { memoryFailure } from '../../src/mm/operations/memory-failure.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { collapse } from '../support/collapse.ts';
import { TestMemory } from '../support/memory.ts';
import { ThpWorld } from '../support/thp-world.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const kinds = ['anonymous', 'shmem'] as const;
const schemes = Object.keys(mapcountSchemes) as readonly MapcountSchemeId[];
const leafwise = schemes.filter((id) => id !== 'hstate-entry');
const world = (options: WorldOptions = {}) => new TestWorld({ hugePages: 1, ...options });

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkPageCounts(w.machine);
  checkFolioCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

describe('memory-failure: small pages', () => {
  test.each(kinds)('%s: unmapped in one section, faults on it fail, its neighbours stay', (kind) => {
    const w = world();
    const memory = new TestMemory(w, { kind, pages: 4 });
    const folio = memory.folio(1);
    expect(w.call(memoryFailure(w.mm, memory.at(1)))).toBe(0);
    expect(memory.hostLevels()).toEqual([1, 0, 1, 1]);
    expect(memory.spteLevels()).toEqual([1, 0, 1, 1]);
    expect(w.mm.pageTables.kindAt(memory.at(1))).toBe(EntryKind.Poison);
    expect(folio).toMatchObject({ poisoned: true, entireMapcount: 0 });
    expect(w.call(gupSlow(w.mm, memory.at(1)))).toBe('EHWPOISON');
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expect(w.work.cpuShootdowns).toBe(1);
    expectSound(w);
  });

  test('shmem: the file keeps the page, so that MADV_DONTNEED brings no fresh one', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4 });
    const folio = memory.folio(2);
    w.call(memoryFailure(w.mm, memory.at(2)));
    w.call(madvDontneed(w.mm, memory.at(0), memory.at(4)));
    expect(w.mm.pageTables.kindAt(memory.at(2))).toBe(EntryKind.None);
    expect(memory.vma.mapping?.folio(2)).toBe(folio);
    expect(w.call(gupSlow(w.mm, memory.at(2)))).toBe('EHWPOISON');
    expectSound(w);
  });

  test('anonymous: MADV_DONTNEED gives the address back, with a fresh page', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const before = memory.folio(2)?.firstPfn;
    w.call(memoryFailure(w.mm, memory.at(2)));
    w.call(madvDontneed(w.mm, memory.at(0), memory.at(4)));
    const page = w.call(gupSlow(w.mm, memory.at(2)));
    if (typeof page === 'string') throw new Error(page);
    expect(page.pfn).not.toBe(before);
    putFolio(page.folio, 0);
    expectSound(w);
  });

  test('a file that is mapped twice: a section in each mapping', () => {
    const w = world();
    const mapping = new AddressSpace(w.machine);
    const first = new TestMemory(w, { kind: 'shmem', pages: 4, mapping });
    const second = new TestMemory(w, { kind: 'shmem', pages: 4, mapping, startPage: 16 });
    w.call(memoryFailure(w.mm, first.at(3)));
    expect([first.hostLevels(), second.hostLevels()]).toEqual([
      [1, 1, 1, 0],
      [1, 1, 1, 0],
    ]);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expectSound(w);
  });

  test('twice: -EHWPOISON; where nothing is: -EFAULT', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, holes: [0] });
    w.call(memoryFailure(w.mm, memory.at(2)));
    expect(w.call(memoryFailure(w.mm, memory.at(0)))).toBe('EFAULT');
    const shmem = new TestMemory(w, { kind: 'shmem', pages: 4, startPage: 16 });
    w.call(memoryFailure(w.mm, shmem.at(2)));
    expect(w.call(memoryFailure(w.mm, shmem.at(2)))).toBe('EHWPOISON');
  });

  test('during a migration of the page: the reference makes that fail, and the page is poisoned where it was', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const folio = memory.folio(0);
    const migrating = w.spawn('migrate', migratePages(w.mm, memory.at(0), memory.at(1)));
    w.spawn(
      'error',
      (function* failing(): Process<void> {
        yield* until(() => folio?.lock.isHeld ?? false);
        yield* memoryFailure(w.mm, memory.at(0));
      })(),
    );
    w.run();
    expect(migrating.result).toBe('EAGAIN');
    expect(w.mm.pageTables.kindAt(memory.at(0))).toBe(EntryKind.Poison);
    expectSound(w);
  });
});

describe('memory-failure: transparent huge pages', () => {
  test.each(['6.1', '6.12'] as const)(
    '%s, anonymous, PMD-mapped: split, and only one of its pages is lost',
    (kernel) => {
      const w = world({ kernel });
      const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
      const frame = memory.folio(0)?.firstPfn ?? 0;
      expect(w.call(memoryFailure(w.mm, memory.at(2)))).toBe(0);
      expect(memory.hostLevels()).toEqual([1, 1, 0, 1]);
      expect([0, 1, 3].map((page) => memory.folio(page)?.firstPfn)).toEqual([frame, frame + 1, frame + 3]);
      expect([0, 1, 3].map((page) => memory.folio(page)?.refcount)).toEqual([1, 1, 1]);
      // Around the folio, inside of that around its PMD entry, and of the poisoned page.
      expect(w.mm.notifiers.stats.sections).toBe(3);
      expectSound(w);
    },
  );

  test('shmem, PMD-mapped: unmapped as a whole, cut, and faulted in page by page', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4, folios: 2, mapped: 2 });
    expect(w.call(memoryFailure(w.mm, memory.at(2)))).toBe(0);
    expect(memory.hostLevels()).toEqual([0, 0, 0, 0]);
    expect([0, 1, 2, 3].map((page) => memory.vma.mapping?.folio(page)?.pages)).toEqual([1, 1, 1, 1]);
    expect(w.call(gupSlow(w.mm, memory.at(2)))).toBe('EHWPOISON');
    const page = w.call(gupSlow(w.mm, memory.at(3)));
    if (typeof page === 'string') throw new Error(page);
    putFolio(page.folio, 0);
    expectSound(w);
  });

  test('mapped by small entries: the others come back where they were, holes stay', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 1, holes: [3] });
    expect(w.call(memoryFailure(w.mm, memory.at(0)))).toBe(0);
    expect(memory.hostLevels()).toEqual([0, 1, 1, 0]);
    expectSound(w);
  });

  test.each([
    ['6.1', 'EBUSY'],
    ['6.12', 'EHWPOISON'],
  ] as const)('%s, somebody holds it: %s, and it stays as it was', (kernel, errno) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
    const page = gupFast(w.mm, memory.at(1), 0)?.page;
    expect(w.call(memoryFailure(w.mm, memory.at(2)))).toBe(errno);
    expect(memory.hostLevels()).toEqual([2, 2, 2, 2]);
    if (page !== undefined) putFolio(page.folio, 0);
    expectSound(w);
  });

  test.each([
    ['anonymous', 'EINVAL'],
    ['shmem', 'EAGAIN'],
  ] as const)('%s: a block with a poisoned page is not collapsed, %s', (kind, errno) => {
    const w = new ThpWorld({ kind });
    const task = w.spawn('error', memoryFailure(w.mm, w.at(1)));
    w.run();
    expect(task.result).toBe(0);
    expect(w.collapsed()).toBe(errno);
    expect(w.hostLevels()).toEqual([1, 0, 1, 1]);
    expect(w.findings()).toEqual([]);
  });
});

describe('memory-failure: hugetlb', () => {
  test.each(leafwise)('%s: every leaf of the huge page becomes an entry that says so', (mapcount) => {
    const w = world({ mapcount, hstateLevel: 3, mapped: 0 });
    w.mapHost(0, 4, 2);
    w.mapHost(4, 3, 1);
    const folio = w.folio();
    expect(w.call(memoryFailure(w.mm, w.at(5)))).toBe(0);
    expect(w.hostLevels()).toEqual(Array(16).fill(0));
    expect(w.spteLevels()).toEqual(Array(16).fill(0));
    expect(folio).toMatchObject({ poisoned: true, migratable: false, entireMapcount: 0 });
    // Mapped before or not: all of it is lost.
    for (const page of [1, 5, 12]) expect(w.call(gupSlow(w.mm, w.at(page)))).toBe('EHWPOISON');
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expect(w.work.cpuShootdowns).toBe(4);
    expectSound(w);
  });

  test('hstate-entry: the tables still count, so the kernel kills who maps it', () => {
    const w = world({ mapcount: 'hstate-entry' });
    expect(w.call(memoryFailure(w.mm, w.at(1)))).toBe('EBUSY');
    expect(w.hostLevels()).toEqual([0, 0, 0, 0]);
    checkFolioCounts(w.machine);
    expect(w.findingKinds()).toEqual(['vmm-killed']);
  });

  test('a collapse behind it: skips the page and says so', () => {
    const w = new TestWorld({ hugePages: 2 });
    w.call(memoryFailure(w.mm, w.at(1)));
    expect(w.call(collapse(w))).toBe(0);
    expect(w.hostLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expectSound(w);
  });

  test('MADV_DONTNEED of it: the entries go, and faults fail as before', () => {
    const w = world();
    w.call(memoryFailure(w.mm, w.at(1)));
    w.call(madvDontneed(w.mm, w.at(0), w.at(4)));
    expect(w.mm.pageTables.kindAt(w.at(1))).toBe(EntryKind.None);
    expect(w.call(gupSlow(w.mm, w.at(1)))).toBe('EHWPOISON');
    expectSound(w);
  });

  test('a vCPU that touches it: SIGBUS takes it out of the run', () => {
    const w = world();
    startVcpu(w, { pattern: new ScriptedPattern([0, 1, 2, 3]) });
    w.spawn('error', memoryFailure(w.mm, w.at(1)), 5000);
    w.runUntil(100_000);
    expect(w.findingKinds()).toEqual(['guest-sigbus']);
  });
});
