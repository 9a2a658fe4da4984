import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { hva } from '../../src/mm/address.ts';
import type { Folio } from '../../src/mm/folio.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { AddressSpace } from '../../src/mm/page-cache.ts';
import { checkPageCounts } from '../../src/mm/page-checkers.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { cutAt } from '../support/cut.ts';
import { TestMemory } from '../support/memory.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const world = (options: WorldOptions = {}) => new TestWorld({ hugePages: 1, ...options });
const kernels = ['6.1', '6.12'] as const;
const kinds = ['anonymous', 'shmem'] as const;

const migrate = (memory: TestMemory, first = 0, end = memory.pages) =>
  migratePages(memory.world.mm, memory.at(first), memory.at(end));

function frames(memory: TestMemory): (number | undefined)[] {
  return Array.from({ length: memory.pages }, (_, page) => memory.world.mm.pageTables.translate(memory.at(page))?.pfn);
}

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkPageCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

/** Some entry of the memory is a migration entry. */
function isUnderWay(memory: TestMemory, page: number): boolean {
  const table = memory.world.mm.pageTables.lowestTable(memory.at(page), 1);
  return table.kinds[table.geometry.index(memory.at(page) / 4096, table.level)] === EntryKind.Migration;
}

describe.each(kernels)('migrate-pages, %s', (kernel) => {
  test.each(kinds)('%s, small pages with a hole: new frames, counts as before, the old ones freed', (kind) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind, pages: 8, holes: [3] });
    const before = frames(memory);
    const refs = memory.folio(0)?.refcount;
    expect(w.call(migrate(memory, 0, 6))).toBe(0);
    const after = frames(memory);
    for (const page of [0, 1, 2, 4, 5]) {
      expect(after[page]).not.toBe(before[page]);
      expect(w.machine.memory.folioOf((before[page] ?? 0) as never)).toBeUndefined();
      expect(memory.folio(page)).toMatchObject({ refcount: refs, entireMapcount: 1 });
    }
    expect(after.slice(6)).toEqual(before.slice(6));
    expect(after[3]).toBeUndefined();
    // A section for each page; what comes back needs none.
    expect(w.mm.notifiers.stats.sections).toBe(5);
    expect(memory.spteLevels()).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
    // 6.1 flushes the CPUs for each page, 6.12 once for the batch.
    expect(w.work.cpuShootdowns).toBe(kernel === '6.1' ? 5 : 1);
    expectSound(w);
  });

  test.each(kinds)('%s, a huge page: one section, one entry, new frames', (kind) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind, pages: 8, folios: 2, mapped: 2 });
    const before = memory.folio(0);
    expect(w.call(migrate(memory, 1, 2))).toBe(0);
    expect(memory.hostLevels()).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(memory.folio(0)).not.toBe(before);
    expect(before?.refcount).toBe(0);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expectSound(w);
  });

  test('a file that is mapped twice: a section for each mapping, and both show the new page', () => {
    const w = world({ kernel });
    const mapping = new AddressSpace(w.machine);
    const first = new TestMemory(w, { kind: 'shmem', pages: 4, mapping });
    const second = new TestMemory(w, { kind: 'shmem', pages: 4, mapping, startPage: 16 });
    expect(w.call(migrate(first, 1, 2))).toBe(0);
    expect(w.mm.notifiers.stats.sections).toBe(2);
    expect(second.folio(1)).toBe(first.folio(1));
    expect(mapping.folio(1)).toBe(first.folio(1));
    expect(first.folio(1)?.refcount).toBe(3);
    expectSound(w);
  });

  test.each(kinds)('%s, a page that GUP holds: put back as it was, after ten passes -EAGAIN', (kind) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind, pages: 4 });
    const before = frames(memory);
    const page = gupFast(w.mm, memory.at(2), 0)?.page;
    if (page === undefined) throw new Error('page 2 is mapped');
    expect(w.call(migrate(memory))).toBe('EAGAIN');
    const moved = frames(memory).map((frame, index) => frame !== before[index]);
    expect(moved).toEqual([true, true, false, true]);
    // Three that move at once, and one that is tried in a batch of 6.12 and in ten passes of its own.
    expect(w.mm.notifiers.stats.sections).toBe(3 + (kernel === '6.1' ? 10 : 11));
    putFolio(page.folio, 0);
    expect(page.folio.refcount).toBe(kind === 'shmem' ? 2 : 1);
    expectSound(w);
  });

  test('a fault on a migration entry: sleeps until the page has moved, then finds the new frame', () => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const before = memory.folio(1)?.firstPfn;
    const seen: unknown[] = [];
    w.spawn('migrate', migrate(memory));
    w.spawn(
      'fault',
      (function* faulting(): Process<void> {
        yield* until(() => isUnderWay(memory, 1));
        const page = yield* gupSlow(w.mm, memory.at(1));
        if (typeof page === 'string') throw new Error(page);
        seen.push(page.pfn === memory.folio(1)?.firstPfn, page.pfn === before);
        putFolio(page.folio, 0);
      })(),
    );
    const waiting = w.spawn(
      'watch',
      (function* watching(): Process<void> {
        yield* until(() => (memory.world.machine.memory.folioOf(before as never)?.migrationWaiters.length ?? 0) > 0);
        // It holds mmap_lock meanwhile, as the kernel does.
        seen.push(w.mm.mmapLock.isHeld);
      })(),
    );
    w.run();
    expect(waiting.state).toBe('ended');
    expect(seen).toEqual([true, true, false]);
    expectSound(w);
  });

  test.each(kinds)('%s that is dropped meanwhile: the migration entry goes, nothing is restored', (kind) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind, pages: 4 });
    w.spawn('migrate', migrate(memory));
    w.spawn(
      'drop',
      (function* dropping(): Process<void> {
        yield* until(() => isUnderWay(memory, 0));
        yield* madvDontneed(w.mm, memory.at(0), memory.at(1));
      })(),
    );
    w.run();
    expect(memory.hostLevels()).toEqual([0, 1, 1, 1]);
    expectSound(w);
  });
});

describe('migrate-pages: ranges', () => {
  test('beyond the mapping: what is mapped moves, the rest is passed by', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const before = frames(memory);
    expect(w.call(migrate(memory, 2, 5))).toBe(0);
    expect(frames(memory).map((frame, page) => frame !== before[page])).toEqual([false, false, true, true]);
    expectSound(w);
  });

  test('a mapping that was cut: both parts in one batch', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    w.call(cutAt(w, memory.at(2)));
    expect(w.call(migrate(memory))).toBe(0);
    expect(w.work.cpuShootdowns).toBe(1);
    expectSound(w);
  });

  test('not aligned: -EINVAL, and no section', () => {
    const w = world();
    expect(w.call(migratePages(w.mm, hva(1), hva(4096)))).toBe('EINVAL');
    expect(w.mm.notifiers.stats.sections).toBe(0);
  });
});

describe('migrate-pages of what has gone meanwhile', () => {
  test.each(kernels)('%s, anonymous pages that are freed before their turn: no section, no copy', (kernel) => {
    const w = world({ kernel });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4 });
    const folios = [0, 1, 2, 3].map((page) => memory.folio(page));
    // All are collected; the lock of the first holds the pass up.
    w.spawn(
      'holder',
      (function* holding(): Process {
        yield* (folios[0] as Folio).lock.acquire();
        const areCollected = () => folios.every((folio) => folio?.refcount === 2) && !w.mm.mmapLock.isHeld;
        const haveMoved = () =>
          [1, 2, 3].every((page) => memory.folio(page)?.refcount === 1 && memory.folio(page) !== folios[page]);
        yield* until(kernel === '6.1' ? areCollected : haveMoved);
        yield* madvDontneed(w.mm, memory.at(0), memory.at(4));
        yield* (folios[0] as Folio).lock.release();
      })(),
    );
    expect(w.call(migrate(memory))).toBe(0);
    expect(frames(memory)).toEqual(new Array(4).fill(undefined));
    // 6.1 waits for the lock of the first with all others behind it; 6.12 has moved those before.
    expect(w.mm.notifiers.stats.sections).toBe(1 + (kernel === '6.1' ? 0 : 3));
    expectSound(w);
  });

  test('shmem, a part of a huge page under way is dropped: the split has a section of its own, all of the entry goes', () => {
    const w = world();
    const memory = new TestMemory(w, { kind: 'shmem', pages: 4, folios: 2, mapped: 2 });
    w.spawn('migrate', migrate(memory));
    w.spawn(
      'dontneed',
      (function* dropping(): Process {
        yield* until(() => isUnderWay(memory, 0));
        yield* madvDontneed(w.mm, memory.at(1), memory.at(2));
      })(),
    );
    w.run();
    // Of the migration, of MADV_DONTNEED, and of the split inside of it.
    expect([memory.hostLevels(), w.mm.notifiers.stats.sections]).toEqual([[0, 0, 0, 0], 3]);
    expectSound(w);
  });
});
