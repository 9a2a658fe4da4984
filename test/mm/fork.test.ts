import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { kvmMmuPageFault } from '../../src/kvm/page-fault.ts';
import { gfn, type Hva } from '../../src/mm/address.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import type { Mm } from '../../src/mm/mm.ts';
import { exitMmap } from '../../src/mm/operations/exit-mmap.ts';
import { fork } from '../../src/mm/operations/fork.ts';
import { khugepagedScan } from '../../src/mm/operations/khugepaged-scan.ts';
import { splitHugePmd } from '../../src/mm/split-huge-pmd.ts';
import { ThpWorld, type ThpWorldOptions } from '../support/thp-world.ts';
import { until } from '../support/world.ts';

const kernels = ['6.1', '6.12', '6.18'] as const;

/** Forks, and nothing else happens. */
function forked(world: ThpWorld): Mm {
  const task = world.spawn('fork', fork(world.mm, { copiesHugetlb: false }));
  world.run();
  return task.result as Mm;
}

/** An access by GUP, with its reference dropped at once. */
function* access(mm: Mm, address: Hva, write = true): Process<number | string> {
  const page = gupFast(mm, address, 1, write)?.page ?? (yield* gupSlow(mm, address, write));
  if (typeof page === 'string') return page;
  putFolio(page.folio, 1);
  return page.pfn;
}

function done<T>(world: ThpWorld, process: Process<T>): T {
  const task = world.spawn('caller', process);
  world.run();
  if (task.state !== 'ended') throw new Error('the caller has not ended');
  return task.result as T;
}

const framesOf = (world: ThpWorld, mm: Mm): (number | null)[] =>
  world.frames().map((_, page) => mm.pageTables.translate(world.at(page))?.pfn ?? null);

const anonymous = (options: Partial<ThpWorldOptions> = {}): ThpWorld => new ThpWorld({ kind: 'anonymous', ...options });

describe('fork() of anonymous memory', () => {
  for (const kernel of kernels) {
    test(`${kernel}: small pages: shared and read-only on both sides, one section over the mapping, one flush`, () => {
      const world = anonymous({ kernel, blocks: 2 });
      const before = world.frames();
      const child = forked(world);
      expect([world.frames(), framesOf(world, child)]).toEqual([before, before]);
      for (const mm of [world.mm, child]) expect(mm.pageTables.translate(world.at(3))?.writable).toBe(false);
      expect(world.mm.notifiers.stats.sections).toBe(1);
      const { mapcountAtomics, refAtomics, leavesProtected, cpuShootdowns, spteLeavesZapped, tablesAllocated } =
        world.work;
      expect([mapcountAtomics, refAtomics, leavesProtected, cpuShootdowns, spteLeavesZapped]).toEqual([8, 8, 8, 1, 8]);
      // Two PTE tables, and the PMD and PUD table above them.
      expect(tablesAllocated).toBe(4);
      expect([world.folio(0).refcount, world.folio(0).isAnonExclusive(0)]).toEqual([2, false]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: PTEs of a huge page: ${kernel === '6.1' ? 'one by one' : 'one batch for each table'}`, () => {
      const world = anonymous({ kernel, folios: 2 });
      const child = forked(world);
      expect(framesOf(world, child)).toEqual(world.frames());
      const { mapcountAtomics, refAtomics } = world.work;
      expect([mapcountAtomics, refAtomics]).toEqual(kernel === '6.1' ? [4, 4] : [4 + 1, 1]);
      expect(world.folio(0).refcount).toBe(8);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: a PMD leaf: copied as one, write splits it and copies one page`, () => {
      const world = anonymous({ kernel });
      world.collapsed();
      const child = forked(world);
      expect([world.mm.pageTables.leafLevel(world.at(1)), child.pageTables.leafLevel(world.at(1))]).toEqual([2, 2]);
      const shared = world.frames();
      const sections = world.mm.notifiers.stats.sections;
      expect(done(world, access(world.mm, world.at(1)))).not.toBe(shared[1]);
      // One over the huge page for the split, one over the page for the copy.
      expect(world.mm.notifiers.stats.sections - sections).toBe(2);
      expect(world.frames().filter((frame, page) => frame !== shared[page])).toHaveLength(1);
      expect(framesOf(world, child)).toEqual(shared);
      expect([world.work.cowCopies, world.work.cowReuses]).toEqual([1, 0]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: a PMD leaf whose child has gone: written in place`, () => {
      const world = anonymous({ kernel });
      world.collapsed();
      const before = world.frames();
      done(world, exitMmap(forked(world)));
      expect(done(world, access(world.mm, world.at(1)))).toBe(before[1]);
      expect([world.frames(), world.hostLevels()]).toEqual([before, [2, 2, 2, 2]]);
      expect([world.work.cowCopies, world.work.cowReuses]).toEqual([0, 1]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: write while the child lives: copied with a section of one page, the child keeps the old one`, () => {
      const world = anonymous({ kernel });
      const before = world.frames();
      const child = forked(world);
      const told: string[] = [];
      world.mm.notifiers.register(({ type, start, end }) => told.push(`${type} ${(end - start) / 4096} ${start}`));
      expect(done(world, access(world.mm, world.at(2)))).not.toBe(before[2]);
      expect(told).toEqual([`invalidate-range-start 1 ${world.at(2)}`, `invalidate-range-end 1 ${world.at(2)}`]);
      expect(framesOf(world, child)).toEqual(before);
      // The child is alone with the old page by now.
      expect(done(world, access(child, world.at(2)))).toBe(before[2]);
      expect([world.work.cowCopies, world.work.cowReuses]).toEqual([1, 1]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: write after the child has gone: in place, no section`, () => {
      const world = anonymous({ kernel });
      const before = world.frames();
      done(world, exitMmap(forked(world)));
      expect(done(world, access(world.mm, world.at(2)))).toBe(before[2]);
      expect([world.mm.notifiers.stats.sections, world.work.cowCopies, world.work.cowReuses]).toEqual([1, 0, 1]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: write while somebody else holds the page: copied, though the child has gone`, () => {
      const world = anonymous({ kernel });
      const before = world.frames();
      done(world, exitMmap(forked(world)));
      const held = gupFast(world.mm, world.at(2), 1, false)?.page;
      expect(done(world, access(world.mm, world.at(2)))).not.toBe(before[2]);
      if (held === undefined) throw new Error('the page can be read');
      putFolio(held.folio, 1);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: PTE of a huge page, the child has gone: ${kernel === '6.18' ? 'in place' : 'copied'}`, () => {
      const world = anonymous({ kernel, folios: 2 });
      const before = world.frames();
      done(world, exitMmap(forked(world)));
      const frame = done(world, access(world.mm, world.at(2)));
      // 6.1 asks for one reference, and the other PTEs hold some; 6.12 never does; 6.18 knows that all of them are its own.
      expect(frame === before[2]).toBe(kernel === '6.18');
      expect(world.findings()).toEqual([]);
    });
  }

  test('two children: the last of three writes in place', () => {
    const world = anonymous();
    const [first, second] = [forked(world), forked(world)];
    const before = world.frames();
    const frames = [first, second, world.mm].map((mm) => done(world, access(mm, world.at(0))));
    expect(frames[2]).toBe(before[0]);
    expect(new Set(frames).size).toBe(3);
    expect([world.work.cowCopies, world.work.cowReuses]).toEqual([2, 1]);
    expect(world.findings()).toEqual([]);
  });

  test('read of a shared page: the SPTE may not be written', () => {
    const world = anonymous();
    forked(world);
    expect(done(world, access(world.mm, world.at(1), false))).toBe(world.frames()[1]);
    expect(gupFast(world.mm, world.at(1), 1)).toBeNull();
  });

  test('a vCPU: its read maps the page read-only by slow GUP, its write copies it, and the section of that sends it round', () => {
    const world = anonymous();
    forked(world);
    const told: string[] = [];
    const account = { spent: (cause: string) => void told.push(cause) };
    const lap = (write: boolean, present: boolean): string => {
      const fault = kvmMmuPageFault(world.kvm, gfn(1), { write, present }, account, false);
      const { outcome } = done(world, fault);
      return `${outcome} ${world.kvm.tdp.spte(gfn(1))?.writable ?? 'unmapped'}`;
    };
    expect([lap(false, false), world.work.gupSlow]).toEqual(['fixed false', 1]);
    expect(lap(true, true)).toBe('retry-invalidate unmapped');
    expect([world.work.cowCopies, told]).toEqual([1, ['fault', 'fault']]);
    expect(lap(true, false)).toBe('fixed true');
    expect([world.work.gupSlow, world.findings()]).toEqual([2, []]);
  });

  test('no section: what can still be written is a finding', () => {
    const world = anonymous();
    const { notifiers } = world.mm;
    notifiers.rangeStart = function* (event, start, end) {
      return { id: 0, event, start, end, openedAtNs: 0 };
    };
    notifiers.rangeEnd = function* () {};
    forked(world);
    expect(world.kvm.tdp.spte(gfn(0))?.writable).toBe(true);
    expect(world.findings()).toEqual(['write-through-read-only']);
  });
});

describe('fork() of a file', () => {
  test('shmem: nothing copied, no section, the child faults in the same page', () => {
    const world = new ThpWorld({ kind: 'shmem' });
    const child = forked(world);
    expect(framesOf(world, child)).toEqual([null, null, null, null]);
    expect([world.mm.notifiers.stats.sections, world.work.leavesProtected]).toEqual([0, 0]);
    expect(done(world, access(child, world.at(1)))).toBe(world.frames()[1]);
    expect(world.mm.pageTables.translate(world.at(1))?.writable).toBe(true);
    expect(world.findings()).toEqual([]);
  });
});

describe('beside fork()', () => {
  for (const kernel of kernels) {
    test(`${kernel}: collapse of shared pages: copies them, the child keeps its own`, () => {
      const world = anonymous({ kernel });
      const before = world.frames();
      const child = forked(world);
      done(world, access(world.mm, world.at(0)));
      expect(world.collapsed()).toBe(0);
      expect(world.hostLevels()).toEqual([2, 2, 2, 2]);
      expect(framesOf(world, child)).toEqual(before);
      expect([0, 1, 2, 3].map((page) => world.folio(page).refcount)).toEqual([1, 1, 1, 1]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: collapse where nothing may be written: refused, nothing has happened`, () => {
      const world = anonymous({ kernel });
      forked(world);
      const sections = world.mm.notifiers.stats.sections;
      expect(world.collapsed()).toBe('EINVAL');
      expect([world.hostLevels(), world.mm.notifiers.stats.sections]).toEqual([[1, 1, 1, 1], sections]);
      expect(world.findings()).toEqual([]);
    });

    test(`${kernel}: khugepaged: more than half of a block shared is too much, which madvise does not mind`, () => {
      for (const writes of [1, 2]) {
        const world = anonymous({ kernel });
        forked(world);
        for (let page = 0; page < writes; page++) done(world, access(world.mm, world.at(page)));
        const { start, end } = world.vma;
        const settings = { scheme: 'range', pagesToScan: 100, scanSleepNs: 1000, maxPtesNone: 3 } as const;
        done(world, khugepagedScan({ mm: world.mm, start, end, ...settings }));
        expect(world.hostLevels()[0]).toBe(writes === 2 ? 2 : 1);
        expect([world.collapsed(), world.hostLevels()[0]]).toEqual([0, 2]);
        expect(world.findings()).toEqual([]);
      }
    });

    for (let delayNs = 0; delayNs <= 12_000; delayNs += 1500) {
      test(`${kernel}: collapse, faults and fork from ${delayNs} ns on: no finding, every page once`, () => {
        const world = anonymous({ kernel, blocks: 2 });
        world.spawn('collapse', world.collapse());
        const task = world.spawn('fork', fork(world.mm, { copiesHugetlb: false }), delayNs);
        for (let page = 0; page < 8; page++) world.spawn(`write${page}`, access(world.mm, world.at(page)), page * 1300);
        world.run();
        const child = task.result as Mm;
        expect(framesOf(world, child)).not.toContain(null);
        expect(world.frames()).not.toContain(null);
        done(world, exitMmap(child));
        expect(child.pageTables.root.leaves).toBe(0);
        expect(world.findings()).toEqual([]);
      });
    }
  }
});

test('a huge page that is split while fork waits for its entry: the child gets its pages, not a hole', () => {
  const world = anonymous();
  world.collapsed();
  const child = world.spawn('fork', fork(world.mm, { copiesHugetlb: false }));
  const table = world.mm.pageTables.lowestTable(world.at(0), 2);
  world.spawn(
    'split',
    (function* splitting(): Process {
      // Nobody who comes from the page takes mmap_lock; the folio lock is memory_failure()'s.
      yield* until(() => world.mm.mmapLock.isWriteHeld && world.mm.notifiers.openSections.size > 0);
      yield* splitHugePmd(world.vma, table, table.geometry.index(world.at(0) / 4096, 2));
    })(),
  );
  world.run();
  expect(world.hostLevels()).toEqual([1, 1, 1, 1]);
  expect(framesOf(world, child.result as Mm)).toEqual(world.frames());
  expect(world.findings()).toEqual([]);
});
