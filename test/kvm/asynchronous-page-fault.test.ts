import { describe, expect, test } from 'vitest';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { settle, userfaultfd } from '../support/userfault.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

/** Pages 2 to 7 are mapped, 0 and 1 are still to come; the vCPU walks through `pages`. */
function guest(pages: readonly number[], asyncPageFault: boolean) {
  const world = new TestWorld({ mapped: 0 });
  world.mapHost(2, 2, 1);
  world.mapHost(4, 4, 1);
  world.mapSptes(2, 6, 1);
  const ctx = userfaultfd(world, ['minor']);
  const running = startVcpu(world, { pattern: new ScriptedPattern(pages), asyncPageFault });
  const fill = (page: number, atNs: number): void => {
    world.spawn(`fill ${page}`, uffdioContinue(world.mm, world.at(page), world.at(page + 1)), atNs);
  };
  const until = (ns: number): void => {
    world.spawn('clock', clock(ns));
    settle(world);
    running.finish();
  };
  const sleptNs = () =>
    running.intervals
      .filter(({ state }) => state === 'userfault')
      .reduce((ns, { startNs, endNs }) => ns + endNs - startNs, 0);
  return { world, ctx, running, fill, until, sleptNs };
}

function* clock(ns: number) {
  yield ns;
}

describe('async page fault', () => {
  test('a page that is still to come: without it the vCPU sleeps until then, with it the guest goes on with its other accesses', () => {
    const [sync, async] = [false, true].map((asyncPageFault) => {
      const { running, fill, until, sleptNs } = guest([0, 2, 3, 4, 5, 6, 7], asyncPageFault);
      fill(0, 100_000);
      until(100_000);
      return { touches: running.vcpu.touches, sleptNs: sleptNs() };
    });
    expect(sync?.touches).toBe(0);
    expect(sync?.sleptNs).toBeGreaterThan(90_000);
    // The second time round it comes to the same page, and halts until that has come: then the first access is made.
    expect(async?.touches).toBe(7);
  });

  test('the page comes: a worker had waited for it; KVM maps it, and the access is made', () => {
    const { world, ctx, running, fill, until } = guest([0, ...new Array(60).fill(2), 3, 4], true);
    fill(0, 5000);
    until(6000);
    expect([ctx.stats.events, ctx.stats.woken, world.spteLevels()[0]]).toEqual([1, 1, 1]);
    const states = new Set(running.intervals.map(({ state }) => state));
    expect(states).toEqual(new Set(['running', 'fault']));
    expect(running.vcpu.touches).toBeGreaterThan(1);
  });

  test('a second access to a page that is under way: halts in the host, one message in all', () => {
    const { ctx, fill, until, sleptNs } = guest([0, 2], true);
    fill(0, 50_000);
    until(80_000);
    expect(ctx.stats.events).toBe(1);
    expect(sleptNs()).toBeGreaterThan(40_000);
    expect(sleptNs()).toBeLessThan(55_000);
  });

  test('two pages that come in the other order: the guest has both, and no sleeper is left', () => {
    const { world, ctx, fill, until } = guest([0, 1, ...new Array(500).fill(2)], true);
    fill(1, 20_000);
    fill(0, 40_000);
    until(60_000);
    expect([ctx.hasWaiters, world.spteLevels().slice(0, 2), world.findingKinds()]).toEqual([false, [1, 1], []]);
  });
});
