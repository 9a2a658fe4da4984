import { describe, expect, test } from 'vitest';
import { MmuGather } from '../../src/mm/mmu-gather.ts';
import { TestWorld } from '../support/world.ts';

/** Pages that fit into the batches of one mmu_gather, and table pointers that fit into one page (reference G.7). */
const PAGES_MAX = 9690;
const TABLES_MAX = 510;

const gathering = () => {
  const world = new TestWorld({ mapped: 0 });
  const folio = world.folio();
  const gather = new MmuGather(world.mm);
  return { world, folio, gather };
};

describe('mmu_gather', () => {
  test('nothing queued: tlb_finish_mmu does nothing, not even a shootdown', () => {
    const { world, gather } = gathering();
    world.call(gather.finish());
    expect([world.work.cpuShootdowns, world.work.forcedFlushes, world.sim.now]).toEqual([0, 0, 0]);
  });

  test('pages: full with the 9,690th, and empty again after a forced flush', () => {
    const { world, folio, gather } = gathering();
    folio.changeRefs(2 * PAGES_MAX);
    for (let page = 1; page < PAGES_MAX; page++) expect(gather.removePage(folio)).toBe(false);
    expect(gather.removePage(folio)).toBe(true);
    world.call(gather.forcedFlush());
    expect(gather.removePage(folio)).toBe(false);
    expect(world.work.forcedFlushes).toBe(1);
  });

  test('tables: full with the 510th', () => {
    const { gather } = gathering();
    for (let table = 1; table < TABLES_MAX; table++) expect(gather.removeTable()).toBe(false);
    expect(gather.removeTable()).toBe(true);
  });

  test('the leaves of a 1G page of 4K: 27 forced flushes and the last one, each with one shootdown', () => {
    const { world, folio, gather } = gathering();
    folio.changeRefs(262_144);
    world.call(
      (function* unmap() {
        for (let leaf = 0; leaf < 262_144; leaf++) {
          if (gather.removePage(folio)) yield* gather.forcedFlush();
        }
        yield* gather.finish();
      })(),
    );
    expect(world.work.forcedFlushes).toBe(27);
    expect(world.work.cpuShootdowns).toBe(28);
    expect(world.work.refAtomics).toBe(262_144);
    expect(folio.refcount).toBe(1);
  });

  test('references: are kept until the flush, then dropped one by one on the head line', () => {
    const { world, folio, gather } = gathering();
    folio.changeRefs(3);
    for (let leaf = 0; leaf < 3; leaf++) gather.removePage(folio);
    expect(folio.refcount).toBe(4);
    world.call(gather.finish());
    expect([folio.refcount, world.work.refAtomics, folio.headLine.accesses]).toEqual([1, 3, 3]);
    // The line comes from another CPU once, and is owned for the rest; nobody is in guest mode to be interrupted.
    const { contendedLineNs, headPutNs } = world.machine.costs;
    expect(world.sim.now).toBe(contendedLineNs + 2 * headPutNs);
  });

  test('tables: are freed behind the shootdown, at their price', () => {
    const { world, gather } = gathering();
    for (let table = 0; table < 3; table++) gather.removeTable();
    expect(world.work.tablesFreed).toBe(0);
    world.call(gather.finish());
    expect(world.work.tablesFreed).toBe(3);
    expect(world.sim.now).toBe(3 * world.machine.costs.tableFreeNs);
  });

  test('finish after a forced flush with nothing new: no second shootdown', () => {
    const { world, folio, gather } = gathering();
    folio.changeRefs(1);
    gather.removePage(folio);
    world.call(gather.forcedFlush());
    world.call(gather.finish());
    expect(world.work.cpuShootdowns).toBe(1);
  });

  test('tables full: frees the tables behind a shootdown, and keeps the pages queued', () => {
    const { world, folio, gather } = gathering();
    folio.changeRefs(1);
    gather.removePage(folio);
    for (let table = 0; table < TABLES_MAX; table++) gather.removeTable();
    world.call(gather.tableFlush());
    expect([world.work.tablesFreed, world.work.cpuShootdowns, world.work.forcedFlushes]).toEqual([TABLES_MAX, 1, 1]);
    expect(folio.refcount).toBe(2);
    expect(gather.removeTable()).toBe(false);
    world.call(gather.finish(), 'finish');
    expect([folio.refcount, world.work.tablesFreed, world.work.cpuShootdowns]).toEqual([1, TABLES_MAX + 1, 2]);
  });
});
