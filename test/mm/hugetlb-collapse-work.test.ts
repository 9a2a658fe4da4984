// How often a collapse of a 1 GiB page does what, against the tables of the reference: G.7 (atomics, one VMA, fully mapped)
// and K.2 (notifier traffic). Idea 1 is head-per-pte, idea 2 is subpage.

import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/mm/address.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { type CollapseOptions, collapse, hgmVersions } from '../support/collapse.ts';
import { TestWorld } from '../support/world.ts';

const SUBPAGES = 262_144;

/** A 1 GiB page on real geometry, mapped with leaves of one size by the host and, where its work matters, by KVM. */
const gigabytePage = (mapped: Level, mapcount: MapcountSchemeId = 'subpage', sptes = true) =>
  new TestWorld({ entries: 512, hstateLevel: 3, hugePages: 1, mapped, mapcount, sptes });

function workOf(world: TestWorld, options: CollapseOptions = {}) {
  expect(world.call(collapse(world, options))).toBe(0);
  const { mapcountAtomics, refAtomics, leafClears, tablesFreed, hugeEntriesSet } = world.work;
  // The table counts the locks of the clears; the one around the huge entry comes on top, and v1 did without it.
  const ptlOfEntries = world.vma.hgmVersion === 'v1' ? 0 : hugeEntriesSet;
  const ptlAcquisitions = world.work.ptlAcquisitions - ptlOfEntries;
  return { mapcountAtomics, refAtomics, leafClears, ptlAcquisitions, tablesFreed, hugeEntriesSet };
}

describe('collapse of a 1 GiB page: atomics (G.7)', () => {
  const rows: readonly [string, Level, CollapseOptions, Record<MapcountSchemeId, number>, object][] = [
    [
      '4K to 2M',
      1,
      { maxLevel: 2 },
      { 'head-per-pte': SUBPAGES + 512, subpage: SUBPAGES + SUBPAGES },
      {
        refAtomics: SUBPAGES + 512,
        leafClears: SUBPAGES,
        ptlAcquisitions: SUBPAGES,
        tablesFreed: 512,
        hugeEntriesSet: 512,
      },
    ],
    [
      '2M to 1G',
      2,
      {},
      { 'head-per-pte': 512 + 1, subpage: SUBPAGES + 1 },
      { refAtomics: 512 + 1, leafClears: 512, ptlAcquisitions: 512, tablesFreed: 1, hugeEntriesSet: 1 },
    ],
    [
      '4K to 1G',
      1,
      {},
      { 'head-per-pte': SUBPAGES + 1, subpage: SUBPAGES + 1 },
      {
        refAtomics: SUBPAGES + 1,
        leafClears: SUBPAGES,
        ptlAcquisitions: SUBPAGES,
        tablesFreed: 513,
        hugeEntriesSet: 1,
      },
    ],
  ];
  for (const [name, mapped, options, mapcountAtomics, others] of rows) {
    for (const mapcount of ['subpage', 'head-per-pte'] as const) {
      test(`${name}, ${mapcount}: ${mapcountAtomics[mapcount]} mapcount atomics, and the row's other counts`, () => {
        const world = gigabytePage(mapped, mapcount, false);
        expect(workOf(world, options)).toEqual({ mapcountAtomics: mapcountAtomics[mapcount], ...others });
      });
    }
  }

  test('4K to 1G: 27 forced flushes for pages, one for tables, and the last', () => {
    const world = gigabytePage(1, 'subpage', false);
    workOf(world);
    expect([world.work.forcedFlushes, world.work.cpuShootdowns]).toEqual([28, 29]);
  });

  test('4K to 1G under narrow: the same counts, though every leaf is cleared behind the swap; no lock for each', () => {
    const world = gigabytePage(1, 'subpage', false);
    expect(workOf(world, { scheme: 'narrow' })).toEqual({
      mapcountAtomics: SUBPAGES + 1,
      refAtomics: SUBPAGES + 1,
      leafClears: SUBPAGES,
      ptlAcquisitions: 0,
      tablesFreed: 513,
      hugeEntriesSet: 1,
    });
    expect([world.work.forcedFlushes, world.work.cpuShootdowns]).toEqual([28, 29]);
  });

  test('stepwise and direct: the tables freed and the references dropped are the same in sum', () => {
    const world = gigabytePage(1, 'subpage', false);
    workOf(world, { maxLevel: 2 });
    const { tablesFreed } = workOf(world);
    expect(tablesFreed).toBe(513);
    expect(world.folio().refcount).toBe(2);
    expect(world.mm.mapcount.mapcount(world.folio())).toBe(1);
  });
});

describe('collapse of 2 MiB pages: a 512th of the 4K to 1G column (G.7)', () => {
  for (const version of hgmVersions) {
    for (const mapcount of ['subpage', 'head-per-pte'] as const) {
      test(`${version}, ${mapcount}: 512 + 1 mapcount atomics and references, one table`, () => {
        const world = new TestWorld({ entries: 512, hugePages: 1, mapcount, hgmVersion: version });
        expect(workOf(world)).toEqual({
          mapcountAtomics: 512 + 1,
          refAtomics: 512 + 1,
          leafClears: 512,
          ptlAcquisitions: 512,
          tablesFreed: 1,
          hugeEntriesSet: 1,
        });
      });
    }
  }
});

describe('collapse of a 1 GiB page: notifier traffic (K.2)', () => {
  const traffic = ({ mm, work, kvm }: TestWorld) => ({
    sections: mm.notifiers.stats.sections,
    visited: work.spteEntriesVisited,
    zapped: work.spteLeavesZapped,
    flushes: kvm.stats.tlbFlushes,
    seqBumps: kvm.stats.seqBumps,
  });

  test('one call, 4K to 1G: 1 section, 262,144 + 513 entries, 1 flush', () => {
    const world = gigabytePage(1);
    workOf(world);
    expect(traffic(world)).toEqual({
      sections: 1,
      visited: SUBPAGES + 513,
      zapped: SUBPAGES,
      flushes: 1,
      seqBumps: 1,
    });
  });

  test('512 calls of 2M: 512 sections of 514 entries, 512 flushes; each walks down from the root', () => {
    const world = gigabytePage(1);
    world.call(
      (function* calls() {
        for (let first = 0; first < SUBPAGES; first += 512) yield* collapse(world, { first, end: first + 512 });
      })(),
    );
    expect(traffic(world)).toEqual({
      sections: 512,
      visited: 512 * 514,
      zapped: SUBPAGES,
      flushes: 512,
      seqBumps: 512,
    });
  });

  test('2M to 1G, SPTEs of 2M: 1 section, 512 + 1 entries, 1 flush', () => {
    const world = gigabytePage(2);
    workOf(world);
    expect(traffic(world)).toEqual({ sections: 1, visited: 512 + 1, zapped: 512, flushes: 1, seqBumps: 1 });
  });

  test('a second section over what is zapped already: visits as much, zaps nothing, flushes nothing', () => {
    const world = gigabytePage(1);
    workOf(world, { maxLevel: 2 });
    const before = traffic(world);
    workOf(world);
    const after = traffic(world);
    expect(after.visited - before.visited).toBe(SUBPAGES + 513);
    expect([after.zapped, after.flushes]).toEqual([before.zapped, before.flushes]);
  });
});
