import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { splitHugePages } from '../../src/kvm/eager-split.ts';
import { GuestMemory } from '../../src/kvm/guest-access.ts';
import { TdpRoot } from '../../src/kvm/tdp-table.ts';
import { TLB_ENTRIES, tlbMissExtraNs } from '../../src/kvm/tlb-reach.ts';
import { Geometry, gfn } from '../../src/mm/address.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, testCosts } from '../support/world.ts';

const geometry = new Geometry(512);
const mix = (smallPages: number, largePages = 0, hugePages = 0) => ({ smallPages, largePages, hugePages });
const extraNs = (...pages: [number, number?, number?]) => tlbMissExtraNs(mix(...pages), geometry, testCosts);
const { tlbMissExtra4kNs, tlbMissExtra2mNs } = testCosts;

describe('tlbMissExtraNs', () => {
  test('within the reach, nothing mapped, or all of it 1G: nothing', () => {
    expect([extraNs(0), extraNs(TLB_ENTRIES), extraNs(0, 512 * TLB_ENTRIES), extraNs(0, 0, 262_144 * 64)]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('4K: the share that does not fit, times the cost of a miss', () => {
    expect(extraNs(2 * TLB_ENTRIES)).toBe(tlbMissExtra4kNs / 2);
    expect(extraNs(4 * TLB_ENTRIES)).toBe(tlbMissExtra4kNs * 0.75);
  });

  test('2M: the same share of its own cost', () => {
    expect(extraNs(0, 2 * 512 * TLB_ENTRIES)).toBe(tlbMissExtra2mNs / 2);
  });

  test('both sizes: 2M fill the entries first, and 4K share what is left', () => {
    const large = 512 * (TLB_ENTRIES / 2);
    const small = TLB_ENTRIES;
    expect(extraNs(small, large)).toBeCloseTo((small * 0.5 * tlbMissExtra4kNs) / (small + large), 10);
  });

  test('any memory: never negative, never above a miss at each access, and less the larger its SPTEs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), (regions) => {
        const pages = regions * 512;
        const [small, large, huge] = [extraNs(pages), extraNs(0, pages), extraNs(0, 0, pages)];
        expect(small).toBeLessThanOrEqual(tlbMissExtra4kNs);
        expect(small).toBeGreaterThanOrEqual(large);
        expect(large).toBeGreaterThanOrEqual(huge);
        expect(huge).toBe(0);
      }),
    );
  });
});

describe('SPTE mix of guest memory', () => {
  test('any leaves, any window: what asking each frame for its SPTE tells', () => {
    const leaf = fc.record({ level: fc.constantFrom(1, 2, 3), at: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 60 }), fc.nat(255), fc.nat(255), (leaves, a, b) => {
        const tdp = new TdpRoot(new Geometry(4));
        for (const { level, at } of leaves) {
          const table = tdp.tableAt(gfn(at), level as 1 | 2 | 3);
          const index = tdp.geometry.index(at, level as 1 | 2 | 3);
          if (table.level === level && table.kinds[index] === 0) table.setLeaf(index, at, true);
        }
        const [first, end] = [Math.min(a, b), Math.max(a, b) + 1];
        const pages = [0, 0, 0, 0];
        for (let at = first; at < end; at++) {
          const level = tdp.spte(gfn(at))?.level ?? 0;
          pages[level] = (pages[level] ?? 0) + 1;
        }
        const seen = new GuestMemory(tdp, gfn(first), end - first).spteMix;
        expect([seen.smallPages, seen.largePages, seen.hugePages]).toEqual(pages.slice(1));
      }),
      { numRuns: 300 },
    );
  });
});

/** Keeps time going while a vCPU runs without a miss. */
function* wait(ns: number): Process {
  yield ns;
}

describe('TLB reach of a vCPU', () => {
  /** A guest over 8192 pages in 2M leaves, which are split after 1 ms if it says so. */
  const run = (splits: boolean, stepping = false) => {
    const world = new TestWorld({ entries: 512, hugePages: 16, mapped: 2 });
    const { vcpu, intervals } = startVcpu(world, { pattern: new ScriptedPattern([0]), thinkNs: 100, stepping });
    if (splits) world.spawn('split', splitHugePages(world.kvm, world.frame(0), world.frame(world.pages), 1), 1_000_000);
    world.spawn('clock', wait(3_000_000));
    world.runUntil(3_000_000);
    vcpu.settle();
    return { vcpu, intervals };
  };

  test('2M SPTEs within the reach: nothing', () => {
    expect(run(false).vcpu.tlbMissExtraNs).toBe(0);
  });

  test('after a split: each further access costs its share of misses, and the clock of the guest does not slow', () => {
    const { vcpu } = run(true);
    const perTouchNs = (1 - TLB_ENTRIES / 8192) * tlbMissExtra4kNs;
    const splitNs = 16 * (800 + 512 * 63 + 5);
    const touchesAfter = (3_000_000 - 1_000_000 - splitNs) / 100;
    expect(vcpu.tlbMissExtraNs).toBeGreaterThan(touchesAfter * perTouchNs * 0.95);
    expect(vcpu.tlbMissExtraNs).toBeLessThan(20_000 * perTouchNs);
    // One kick, at the flush that ends the split, is all that the guest's clock has lost.
    expect(vcpu.touches).toBeGreaterThan(30_000 - testCosts.kickedVcpuNs / 100 - 2);
  });

  test('stepping: adds up to the same as skipping', () => {
    const [skipped, stepped] = [run(true), run(true, true)];
    // The access that is due as the run ends is made by one of them.
    expect(stepped.vcpu.touches).toBeCloseTo(skipped.vcpu.touches, -1);
    expect(stepped.vcpu.tlbMissExtraNs).toBeCloseTo(skipped.vcpu.tlbMissExtraNs, -4);
  });
});
