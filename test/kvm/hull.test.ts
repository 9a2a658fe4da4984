// One interval around everything that is being invalidated, and one sequence for the whole VM: whom they stall beside those who
// touch what changes (reference B.4).

import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { Memslot } from '../../src/kvm/memslot.ts';
import { gfn, hva, PAGE_SIZE } from '../../src/mm/address.ts';
import type { KernelVersion } from '../../src/mm/machine.ts';
import { faultOnce, ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

const kernels: readonly KernelVersion[] = ['6.1', '6.12', '6.18'];

const sixteen = (kernel: KernelVersion, sptes = true) => new TestWorld({ kernel, hugePages: 4, sptes });

/** A thread that has a section over pages [first, end) open from `fromNs` for `openNs`. */
function section(world: TestWorld, [first, end]: readonly [number, number], fromNs: number, openNs: number): void {
  const open = function* open(): Process {
    const opened = yield* world.mm.notifiers.rangeStart('clear', world.at(first), world.at(end));
    yield openNs;
    yield* world.mm.notifiers.rangeEnd(opened);
  };
  world.spawn(`section ${first}`, open(), fromNs);
}

/** The frames of which a fault would be thrown away, while the sections are open. */
const covered = (world: TestWorld, frames: number): number[] =>
  [...Array(frames).keys()].filter((frame) => world.kvm.invalidation.isInvalidating(gfn(frame), 1));

const run = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, index) => from + index);

describe('hull of two sections', () => {
  test('low and high open: what lies between is covered too, until both are closed', () => {
    for (const kernel of kernels) {
      const world = sixteen(kernel);
      section(world, [0, 4], 0, 20_000);
      section(world, [12, 16], 0, 100_000);
      world.runUntil(15_000);
      expect(covered(world, 16)).toEqual(run(0, 16));
      world.runUntil(60_000);
      // One has closed: the hull does not shrink.
      expect([world.mm.notifiers.openSections.size, covered(world, 16)]).toEqual([1, run(0, 16)]);
      world.run();
      expect(covered(world, 16)).toEqual([]);
    }
  });

  test('a vCPU that touches only what is between: stalls for both, though nobody changes its page; with one of them it never stalls', () => {
    const stall = (ranges: readonly (readonly [number, number])[]): number => {
      const world = sixteen('6.12');
      // Its own SPTE is not there, so that it has to fault in the middle of it.
      const { table, index } = leafOf(world, 8);
      table.clear(index);
      for (const range of ranges) section(world, range, 0, 50_000);
      world.runUntil(30_000);
      const { windows, finish } = startVcpu(world, { pattern: new ScriptedPattern([8]) });
      world.runUntil(200_000);
      finish();
      return Math.max(...windows.map(({ startNs, endNs }) => endNs - startNs));
    };
    const both = stall([
      [0, 4],
      [12, 16],
    ]);
    const [low, high] = [stall([[0, 4]]), stall([[12, 16]])];
    expect(both).toBeGreaterThan(20_000);
    expect(low).toBeLessThan(5_000);
    expect(high).toBeLessThan(5_000);
  });

  test('a new section after the first has closed: begins with an empty hull', () => {
    for (const kernel of kernels) {
      const world = sixteen(kernel);
      section(world, [0, 4], 0, 1000);
      section(world, [12, 16], 60_000, 50_000);
      world.runUntil(80_000);
      expect(covered(world, 16)).toEqual(run(12, 16));
    }
  });
});

const leafOf = (world: TestWorld, page: number) => {
  const table = world.kvm.tdp.top.find(world.frame(page), 1);
  return { table, index: world.machine.geometry.index(world.frame(page), table.level) };
};

describe('sequence', () => {
  test('any section that closes: a fault elsewhere that was under way goes round once, and then succeeds', () => {
    for (const kernel of kernels) {
      const world = sixteen(kernel, false);
      section(world, [0, 4], 0, 20_000);
      // Starts after the section is open, and takes the page of another range; the section closes before it
      // has mmu_lock, behind the reader.
      world.spawn(
        'reader',
        (function* reader(): Process {
          yield* world.kvm.readLock();
          yield 20_500;
          yield* world.kvm.readUnlock();
        })(),
        4000,
      );
      const { task } = faultOnce(world, 9, 22_000);
      world.run();
      expect(task.result).toMatchObject({ outcome: 'retry-invalidate' });
      const again = faultOnce(world, 9);
      world.run();
      expect(again.task.result).toMatchObject({ outcome: 'fixed' });
    }
  });

  test('a section of memory that no memslot has: nobody retries, and the sequence stays', () => {
    for (const kernel of kernels) {
      const world = sixteen(kernel, false);
      section(world, [16, 20], 0, 20_000);
      const { task } = faultOnce(world, 9, 5_000);
      world.run();
      expect(task.result).toMatchObject({ outcome: 'fixed' });
      expect([world.kvm.invalidation.mmuInvalidateSeq, world.work.kvmFlushes]).toEqual([0, 0]);
    }
  });
});

describe('hull and memslots', () => {
  /** The memory twice in the guest: at frames 0 to 15, and again from 32 on. */
  const aliased = (kernel: KernelVersion) => {
    const world = sixteen(kernel);
    world.kvm.memslots.push(new Memslot(gfn(32), 16, world.vma.start));
    return world;
  };

  test('aliases: since 6.8 all guest frames between the two are covered; 6.1, in host addresses, covers the pages alone', () => {
    const frames = Object.fromEntries(
      kernels.map((kernel) => {
        const world = aliased(kernel);
        section(world, [4, 8], 0, 50_000);
        world.runUntil(30_000);
        return [kernel, covered(world, 48)];
      }),
    );
    expect(frames['6.1']).toEqual([...run(4, 8), ...run(36, 40)]);
    expect(frames['6.12']).toEqual(run(4, 40));
    expect(frames['6.18']).toEqual(run(4, 40));
  });

  test('slots swapped in the guest: two neighbours in host memory are far apart for 6.12, and side by side for 6.1', () => {
    const hulls = kernels.slice(0, 2).map((kernel) => {
      const world = new TestWorld({ kernel, hugePages: 4, sptes: false });
      const { start } = world.vma;
      const middle = hva(start + 8 * PAGE_SIZE);
      world.kvm.memslots.splice(0, 1, new Memslot(gfn(32), 8, start), new Memslot(gfn(0), 8, middle));
      section(world, [6, 10], 0, 50_000);
      world.runUntil(30_000);
      return covered(world, 40);
    });
    expect(hulls[0]).toEqual([0, 1, 38, 39]);
    // One interval from the lowest frame of either slot to the highest: 8 to 31 are no frames at all, 2 to 7 wait for nothing.
    expect(hulls[1]).toEqual(run(0, 40));
  });

  test('6.1: the range of a section counts as it is, also where it reaches beyond the memslot', () => {
    const world = new TestWorld({ kernel: '6.1', hugePages: 4, sptes: false });
    const { start } = world.vma;
    world.kvm.memslots.splice(0, 1, new Memslot(gfn(0), 4, start));
    section(world, [2, 12], 0, 50_000);
    world.runUntil(20_000);
    // A slot that comes later, over host memory that the open section covers and no slot had.
    world.kvm.memslots.push(new Memslot(gfn(64), 4, hva(start + 8 * PAGE_SIZE)));
    expect(world.kvm.invalidation.isInvalidating(gfn(65), 1)).toBe(true);
    expect(world.kvm.invalidation.isInvalidating(gfn(1), 1)).toBe(false);
  });
});
