// The checks that stand in every run, each with what it must find: silence of a run means something only because of these.

import { describe, expect, test } from 'vitest';
import { checkAllSptes, checkInstall, checkReplace, checkSectionEmpty } from '../../src/kvm/checkers.ts';
import type { Level } from '../../src/mm/address.ts';
import { TestWorld } from '../support/world.ts';

const install = (world: TestWorld, page: number, level: Level, frame: number | null = page) => {
  const pages = world.machine.geometry.pagesPer[level];
  checkInstall(world.kvm, world.slot, world.frame(page), pages, frame === null ? null : world.frame(frame));
};

describe('checkInstall', () => {
  test('SPTE that translates as the host does: nothing', () => {
    for (const mapped of [1, 2] as const) {
      const world = new TestWorld({ mapped });
      install(world, 0, mapped);
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('SPTE to another page: stale-spte; writable where the host is not: write-through-read-only', () => {
    const wrong = new TestWorld();
    wrong.kvm.tdp.tableAt(wrong.frame(1), 1).setLeaf(1, wrong.folio().firstPfn + 3, true);
    install(wrong, 1, 1);
    expect(wrong.findingKinds()).toContain('stale-spte');

    const readOnly = new TestWorld();
    readOnly.mm.pageTables.tableAt(readOnly.at(1), 1).setLeaf(1, readOnly.folio().firstPfn + 1, false);
    install(readOnly, 1, 1);
    expect(readOnly.findingKinds()).toContain('write-through-read-only');
  });

  test('host entry empty for a moment: the page of the page cache will do, and no other', () => {
    const world = new TestWorld();
    world.mm.pageTables.tableAt(world.at(1), 1).clear(1);
    install(world, 1, 1);
    expect(world.findingKinds()).toEqual([]);
    world.mapping.remove(0);
    install(world, 1, 1);
    expect(world.findingKinds()).toContain('stale-spte');
  });

  test('an open section covers the frame: spte-in-section; beside it: nothing', () => {
    const world = new TestWorld({ mapped: 2 });
    world.kvm.invalidation.begin(world.frame(2), world.frame(3));
    // A fault is asked for its own frame, as KVM does; a handler for all that it puts in place.
    install(world, 0, 2, 1);
    expect(world.findingKinds()).toEqual([]);
    install(world, 0, 2, 2);
    install(world, 0, 2, null);
    expect(world.findingKinds()).toEqual(['spte-in-section', 'spte-in-section']);
  });
});

describe('checkReplace', () => {
  const replaced = (pfn: (firstPfn: number) => number, kind: 'leaf' | 'none'): string[] => {
    const world = new TestWorld();
    const table = world.kvm.tdp.top.find(world.frame(1), 1);
    if (kind === 'none') table.clear(1);
    checkReplace(world.kvm, table, 1, pfn(world.folio().firstPfn));
    return world.findingKinds();
  };

  test('a leaf gets another permission, or an empty entry any page: nothing', () => {
    expect(replaced((first) => first + 1, 'leaf')).toEqual([]);
    expect(replaced((first) => first + 3, 'none')).toEqual([]);
  });

  test('a leaf is overwritten by one to another page: spte-replaced', () => {
    expect(replaced((first) => first + 3, 'leaf')).toEqual(['spte-replaced']);
  });
});

describe('counts of sections', () => {
  test('none is open, and one counts as active or in progress: section-count', () => {
    for (const count of ['mnActiveInvalidateCount', 'mmuInvalidateInProgress'] as const) {
      const world = new TestWorld();
      world.kvm.invalidation[count] = 1;
      checkAllSptes(world.kvm);
      expect(world.findingKinds()).toEqual(['section-count']);
    }
  });
});

describe('checkSectionEmpty', () => {
  test('an SPTE is left in the range: spte-survives-start, with how many', () => {
    const world = new TestWorld();
    checkSectionEmpty(world.kvm, world.frame(2), world.frame(5));
    expect(world.machine.findings.list).toMatchObject([{ kind: 'spte-survives-start', evidence: { left: 3 } }]);
  });

  test('none in the range, some beside it: nothing', () => {
    const world = new TestWorld({ sptes: false });
    world.mapSptes(4, 4, 1);
    checkSectionEmpty(world.kvm, world.frame(0), world.frame(4));
    expect(world.findingKinds()).toEqual([]);
  });
});

describe('checkAllSptes', () => {
  test('every SPTE of every size as the host has it: nothing', () => {
    for (const mapped of [1, 2, 3] as const) {
      const world = new TestWorld({ hstateLevel: 3, hugePages: 1, mapped });
      checkAllSptes(world.kvm);
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('one stale SPTE among others, and holes around it: found', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1, sptes: false });
    world.mapSptes(9, 3, 1);
    const table = world.kvm.tdp.tableAt(world.frame(10), 1);
    table.clear(2);
    table.setLeaf(2, world.folio().firstPfn, true);
    checkAllSptes(world.kvm);
    expect(world.machine.findings.list).toMatchObject([{ kind: 'stale-spte', evidence: { gfn: 10 } }]);
  });

  test('a storm of them: is kept to ten of a kind', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 1 });
    world.mapping.remove(0);
    for (let page = 0; page < 16; page++) world.mm.pageTables.tableAt(world.at(page), 1).clear(page % 4);
    checkAllSptes(world.kvm);
    expect(world.findingKinds()).toEqual(new Array(10).fill('stale-spte'));
  });
});
