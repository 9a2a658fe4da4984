// Reads hit where writes do not. Where the next miss is must be what stepping through the accesses finds, in distribution:
// whether an access writes is drawn.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import { type GuestAccessPattern, GuestMemory } from '../../src/kvm/guest-access.ts';
import { isNotWritable, isReadOnly, isUnmapped, TdpRoot } from '../../src/kvm/tdp-table.ts';
import { StridePattern } from '../../src/lab/patterns/stride.ts';
import { UniformPattern } from '../../src/lab/patterns/uniform.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import { Geometry, gfn } from '../../src/mm/address.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

type State = 'none' | 'read-only' | 'writable';

function memoryOf(states: readonly State[]) {
  const tdp = new TdpRoot(new Geometry(4));
  states.forEach((state, page) => {
    const table = tdp.tableAt(gfn(page), 1);
    if (state === 'none') return;
    table.setLeaf(page % 4, 100 + page, true);
    if (state === 'read-only') table.protect(page % 4);
  });
  const protect = (page: number) => tdp.tableAt(gfn(page), 1).protect(page % 4);
  return { memory: new GuestMemory(tdp, gfn(0), states.length), protect };
}

const state = fc.constantFrom<State>('none', 'read-only', 'writable');
const writes = (fraction: number, seed: number) => new Writes(fraction, new RandomStream(seed, 'writes'));

interface Miss {
  readonly hits: number;
  readonly page: number;
  readonly write: boolean;
}

function skipToMiss(pattern: GuestAccessPattern, memory: GuestMemory): Miss {
  const hits = pattern.hitsBeforeMiss(memory);
  pattern.advance(hits);
  return { hits, page: pattern.page(memory), write: pattern.isWrite(memory) };
}

function stepToMiss(pattern: GuestAccessPattern, memory: GuestMemory): Miss {
  for (let hits = 0; ; hits++) {
    const page = pattern.page(memory);
    const write = pattern.isWrite(memory);
    if (!memory.allows(page, write)) return { hits, page, write };
    pattern.advance(1);
  }
}

/** Two samples have one distribution: Kolmogorov-Smirnov at alpha = 0.001. */
function expectAlike(a: readonly number[], b: readonly number[]): void {
  const values = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const below = (sample: readonly number[], x: number) => sample.filter((value) => value <= x).length / sample.length;
  const largest = Math.max(...values.map((x) => Math.abs(below(a, x) - below(b, x))));
  expect(largest).toBeLessThan(1.949 * Math.sqrt((a.length + b.length) / (a.length * b.length)));
}

describe('guest memory: counts by permission', () => {
  test('any memory: what asking each page tells', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 40 }), fc.nat(39), (states, from) => {
        const { memory } = memoryOf(states);
        const first = Math.min(from, states.length - 1);
        for (const [which, wanted] of [
          [isUnmapped, ['none']],
          [isReadOnly, ['read-only']],
          [isNotWritable, ['none', 'read-only']],
        ] as const) {
          const pages = states.flatMap((is, page) => ((wanted as readonly State[]).includes(is) ? [page] : []));
          expect(memory.pagesThat(which)).toBe(pages.length);
          expect(memory.firstThat(which, first)).toBe(pages.find((page) => page >= first) ?? states.length);
          expect(pages.map((_, rank) => memory.pageByRank(which, rank))).toEqual(pages);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('unmapping, splitting and unlinking: the count of writable pages follows', () => {
    const tdp = new TdpRoot(new Geometry(4));
    const table = tdp.tableAt(gfn(0), 2);
    table.setLeaf(0, 100, true);
    table.setLeaf(1, 104, true);
    table.protect(1);
    expect([tdp.top.mappedPages, tdp.top.writablePages]).toEqual([8, 4]);
    table.link(0, table.splitChild(0));
    table.child(0).protect(2);
    expect([tdp.top.mappedPages, tdp.top.writablePages]).toEqual([8, 3]);
    table.child(0).unprotect(2);
    table.clear(1);
    expect([tdp.top.mappedPages, tdp.top.writablePages]).toEqual([4, 4]);
    table.unlink(0);
    expect([tdp.top.mappedPages, tdp.top.writablePages]).toEqual([0, 0]);
  });
});

const SAMPLES = 3000;
const STATES: readonly State[] = Array.from({ length: 32 }, (_, page) =>
  page === 29 ? 'none' : [3, 7, 8, 20, 21].includes(page) ? 'read-only' : 'writable',
);

const patternsOf: readonly [string, (fraction: number, seed: number) => GuestAccessPattern][] = [
  ['stride', (fraction, seed) => new StridePattern(32, 5, 0, writes(fraction, seed))],
  ['uniform', (fraction, seed) => new UniformPattern(32, new RandomStream(seed, 'accesses'), writes(fraction, seed))],
];

describe.each(patternsOf)('%s with reads and writes', (_, patternOf) => {
  const sample = (toMiss: typeof skipToMiss, fraction: number, states: readonly State[], seedsFrom: number) =>
    Array.from({ length: SAMPLES }, (_, seed) =>
      toMiss(patternOf(fraction, seedsFrom + seed), memoryOf(states).memory),
    );

  test.each([0.02, 0.3, 0.8])('writeFraction %f: skipping and stepping find misses of one distribution', (fraction) => {
    const skipped = sample(skipToMiss, fraction, STATES, 0);
    const stepped = sample(stepToMiss, fraction, STATES, 1_000_000);
    for (const of of [({ hits }: Miss) => hits, ({ page }: Miss) => page, ({ write }: Miss) => (write ? 1 : 0)]) {
      expectAlike(skipped.map(of), stepped.map(of));
    }
  });

  test('no page is missing: rounds of reads are skipped, and the write comes as often as by stepping', () => {
    const states = STATES.map((is) => (is === 'none' ? 'writable' : is));
    const skipped = sample(skipToMiss, 0.05, states, 0);
    const stepped = sample(stepToMiss, 0.05, states, 1_000_000);
    expectAlike(
      skipped.map(({ hits }) => hits),
      stepped.map(({ hits }) => hits),
    );
    expect(skipped.every(({ page, write }) => write && states[page] === 'read-only')).toBe(true);
  });

  test('writeFraction 0: read-only pages never miss; 1: all of them do', () => {
    const readOnly = memoryOf(STATES.map(() => 'read-only')).memory;
    expect(patternOf(0, 1).hitsBeforeMiss(readOnly)).toBe(Number.POSITIVE_INFINITY);
    expect(patternOf(1, 1).hitsBeforeMiss(readOnly)).toBe(0);
  });

  test('pages are protected one by one while it runs: the hits that are left are those of stepping', () => {
    const all = STATES.map((): State => 'writable');
    const order = [4, 9, 14, 30, 2];
    const left = (stepping: boolean) =>
      Array.from({ length: SAMPLES }, (_, seed) => {
        const { memory, protect } = memoryOf(all);
        const pattern = patternOf(0.4, stepping ? 1_000_000 + seed : seed);
        let hits = stepping ? Number.POSITIVE_INFINITY : pattern.hitsBeforeMiss(memory);
        for (const page of order) {
          protect(page);
          if (!stepping) hits = pattern.hitsAfterProtecting(memory, hits, page, 1);
        }
        return stepping ? stepToMiss(pattern, memory).hits : hits;
      });
    expectAlike(left(false), left(true));
  });

  test('the miss was served: the same access is a hit, and is made as the write that it was', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { memory } = memoryOf(STATES.map((is) => (is === 'none' ? 'writable' : is)));
      const pattern = patternOf(0.5, seed);
      const { page, write } = skipToMiss(pattern, memory);
      expect(pattern.hitsBeforeMiss(memory)).toBe(0);
      expect([pattern.page(memory), pattern.isWrite(memory)]).toEqual([page, write]);
    }
  });
});

const protectedWrite = { write: true, present: true };

describe('faults on read-only SPTEs', () => {
  const protectedWorld = (options: ConstructorParameters<typeof TestWorld>[0] = {}) => {
    const world = new TestWorld(options);
    world.kvm.tdp.tableAt(world.frame(0), 1).protect(1);
    return world;
  };

  test('write to a protected 4K SPTE: the fast path, without GUP and mmu_lock', () => {
    const world = protectedWorld();
    const { task } = faultOnce(world, 1, 0, 'write', protectedWrite);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(world.kvm.tdp.spte(world.frame(1))?.writable).toBe(true);
    expect([world.work.fastPageFaults, world.work.gupFast, world.kvm.mmuLockLine.accesses]).toEqual([1, 0, 0]);
    const { faultSetupNs, fastPageFaultNs, atomicHotNs } = world.machine.costs;
    expect(world.sim.now).toBe(faultSetupNs + fastPageFaultNs + atomicHotNs);
  });

  test('inside an open section: the fast path goes on, the pfn does not change', () => {
    const world = protectedWorld();
    world.kvm.invalidation.begin(world.frame(0), world.frame(8));
    const { task } = faultOnce(world, 1, 0, 'write', protectedWrite);
    world.run();
    expect(task.result?.outcome).toBe('fixed');
  });

  test('two writes at once: one is fixed, the other goes the full way and finds it done', () => {
    const world = protectedWorld();
    const faults = ['a', 'b'].map((name) => faultOnce(world, 1, 0, name, protectedWrite));
    world.run();
    expect(faults.map(({ task }) => task.result?.outcome).sort()).toEqual(['fixed', 'spurious']);
    expect(world.work.fastPageFaults).toBe(1);
  });

  test('read: spurious, and the SPTE stays read-only', () => {
    const world = protectedWorld();
    const { task } = faultOnce(world, 1, 0, 'read', { write: false, present: false });
    world.run();
    expect(task.result?.outcome).toBe('spurious');
    expect(world.kvm.tdp.spte(world.frame(1))?.writable).toBe(false);
  });

  test('read of a page that the host maps read-only: a read-only SPTE that no fast path unlocks', () => {
    const world = new TestWorld({ sptes: false });
    const table = world.mm.pageTables.tableAt(world.at(1), 1);
    table.setWritable(1, false);
    const { task } = faultOnce(world, 1, 0, 'read', { write: false, present: false });
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    expect(world.kvm.tdp.spte(world.frame(1))?.writable).toBe(false);
    expect(world.kvm.tdp.tableAt(world.frame(1), 1).isProtected(1)).toBe(false);
  });

  const splitBy = (kernel: '6.1' | '6.12' | '6.18') => {
    const world = new TestWorld({ kernel, hugePages: 1, mapped: 2 });
    world.kvm.tdp.tableAt(world.frame(0), 2).protect(0);
    world.slot.dirtyLogging = true;
    const { task } = faultOnce(world, 1, 0, 'write', protectedWrite);
    world.run();
    expect(task.result).toEqual({ outcome: 'fixed', level: 1 });
    return { levels: world.spteLevels(), flushes: world.work.kvmFlushes, splits: world.work.spteSplits };
  };

  test('write to a huge one under dirty logging: 6.1 zaps it with a flush, later kernels split it in place', () => {
    expect(splitBy('6.1')).toEqual({ levels: [0, 1, 0, 0], flushes: 1, splits: 0 });
    expect(splitBy('6.12')).toEqual({ levels: [1, 1, 1, 1], flushes: 0, splits: 1 });
    expect(splitBy('6.18')).toEqual(splitBy('6.12'));
  });
});
