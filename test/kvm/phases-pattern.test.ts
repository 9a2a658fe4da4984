import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { RandomStream } from '../../src/engine/random.ts';
import { GuestMemory } from '../../src/kvm/guest-access.ts';
import { TlbReach } from '../../src/kvm/tlb-reach.ts';
import { type Phase, PhasesPattern, phaseOfAccesses, phaseOfTime } from '../../src/lab/patterns/phases.ts';
import { StridePattern } from '../../src/lab/patterns/stride.ts';
import { Writes } from '../../src/lab/patterns/writes.ts';
import { gfn } from '../../src/mm/address.ts';
import { guestMemory, startVcpu } from '../support/vcpu.ts';
import { TestWorld, testCosts } from '../support/world.ts';

const PAGES = 16;
const smallWorld = () => new TestWorld({ entries: 4, hstateLevel: 2, hugePages: PAGES / 4, mapped: 1 });

type Length = ReturnType<typeof phaseOfTime>;

/** Walks `pages` pages from `first` on, one after the other. */
function walking(world: TestWorld, first: number, pages: number, length: Length, writeFraction = 1): Phase {
  const memory = new GuestMemory(world.kvm.tdp, gfn(world.slot.baseGfn + first), pages);
  const writes = new Writes(writeFraction, new RandomStream(1, 'writes'));
  const pattern = new StridePattern(pages, 1, 0, writes);
  return { kind: 'accesses', pattern, memory, tlb: new TlbReach(world.kvm, memory), ...length };
}

const idle = (ns: number): Phase => ({ kind: 'idle', ns });

/** Keeps time going while a vCPU runs without a miss. */
function* wait(ns: number): Process {
  yield ns;
}

function run(world: TestWorld, phases: readonly Phase[], ns: number, repeats = true, stepping = false) {
  const pattern = new PhasesPattern(phases, repeats);
  const running = startVcpu(world, { pattern, times: pattern, tlb: pattern, stepping });
  world.spawn('clock', wait(ns));
  world.runUntil(ns);
  running.finish();
  return running;
}

describe('lengths', () => {
  test('of time: every access that is due before its end, and the time behind the last of them', () => {
    expect(phaseOfTime(100, 1000)).toEqual({ thinkNs: 100, count: 10, ns: 1000 });
    expect(phaseOfTime(100, 1001)).toEqual({ thinkNs: 100, count: 11, ns: 1001 });
    expect(phaseOfTime(100, 1)).toEqual({ thinkNs: 100, count: 1, ns: 1 });
  });

  test('of accesses: the last has its time to think', () => {
    expect(phaseOfAccesses(70, 3)).toEqual({ thinkNs: 70, count: 3, ns: 210 });
  });
});

describe('phases', () => {
  test('page after page: each phase its own memory, each time where it stopped, and misses no further than its end', () => {
    const world = smallWorld();
    const pattern = new PhasesPattern(
      [walking(world, 0, 8, phaseOfAccesses(100, 3)), walking(world, 8, 8, phaseOfTime(50, 120))],
      true,
    );
    const memory = guestMemory(world);
    const seen: number[][] = [];
    for (let turn = 0; turn < 4; turn++) {
      const pages: number[] = [];
      expect(pattern.haltNs).toBeNull();
      for (let left = 3; left > 0; left--) {
        expect(pattern.hitsBeforeMiss()).toBe(left);
        pages.push(pattern.page(memory));
        pattern.advance(1);
      }
      seen.push(pages);
      expect(pattern.haltNs).toBe(0);
      pattern.resume();
    }
    expect(seen).toEqual([
      [0, 1, 2],
      [8, 9, 10],
      [3, 4, 5],
      [11, 12, 13],
    ]);
  });

  test('times: up to the end of the phase, however its accesses are counted off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(9), { maxLength: 8 }),
        (thinkNs, ns, moves) => {
          const length = phaseOfTime(thinkNs, ns);
          const pattern = new PhasesPattern([walking(smallWorld(), 0, PAGES, length)], true);
          let [at, dueNs] = [0, 0];
          for (const move of moves) {
            const count = Math.min(move, length.count - at);
            dueNs += pattern.nsTo(count);
            pattern.advance(count);
            at += count;
            expect(dueNs).toBe(at === length.count ? ns : at * thinkNs);
            if (at === length.count) break;
            expect(pattern.nsTo(length.count - at)).toBe(ns - dueNs);
            // One behind the other: what is due within the time to an access is all that is before it.
            for (let next = 1; next < length.count - at; next++) {
              expect(pattern.dueWithin(pattern.nsTo(next))).toBe(next);
              expect(pattern.dueWithin(pattern.nsTo(next) + 1)).toBe(next + 1);
            }
            expect(pattern.dueWithin(ns)).toBe(length.count - at);
          }
        },
      ),
    );
  });

  test('SPTEs of another phase go: the next miss stays; its own: it comes', () => {
    const world = smallWorld();
    const memory = guestMemory(world);
    const pattern = new PhasesPattern(
      [walking(world, 0, 8, phaseOfAccesses(100, 8)), walking(world, 8, 8, phaseOfAccesses(100, 8))],
      true,
    );
    expect(pattern.hitsBeforeMiss()).toBe(8);
    const clear = (page: number): void => world.kvm.tdp.tableAt(world.frame(page), 1).clear(world.frame(page) % 4);
    clear(10);
    expect(pattern.hitsAfterClearing(memory, 8, 10, 1)).toBe(8);
    clear(5);
    expect(pattern.hitsAfterClearing(memory, 8, 5, 1)).toBe(5);
    pattern.advance(8);
    expect(pattern.hitsAfterClearing(memory, 0, 6, 1)).toBe(0);
    pattern.resume();
    expect(pattern.hitsBeforeMiss()).toBe(2);
  });

  test('read-only pages: a phase of reads does not mind, a phase of writes misses', () => {
    const world = smallWorld();
    const memory = guestMemory(world);
    const [reads, writes] = [0, 1].map((fraction) => walking(world, 0, 8, phaseOfAccesses(100, 8), fraction));
    const pattern = new PhasesPattern([reads as Phase, writes as Phase], true);
    expect(pattern.hitsBeforeMiss()).toBe(8);
    world.kvm.tdp.tableAt(world.frame(4), 1).setWritable(world.frame(4) % 4, false);
    expect(pattern.hitsAfterProtecting(memory, 8, 4, 1)).toBe(8);
    pattern.advance(8);
    pattern.resume();
    expect(pattern.hitsBeforeMiss()).toBe(4);
    expect(pattern.page(memory)).toBe(0);
  });

  test('touchChance: what any of the phases has touched since', () => {
    const world = smallWorld();
    const memory = guestMemory(world);
    const pattern = new PhasesPattern(
      [walking(world, 0, 8, phaseOfAccesses(100, 2)), idle(1000), walking(world, 4, 8, phaseOfAccesses(100, 2))],
      true,
    );
    const mark = pattern.mark();
    pattern.advance(2);
    const later = pattern.mark();
    pattern.resume();
    pattern.resume();
    pattern.advance(1);
    const chances = (since: readonly number[]) =>
      [0, 1, 2, 4, 5, 12].map((page) => pattern.touchChance(memory, since, page, 1));
    expect(chances(mark)).toEqual([1, 1, 0, 1, 0, 0]);
    expect(chances(later)).toEqual([0, 0, 0, 1, 0, 0]);
  });
});

describe.each([false, true])('a vCPU in phases, stepping %s', (stepping) => {
  test('run, halt, run: states and accesses of each, to the ns', () => {
    const world = smallWorld();
    const phases = [walking(world, 0, PAGES, phaseOfTime(100, 1050)), idle(2000)];
    const { vcpu, intervals, windows } = run(world, phases, 6950, true, stepping);
    const states: [string, number, number][] = [];
    for (const { state, startNs, endNs } of intervals) {
      const last = states.at(-1);
      if (last?.[0] === state) last[2] = endNs;
      else states.push([state, startNs, endNs]);
    }
    expect(states).toEqual([
      ['running', 0, 1050],
      ['halted', 1050, 3050],
      ['running', 3050, 4100],
      ['halted', 4100, 6100],
      ['running', 6100, 6950],
    ]);
    expect(windows).toEqual([]);
    expect(vcpu.haltedNs).toBe(4000);
    // Eleven in each whole phase; the ninth of the third is due at 6900.
    expect(vcpu.touches).toBe(11 + 11 + 9);
    expect(vcpu.ranNs).toBe(1050 + 1050 + 900);
  });

  test('once: halts for good after the last phase', () => {
    const world = smallWorld();
    const { vcpu } = run(world, [walking(world, 0, PAGES, phaseOfAccesses(100, 5))], 9000, false, stepping);
    expect([vcpu.touches, vcpu.ranNs, vcpu.haltedNs, vcpu.isInGuest]).toEqual([5, 500, 8500, false]);
  });

  test('halted: a kick and an interrupt do nothing; running: they stall it, and its phase ends later by that', () => {
    const halted = smallWorld();
    const pattern = new PhasesPattern([walking(halted, 0, PAGES, phaseOfTime(100, 1000)), idle(3000)], true);
    const { vcpu, windows, intervals, finish } = startVcpu(halted, { pattern, times: pattern, stepping });
    halted.spawn('clock', wait(6000));
    halted.runUntil(500);
    expect([vcpu.isInGuest, vcpu.runsMm]).toEqual([true, true]);
    vcpu.kick();
    const endNs = 1000 + testCosts.kickedVcpuNs;
    halted.runUntil(endNs + 100);
    expect([vcpu.isInGuest, vcpu.runsMm]).toEqual([false, false]);
    vcpu.kick();
    vcpu.interrupt();
    halted.runUntil(6000);
    expect(finish()).toBe(false);
    expect(windows.map(({ startNs, endNs: to }) => [startNs, to])).toEqual([[500, 500 + testCosts.kickedVcpuNs]]);
    expect(intervals.filter(({ state }) => state === 'halted').map(({ startNs }) => startNs)).toEqual([endNs]);
  });
});
