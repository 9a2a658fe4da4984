import { describe, expect, test } from 'vitest';
import { gfn } from '../../src/mm/address.ts';
import { gupSlow, putFolio } from '../../src/mm/gup.ts';
import { ThpWorld } from '../support/thp-world.ts';

const kernels = ['6.1', '6.12', '6.18'] as const;

describe('collapse_pte_mapped_thp()', () => {
  for (const kernel of kernels) {
    test(`${kernel}: PTEs of one folio: one leaf to the same frames, one section a block, work as the version has it`, () => {
      const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel, blocks: 2 });
      const before = world.frames();
      expect(world.collapsed()).toBe(0);
      expect([world.hostLevels(), world.frames()]).toEqual([new Array(8).fill(2), before]);
      expect(world.mm.notifiers.stats).toMatchObject({ sections: 2, collapsed: 0 });
      const { leafClears, refAtomics, mapcountAtomics, tablesFreed, cpuShootdowns, tableSyncs } = world.work;
      // One atomic drops the references of all PTEs; the PMD takes one. 6.1 leaves the PTEs to go with their table.
      expect([leafClears, refAtomics, tablesFreed, cpuShootdowns]).toEqual([kernel === '6.1' ? 0 : 8, 4, 2, 2]);
      expect(tableSyncs).toBe(kernel === '6.1' ? 2 : 0);
      // F.6: a PTE 1, the PMD every subpage and the whole; then 2 each; then a batch of PTEs 1 each and 1 for all.
      expect(mapcountAtomics).toBe(
        { '6.1': 2 * (4 + 4 + 1), '6.12': 2 * (4 * 2 + 2), '6.18': 2 * (4 + 1 + 2) }[kernel],
      );
      expect([world.work.spteLeavesZapped, world.work.kvmFlushes]).toEqual([8, 2]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: holes: become mapped`, () => {
      const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel, pages: [2] });
      expect([world.collapsed(), world.hostLevels()]).toEqual([0, [2, 2, 2, 2]]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: fault while the table is gone: sleeps on ${kernel === '6.1' ? 'mmap_lock' : 'the folio lock'}`, () => {
      const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel, entries: 128 });
      world.spawn('collapse', world.collapse());
      const waits: string[] = [];
      const fault = world.spawn(
        'fault',
        (function* () {
          while (world.mm.pageTables.leafLevel(world.at(1)) !== 0) yield 1;
          const page = yield* gupSlow(world.mm, world.at(1));
          if (typeof page === 'string') throw new Error(page);
          putFolio(page.folio, 1);
        })(),
      );
      fault.onWaitEnd = ({ name }) => waits.push(name);
      world.run();
      expect(waits).toEqual([kernel === '6.1' ? 'mmap_lock' : 'folio_lock']);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: PTEs with a hole between them: two batches`, () => {
      const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel, pages: [0, 1, 3] });
      expect([world.collapsed(), world.hostLevels()]).toEqual([0, [2, 2, 2, 2]]);
      expect(world.work.mapcountAtomics).toBe({ '6.1': 3 + 5, '6.12': 3 * 2 + 2, '6.18': 2 + 1 + 1 + 1 + 2 }[kernel]);
      expect(world.work.leafClears).toBe(kernel === '6.1' ? 0 : 3);
      expect(world.findings()).toEqual([]);
    });

    for (const handler of ['zap', 'cut', 'promote'] as const) {
      test(`${kernel}, post-collapse/${handler}: no section, told when the leaf is set and the folio unlocked, no finding`, () => {
        const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel, handler });
        const told: string[] = [];
        world.mm.notifiers.register((notification) => {
          const { lock } = world.folio(0);
          told.push(`${notification.type} ${world.hostLevels()[0]} ${lock.isHeld ? 'locked' : 'free'}`);
        });
        expect(world.collapsed('post-collapse')).toBe(0);
        expect(told).toEqual(['collapsed 2 free']);
        expect(world.spteLevels()).toEqual(new Array(4).fill(handler === 'promote' ? 2 : 0));
        expect(world.findings()).toEqual([]);
      });
    }

    test(`${kernel}, post-collapse and none: the folio is locked as long as its entry is empty, the SPTEs stay right`, () => {
      for (const scheme of ['post-collapse', 'none'] as const) {
        const world = new ThpWorld({ kind: 'shmem', folios: 2, kernel });
        const task = world.spawn('collapse', world.collapse(scheme));
        const seen = world.watch(task, () => {
          const empty = world.hostLevels().includes(0);
          return `${empty ? 'dip' : 'mapped'} ${world.folio(0).lock.isHeld ? 'locked' : 'free'}`;
        });
        world.run();
        expect(seen).toContain('dip locked');
        expect(seen).not.toContain('dip free');
        expect(world.spteLevels()).toEqual(new Array(4).fill(scheme === 'none' ? 1 : 2));
        expect(world.kvm.tdp.spte(gfn(3))?.pfn).toBe(world.frames()[3]);
        expect(world.findings()).toEqual([]);
      }
    });
  }

  test('second call: finds the block mapped whole, opens no section', () => {
    const world = new ThpWorld({ kind: 'shmem', folios: 2 });
    world.collapsed();
    expect([world.collapsed(), world.mm.notifiers.stats.sections]).toEqual([0, 1]);
  });
});
