import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from '../../src/mm/address.ts';
import { gupFast, gupSlow, putFolio } from '../../src/mm/gup.ts';
import type { Mm } from '../../src/mm/mm.ts';
import { fork } from '../../src/mm/operations/fork.ts';
import { mprotect, type Protection } from '../../src/mm/operations/mprotect.ts';
import { splitHugePmd } from '../../src/mm/split-huge-pmd.ts';
import { TestMemory } from '../support/memory.ts';
import { ThpWorld, type ThpWorldOptions } from '../support/thp-world.ts';
import { TestWorld } from '../support/world.ts';

const kernels = ['6.1', '6.12', '6.18'] as const;

type AnyWorld = ThpWorld | TestWorld;

/** Address of a page of the memory, also when the mapping has been cut. */
const at = ({ slot }: AnyWorld, page: number): Hva => hva(slot.userspaceAddr + page * PAGE_SIZE);

function done<T>(world: AnyWorld, process: Process<T>): T {
  const task = world.spawn('caller', process);
  world.run();
  if (task.state !== 'ended') throw new Error('the caller has not ended');
  return task.result as T;
}

/** mprotect() of pages [first, end); all of the memory unless told otherwise. */
const protect = (world: AnyWorld, protection: Protection, first = 0, end = world.slot.pages) =>
  done(world, mprotect(world.mm, at(world, first), at(world, end), protection));

const writable = (world: AnyWorld): boolean[] =>
  Array.from(
    { length: world.slot.pages },
    (_, page) => world.mm.pageTables.translate(at(world, page))?.writable ?? false,
  );

function* access(mm: Mm, address: Hva, write: boolean): Process<string> {
  const page = gupFast(mm, address, 1, write)?.page ?? (yield* gupSlow(mm, address, write));
  if (typeof page === 'string') return page;
  putFolio(page.folio, 1);
  return page.writable ? 'writable' : 'read-only';
}

function sectionsOf(world: AnyWorld): string[] {
  const told: string[] = [];
  world.mm.notifiers.register(({ type, event, start, end }) => {
    if (type !== 'invalidate-range-start') return;
    told.push(`${event} ${(start - world.slot.userspaceAddr) / PAGE_SIZE} ${(end - start) / PAGE_SIZE}`);
  });
  return told;
}

const world = (options: Partial<ThpWorldOptions> = {}): ThpWorld => new ThpWorld({ kind: 'anonymous', ...options });
const findings = (w: AnyWorld): string[] => (w instanceof ThpWorld ? w.findings() : w.findingKinds());

for (const kernel of kernels) {
  describe(`mprotect(), ${kernel}`, () => {
    for (const kind of ['anonymous', 'shmem'] as const) {
      test(`${kind}, to read-only and back: a section each, one flush for what was taken, writable again at once`, () => {
        const w = world({ kind, kernel, blocks: 2 });
        const told = sectionsOf(w);
        expect([protect(w, 'read'), writable(w)]).toEqual([0, new Array(8).fill(false)]);
        expect([w.work.leavesProtected, w.work.cpuShootdowns, w.work.spteLeavesZapped]).toEqual([8, 1, 8]);
        expect([protect(w, 'read-write'), writable(w)]).toEqual([0, new Array(8).fill(true)]);
        expect([w.work.leavesProtected, w.work.cpuShootdowns]).toEqual([16, 1]);
        expect(told).toEqual(['protection 0 8', 'protection 0 8']);
        expect(findings(w)).toEqual([]);
      });
    }

    test('same permission as before: nothing happens', () => {
      const w = world({ kernel });
      expect([protect(w, 'read-write'), w.mm.notifiers.stats.sections, w.mm.vmas.length]).toEqual([0, 0, 1]);
    });

    test('part of a mapping: it is cut, and the rest stays as it was', () => {
      const w = world({ kernel });
      const told = sectionsOf(w);
      expect([protect(w, 'read', 1, 3), writable(w)]).toEqual([0, [true, false, false, true]]);
      expect(w.mm.vmas.map((vma) => vma.writable).sort()).toEqual([false, true, true]);
      expect(told).toEqual(['protection 1 2']);
      expect(findings(w)).toEqual([]);
    });

    test('over a gap: -ENOMEM, what comes before it is changed', () => {
      const w = world({ kernel });
      expect(done(w, mprotect(w.mm, at(w, 2), hva(w.vma.end + PAGE_SIZE), 'read'))).toBe('ENOMEM');
      expect(writable(w)).toEqual([true, true, false, false]);
    });

    test('mapping that may not be written: a read is served, a write is -EFAULT, by fault or by GUP', () => {
      const w = world({ kernel, pages: [0, 1] });
      protect(w, 'read');
      const results = [0, 3].flatMap((page) => [false, true].map((write) => done(w, access(w.mm, at(w, page), write))));
      expect(results).toEqual(['read-only', 'EFAULT', 'read-only', 'EFAULT']);
      expect(findings(w)).toEqual([]);
    });

    test('writable again while a child shares the pages: the first write of each copies', () => {
      const w = world({ kernel });
      protect(w, 'read');
      done(w, fork(w.mm, { copiesHugetlb: false }));
      protect(w, 'read-write');
      expect(writable(w)).toEqual([false, false, false, false]);
      expect(done(w, access(w.mm, at(w, 2), true))).toBe('writable');
      expect([writable(w), w.work.cowCopies]).toEqual([[false, false, true, false], 1]);
      expect(findings(w)).toEqual([]);
    });

    test(`huge page, writable again: ${kernel === '6.1' ? 'by the first write' : 'at once'}`, () => {
      const w = world({ kernel });
      w.collapsed();
      protect(w, 'read');
      protect(w, 'read-write');
      expect([w.hostLevels()[0], writable(w)[0]]).toEqual([2, kernel !== '6.1']);
      expect(done(w, access(w.mm, at(w, 2), true))).toBe('writable');
      expect([w.hostLevels()[0], w.work.cowCopies, w.work.cowReuses]).toEqual([2, 0, kernel === '6.1' ? 1 : 0]);
      expect(findings(w)).toEqual([]);
    });

    test('part of a huge page: split first, with a section over all of it', () => {
      const w = world({ kernel });
      w.collapsed();
      const told = sectionsOf(w);
      protect(w, 'read', 0, 2);
      expect(told).toEqual(['clear 0 4', 'protection 0 2']);
      expect([w.hostLevels(), writable(w)]).toEqual([
        [1, 1, 1, 1],
        [false, false, true, true],
      ]);
      expect(findings(w)).toEqual([]);
    });

    test(`mapping over several PUD entries: ${kernel === '6.1' ? 'a section for each that has tables' : 'one section'}`, () => {
      // Tables of 2: a PMD entry spans 2 pages, a PUD entry 4.
      const w = world({ kernel, entries: 2, blocks: 6, pages: [3, 9, 11] });
      const told = sectionsOf(w);
      protect(w, 'read');
      // A PUD entry that has no table opens none; in 6.1 the first PMD entry that has one does.
      expect(told).toEqual(
        kernel === '6.1' ? ['protection 2 2', 'protection 8 4'] : ['protection 0 8', 'protection 8 4'],
      );
      expect(findings(w)).toEqual([]);
    });

    for (const mapped of [1, 2, 3] as const) {
      test(`hugetlb of the top size, leaves of level ${mapped}: every leaf, one section, one flush inside of it`, () => {
        const w = new TestWorld({ kernel, hstateLevel: 3, hugePages: 1, mapped });
        const told = sectionsOf(w);
        protect(w, 'read');
        expect(writable(w)).toEqual(new Array(16).fill(false));
        protect(w, 'read-write');
        expect(writable(w)).toEqual(new Array(16).fill(true));
        expect(told).toEqual(['protection 0 16', 'protection 0 16']);
        expect([w.work.leavesProtected, w.work.cpuShootdowns]).toEqual([2 * 4 ** (3 - mapped), 2]);
        expect(findings(w)).toEqual([]);
      });
    }
  });
}

test('mprotect(), no section: what can still be written is a finding', () => {
  const w = world();
  w.mm.notifiers.rangeStart = function* (event, start, end) {
    return { id: 0, event, start, end, openedAtNs: 0 };
  };
  w.mm.notifiers.rangeEnd = function* () {};
  protect(w, 'read');
  expect(findings(w)).toEqual(['write-through-read-only']);
});

test('a huge entry that is split by somebody who comes from the page, at any moment of mprotect: all of it is protected', () => {
  for (let delayNs = 0; delayNs < 6000; delayNs += 7) {
    const w = new TestWorld({ hugePages: 1 });
    const memory = new TestMemory(w, { kind: 'anonymous', pages: 4, folios: 2, mapped: 2 });
    const table = w.mm.pageTables.lowestTable(memory.at(0), 2);
    const index = w.machine.geometry.index(memory.at(0) / PAGE_SIZE, 2);
    w.spawn('split', splitHugePmd(memory.vma, table, index), delayNs);
    expect(w.call(mprotect(w.mm, memory.at(0), memory.at(4), 'read'))).toBe(0);
    const permissions = [0, 1, 2, 3].map((page) => w.mm.pageTables.translate(memory.at(page))?.writable);
    expect([delayNs, permissions]).toEqual([delayNs, Array(4).fill(false)]);
    expect(w.findingKinds()).toEqual([]);
  }
});
