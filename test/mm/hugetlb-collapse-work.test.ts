// How often a collapse of a 1 GiB page does what, against the tables of the reference: G.7 (atomics, one VMA, fully mapped)
// and K.2 (notifier traffic).

import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/mm/address.ts';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { type CollapseOptions, collapse, hgmVersions } from '../support/collapse.ts';
import { TestWorld } from '../support/world.ts';

const SUBPAGES = 262_144;

/** A 1 GiB page on real geometry, mapped by host and KVM with leaves of one size. */
const gigabytePage = (mapped: Level, mapcount: MapcountSchemeId = 'subpage') =>
  new TestWorld({ entries: 512, hstateLevel: 3, hugePages: 1, mapped, mapcount });

function workOf(world: TestWorld, options: CollapseOptions = {}) {
  expect(world.call(collapse(world, options))).toBe(0);
  const { mapcountAtomics, refAtomics, leafClears, ptlAcquisitions, tablesFreed, hugeEntriesSet } = world.work;
  return { mapcountAtomics, refAtomics, leafClears, ptlAcquisitions, tablesFreed, hugeEntriesSet };
}

// The rows of G.7 for the ideas: head-per-pte (1), subpage (2), hstate-entry and its bit (3), pairs and VMAs (4).
type Atomics = Record<MapcountSchemeId, readonly [mapcount: number, refs: number]>;
interface Row {
  readonly name: string;
  readonly mapped: Level;
  readonly options: CollapseOptions;
  readonly atomics: Atomics;
  readonly leafClears: number;
  readonly tablesFreed: number;
  readonly hugeEntriesSet: number;
}

const nothingMoves = [0, 0] as const;
const rows: readonly Row[] = [
  {
    name: '4K to 2M',
    mapped: 1,
    options: { maxLevel: 2 },
    atomics: {
      'head-per-pte': [SUBPAGES + 512, SUBPAGES + 512],
      subpage: [SUBPAGES + SUBPAGES, SUBPAGES + 512],
      'hstate-entry': nothingMoves,
      'hstate-special': nothingMoves,
      'folio-pairs': [512 + 1, 0],
      'folio-vmas': nothingMoves,
    },
    leafClears: SUBPAGES,
    tablesFreed: 512,
    hugeEntriesSet: 512,
  },
  {
    name: '2M to 1G',
    mapped: 2,
    options: {},
    atomics: {
      'head-per-pte': [512 + 1, 512 + 1],
      subpage: [SUBPAGES + 1, 512 + 1],
      'hstate-entry': nothingMoves,
      'hstate-special': nothingMoves,
      'folio-pairs': [1 + 1, 0],
      'folio-vmas': nothingMoves,
    },
    leafClears: 512,
    tablesFreed: 1,
    hugeEntriesSet: 1,
  },
  {
    name: '4K to 1G',
    mapped: 1,
    options: {},
    atomics: {
      'head-per-pte': [SUBPAGES + 1, SUBPAGES + 1],
      subpage: [SUBPAGES + 1, SUBPAGES + 1],
      'hstate-entry': nothingMoves,
      'hstate-special': nothingMoves,
      'folio-pairs': [512 + 1, 0],
      'folio-vmas': nothingMoves,
    },
    leafClears: SUBPAGES,
    tablesFreed: 513,
    hugeEntriesSet: 1,
  },
];
const schemes = Object.keys(mapcountSchemes) as MapcountSchemeId[];

describe('collapse of a 1 GiB page: atomics (G.7)', () => {
  for (const { name, mapped, options, atomics, ...counts } of rows) {
    for (const mapcount of schemes) {
      const [mapcountAtomics, refAtomics] = atomics[mapcount];
      test(`${name}, ${mapcount}: ${mapcountAtomics} mapcount and ${refAtomics} reference atomics, and the row's other counts`, () => {
        const world = gigabytePage(mapped, mapcount);
        // The lock of each leaf that goes, and that of each leaf that comes: v2 sets it under its lock.
        const ptlAcquisitions = counts.leafClears + counts.hugeEntriesSet;
        expect(workOf(world, options)).toEqual({ mapcountAtomics, refAtomics, ptlAcquisitions, ...counts });
        checkFolioCounts(world.machine);
        expect(world.findingKinds()).toEqual([]);
      });
    }
  }

  test('head-per-pte, v1: sets the huge entry without its lock, so each lock is that of a leaf', () => {
    const world = new TestWorld({ entries: 512, hstateLevel: 3, hugePages: 1, mapped: 2, hgmVersion: 'v1' });
    expect(workOf(world).ptlAcquisitions).toBe(512);
  });

  test('folio-pairs, 4K to 2M: each chunk looks for another leaf in the PMD table, the first one in vain', () => {
    const world = gigabytePage(1, 'folio-pairs');
    workOf(world, { maxLevel: 2 });
    // 511 tables around its own entry, and one look at the first leaf for each of the 511 chunks behind it.
    expect([world.work.mapcountScans, world.work.mapcountEntriesScanned]).toEqual([512, 511 + 511]);
  });

  test('folio-vmas: the collapse has the leaves in its hands and scans nothing', () => {
    const world = gigabytePage(1, 'folio-vmas');
    workOf(world, { maxLevel: 2 });
    expect(world.work.mapcountScans).toBe(0);
  });

  test('schemes that keep the reference: each look-up takes one and drops it, apart from those of the mapping', () => {
    for (const mapcount of ['hstate-entry', 'hstate-special', 'folio-pairs', 'folio-vmas'] as const) {
      const world = gigabytePage(1, mapcount);
      workOf(world, { maxLevel: 2 });
      expect([mapcount, world.work.lookUpRefAtomics, world.folio().refcount]).toEqual([mapcount, 2 * 512, 2]);
    }
  });

  test('schemes that keep the reference: no batch of pages is ever full, only that of tables', () => {
    const world = gigabytePage(1, 'hstate-entry');
    workOf(world, { scheme: 'none' });
    expect([world.work.forcedFlushes, world.work.cpuShootdowns]).toEqual([1, 2]);
  });

  test('4K to 1G: 27 forced flushes for pages, one for tables, and the last', () => {
    const world = gigabytePage(1);
    workOf(world, { scheme: 'none' });
    expect([world.work.forcedFlushes, world.work.cpuShootdowns]).toEqual([28, 29]);
  });

  test('4K to 1G under narrow: the same counts, though every leaf is cleared behind the swap; no lock for each', () => {
    const world = gigabytePage(1);
    expect(workOf(world, { scheme: 'narrow' })).toEqual({
      mapcountAtomics: SUBPAGES + 1,
      refAtomics: SUBPAGES + 1,
      leafClears: SUBPAGES,
      // That of the swap.
      ptlAcquisitions: 1,
      tablesFreed: 513,
      hugeEntriesSet: 1,
    });
    expect([world.work.forcedFlushes, world.work.cpuShootdowns]).toEqual([28, 29]);
  });

  test('stepwise and direct: the tables freed and the references dropped are the same in sum', () => {
    const world = gigabytePage(1);
    workOf(world, { maxLevel: 2 });
    const { tablesFreed } = workOf(world);
    expect(tablesFreed).toBe(513);
    expect(world.folio().refcount).toBe(2);
    expect(world.mm.mapcount.mapcount(world.folio())).toBe(1);
  });
});

describe('collapse of 2 MiB pages: a 512th of the 4K to 1G column (G.7)', () => {
  const atomics: Atomics = {
    'head-per-pte': [512 + 1, 512 + 1],
    subpage: [512 + 1, 512 + 1],
    'hstate-entry': nothingMoves,
    'hstate-special': nothingMoves,
    'folio-pairs': [1 + 1, 0],
    'folio-vmas': nothingMoves,
  };
  for (const hgmVersion of hgmVersions) {
    for (const mapcount of schemes) {
      const [mapcountAtomics, refAtomics] = atomics[mapcount];
      test(`${hgmVersion}, ${mapcount}: ${mapcountAtomics} mapcount and ${refAtomics} reference atomics, one table`, () => {
        const world = new TestWorld({ entries: 512, hugePages: 1, mapcount, hgmVersion });
        expect(workOf(world)).toEqual({
          mapcountAtomics,
          refAtomics,
          leafClears: 512,
          ptlAcquisitions: hgmVersion === 'v1' ? 512 : 512 + 1,
          tablesFreed: 1,
          hugeEntriesSet: 1,
        });
        checkFolioCounts(world.machine);
        expect(world.findingKinds()).toEqual([]);
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
