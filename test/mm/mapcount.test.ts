import { describe, expect, test } from 'vitest';
import type { Level } from '../../src/mm/address.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import { addFileRmap, removeRmap } from '../../src/mm/mapcount/mapcount-scheme.ts';
import { TestWorld } from '../support/world.ts';

const { subpage, 'head-per-pte': headPerPte } = mapcountSchemes;

/** A folio of 1 GiB on real geometry, nothing mapped. */
const gigabytePage = () => {
  const world = new TestWorld({ entries: 512, hstateLevel: 3, hugePages: 1, mapped: 0 });
  return { world, folio: world.folio() };
};

describe('mapcount schemes', () => {
  // Reference G.6 and F.6: what one leaf of a 1G page costs in atomics.
  const perLeaf: readonly [Level, number, number][] = [
    [1, 1, 1],
    [2, 512, 1],
    [3, 1, 1],
  ];
  for (const [level, ofSubpage, ofHead] of perLeaf) {
    test(`a leaf of level ${level} of a 1G page: ${ofSubpage} atomics by subpage, ${ofHead} by head`, () => {
      const { world, folio } = gigabytePage();
      addFileRmap(subpage, folio, 0, level, 0);
      expect(world.work.mapcountAtomics).toBe(ofSubpage);
      removeRmap(subpage, folio, 0, level, 0);
      expect(world.work.mapcountAtomics).toBe(2 * ofSubpage);
      addFileRmap(headPerPte, folio, 0, level, 0);
      removeRmap(headPerPte, folio, 0, level, 0);
      expect(world.work.mapcountAtomics).toBe(2 * ofSubpage + 2 * ofHead);
    });
  }

  test('2M leaf of a 2M page: is of the size of the folio and counts once in both', () => {
    const { folio } = (() => {
      const world = new TestWorld({ entries: 512, hstateLevel: 2, hugePages: 1, mapped: 0 });
      return { folio: world.folio() };
    })();
    expect([subpage.atomics(folio, 2), headPerPte.atomics(folio, 2)]).toEqual([1, 1]);
  });

  test('subpage: a 2M leaf in the middle: raises exactly its 512 subpages', () => {
    const { folio } = gigabytePage();
    subpage.change(folio, 1024, 2, 1);
    const raised = [...folio.subpageMapcounts.entries()].filter(([, count]) => count !== 0);
    expect(raised).toEqual(Array.from({ length: 512 }, (_, i) => [1024 + i, 1]));
    expect(folio.entireMapcount).toBe(0);
    expect(subpage.mapcount(folio)).toBe(512);
  });

  test('subpage and head: a page mapped by 512 4K leaves and one of its size: 513 in both', () => {
    for (const scheme of [subpage, headPerPte]) {
      const { folio } = gigabytePage();
      for (let page = 0; page < 512; page++) scheme.change(folio, page, 1, 1);
      scheme.change(folio, 0, 3, 1);
      expect(scheme.mapcount(folio)).toBe(513);
    }
  });

  test.each([
    ['subpage, a small leaf', subpage, 1],
    ['subpage, a leaf of the folio', subpage, 3],
    ['head-per-pte', headPerPte, 1],
  ] as const)('%s: more unmapped than mapped: a finding, and the count stays at 0', (_, scheme, level) => {
    const { world, folio } = gigabytePage();
    scheme.change(folio, 0, level, -1);
    expect(new Set(world.findingKinds())).toEqual(new Set(['count-underflow']));
    expect(scheme.mapcount(folio)).toBe(0);
  });

  test('subpage: small leaves touch struct pages of their own: a fixed price, and never a line that is shared', () => {
    const { world, folio } = gigabytePage();
    expect(subpage.atomicsNs(folio, 1, 0)).toBe(world.machine.costs.subpageMapcountNs);
    expect(subpage.atomicsNs(folio, 2, 1)).toBe(512 * world.machine.costs.subpageMapcountNs);
    expect(folio.entireMapcountLine.accesses).toBe(0);
    subpage.atomicsNs(folio, 3, 0);
    expect(folio.entireMapcountLine.accesses).toBe(1);
  });

  test('head: every leaf is an access to the one line, dear when another CPU had it last', () => {
    const { world, folio } = gigabytePage();
    const { headMapcountNs, contendedLineNs } = world.machine.costs;
    expect(headPerPte.atomicsNs(folio, 1, 0)).toBe(contendedLineNs);
    // All three at one instant: the second queues behind the first, the third behind both.
    expect(headPerPte.atomicsNs(folio, 1, 0)).toBe(contendedLineNs + headMapcountNs);
    expect(headPerPte.atomicsNs(folio, 1, 1)).toBe(2 * contendedLineNs + headMapcountNs);
    expect(folio.entireMapcountLine.accesses).toBe(3);
  });

  test('mapcounts and the reference count: lie in different cache lines', () => {
    const { folio } = gigabytePage();
    for (const scheme of [subpage, headPerPte])
      for (const level of [1, 2, 3] as const) scheme.atomicsNs(folio, level, 0);
    expect(folio.headLine.accesses).toBe(0);
  });
});
