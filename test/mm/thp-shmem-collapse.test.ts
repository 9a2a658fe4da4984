import { describe, expect, test } from 'vitest';
import { hva } from '../../src/mm/address.ts';
import { Errno } from '../../src/mm/errno.ts';
import { gupSlow, putFolio } from '../../src/mm/gup.ts';
import { Mm } from '../../src/mm/mm.ts';
import { ThpWorld } from '../support/thp-world.ts';

const kernels = ['6.1', '6.12'] as const;

describe('collapse_file()', () => {
  for (const kernel of kernels) {
    test(`${kernel}: 4K pages: one folio in the page cache, mapped whole; a section a page and one for the table`, () => {
      const world = new ThpWorld({ kind: 'shmem', kernel, blocks: 2 });
      const before = world.frames();
      expect(world.collapsed()).toBe(0);
      expect(world.hostLevels()).toEqual(new Array(8).fill(2));
      expect(world.frames().filter((frame) => before.includes(frame))).toEqual([]);
      expect([...world.mapping.folios()].map(([index, { level }]) => [index, level])).toEqual([
        [0, 2],
        [4, 2],
      ]);
      expect([...world.machine.memory.folios()]).toHaveLength(2);
      // K.2: a section and a flush of KVM for each page; the table's section finds nothing left to zap.
      expect(world.mm.notifiers.stats.sections).toBe(2 * (4 + 1));
      const { kvmFlushes, spteLeavesZapped, cpuShootdowns, tablesFreed, tableSyncs } = world.work;
      expect([kvmFlushes, spteLeavesZapped]).toEqual([8, 8]);
      // CPUs: one flush for all pages of a block, one for its table; 6.1 waits for GUP-fast by an IPI.
      expect([cpuShootdowns, tablesFreed, tableSyncs]).toEqual([4, 2, kernel === '6.1' ? 2 : 0]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: holes in the file: are filled; a page without a mapping has no section`, () => {
      const world = new ThpWorld({ kind: 'shmem', kernel, pages: [1] });
      expect(world.collapsed()).toBe(0);
      expect(world.hostLevels()).toEqual([2, 2, 2, 2]);
      expect(world.mm.notifiers.stats.sections).toBe(1 + 1);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: fault on a page that is being copied: sleeps on its folio lock, gets the new page`, () => {
      const world = new ThpWorld({ kind: 'shmem', kernel });
      world.spawn('collapse', world.collapse());
      const waits: string[] = [];
      const fault = world.spawn(
        'fault',
        (function* () {
          while (world.folio(3).refcount !== 2 || world.hostLevels()[3] !== 0 || world.hasOpenSection) yield 1;
          const page = yield* gupSlow(world.mm, world.at(1));
          if (typeof page === 'string') throw new Error(page);
          putFolio(page.folio, 1);
          return page.pfn;
        })(),
      );
      fault.onWaitEnd = ({ name }) => waits.push(name);
      world.run();
      expect(waits[0]).toBe('folio_lock');
      expect(fault.result).toBe(world.frames()[1]);
      // The old page that the fault had found and held is freed by the fault.
      expect([...world.machine.memory.folios()]).toHaveLength(1);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: reference of GUP on the last page: -EAGAIN, the page cache is as before, nothing is locked`, () => {
      const world = new ThpWorld({ kind: 'shmem', kernel, blocks: 2 });
      const last = world.folio(3);
      world.spawn(
        'gup',
        (function* () {
          while (!world.hasOpenSection) yield 1;
          last.changeRefs(1);
          last.gupRefs += 1;
        })(),
      );
      expect(world.collapsed()).toBe(Errno.EAGAIN);
      expect([0, 1, 2, 3].map((page) => world.mapping.folio(page))).toEqual(
        [0, 1, 2, 3].map((page) => world.folio(page)),
      );
      // What was unmapped stays so until somebody faults; the other block is done.
      expect(world.hostLevels()).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
      expect([...world.folios.values()].filter(({ lock }) => lock.isHeld)).toEqual([]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: file mapped by two processes: a section a page and one for the table in each`, () => {
      const world = new ThpWorld({ kind: 'shmem', kernel });
      const other = new Mm(world.machine);
      const { start, end } = world.vma;
      const second = other.mmapShmem(hva(start * 2), hva(start * 2 + end - start), world.mapping);
      world.spawn('touch', gupAndPut(other, second.start));
      world.run();
      expect(world.collapsed()).toBe(0);
      // 6.1 leaves the tables of the others to khugepaged.
      expect([world.mm.notifiers.stats.sections, other.notifiers.stats.sections]).toEqual([
        5,
        kernel === '6.1' ? 4 : 5,
      ]);
      expect([world.hostLevels()[0], other.pageTables.leafLevel(second.start)]).toEqual([2, 0]);
      expect(world.findings()).toEqual([]);
    });
  }

  test('locks: the new folio from first to last, the old ones from their unmapping until they are freed', () => {
    const world = new ThpWorld({ kind: 'shmem' });
    const task = world.spawn('collapse', world.collapse());
    const seen = world.watch(task, () => {
      const held = [...world.folios.values()].filter(({ lock }) => lock.isHeld).length;
      const mapping = world.mapping.iMmapRwsem.isHeld ? ' i_mmap' : '';
      const where = world.mapping.folio(0)?.level === 2 ? 'new' : 'old';
      return `${where} ${held}${mapping}${world.hasOpenSection ? ' section' : ''}`;
    });
    world.run();
    const perPage = [1, 2, 3, 4].flatMap((held) => [`old ${held}`, `old ${held} i_mmap`, `old ${held} i_mmap section`]);
    // While the last is unmapped, copied and put in place; then the table, and the old pages go one by one.
    for (const state of [...perPage, 'new 4', 'new 4 i_mmap', 'new 4 i_mmap section', 'new 3', 'new 2', 'new 1']) {
      expect(seen).toContain(state);
    }
    expect(seen.indexOf('old 4')).toBeLessThan(seen.indexOf('new 4'));
    expect(world.mm.mmapLock.isHeld).toBe(false);
  });

  test('old folio that somebody has locked: -EAGAIN, without waiting for it', () => {
    const world = new ThpWorld({ kind: 'shmem' });
    world.spawn(
      'locker',
      (function* () {
        yield* world.folio(2).lock.acquire();
        yield 1_000_000;
        expect(world.mapping.folio(2)).toBe(world.folio(2));
        yield* world.folio(2).lock.release();
      })(),
    );
    const task = world.spawn('collapse', world.collapse());
    world.run();
    expect([task.result, world.hostLevels()]).toEqual([Errno.EAGAIN, [0, 0, 1, 1]]);
    expect(world.findings()).toEqual([]);
  });

  test('6.1, somebody holds mmap_lock: the table is not retracted, and the mapping is collapsed behind it', () => {
    const world = new ThpWorld({ kind: 'shmem', kernel: '6.1' });
    const { mm } = world;
    const order: string[] = [];
    world.spawn(
      'reader',
      (function* () {
        while (!world.hasOpenSection) yield 1;
        yield* mm.mmapLock.acquireRead();
        while (world.mapping.folio(0)?.level !== 2 || world.mapping.folio(0)?.lock.isHeld) yield 1;
        yield 5000;
        order.push(`reader leaves: ${mm.pageTables.lowestTable(world.at(0), 1).level}`);
        yield* mm.mmapLock.releaseRead();
      })(),
    );
    expect(world.collapsed()).toBe(0);
    expect(order).toEqual(['reader leaves: 1']);
    expect(world.hostLevels()).toEqual([2, 2, 2, 2]);
    expect([mm.notifiers.stats.sections, world.work.tablesFreed]).toEqual([5, 1]);
    expect(world.findings()).toEqual([]);
  });

  for (const scheme of ['post-collapse', 'none'] as const) {
    test(`${scheme}: no section, so KVM keeps SPTEs to pages that are freed: a finding`, () => {
      const world = new ThpWorld({ kind: 'shmem' });
      expect(world.collapsed(scheme)).toBe(0);
      expect(world.mm.notifiers.stats.sections).toBe(0);
      expect(new Set(world.findings())).toEqual(new Set(['stale-spte', 'freed-while-translated']));
    });
  }
});

function* gupAndPut(mm: Mm, address: ReturnType<typeof hva>) {
  const page = yield* gupSlow(mm, address);
  if (typeof page !== 'string') putFolio(page.folio, 1);
}
