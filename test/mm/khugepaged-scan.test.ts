import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { type KhugepagedOptions, khugepagedScan } from '../../src/mm/operations/khugepaged-scan.ts';
import { ThpWorld, type ThpWorldOptions } from '../support/thp-world.ts';
import { until } from '../support/world.ts';

const SLEEP_NS = 1_000_000;

const scan = (world: ThpWorld, options: Partial<KhugepagedOptions> = {}): Process<0> => {
  const { mm, vma } = world;
  const { start, end } = vma;
  const settings = { pagesToScan: 1000, scanSleepNs: SLEEP_NS, maxPtesNone: 3 };
  return khugepagedScan({ mm, start, end, scheme: 'range', ...settings, ...options });
};

/** Every page of the world is old to the host. */
const aged = (options: ThpWorldOptions, aging = true): ThpWorld => {
  const world = new ThpWorld(options);
  for (const frame of world.frames()) if (aging && frame !== null) world.machine.memory.age(frame);
  return world;
};

const scanned = (world: ThpWorld, options: Partial<KhugepagedOptions> = {}): ThpWorld => {
  world.spawn('khugepaged', scan(world, options));
  world.run();
  expect(world.findings()).toEqual([]);
  return world;
};

const clearSptes = (world: ThpWorld): Process<boolean> => world.mm.notifiers.clearYoung(world.vma.start, world.vma.end);

describe('khugepaged: which blocks it collapses', () => {
  test('anonymous, all young in the host: collapsed, and KVM is not asked', () => {
    const world = scanned(new ThpWorld({ kind: 'anonymous', blocks: 2 }));
    expect(world.hostLevels()).toEqual(Array(8).fill(2));
    expect([world.work.khugepagedCollapses, world.work.youngTests]).toEqual([2, 0]);
  });

  test('old in the host, young in KVM: asked for each page once, and collapsed', () => {
    for (const kernel of ['6.1', '6.12'] as const) {
      const world = scanned(aged({ kind: 'anonymous', blocks: 2, kernel }));
      expect(world.hostLevels()).toEqual(Array(8).fill(2));
      // The zap of the section marks the pages: the second look needs no answer from KVM.
      expect(world.work.youngTests).toBe(8);
    }
  });

  test('6.18, old in the host, young in KVM alone: the zap takes the accessed bits with it, and the collapse is given up', () => {
    const world = scanned(aged({ kind: 'anonymous', blocks: 2, kernel: '6.18' }));
    expect(world.hostLevels()).toEqual(Array(8).fill(1));
    expect([world.work.khugepagedCollapses, world.work.youngTests]).toEqual([0, 16]);
    expect(world.spteLevels()).toEqual(Array(8).fill(0));
  });

  test('6.18, one page of a block young in the host: that block is collapsed', () => {
    const world = aged({ kind: 'anonymous', blocks: 2, kernel: '6.18' });
    world.machine.memory.touch(world.frames()[5] ?? 0);
    scanned(world);
    expect(world.hostLevels()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  test('old in both: left alone, without a section', () => {
    const world = aged({ kind: 'anonymous', blocks: 2 });
    world.spawn('age', clearSptes(world));
    world.spawn('khugepaged', scan(world), 10_000);
    world.run();
    expect(world.hostLevels()).toEqual(Array(8).fill(1));
    expect([world.work.youngTests, world.mm.notifiers.stats.sections]).toEqual([8, 0]);
  });

  test.each<['anonymous' | 'shmem', number, number]>([
    ['anonymous', 2, 2],
    ['anonymous', 1, 0],
    ['shmem', 2, 2],
    ['shmem', 1, 0],
  ])('%s, two pages of each block missing, max_ptes_none %i: %i blocks', (kind, maxPtesNone, blocks) => {
    const world = scanned(new ThpWorld({ kind, blocks: 2, pages: [0, 2, 5, 6] }), { maxPtesNone });
    expect(world.work.khugepagedCollapses).toBe(blocks);
  });

  test('shmem: copied, and left to the next fault to be mapped; KVM is never asked', () => {
    for (const kernel of ['6.1', '6.12', '6.18'] as const) {
      const world = scanned(aged({ kind: 'shmem', blocks: 2, kernel }));
      expect(world.hostLevels()).toEqual(Array(8).fill(0));
      expect([0, 4].map((page) => world.mapping.folio(page)?.level)).toEqual([2, 2]);
      expect([world.work.khugepagedCollapses, world.work.youngTests, world.work.hugeEntriesSet]).toEqual([2, 0, 0]);
      expect(world.work.tablesFreed).toBe(2);
    }
  });

  test('shmem, one folio already: only its PTE table goes, in 6.1 when the next pass has mmap_lock for write', () => {
    const endedNs = (['6.1', '6.12'] as const).map((kernel) => {
      const world = scanned(new ThpWorld({ kind: 'shmem', blocks: 2, folios: 2, kernel }));
      expect(world.hostLevels()).toEqual(Array(8).fill(0));
      expect([world.work.khugepagedCollapses, world.work.tablesFreed]).toEqual([2, 2]);
      return world.sim.now;
    });
    expect(endedNs[1]).toBeLessThan(SLEEP_NS);
  });
});

describe('khugepaged: passes and locks', () => {
  test('budget: a pass ends with the block that exceeds it, and the next one comes after the sleep', () => {
    const passes = (pagesToScan: number): number[] => {
      const world = new ThpWorld({ kind: 'anonymous', blocks: 3 });
      const seen: number[] = [];
      world.mm.notifiers.notifications$.subscribe(({ type }) => {
        if (type === 'invalidate-range-start') seen.push(Math.floor(world.sim.now / SLEEP_NS));
      });
      scanned(world, { pagesToScan });
      return seen;
    };
    expect(passes(4)).toEqual([0, 1, 2]);
    expect(passes(8)).toEqual([0, 0, 1]);
    expect(passes(1000)).toEqual([0, 0, 0]);
  });

  test('mmap_lock is held for write: does not wait for it, and begins again with the next pass', () => {
    const world = new ThpWorld({ kind: 'anonymous', blocks: 1 });
    world.spawn(
      'writer',
      (function* writer(): Process {
        yield* world.mm.mmapLock.acquireWrite();
        yield 100_000;
        yield* world.mm.mmapLock.releaseWrite();
      })(),
    );
    const task = world.spawn('khugepaged', scan(world), 10);
    const waits: string[] = [];
    task.onWaitEnd = ({ name }) => void waits.push(name);
    world.run();
    expect(waits).not.toContain('mmap_lock');
    expect(world.sim.now).toBeGreaterThan(SLEEP_NS);
    expect(world.work.khugepagedCollapses).toBe(1);
  });

  const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

  test('test_young: under the PTE lock; mmu_lock for write up to 6.12, none in 6.18', () => {
    for (const kernel of kernels) {
      const world = aged({ kind: 'anonymous', kernel });
      const { ptl } = world.mm.pageTables.lowestTable(world.at(0), 1);
      const locks = new Set<string>();
      const notified = world.mm.notifiers.notifications$.subscribe(({ type }) => {
        if (type === 'test-young') locks.add(`ptl ${ptl.isHeld}`);
      });
      const task = world.spawn('khugepaged', scan(world));
      let wrote = false;
      world.spawn(
        'watch',
        (function* watch(): Process {
          while (task.state !== 'ended' && world.mm.notifiers.stats.sections === 0) {
            wrote ||= world.kvm.mmuLock.isWriteHeld;
            yield 1;
          }
        })(),
      );
      world.run();
      notified.unsubscribe();
      expect([...locks]).toEqual(['ptl true']);
      expect(wrote).toBe(kernel !== '6.18');
    }
  });

  test('a fault on the table that is scanned: waits for its lock, for all of the scan', () => {
    const world = aged({ kind: 'anonymous', pages: [0, 1, 2] });
    const { ptl } = world.mm.pageTables.lowestTable(world.at(0), 1);
    world.spawn('khugepaged', scan(world, { maxPtesNone: 0 }));
    let waitedNs = 0;
    world.spawn(
      'fault',
      (function* fault(): Process {
        yield* until(() => world.work.youngTests > 0);
        const sinceNs = world.sim.now;
        yield* ptl.acquire();
        waitedNs = world.sim.now - sinceNs;
        expect(world.work.youngTests).toBe(3);
        yield* ptl.release();
      })(),
    );
    world.run();
    expect(waitedNs).toBeGreaterThan(3 * world.machine.costs.notifierCallNs - 10);
  });
});
