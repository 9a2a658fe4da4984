import { describe, expect, test } from 'vitest';
import { checkFolioCounts } from '../../src/mm/checkers.ts';
import { HugetlbVma } from '../../src/mm/hugetlb-vma.ts';
import { mapcountSchemes } from '../../src/mm/mapcount/index.ts';
import type { MapcountSchemeId } from '../../src/mm/mapcount/mapcount-scheme.ts';
import type { Mm } from '../../src/mm/mm.ts';
import { exitMmap } from '../../src/mm/operations/exit-mmap.ts';
import { fork } from '../../src/mm/operations/fork.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { truncate } from '../../src/mm/operations/truncate.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { collapse } from '../support/collapse.ts';
import { TestWorld, type WorldOptions } from '../support/world.ts';

const ids = Object.keys(mapcountSchemes) as MapcountSchemeId[];

const world = (mapcount: MapcountSchemeId, options: WorldOptions = {}): TestWorld =>
  new TestWorld({ mapcount, hstateLevel: 3, hugePages: 1, ...options });

const forked = (w: TestWorld, copiesHugetlb = true): Mm => w.call(fork(w.mm, { copiesHugetlb }));

function findings(w: TestWorld): string[] {
  checkFolioCounts(w.machine);
  return w.findingKinds();
}

const levels = (w: TestWorld, mm: Mm): number[] =>
  Array.from({ length: w.pages }, (_, page) => mm.pageTables.leafLevel(w.at(page)));

/**
 * Mapcount atomics and references of the fork of one huge page of 4 x 4 pages, by the size of its leaves. Reference G.6: each
 * leaf; each subpage that it spans; the huge page; each table with leaves; the huge page.
 */
const forkWork: Readonly<Record<MapcountSchemeId, Readonly<Record<1 | 2 | 3, readonly [number, number]>>>> = {
  'head-per-pte': { 1: [16, 16], 2: [4, 4], 3: [1, 1] },
  subpage: { 1: [16, 16], 2: [16, 4], 3: [1, 1] },
  'hstate-entry': { 1: [1, 1], 2: [1, 1], 3: [1, 1] },
  'hstate-special': { 1: [1, 1], 2: [1, 1], 3: [1, 1] },
  // It holds one reference as long as anybody maps the page: the parent has brought it.
  'folio-pairs': { 1: [4, 0], 2: [1, 0], 3: [1, 0] },
  'folio-vmas': { 1: [1, 1], 2: [1, 1], 3: [1, 1] },
};

describe('copy_hugetlb_page_range()', () => {
  for (const id of ids) {
    for (const mapped of [1, 2, 3] as const) {
      test(`${id}, leaves of level ${mapped}: the child has the same leaves, counted as the scheme counts, no section`, () => {
        const w = world(id, { mapped });
        const child = forked(w);
        expect(levels(w, child)).toEqual(new Array(w.pages).fill(mapped));
        expect([w.work.mapcountAtomics, w.work.refAtomics]).toEqual(forkWork[id][mapped]);
        expect([w.mm.notifiers.stats.sections, w.work.leavesProtected, w.work.cpuShootdowns]).toEqual([0, 0, 1]);
        expect(findings(w)).toEqual([]);
      });
    }

    test(`${id}: a mix of sizes and holes, then the child exits: every count as before`, () => {
      const w = world(id, { mapped: 0, hugePages: 2 });
      w.mapHost(0, 4, 2);
      w.mapHost(4, 3, 1);
      w.mapHost(16, 16, 3);
      const before = [w.folio(0), w.folio(1)].map(({ refcount, entireMapcount }) => [refcount, entireMapcount]);
      const child = forked(w);
      expect(levels(w, child)).toEqual(w.hostLevels());
      expect(findings(w)).toEqual([]);
      w.call(exitMmap(child));
      expect([w.folio(0), w.folio(1)].map((folio) => [folio.refcount, folio.entireMapcount])).toEqual(before);
      expect([child.vmas.length, w.mapping.vmas.length, child.pageTables.root.leaves]).toEqual([0, 1, 0]);
      expect(findings(w)).toEqual([]);
    });

    test(`${id}: the parent's leaves have gone and its tables stand: the child gets none, and counts nothing`, () => {
      const w = world(id);
      w.call(madvDontneed(w.mm, w.at(0), w.at(w.pages)));
      const child = forked(w);
      expect(levels(w, child)).toEqual(new Array(w.pages).fill(0));
      expect(findings(w)).toEqual([]);
    });

    for (let delayNs = 0; delayNs <= 4000; delayNs += 400) {
      test(`${id}: MADV_DONTNEED, CONTINUE and a collapse come ${delayNs} ns into the fork: counts agree, no finding`, () => {
        const w = world(id, { hugePages: 2, mapped: 1 });
        const task = w.spawn('fork', fork(w.mm, { copiesHugetlb: true }));
        // They wait for mmap_lock, but for what reaches the pages by way of the file.
        w.spawn('dontneed', madvDontneed(w.mm, w.at(0), w.at(16)), delayNs);
        w.spawn('continue', uffdioContinue(w.mm, w.at(0), w.at(4)), delayNs + 100);
        w.spawn('collapse', collapse(w), delayNs + 200);
        w.run();
        const child = task.result as Mm;
        expect(levels(w, child)).toEqual(new Array(w.pages).fill(1));
        w.call(exitMmap(child));
        expect(findings(w)).toEqual([]);
      });
    }

    const leaks = id === 'hstate-entry';
    for (let delayNs = 400; delayNs <= 4400; delayNs += 500) {
      test(`${id}: truncation ${delayNs} ns into the fork: nobody maps the page any more${leaks ? ', and it is counted all the same' : ''}`, () => {
        const w = world(id);
        const folio = w.folio();
        const task = w.spawn('fork', fork(w.mm, { copiesHugetlb: true }));
        w.spawn('truncate', truncate(w.vma, w.at(0)), delayNs);
        w.run();
        expect([w.hostLevels(), levels(w, task.result as Mm)]).toEqual([new Array(16).fill(0), new Array(16).fill(0)]);
        expect(folio.cached).toBeNull();
        // Reference G.6: the pointer to the tables stays, and with it the count.
        expect(findings(w)).toEqual(leaks ? ['removed-while-mapped'] : []);
      });
    }
  }

  test('vma_needs_copy(): a shared mapping is not copied unless it is asked for', () => {
    const w = world('subpage');
    const child = forked(w, false);
    expect([levels(w, child), w.work.tablesAllocated]).toEqual([new Array(16).fill(0), 0]);
    expect(child.vmas[0]).toBeInstanceOf(HugetlbVma);
    expect(w.mapping.vmas.map(({ mm }) => mm)).toEqual([w.mm, child]);
    expect(findings(w)).toEqual([]);
  });

  test('tables of 512: a 2M leaf of a 1G page is 512 atomics under subpage and 1 under head-per-pte', () => {
    for (const [id, atomics] of [
      ['subpage', 262_144],
      ['head-per-pte', 512],
    ] as const) {
      const w = world(id, { entries: 512, mapped: 2, sptes: false });
      forked(w);
      expect([w.work.mapcountAtomics, w.work.refAtomics]).toEqual([atomics, 512]);
    }
  });
});
