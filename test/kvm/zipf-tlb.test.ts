// The expected TLB misses of accesses by popularity, against a TLB that is stepped through such accesses.

import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import { TLB_ENTRIES } from '../../src/kvm/tlb-reach.ts';
import { TouchedPages } from '../../src/lab/patterns/touched-pages.ts';
import { TraceTlb } from '../../src/lab/patterns/trace-tlb.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import { ZipfMemory, ZipfPattern } from '../../src/lab/patterns/zipf.ts';
import { ZipfTlb } from '../../src/lab/patterns/zipf-tlb.ts';
import { guestMemory } from '../support/vcpu.ts';
import { TestWorld, testCosts } from '../support/world.ts';

const { tlbMissExtra4kNs, tlbMissExtra2mNs } = testCosts;

function expectedNs(world: TestWorld, exponent: number): number {
  const tlb = new ZipfTlb(new ZipfMemory(world.kvm, guestMemory(world), exponent).reach);
  tlb.look();
  tlb.touched(1);
  return tlb.extraNs;
}

/** On average, after the TLB has filled. */
function steppedNs(world: TestWorld, exponent: number, accesses: number): number {
  const memory = guestMemory(world);
  const popularity = new ZipfMemory(world.kvm, memory, exponent);
  const pattern = new ZipfPattern(popularity, new RandomStream(7, 'accesses'), new Writes(1, new RandomStream(7, 'w')));
  const pages = new Uint32Array(2 * accesses).map(() => {
    const page = pattern.page(memory);
    pattern.advance(1);
    return page;
  });
  const list = { pages, timesNs: new Float64Array(pages.length), writes: new Uint8Array(pages.length) };
  const tlb = new TraceTlb(world.kvm, memory, new TouchedPages(list));
  tlb.touched(accesses);
  const filledNs = tlb.extraNs;
  tlb.touched(accesses);
  return (tlb.extraNs - filledNs) / accesses;
}

describe('TLB misses by popularity', () => {
  for (const exponent of [0.1, 0.7, 1, 1.5]) {
    test(`exponent ${exponent}, 16384 pages of 4K: what a TLB that is stepped through them misses, to 3 %`, () => {
      const world = new TestWorld({ entries: 512, hugePages: 32, mapped: 1 });
      const expected = expectedNs(world, exponent);
      expect(Math.abs(expected / steppedNs(world, exponent, 300_000) - 1)).toBeLessThan(0.03);
    });
  }

  test('4K and 2M SPTEs share the TLB: the same, to 3 %', () => {
    const world = new TestWorld({ entries: 512, hugePages: 32, mapped: 1 });
    const top = world.kvm.tdp.tableAt(world.frame(0), 2);
    for (let region = 0; region < 16; region++) {
      top.unlink(region);
      top.setLeaf(region, region * 512, true);
    }
    const expected = expectedNs(world, 1);
    expect(Math.abs(expected / steppedNs(world, 1, 300_000) - 1)).toBeLessThan(0.03);
  });

  test('the more popular the few, the less is missed; never more than by accesses that are spread evenly', () => {
    const world = new TestWorld({ entries: 512, hugePages: 32, mapped: 1 });
    const costs = [0.1, 0.5, 1, 2, 3].map((exponent) => expectedNs(world, exponent));
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    const evenly = (1 - TLB_ENTRIES / world.pages) * tlbMissExtra4kNs;
    expect(costs[0]).toBeLessThan(evenly);
    expect(costs[0]).toBeGreaterThan(0.95 * evenly);
  });

  test('within the entries: nothing; large pages cost nothing until there are more of them', () => {
    const small = new TestWorld({ entries: 512, hugePages: TLB_ENTRIES / 512, mapped: 1 });
    const large = new TestWorld({ entries: 512, hugePages: 32, mapped: 2 });
    expect([expectedNs(small, 1), expectedNs(large, 1)]).toEqual([0, 0]);
    expect(tlbMissExtra2mNs).toBeGreaterThan(0);
  });
});
