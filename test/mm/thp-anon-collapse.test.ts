import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import type { AnonymousVma } from '../../src/mm/anonymous-vma.ts';
import { Errno } from '../../src/mm/errno.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import { collapseHugePage } from '../../src/mm/operations/collapse-huge-page.ts';
import { mprotect } from '../../src/mm/operations/mprotect.ts';
import { ThpWorld } from '../support/thp-world.ts';

const kernels = ['6.1', '6.12'] as const;

describe('collapse_huge_page()', () => {
  for (const kernel of kernels) {
    test(`${kernel}: 4K pages: one leaf to other frames, old pages freed, one section a block`, () => {
      const world = new ThpWorld({ kind: 'anonymous', kernel, blocks: 2 });
      const before = world.frames();
      expect(world.collapsed()).toBe(0);
      expect(world.hostLevels()).toEqual(new Array(8).fill(2));
      expect(world.frames().filter((frame) => before.includes(frame))).toEqual([]);
      expect([...world.machine.memory.folios()].map(({ level }) => level)).toEqual([2, 2]);
      expect(world.mm.notifiers.stats).toMatchObject({ sections: 2, collapsed: 0 });
      // K.2: each block zaps what it had, with one flush. The PTE table stays as the deposit of the entry.
      const { spteLeavesZapped, kvmFlushes, cpuShootdowns, tableSyncs, tablesFreed, leafClears } = world.work;
      expect([spteLeavesZapped, kvmFlushes, cpuShootdowns, tableSyncs]).toEqual([8, 2, 2, 2]);
      expect([tablesFreed, leafClears]).toEqual([0, 8]);
      expect(world.spteLevels()).toEqual(new Array(8).fill(0));
      expect(world.findings()).toEqual([]);
    });
  }

  test('section: opens under mmap_lock and anon_vma, and is closed before the copy begins', () => {
    const world = new ThpWorld({ kind: 'anonymous' });
    const { mm, vma } = world;
    if (vma.kind !== 'anonymous') throw new Error('the memory is anonymous');
    const task = world.spawn('collapse', world.collapse());
    const seen = world.watch(task, () => {
      const lock = mm.mmapLock.isWriteHeld ? 'W' : '';
      const anon = vma.anonVmaRwsem.isWriteHeld ? ' anon_vma' : '';
      const section = world.hasOpenSection ? ' section' : '';
      const locked = world.folio(0).lock.isHeld ? ' locked' : '';
      return `${lock}${anon}${section}${locked}${mm.pageTables.leafLevel(world.at(0))}`;
    });
    world.run();
    const first = seen.indexOf('W1');
    expect(seen.slice(first)).toEqual([
      'W1',
      'W anon_vma1',
      'W anon_vma section1',
      'W anon_vma section0',
      'W anon_vma0',
      'W anon_vma locked0',
      'W locked0',
      'W0',
    ]);
    expect(world.hostLevels()).toEqual([2, 2, 2, 2]);
  });

  test('fault while the pages are copied: finds no section, sleeps on mmap_lock, gets the new page', () => {
    const world = new ThpWorld({ kind: 'anonymous' });
    const { mm } = world;
    world.spawn('collapse', world.collapse());
    const waits: string[] = [];
    const fault = world.spawn(
      'fault',
      (function* () {
        while (!world.folio(0).lock.isHeld) yield 1;
        expect([world.hasOpenSection, gupFast(mm, world.at(1), 1)]).toEqual([false, null]);
        const page = yield* gupSlow(mm, world.at(1));
        if (typeof page === 'string') throw new Error(page);
        putFolio(page.folio, 1);
        return page.pfn;
      })(),
    );
    fault.onWaitEnd = ({ name }) => waits.push(name);
    world.run();
    expect(waits).toEqual(['mmap_lock']);
    expect(fault.result).toBe(world.frames()[1]);
    expect(world.findings()).toEqual([]);
  });

  test('holes: are zeroed, which is exactly as much cheaper as the work that falls away', () => {
    const full = new ThpWorld({ kind: 'anonymous' });
    const holes = new ThpWorld({ kind: 'anonymous', pages: [0, 3] });
    full.collapsed('none');
    holes.collapsed('none');
    expect(holes.hostLevels()).toEqual([2, 2, 2, 2]);
    const c = full.machine.costs;
    const isolateNs = c.pteScanNs + c.mutexNs + c.ptlNs;
    const dropNs = c.ptlNs + c.leafXchgNs + c.subpageMapcountNs + c.headPutNs + c.freePageNs;
    const lessNs = 2 * (isolateNs + c.copyPageNs - c.zeroPageNs + dropNs);
    expect(full.sim.now - holes.sim.now).toBe(lessNs);
  });

  test('reference of GUP: -EAGAIN, that block is as before, the others are collapsed', () => {
    for (const takenAt of ['before the scan', 'after it'] as const) {
      const world = new ThpWorld({ kind: 'anonymous', blocks: 2 });
      const before = world.frames().slice(0, 4);
      const folio = world.folio(2);
      const take = () => {
        folio.changeRefs(1);
        folio.gupRefs += 1;
      };
      if (takenAt === 'before the scan') take();
      else {
        world.spawn(
          'gup',
          (function* () {
            while (!world.hasOpenSection) yield 1;
            take();
          })(),
        );
      }
      expect(world.collapsed()).toBe(Errno.EAGAIN);
      expect(world.hostLevels()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
      expect(world.frames().slice(0, 4)).toEqual(before);
      expect(world.mm.notifiers.stats.sections).toBe(takenAt === 'before the scan' ? 1 : 2);
      expect([...world.folios.values()].filter(({ lock }) => lock.isHeld)).toEqual([]);
      expect([...world.machine.memory.folios()]).toHaveLength(5);
      expect(world.findings()).toEqual([]);
    }
  });

  test('nothing mapped: -EINVAL; huge already: 0; neither opens a section', () => {
    const empty = new ThpWorld({ kind: 'anonymous', pages: [] });
    expect(empty.collapsed()).toBe(Errno.EINVAL);
    expect(empty.mm.notifiers.stats.sections).toBe(0);
    const huge = new ThpWorld({ kind: 'anonymous' });
    huge.collapsed();
    expect([huge.collapsed(), huge.mm.notifiers.stats.sections]).toEqual([0, 1]);
  });

  test('folio of the size of the block, mapped by PTEs: is copied all the same', () => {
    const world = new ThpWorld({ kind: 'anonymous', folios: 2 });
    const [before] = world.frames();
    expect(world.collapsed()).toBe(0);
    expect(world.hostLevels()).toEqual([2, 2, 2, 2]);
    expect(world.frames()[0]).not.toBe(before);
    expect(world.findings()).toEqual([]);
  });

  for (const scheme of ['post-collapse', 'none'] as const) {
    test(`${scheme}: no section, so KVM keeps SPTEs to pages that are freed: a finding`, () => {
      for (const handler of ['zap', 'cut', 'promote'] as const) {
        const world = new ThpWorld({ kind: 'anonymous', handler });
        expect(world.collapsed(scheme)).toBe(0);
        const { sections, collapsed } = world.mm.notifiers.stats;
        expect([sections, collapsed]).toEqual([0, scheme === 'none' ? 0 : 1]);
        expect(new Set(world.findings())).toEqual(new Set(['stale-spte', 'freed-while-translated']));
      }
    });
  }

  test('range-chunked, narrow: as range', () => {
    for (const scheme of ['range-chunked', 'narrow'] as const) {
      const world = new ThpWorld({ kind: 'anonymous', blocks: 2 });
      const range = new ThpWorld({ kind: 'anonymous', blocks: 2 });
      expect([world.collapsed(scheme), world.mm.notifiers.stats]).toEqual([
        range.collapsed(),
        range.mm.notifiers.stats,
      ]);
      expect(world.sim.now).toBe(range.sim.now);
    }
  });
});

test('the mapping is cut and its other part protected before the collapse has mmap_lock: its own part stays writable', () => {
  const world = new ThpWorld({ kind: 'anonymous', blocks: 2 });
  const { mm, vma } = world;
  const collapse = world.spawn(
    'collapse',
    (function* collapsing(): Process<unknown> {
      yield* mm.mmapLock.acquireRead();
      yield 1000;
      return yield* collapseHugePage(vma as AnonymousVma, world.at(4), 'range');
    })(),
  );
  // It drops mmap_lock, and this one comes in between: what was the whole mapping goes on as the part that is protected.
  world.spawn('mprotect', mprotect(mm, world.at(0), world.at(4), 'read'), 1);
  world.run();
  expect([collapse.result, vma.writable, mm.findVma(world.at(4))?.writable]).toEqual(['succeed', false, true]);
  expect(mm.pageTables.translate(world.at(4))?.writable).toBe(true);
  expect(world.findings()).toEqual([]);
});
