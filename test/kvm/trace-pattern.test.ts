// The next miss of a recorded list, found by index: it must be the one that going through the list finds.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { TLB_ENTRIES } from '../../src/kvm/tlb-reach.ts';
import { MinHeap } from '../../src/lab/patterns/min-heap.ts';
import { type RecordedAccesses, TouchedPages } from '../../src/lab/patterns/touched-pages.ts';
import { TracePattern } from '../../src/lab/patterns/trace.ts';
import { TraceTlb } from '../../src/lab/patterns/trace-tlb.ts';
import type { Gfn } from '../../src/mm/address.ts';
import { guestMemory, startVcpu } from '../support/vcpu.ts';
import { TestWorld, testCosts } from '../support/world.ts';

type Access = readonly [timeNs: number, page: number, write: 0 | 1];

const recorded = (accesses: readonly Access[]): RecordedAccesses => ({
  timesNs: Float64Array.from(accesses, ([timeNs]) => timeNs),
  pages: Uint32Array.from(accesses, ([, page]) => page),
  writes: Uint8Array.from(accesses, ([, , write]) => write),
});

function traceOf(world: TestWorld, accesses: readonly Access[]) {
  const memory = guestMemory(world);
  const list = recorded(accesses);
  const touched = new TouchedPages(list);
  const pattern = new TracePattern(world.kvm, memory, list, touched);
  return { memory, pattern, tlb: new TraceTlb(world.kvm, memory, touched) };
}

const PAGES = 16;
/** Sixteen pages of guest memory, each with an SPTE of its own. */
const smallWorld = () => new TestWorld({ entries: 4, hstateLevel: 2, hugePages: PAGES / 4, mapped: 1 });

/** What may befall the SPTE of one page. */
function change(world: TestWorld, page: number, state: 'none' | 'read-only' | 'writable'): void {
  const frame: Gfn = world.frame(page);
  const table = world.kvm.tdp.tableAt(frame, 1);
  const index = frame % world.machine.geometry.entriesPerTable;
  if (state === 'none') {
    table.clear(index);
    world.kvm.spteCleared(frame, 1);
    return;
  }
  table.setLeaf(index, 100 + page, state === 'writable');
  world.kvm.spteInstalled(frame, 1);
}

const access = fc.tuple(fc.nat(40), fc.nat(PAGES - 1), fc.constantFrom<0 | 1>(0, 1));
const accesses = fc.array(access, { minLength: 1, maxLength: 60 }).map((list) => {
  let timeNs = 0;
  return list.map(([stepNs, page, write]): Access => {
    timeNs += stepNs;
    return [timeNs, page, write];
  });
});
const step = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), by: fc.nat(100) }),
  fc.record({
    kind: fc.constant('change' as const),
    page: fc.nat(PAGES - 1),
    state: fc.constantFrom('none' as const, 'read-only' as const, 'writable' as const),
  }),
);

describe('trace pattern', () => {
  test('hitsBeforeMiss: any list, any SPTEs that come, go and change: what going through the list finds', () => {
    fc.assert(
      fc.property(accesses, fc.array(step, { maxLength: 60 }), (list, steps) => {
        const world = smallWorld();
        const { memory, pattern } = traceOf(world, list);
        let at = 0;
        for (const next of [...steps, { kind: 'advance' as const, by: 0 }]) {
          if (next.kind === 'change') change(world, next.page, next.state);
          const missing = list.findIndex(([, page, write], i) => i >= at && !memory.allows(page, write === 1));
          const hits = (missing === -1 ? list.length : missing) - at;
          expect(pattern.hitsBeforeMiss()).toBe(hits);
          if (next.kind === 'advance' && hits > 0) {
            const by = next.by % (hits + 1);
            pattern.advance(by);
            at += by;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('nsTo and dueWithin: the times of the list; the halt comes with the last access', () => {
    const { pattern } = traceOf(smallWorld(), [
      [10, 0, 1],
      [10, 1, 1],
      [25, 2, 1],
      [60, 3, 1],
    ]);
    expect([pattern.firstNs, pattern.haltNs]).toEqual([10, null]);
    expect([0, 1, 2, 3, 4].map((count) => pattern.nsTo(count))).toEqual([0, 0, 15, 50, 50]);
    expect([0, 1, 15, 16, 50, 51].map((ns) => pattern.dueWithin(ns))).toEqual([0, 2, 2, 3, 3, 4]);
    pattern.advance(4);
    expect([pattern.haltNs, pattern.nsTo(0), pattern.dueWithin(9)]).toEqual([Number.POSITIVE_INFINITY, 0, 0]);
  });

  test('touchChance: 0 or 1, as the list says', () => {
    const { memory, pattern } = traceOf(smallWorld(), [
      [0, 5, 0],
      [1, 6, 0],
      [2, 5, 0],
    ]);
    pattern.advance(1);
    const mark = pattern.mark();
    const chances = () => [5, 6, 7].map((page) => pattern.touchChance(memory, mark, page, 1));
    expect(chances()).toEqual([0, 0, 0]);
    pattern.advance(1);
    expect([...chances(), pattern.touchChance(memory, mark, 4, 4)]).toEqual([0, 1, 0, 1]);
    pattern.advance(1);
    expect(chances()).toEqual([1, 1, 0]);
  });
});

/** Keeps time going while a vCPU runs without a miss. */
function* wait(ns: number): Process {
  yield ns;
}

describe('a vCPU that replays', () => {
  test('a miss: what comes behind it is later by the stall, and what came before it is not', () => {
    const world = smallWorld();
    const list: Access[] = [
      [1000, 0, 1],
      [2000, 9, 1],
      [50_000, 0, 1],
    ];
    world.kvm.tdp.tableAt(world.frame(9), 1).clear(world.frame(9) % 4);
    const { pattern, tlb } = traceOf(world, list);
    const { vcpu, windows, intervals, finish } = startVcpu(world, { pattern, times: pattern, tlb });
    world.spawn('clock', wait(100_000));
    world.runUntil(100_000);
    finish();
    expect(windows).toHaveLength(1);
    const [{ startNs = 0, endNs = 0 } = {}] = windows;
    expect(startNs).toBe(2000);
    expect(vcpu.touches).toBe(3);
    // The last access, 48 us of the guest's own time after the miss, and then HLT.
    expect(intervals.at(-1)).toEqual({ vcpu: vcpu.id, state: 'halted', startNs: endNs + 48_000, endNs: 100_000 });
    expect(vcpu.ranNs).toBe(50_000);
    expect(vcpu.haltedNs).toBe(100_000 - endNs - 48_000);
  });

  test('after its last access: no flush takes it out, and its thread has let go of the mm', () => {
    const world = smallWorld();
    const { pattern } = traceOf(world, [[1000, 0, 1]]);
    const { vcpu, windows, finish } = startVcpu(world, { pattern, times: pattern });
    world.spawn('clock', wait(9000));
    world.runUntil(500);
    expect([vcpu.isInGuest, vcpu.runsMm]).toEqual([true, true]);
    world.runUntil(2000);
    expect([vcpu.isInGuest, vcpu.runsMm]).toEqual([false, false]);
    vcpu.kick();
    vcpu.interrupt();
    world.runUntil(9000);
    expect(finish()).toBe(false);
    expect(windows).toEqual([]);
  });
});

describe('TLB of a trace', () => {
  const touching = (pages: readonly number[]) => pages.map((page, i): Access => [i, page, 0]);
  const wide = () => new TestWorld({ entries: 512, hugePages: 8, mapped: 1 });

  test('within its entries: each page misses once', () => {
    const { tlb } = traceOf(wide(), touching([3, 4, 3, 4, 3, 5]));
    tlb.touched(6);
    expect(tlb.extraNs).toBe(3 * testCosts.tlbMissExtra4kNs);
  });

  test('one page more than entries, round and round: every access misses, as the least recently used goes', () => {
    const round = Array.from({ length: TLB_ENTRIES + 1 }, (_, page) => page);
    const { tlb } = traceOf(wide(), touching([...round, ...round]));
    tlb.touched(2 * round.length);
    expect(tlb.extraNs).toBe(2 * round.length * testCosts.tlbMissExtra4kNs);
    const fits = traceOf(wide(), touching([...round.slice(1), ...round.slice(1)]));
    fits.tlb.touched(2 * TLB_ENTRIES);
    expect(fits.tlb.extraNs).toBe(TLB_ENTRIES * testCosts.tlbMissExtra4kNs);
  });

  test('a 2M SPTE: one translation for all of its pages, from the look after it came on', () => {
    const world = wide();
    const { tlb } = traceOf(world, touching([1, 2, 1, 2]));
    world.kvm.tdp.tableAt(world.frame(0), 2).unlink(0);
    world.kvm.tdp.tableAt(world.frame(0), 2).setLeaf(0, 0, true);
    world.kvm.spteInstalled(world.frame(0), 512);
    tlb.touched(2);
    expect(tlb.extraNs).toBe(2 * testCosts.tlbMissExtra4kNs);
    tlb.look();
    tlb.touched(2);
    expect(tlb.extraNs).toBe(2 * testCosts.tlbMissExtra4kNs + testCosts.tlbMissExtra2mNs);
  });
});

describe('heap', () => {
  test('any numbers: come out in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (items) => {
        const heap = new MinHeap();
        for (const item of items) heap.add(item);
        const sorted: number[] = [];
        for (let least = heap.least; least !== null; least = heap.least) {
          sorted.push(least);
          heap.removeLeast();
        }
        expect(sorted).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });
});
