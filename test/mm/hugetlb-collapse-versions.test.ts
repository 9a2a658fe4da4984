import { describe, expect, test } from 'vitest';
import { Errno } from '../../src/mm/errno.ts';
import type { HgmVersion } from '../../src/mm/hugetlb-vma.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { collapse, hgmVersions, notifierIds } from '../support/collapse.ts';
import { TestWorld, until } from '../support/world.ts';

/** What a thread beside sees of the locks while two huge pages are collapsed in one section (reference G.5). */
const lockStates: Readonly<Record<HgmVersion, readonly string[]>> = {
  // i_mmap_rwsem around all; tlb_finish_mmu(), then range_end, then unlock.
  rfc1: [
    '',
    'mmap:R',
    'mmap:R i_mmap:W',
    'mmap:R i_mmap:W section',
    // The folio lock of each page, while its tables are freed and its entry is written.
    'mmap:R i_mmap:W folio section',
    'mmap:R i_mmap:W section',
    'mmap:R i_mmap:W folio section',
    'mmap:R i_mmap:W section',
    '',
  ],
  // The section opens first: whoever holds the vma_lock makes the vCPUs wait too.
  rfc2: ['', 'mmap:R', 'mmap:R section', 'mmap:R vma:W section', 'mmap:R section', ''],
  v1: [
    '',
    'mmap:R',
    'mmap:R section',
    'mmap:R vma:W i_mmap:W section',
    // cond_resched between the two entries.
    'mmap:R i_mmap:W section',
    'mmap:R vma:W i_mmap:W section',
    'mmap:R section',
    '',
  ],
  // range_end before tlb_finish_mmu(); held for read again on return to the caller.
  v2: ['', 'mmap:R', 'mmap:W', 'mmap:W section', 'mmap:W', 'mmap:R', ''],
};

describe('hugetlbCollapse: locks', () => {
  for (const version of hgmVersions) {
    test(`${version}: seen from another thread: the locks of that version, in its order, around its section`, () => {
      const world = new TestWorld({ hgmVersion: version });
      const task = world.spawn('collapse', collapse(world));
      const states = world.watch(task, () => world.mmLocks());
      world.run();
      expect(states).toEqual(lockStates[version]);
    });
  }

  test('post-collapse and none: the folio lock is held in addition while its tables change; the sections do without', () => {
    for (const version of ['rfc2', 'v1', 'v2'] as const) {
      for (const scheme of notifierIds) {
        const world = new TestWorld({ hgmVersion: version });
        const task = world.spawn('collapse', collapse(world, { scheme }));
        const states = world.watch(task, () => world.mmLocks());
        world.run();
        const withFolio = states.filter((state) => state.includes('folio'));
        // Two huge pages, one lock each.
        expect(withFolio).toHaveLength(scheme === 'post-collapse' || scheme === 'none' ? 2 : 0);
      }
    }
  });

  test('v1: relock under iMmapRwsem: lockdep reports the inversion', () => {
    const world = new TestWorld({ hgmVersion: 'v1' });
    world.call(collapse(world), 'collapse');
    const [finding, ...others] = world.sim.lockdep.findings;
    expect(others).toEqual([]);
    expect(finding?.kind).toBe('order-inversion');
    expect(finding?.chains.map(({ held, acquires }) => [held.at(-1), acquires])).toEqual(
      expect.arrayContaining([
        ['i_mmap_rwsem', 'hugetlb_vma_lock'],
        ['hugetlb_vma_lock', 'i_mmap_rwsem'],
      ]),
    );
  });

  test('v1: one entry, so no relock: no finding', () => {
    const world = new TestWorld({ hugePages: 1, hgmVersion: 'v1' });
    world.call(collapse(world));
    expect(world.findingKinds()).toEqual([]);
  });

  for (const version of ['rfc1', 'rfc2', 'v2'] as const) {
    test(`${version}: two entries: no finding`, () => {
      const world = new TestWorld({ hgmVersion: version });
      world.call(collapse(world));
      expect(world.findingKinds()).toEqual([]);
    });
  }

  // collapse (v1)                     walker that takes the locks in the documented order
  //   vma_lock W, i_mmap_rwsem W
  //   ... first entry ...             vma_lock R: waits
  //   vma_lock dropped                  has vma_lock
  //   vma_lock W: waits               i_mmap_rwsem R: waits for ever
  test('v1: a walker takes vma_lock in the gap and then i_mmap_rwsem: deadlock, found by the run', () => {
    const world = new TestWorld({ hgmVersion: 'v1' });
    world.spawn('collapse', collapse(world));
    world.spawn(
      'walker',
      (function* walker() {
        yield* until(() => world.vma.hugetlbLock.isWriteHeld);
        yield* world.vma.hugetlbLock.acquireRead();
        yield* world.mapping.iMmapRwsem.acquireRead();
      })(),
    );
    const outcome = world.sim.run();
    expect(outcome.kind).toBe('deadlock');
    const waiting = outcome.kind === 'deadlock' ? outcome.waiting : [];
    expect(waiting.map(({ task, waitingFor }) => [task, waitingFor])).toEqual([
      ['collapse', 'hugetlb_vma_lock'],
      ['walker', 'i_mmap_rwsem'],
    ]);
  });

  test('v1: another thread waits for vma_lock: gets in between two entries', () => {
    const world = new TestWorld({ hgmVersion: 'v1' });
    const rows: number[] = [];
    world.spawn('collapse', collapse(world));
    world.spawn(
      'fault',
      (function* fault() {
        yield* until(() => world.vma.hugetlbLock.isWriteHeld);
        yield* world.vma.hugetlbLock.acquireRead();
        rows.push(world.work.hugeEntriesSet);
        yield* world.vma.hugetlbLock.releaseRead();
      })(),
    );
    world.run();
    expect(rows).toEqual([1]);
  });

  test('UFFDIO_CONTINUE of another page while a collapse runs: v2 keeps it out from start to end, v1 from entry to entry', () => {
    const waitsOf = (version: HgmVersion) => {
      const world = new TestWorld({ entries: 32, hugePages: 3, mapped: 0, hgmVersion: version });
      world.mapHost(0, 64, 1);
      world.mapHost(64, 1, 1);
      const waits: [string, number][] = [];
      world.spawn('collapse', collapse(world, { end: 64 }));
      const task = world.spawn(
        'continue',
        (function* late() {
          yield* until(() => world.work.leafClears > 0);
          return yield* uffdioContinue(world.mm, world.at(65), world.at(66));
        })(),
      );
      task.onWaitEnd = (lockClass) => waits.push([lockClass.name, world.work.hugeEntriesSet]);
      world.run();
      expect(task.result).toBe(0);
      return waits;
    };
    expect(waitsOf('v2')).toEqual([['mmap_lock', 2]]);
    expect(waitsOf('v1')).toEqual([['hugetlb_vma_lock', 1]]);
    expect(waitsOf('rfc2')).toEqual([['hugetlb_vma_lock', 2]]);
    expect(waitsOf('rfc1')).toEqual([['i_mmap_rwsem', 2]]);
  });
});

describe('hugetlbCollapse: pages that cannot be collapsed', () => {
  /** Three huge pages; result, and the level of each afterwards. */
  const outcome = (version: HgmVersion, spoil: (world: TestWorld) => void) => {
    const world = new TestWorld({ hugePages: 3, hgmVersion: version });
    spoil(world);
    const result = world.call(collapse(world));
    expect(world.mm.notifiers.openSections.size).toBe(0);
    expect(world.mmLocks()).toBe('');
    return [result, ...[0, 4, 8].map((page) => world.hostLevels()[page])];
  };
  const poison = (index: number) => (world: TestWorld) => {
    // A poisoned page is not migratable either: which test comes first decides.
    world.folio(index).poisoned = true;
    world.folio(index).migratable = false;
  };

  for (const version of hgmVersions) {
    test(`${version}: a page that is not migratable: -EBUSY, and the pages behind it stay small`, () => {
      const busy = (world: TestWorld) => {
        world.folio(1).migratable = false;
      };
      expect(outcome(version, busy)).toEqual([Errno.EBUSY, 2, 1, 1]);
    });
  }

  test('v2: a poisoned page in the middle: is skipped, and its error is lost', () => {
    expect(outcome('v2', poison(1))).toEqual([0, 2, 1, 2]);
  });

  test('v2: the last page is poisoned: -EHWPOISON', () => {
    expect(outcome('v2', poison(2))).toEqual([Errno.EHWPOISON, 2, 2, 1]);
  });

  for (const version of ['rfc1', 'rfc2', 'v1'] as const) {
    test(`${version}: a poisoned page: -EBUSY, because the test for migration comes first`, () => {
      expect(outcome(version, poison(1))).toEqual([Errno.EBUSY, 2, 1, 1]);
    });
  }

  test('every scheme: refused page: no section, lock or reference is left behind', () => {
    for (const scheme of notifierIds) {
      const world = new TestWorld({ hugePages: 1 });
      world.folio().migratable = false;
      expect(world.call(collapse(world, { scheme }))).toBe(Errno.EBUSY);
      expect([world.mm.notifiers.openSections.size, world.mmLocks(), world.folio().refcount]).toEqual([0, '', 5]);
      expect(world.hostLevels()).toEqual([1, 1, 1, 1]);
    }
  });
});
