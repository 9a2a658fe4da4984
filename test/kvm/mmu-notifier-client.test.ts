import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import { Kvm } from '../../src/kvm/kvm.ts';
import { Memslot } from '../../src/kvm/memslot.ts';
import { registerKvm } from '../../src/kvm/mmu-notifier-client.ts';
import { tdpMmu } from '../../src/kvm/tdp.ts';
import { gfn } from '../../src/mm/address.ts';
import type { NotifierSection } from '../../src/mm/mmu-notifier.ts';
import { TestWorld, until } from '../support/world.ts';

const start = (world: TestWorld, first: number, end: number): Process<NotifierSection> =>
  world.mm.notifiers.rangeStart('clear', world.at(first), world.at(end));

const state = ({ kvm: { invalidation } }: TestWorld) => [
  invalidation.mnActiveInvalidateCount,
  invalidation.mmuInvalidateInProgress,
  invalidation.mmuInvalidateSeq,
];

/** One more VM over all of the memory, with the SPTEs of the first one. */
function addVm(world: TestWorld, index: number): Kvm {
  const { machine, mm } = world;
  const kvm = new Kvm({ machine, mm, name: `vm${index}`, earlyRetryCheck: true, nxHugePages: false, mmu: tdpMmu });
  kvm.memslots.push(new Memslot(gfn(0), world.pages, world.vma.start));
  for (let page = 0; page < world.pages; page++) {
    const spte = world.kvm.tdp.spte(world.frame(page));
    if (spte !== null) kvm.tdp.tableAt(gfn(page), 1).setLeaf(page % 4, spte.pfn, true);
  }
  registerKvm(kvm, collapsedHandlers.promote);
  return kvm;
}

describe('kvm mmu notifier', () => {
  test('start and end: counts raised by start, SPTEs gone when it returns, sequence moved by end', () => {
    const world = new TestWorld();
    world.call(
      (function* mm() {
        const section = yield* start(world, 0, 4);
        expect(state(world)).toEqual([1, 1, 0]);
        expect(world.spteLevels()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
        expect(world.kvm.mmuLock.isHeld).toBe(false);
        yield* world.mm.notifiers.rangeEnd(section);
        expect(state(world)).toEqual([0, 0, 1]);
      })(),
    );
    expect([world.kvm.stats.seqBumps, world.kvm.stats.tlbFlushes]).toEqual([1, 1]);
    expect(world.findingKinds()).toEqual([]);
  });

  test('nothing was mapped: no flush', () => {
    const world = new TestWorld({ sptes: false });
    world.call(start(world, 0, 8));
    expect(world.kvm.stats.tlbFlushes).toBe(0);
  });

  test('start: flushes with mmu_lock held for write, so nobody maps before the TLBs have forgotten', () => {
    const world = new TestWorld();
    const held: boolean[] = [];
    world.kvm.events.events.listen((event) => {
      if (event.type === 'kvm-flush') held.push(world.kvm.mmuLock.isWriteHeld);
    });
    world.call(start(world, 0, 8));
    expect(held).toEqual([true]);
  });

  test('end: has to wait for the readers of mmu_lock, and the section stays open for them', () => {
    const world = new TestWorld();
    const rows: [string, number][] = [];
    world.spawn(
      'mm',
      (function* mm() {
        const section = yield* start(world, 0, 4);
        yield 1000;
        yield* world.mm.notifiers.rangeEnd(section);
        rows.push(['end', world.sim.now]);
      })(),
    );
    world.spawn(
      'reader',
      (function* reader() {
        yield* until(() => world.kvm.invalidation.mmuInvalidateInProgress > 0 && !world.kvm.mmuLock.isHeld);
        yield* world.kvm.readLock();
        yield 20_000;
        expect(world.kvm.invalidation.mmuInvalidateInProgress).toBe(1);
        rows.push(['reader', world.sim.now]);
        yield* world.kvm.readUnlock();
      })(),
    );
    world.run();
    expect(rows.map(([who]) => who)).toEqual(['reader', 'end']);
  });

  test('two memslots on one address: both are zapped, and the hull spans both', () => {
    const world = new TestWorld();
    world.kvm.memslots.push(new Memslot(gfn(16), 8, world.vma.start));
    const alias = world.kvm.tdp.tableAt(gfn(16), 1);
    alias.setLeaf(0, world.folio().firstPfn, true);
    world.call(start(world, 0, 4));
    expect(world.kvm.tdp.spte(gfn(16))).toBeNull();
    const { invalidation } = world.kvm;
    expect([0, 3, 4, 15, 16, 19, 20].map((frame) => invalidation.isInvalidating(gfn(frame), 1))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    // One section, however many slots it meets.
    expect(invalidation.mmuInvalidateInProgress).toBe(1);
  });

  test('two VMs on one mm: both zap, one after the other, and both answer before start returns', () => {
    const world = new TestWorld();
    const other = new Kvm({
      machine: world.machine,
      mm: world.mm,
      name: 'vm1',
      earlyRetryCheck: true,
      nxHugePages: false,
      mmu: tdpMmu,
    });
    other.memslots.push(new Memslot(gfn(0), 8, world.vma.start));
    other.tdp.tableAt(gfn(0), 1).setLeaf(0, world.folio().firstPfn, true);
    const unregister = registerKvm(other, collapsedHandlers.promote);
    world.call(
      (function* mm() {
        const section = yield* start(world, 0, 4);
        expect([other.tdp.isMapped(gfn(0)), world.kvm.tdp.isMapped(gfn(0))]).toEqual([false, false]);
        yield* world.mm.notifiers.rangeEnd(section);
      })(),
    );
    expect([world.kvm.stats.seqBumps, other.stats.seqBumps]).toEqual([1, 1]);
    unregister();
    world.call(start(world, 4, 8), 'later');
    expect([world.kvm.invalidation.mmuInvalidateInProgress, other.invalidation.mmuInvalidateInProgress]).toEqual([
      1, 0,
    ]);
  });

  test('two VMs on one mm: the time of start is that of both, and the second begins when the first has answered', () => {
    const startNs = (vms: number): number => {
      const world = new TestWorld();
      for (let index = 1; index < vms; index++) addVm(world, index);
      world.call(start(world, 0, 8));
      return world.mm.notifiers.stats.startNs;
    };
    const [one, two, three] = [startNs(1), startNs(2), startNs(3)];
    // Each VM has locks and page tables of its own: nothing is shared, and nothing is saved.
    expect(two).toBe(2 * one);
    expect(three).toBe(3 * one);
  });

  test('two VMs on one mm, test_young: the first that says yes ends the walk', () => {
    const asked = (firstIsYoung: boolean): number => {
      const world = new TestWorld();
      addVm(world, 1);
      if (!firstIsYoung) world.kvm.tdp.top.unlink(0);
      const beganNs = world.sim.now;
      expect(world.call(world.mm.notifiers.testYoung(world.at(0)))).toBe(true);
      return world.sim.now - beganNs;
    };
    expect(asked(false)).toBeGreaterThan(asked(true) + 150);
  });

  test('sections: open and close in any nesting: count and hull follow, and the sequence counts the closed ones', () => {
    const world = new TestWorld({ hugePages: 4 });
    world.call(
      (function* mm() {
        const low = yield* start(world, 0, 4);
        const high = yield* start(world, 12, 16);
        expect(world.kvm.invalidation.isInvalidating(world.frame(8), 1)).toBe(true);
        yield* world.mm.notifiers.rangeEnd(low);
        expect(world.kvm.invalidation.isInvalidating(world.frame(0), 1)).toBe(true);
        yield* world.mm.notifiers.rangeEnd(high);
        expect(world.kvm.invalidation.isInvalidating(world.frame(0), 16)).toBe(false);
      })(),
    );
    expect(state(world)).toEqual([0, 0, 2]);
    // What lies between the two was never zapped.
    expect(world.spteLevels()).toEqual([...Array(4).fill(0), ...Array(8).fill(1), ...Array(4).fill(0)]);
  });
});
