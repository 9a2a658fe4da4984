import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { checkAllSptes } from '../../src/kvm/checkers.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { mprotect } from '../../src/mm/operations/mprotect.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { collapse } from '../support/collapse.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

// Four entries a table: a huge page of 2M geometry has 4 pages, one of 1G geometry 16.
const kernels = ['6.1', '6.12'] as const;
const schemes = Object.keys(mapcountSchemes) as readonly MapcountSchemeId[];
/** All of them but the one that counts the tables, which migration leaves standing. */
const leafwise = schemes.filter((id) => id !== 'hstate-entry');

const world = (options: WorldOptions = {}) => new TestWorld({ hugePages: 1, ...options });
const migrate = (w: TestWorld, first = 0, end = w.pages) => migratePages(w.mm, w.at(first), w.at(end));

function expectSound(w: TestWorld): void {
  checkAllSptes(w.kvm);
  checkFolioCounts(w.machine);
  expect(w.findingKinds()).toEqual([]);
}

const kindAt = (w: TestWorld, page: number) => {
  const table = w.mm.pageTables.lowestTable(w.at(page), 1);
  return table.kinds[table.geometry.index(w.at(page) / 4096, table.level)];
};

describe.each(kernels)('migrate-pages of hugetlb, %s', (kernel) => {
  test.each(schemes)('%s, a leaf of the size of the page: moved, with the counts that it had', (mapcount) => {
    const w = world({ kernel, mapcount, mapped: 2 });
    const before = w.folio();
    const { refcount, entireMapcount } = before;
    expect(w.call(migrate(w))).toBe(0);
    expect(w.folio()).not.toBe(before);
    expect(w.folio()).toMatchObject({ refcount, entireMapcount, migratable: true });
    expect(w.machine.memory.folioOf(before.firstPfn)).toBeUndefined();
    expect(w.hostLevels()).toEqual([2, 2, 2, 2]);
    expect(w.mm.notifiers.stats.sections).toBe(1);
    expect(w.work.cpuShootdowns).toBe(1);
    expectSound(w);
  });

  test.each(leafwise)(
    '%s, leaves of all sizes and holes: one section, a flush a leaf, each written back',
    (mapcount) => {
      const w = world({ kernel, mapcount, hstateLevel: 3, mapped: 0 });
      w.mapHost(0, 4, 2);
      w.mapHost(4, 3, 1);
      w.mapHost(12, 4, 2);
      const levels = w.hostLevels();
      const before = w.folio();
      const { refcount, entireMapcount } = before;
      expect(w.call(migrate(w))).toBe(0);
      expect(w.hostLevels()).toEqual(levels);
      expect(w.folio()).not.toBe(before);
      expect(w.folio()).toMatchObject({ refcount, entireMapcount });
      expect(w.mm.notifiers.stats.sections).toBe(1);
      expect(w.work).toMatchObject({ leafClears: 5, cpuShootdowns: 5 });
      expectSound(w);
    },
  );

  test('hstate-entry, small leaves: the tables count, so after ten passes -EAGAIN, and all is as it was', () => {
    const w = world({ kernel, mapcount: 'hstate-entry' });
    const before = w.folio();
    expect(w.call(migrate(w))).toBe('EAGAIN');
    expect(w.folio()).toBe(before);
    expect(before).toMatchObject({ refcount: 2, entireMapcount: 1, migratable: true });
    expect(w.hostLevels()).toEqual([1, 1, 1, 1]);
    expect(w.mm.notifiers.stats.sections).toBe(10);
    expectSound(w);
  });
});

describe('migrate-pages of hugetlb', () => {
  test('a page that GUP holds: ten passes, -EAGAIN, mapped as before', () => {
    const w = world();
    const page = gupFast(w.mm, w.at(1), 0)?.page;
    expect(w.call(migrate(w))).toBe('EAGAIN');
    expect(w.hostLevels()).toEqual([1, 1, 1, 1]);
    expect(w.work.leafClears).toBe(10 * 4);
    if (page !== undefined) putFolio(page.folio, 0);
    expectSound(w);
  });

  test('the copy: as long as the page is large', () => {
    const took = (hstateLevel: 2 | 3) => {
      const w = world({ hstateLevel, mapped: 0 });
      w.mapHost(0, 1, 1);
      w.call(migrate(w));
      return { ns: w.sim.now, costs: w.machine.costs };
    };
    const { ns, costs } = took(3);
    // One leaf in both: what is more is 12 pages of data, and the entries on the way to it in both directions.
    const walks = 2 * 3 * costs.hgmWalkNs + 3 * costs.ptlNs;
    expect(ns - took(2).ns).toBe(12 * costs.copyPageNs + walks);
  });

  test('a fault meanwhile: sleeps without the fault mutex and the vma_lock, then finds the copy', () => {
    const w = world();
    const before = w.folio();
    const seen: unknown[] = [];
    w.spawn('migrate', migrate(w));
    w.spawn(
      'fault',
      (function* faulting(): Process<void> {
        yield* until(() => kindAt(w, 2) === EntryKind.Migration);
        const page = yield* gupSlow(w.mm, w.at(2));
        if (typeof page === 'string') throw new Error(page);
        seen.push(page.folio === w.folio(), page.folio === before);
        putFolio(page.folio, 0);
      })(),
    );
    w.spawn(
      'watch',
      (function* watching(): Process<void> {
        yield* until(() => before.migrationWaiters.length > 0);
        seen.push(w.mmLocks());
      })(),
    );
    w.run();
    expect(seen).toEqual(['mmap:R folio', true, false]);
    expectSound(w);
  });

  test('a fault in a hole meanwhile: waits for the page with a reference, and so makes the pass fail', () => {
    const w = world({ mapped: 0 });
    w.mapHost(0, 1, 1);
    w.spawn('migrate', migrate(w));
    w.spawn(
      'fault',
      (function* faulting(): Process<void> {
        yield* until(() => w.folio().lock.isHeld);
        const page = yield* gupSlow(w.mm, w.at(3));
        if (typeof page === 'string') throw new Error(page);
        putFolio(page.folio, 0);
      })(),
    );
    w.run();
    expect(w.hostLevels()).toEqual([1, 0, 0, 1]);
    // The first pass puts its entry back, a later one moves two leaves.
    expect(w.mm.notifiers.stats.sections).toBeGreaterThan(1);
    expectSound(w);
  });

  test('MADV_DONTNEED meanwhile: what it drops does not come back', () => {
    const w = world({ hugePages: 1 });
    w.spawn('migrate', migrate(w));
    w.spawn(
      'drop',
      (function* dropping(): Process<void> {
        yield* until(() => kindAt(w, 3) === EntryKind.Migration);
        yield* madvDontneed(w.mm, w.at(0), w.at(4));
      })(),
    );
    w.run();
    expect(w.hostLevels()).toEqual([0, 0, 0, 0]);
    expect(w.folio().refcount).toBe(1);
    expectSound(w);
  });

  test('MADV_COLLAPSE meanwhile: -EBUSY', () => {
    const w = world();
    w.spawn('migrate', migrate(w));
    const collapsing = w.spawn(
      'collapse',
      (function* collapsing() {
        yield* until(() => kindAt(w, 0) === EntryKind.Migration);
        return yield* collapse(w);
      })(),
    );
    w.run();
    expect(collapsing.result).toBe('EBUSY');
    expectSound(w);
  });

  test('a second call meanwhile: -EBUSY, the page is under way already', () => {
    const w = world();
    w.spawn('first', migrate(w));
    const second = w.spawn(
      'second',
      (function* second() {
        yield* until(() => !w.folio().migratable);
        return yield* migrate(w);
      })(),
    );
    w.run();
    expect(second.result).toBe('EBUSY');
    expectSound(w);
  });

  test('beside a collapse of RFC v1: the folio lock and i_mmap_rwsem in both orders, which lockdep reports', () => {
    const w = world({ hgmVersion: 'rfc1' });
    w.call(migrate(w));
    w.call(collapse(w));
    expect(w.findingKinds()).toEqual(['lockdep-order-inversion']);
    const [inversion] = w.sim.lockdep.findings;
    expect(inversion?.message).toMatch(/folio_lock under i_mmap_rwsem/);
  });
});

test('protected and opened again while under migration: comes back read-only, and the first write opens it', () => {
  const w = new TestWorld({ hugePages: 1, mapped: 2 });
  const all = [w.at(0), w.at(4)] as const;
  w.spawn('migrate', migratePages(w.mm, ...all));
  w.spawn(
    'mprotect',
    (function* protecting(): Process {
      yield* until(() => w.mm.pageTables.kindAt(w.at(0)) === EntryKind.Migration);
      yield* mprotect(w.mm, ...all, 'read');
      yield* mprotect(w.mm, ...all, 'read-write');
    })(),
  );
  w.run();
  expect(w.mm.pageTables.translate(w.at(1))?.writable).toBe(false);
  const page = w.call(gupSlow(w.mm, w.at(1)));
  if (typeof page === 'string') throw new Error(page);
  putFolio(page.folio, 0);
  expect([page.writable, w.hostLevels()]).toEqual([true, [2, 2, 2, 2]]);
  expect(w.findingKinds()).toEqual([]);
});
