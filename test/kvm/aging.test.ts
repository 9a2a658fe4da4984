import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import { dirtyLogDisable } from '../../src/kvm/dirty-log.ts';
import { splitHugePages } from '../../src/kvm/eager-split.ts';
import { StridePattern } from '../../src/lab/patterns/stride.ts';
import { UniformPattern } from '../../src/lab/patterns/uniform.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { guestMemory, ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until } from '../support/world.ts';

const writes = () => new Writes(1, new RandomStream(1, 'writes'));

const clearAll = (world: TestWorld, flush = false) => {
  const { notifiers } = world.mm;
  const [first, end] = [world.at(0), world.at(world.pages)];
  return flush ? notifiers.clearFlushYoung(first, end) : notifiers.clearYoung(first, end);
};

/** Of each page: is it young? Nothing is cleared. */
const youngPages = (world: TestWorld): boolean[] =>
  Array.from({ length: world.pages }, (_, page) => world.call(world.mm.notifiers.testYoung(world.at(page))));

const none = (world: TestWorld): boolean[] => new Array<boolean>(world.pages).fill(false);

describe('accessed bits', () => {
  test('SPTEs of faults, and those of time 0: young until cleared, whatever their size', () => {
    for (const mapped of [1, 2] as const) {
      const world = new TestWorld({ mapped });
      expect(youngPages(world)).toEqual(none(world).map(() => true));
      expect(world.call(clearAll(world))).toBe(true);
      expect(youngPages(world)).toEqual(none(world));
      expect(world.call(clearAll(world), 'again')).toBe(false);
      expect(world.work.sptesAged).toBe(world.pages / (mapped === 1 ? 1 : 4));
    }
  });

  test('no SPTE: not young, and nothing to clear', () => {
    const world = new TestWorld({ sptes: false });
    expect([youngPages(world).includes(true), world.call(clearAll(world)), world.work.sptesAged]).toEqual([
      false,
      false,
      0,
    ]);
  });

  test('a vCPU strides on after the clear: young is what it has touched since, to the access', () => {
    const world = new TestWorld({ hugePages: 4 });
    startVcpu(world, { pattern: new StridePattern(16, 3, 1, writes()), thinkNs: 500 });
    // Reaches the first SPTE after 2000 ns and the last before 2500: no access is due in between.
    world.spawn('clear', clearAll(world), 1800);
    world.spawn(
      'time',
      (function* time() {
        yield 5900;
      })(),
    );
    world.runUntil(5900);
    const young = [...none(world).keys()].filter((page) =>
      world.kvm.accesses.since(epochOf(world, page), world.frame(page), 1),
    );
    // Accesses are due every 500 ns: those from number 5 to number 11 have come since.
    const touched = [5, 6, 7, 8, 9, 10, 11].map((number) => (1 + 3 * number) % 16);
    expect(young).toEqual(touched.sort((x, y) => x - y));
  });

  test('any stride, any moment: touchChance is 1 for the pages that stepping has visited since, 0 for the others', () => {
    const numbers = { pages: fc.integer({ min: 1, max: 40 }), stride: fc.nat(60), start: fc.nat(60) };
    fc.assert(
      fc.property(fc.record(numbers), fc.nat(100), fc.nat(100), fc.nat(39), ({ pages, stride, start }, a, b, first) => {
        const pattern = new StridePattern(pages, stride, start, writes());
        pattern.advance(a);
        const mark = pattern.mark();
        const visited = new Set<number>();
        for (let n = 0; n < b; n++) {
          visited.add(pattern.page());
          pattern.advance(1);
        }
        const memory = guestMemory(new TestWorld());
        const from = first % pages;
        expect(pattern.touchChance(memory, mark, from, 1)).toBe(visited.has(from) ? 1 : 0);
        const anyVisited = [...visited].some((page) => page >= from);
        expect(pattern.touchChance(memory, mark, from, pages - from)).toBe(anyVisited ? 1 : 0);
      }),
    );
  });

  test('uniform accesses: the chance is that of a page to be drawn at least once', () => {
    const world = new TestWorld();
    const pattern = new UniformPattern(8, new RandomStream(1, 'a'), writes());
    const mark = pattern.mark();
    expect(pattern.touchChance(guestMemory(world), mark, 0, 1)).toBe(0);
    pattern.advance(5);
    expect(pattern.touchChance(guestMemory(world), mark, 3, 1)).toBeCloseTo(1 - (7 / 8) ** 5, 12);
    expect(pattern.touchChance(guestMemory(world), mark, 0, 8)).toBe(1);
  });

  test('a chance that was drawn: is not drawn again, and a bit that was found set stays set', () => {
    const world = new TestWorld();
    startVcpu(world, { pattern: new UniformPattern(8, new RandomStream(1, 'b'), writes()), thinkNs: 1000 });
    world.spawn('clear', clearAll(world), 10);
    const answers: boolean[][] = [];
    world.spawn(
      'ask',
      (function* ask() {
        for (let round = 0; round < 2; round++) {
          const seen: boolean[] = [];
          for (let page = 0; page < 8; page++) seen.push(yield* world.mm.notifiers.testYoung(world.at(page)));
          answers.push(seen);
        }
      })(),
      6_500,
    );
    world.runUntil(60_000);
    const [first, second] = answers;
    expect(first).toContain(true);
    expect(first).toContain(false);
    for (const [page, was] of (first ?? []).entries()) if (was) expect(second?.[page]).toBe(true);
  });

  test('split and recovered in place: the small SPTEs have the bit of the large one, and the other way round', () => {
    const world = new TestWorld({ kernel: '6.18', mapped: 2 });
    world.call(world.mm.notifiers.clearYoung(world.at(0), world.at(4)));
    world.call(splitHugePages(world.kvm, world.frame(0), world.frame(8), 1), 'split');
    expect(world.spteLevels()).toEqual(none(world).map(() => 1));
    const half = [false, false, false, false, true, true, true, true];
    expect(youngPages(world)).toEqual(half);
    world.slot.dirtyLogging = true;
    world.call(dirtyLogDisable(world.kvm, world.slot), 'recover');
    expect(world.spteLevels()).toEqual(none(world).map(() => 2));
    expect(youngPages(world)).toEqual(half);
  });

  test('zapped and faulted in again: young', () => {
    const world = new TestWorld();
    world.call(clearAll(world));
    world.call(
      (function* zap() {
        const section = yield* world.mm.notifiers.rangeStart('clear', world.at(0), world.at(4));
        yield* world.mm.notifiers.rangeEnd(section);
      })(),
    );
    startVcpu(world, { pattern: new ScriptedPattern([2]) });
    world.runUntil(world.sim.now + 20_000);
    const young = [...none(world).keys()].filter(
      (page) => world.kvm.tdp.spte(world.frame(page)) !== null && epochOfOrNull(world, page) === null,
    );
    expect(young).toEqual([2]);
  });
});

const epochOfOrNull = (world: TestWorld, page: number) => {
  const table = world.kvm.tdp.top.find(world.frame(page), 1);
  return table.accessedClearSince(world.machine.geometry.index(world.frame(page), table.level));
};

const epochOf = (world: TestWorld, page: number) => {
  const epoch = epochOfOrNull(world, page);
  if (epoch === null) throw new Error(`the accessed bit of page ${page} was never cleared`);
  return epoch;
};

describe('aging and mmu_lock', () => {
  const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

  /** Someone holds mmu_lock for read for 10 us: when does the test end? */
  const testedAtNs = (kernel: KernelVersion): number => {
    const world = new TestWorld({ kernel });
    world.spawn(
      'reader',
      (function* reader() {
        yield* world.kvm.readLock();
        yield 10_000;
        yield* world.kvm.readUnlock();
      })(),
    );
    const task = world.spawn('test', world.mm.notifiers.testYoung(world.at(0)), 100);
    let endedNs = 0;
    world.spawn(
      'watch',
      (function* watch() {
        yield* until(() => task.state === 'ended');
        endedNs = world.sim.now;
      })(),
    );
    world.run();
    return endedNs;
  };

  test('6.1 and 6.12: waits for mmu_lock for write; 6.18: walks beside whoever holds it', () => {
    const [old = 0, recent = 0, lockless = 0] = kernels.map(testedAtNs);
    expect(old).toBeGreaterThan(10_000);
    expect(recent).toBeGreaterThan(10_000);
    // Call, an entry of each level.
    expect(lockless).toBe(100 + 200 + 3 * 8);
  });

  test('clear_flush_young: one flush if it was young, under mmu_lock; none where it was not, none in 6.18', () => {
    for (const kernel of kernels) {
      const world = new TestWorld({ kernel });
      const held: boolean[] = [];
      world.kvm.events.events.listen((event) => {
        if (event.type === 'kvm-flush') held.push(world.kvm.mmuLock.isWriteHeld);
      });
      world.call(clearAll(world, true));
      world.call(clearAll(world, true), 'again');
      expect(held).toEqual(kernel === '6.18' ? [] : [true]);
    }
  });

  test('clear_young and test_young: never flush', () => {
    const world = new TestWorld();
    youngPages(world);
    world.call(clearAll(world));
    expect(world.kvm.stats.tlbFlushes).toBe(0);
  });

  test('memory that no memslot has: mmu_lock is not touched', () => {
    const world = new TestWorld();
    expect(world.call(world.mm.notifiers.testYoung(world.at(world.pages)))).toBe(false);
    expect(world.sim.now).toBe(world.machine.costs.notifierCallNs);
  });

  test('under a page table lock: lockdep has nothing to say, since nothing in it sleeps', () => {
    for (const kernel of kernels) {
      const world = new TestWorld({ kernel });
      const { ptl } = world.mm.pageTables.lowestTable(world.at(0), 1);
      world.call(
        (function* reclaim() {
          yield* ptl.acquire();
          yield* clearAll(world, true);
          yield* ptl.release();
        })(),
      );
      expect(world.findingKinds()).toEqual([]);
    }
  });
});

describe('release', () => {
  test('leaves and tables of all sizes: gone, without a flush', () => {
    const world = new TestWorld({ hstateLevel: 3, hugePages: 2, mapped: 1 });
    world.call(world.mm.notifiers.release());
    expect(world.spteLevels()).toEqual(none(world).map(() => 0));
    expect([world.tdpTables(), world.kvm.stats.tlbFlushes]).toEqual([0, 0]);
    expect(world.work.spteLeavesZapped).toBe(world.pages);
    expect(world.findingKinds()).toEqual([]);
  });
});
