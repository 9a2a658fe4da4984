// Each rule that is checked as a run goes on, broken on purpose: by a handler that does what it must not, or by a part of KVM that
// forgets what it must do. Beside each the same world with nothing broken, which must have no finding.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { DONE, type Process } from '../../src/engine/process.ts';
import { checkAllSptes, checkInstall } from '../../src/kvm/checkers.ts';
import { Invalidation } from '../../src/kvm/invalidation.ts';
import { swapActiveMemslots } from '../../src/kvm/memslot-update.ts';
import { TableRcu } from '../../src/kvm/table-rcu.ts';
import { tdpMmuZapLeafs } from '../../src/kvm/tdp-mmu.ts';
import { kvmFlushRemoteTlbs } from '../../src/kvm/tlb.ts';
import { freeFolio } from '../../src/mm/free-folio.ts';
import { faultOnce, ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld, until } from '../support/world.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const kinds = (world: TestWorld): string[] => [...new Set(world.findingKinds())].sort();

/** One section over the first half of the memory, for as long as `inside` takes. */
function* section(world: TestWorld, inside: Process = wait(0)): Process {
  const { notifiers } = world.mm;
  const opened = yield* notifiers.rangeStart('clear', world.at(0), world.at(world.pages / 2));
  yield* inside;
  yield* notifiers.rangeEnd(opened);
}

function* wait(ns: number): Process {
  yield ns;
}

function* zap(world: TestWorld, first: number, end: number, flushes: boolean): Process {
  const { kvm } = world;
  yield* kvm.writeLock();
  yield* tdpMmuZapLeafs(kvm, world.frame(first), world.frame(end));
  if (flushes) yield* kvmFlushRemoteTlbs(kvm);
  yield* kvm.writeUnlock();
}

/** Unmaps the folio as mm would, and gives it up. */
function free(world: TestWorld): void {
  const folio = world.folio();
  folio.entireMapcount = 0;
  folio.subpageMapcounts.fill(0);
  freeFolio(folio);
}

describe('sections (reference L.2, L.3)', () => {
  test('open and close · nothing is broken · no finding', () => {
    const world = new TestWorld();
    world.call(section(world));
    expect(kinds(world)).toEqual([]);
  });

  test('two open at once · the second counts twice · section-count', () => {
    const { begin } = Invalidation.prototype;
    vi.spyOn(Invalidation.prototype, 'begin').mockImplementation(function twice(this: Invalidation, first, end) {
      begin.call(this, first, end);
      this.mmuInvalidateInProgress += 1;
    });
    const world = new TestWorld();
    world.call(section(world));
    expect(kinds(world)).toEqual(['section-count']);
  });

  test('open · the hull ends at its first frame · section-hull', () => {
    const { begin } = Invalidation.prototype;
    vi.spyOn(Invalidation.prototype, 'begin').mockImplementation(function small(this: Invalidation, first) {
      begin.call(this, first, first + 1);
    });
    const world = new TestWorld();
    world.call(section(world));
    expect(kinds(world)).toEqual(['section-hull']);
  });

  test('close · the sequence does not move · sequence', () => {
    vi.spyOn(Invalidation.prototype, 'end').mockImplementation(function still(this: Invalidation) {
      this.mmuInvalidateInProgress -= 1;
    });
    const world = new TestWorld();
    world.call(section(world));
    expect(kinds(world)).toEqual(['sequence']);
  });

  test('a fault inside · it does not look for sections · spte-in-section, when it maps and when the section closes', () => {
    for (const broken of [false, true]) {
      if (broken) vi.spyOn(Invalidation.prototype, 'retryGfn').mockReturnValue(false);
      const world = new TestWorld();
      world.spawn('mm', section(world, wait(20_000)));
      faultOnce(world, 1, 15_000);
      world.run();
      const found = world.machine.findings.list.map(({ kind, message }) => [kind, message.split(':').at(-1)]);
      expect(found).toEqual(
        broken
          ? [
              ['spte-in-section', ' an SPTE appears while an invalidation covers it'],
              ['spte-in-section', '1 pages from gfn 0 to 4 have been mapped while their section was open'],
            ]
          : [],
      );
    }
  });
});

describe('mmu_lock (reference L.4, L.11)', () => {
  test('an SPTE is cleared · by who holds nothing · spte-without-lock; under the lock: nothing', () => {
    for (const locked of [true, false]) {
      const world = new TestWorld();
      world.call(
        (function* handler(): Process {
          const table = world.kvm.tdp.top.find(world.frame(1), 1);
          if (locked) yield* world.kvm.writeLock();
          table.clear(1);
          world.kvm.spteCleared(world.frame(1), 1);
          if (locked) yield* world.kvm.writeUnlock();
        })(),
      );
      expect(kinds(world)).toEqual(locked ? [] : ['spte-without-lock']);
    }
  });

  test('a reader comes while one writer holds and another waits · the lock lets it in · both rules are broken', () => {
    for (const broken of [false, true]) {
      const world = new TestWorld();
      const { kvm } = world;
      if (broken) {
        vi.spyOn(kvm.mmuLock, 'acquireRead').mockReturnValue(DONE);
        vi.spyOn(kvm.mmuLock, 'releaseRead').mockReturnValue(DONE);
      }
      const write = function* (): Process {
        yield* kvm.writeLock();
        yield 10_000;
        yield* kvm.writeUnlock();
      };
      world.spawn('writer', write());
      world.spawn('waiting writer', write(), 1000);
      world.spawn(
        'reader',
        (function* (): Process {
          yield* kvm.readLock();
          yield* kvm.readUnlock();
        })(),
        2000,
      );
      world.run();
      expect(kinds(world)).toEqual(broken ? ['mmu-lock-shared', 'writer-overtaken'] : []);
    }
  });
});

describe('what an SPTE may be (reference L.5, L.6)', () => {
  test('an SPTE of the host’s size or less · it is put in place · nothing; a larger one: spte-too-large', () => {
    for (const mapped of [1, 2] as const) {
      const world = new TestWorld({ mapped, sptes: false });
      world.kvm.tdp.tableAt(world.frame(0), 2).setLeaf(0, world.folio().firstPfn, true);
      checkInstall(world.kvm, world.slot, world.frame(0), 4, world.frame(0));
      expect(kinds(world)).toEqual(mapped === 1 ? ['spte-too-large'] : []);
    }
  });

  test('a leaf where a leaf is · written by whichever path · spte-replaced if it is another page', () => {
    const world = new TestWorld();
    const { firstPfn } = world.folio();
    const table = world.kvm.tdp.top.find(world.frame(1), 1);
    table.setLeaf(1, firstPfn + 1, false);
    expect(kinds(world)).toEqual([]);
    table.setLeaf(1, firstPfn + 2, true);
    expect(kinds(world)).toEqual(['spte-replaced']);
  });
});

describe('tables that a walker may be in (reference L.7)', () => {
  /** A fault on page 1 has found its table, and looks at the entry 5 ns later; in between the table is taken out of the tree. */
  const crossing = (): TestWorld => {
    const world = new TestWorld({ costs: { atomicHotNs: 50 } });
    const { kvm } = world;
    const table = kvm.tdp.top.find(world.frame(1), 1);
    table.clear(1);
    faultOnce(world, 1);
    world.spawn(
      'handler',
      (function* (): Process {
        yield* until(() => kvm.mmuLock.isHeld);
        yield world.machine.costs.hostLevelNs + world.machine.costs.tdpMapNs + 20;
        kvm.tdp.top.find(world.frame(1), 2).unlink(0);
        kvm.tableRcu.retire(table);
        expect(table.isFreed).toBe(vi.isMockFunction(kvm.tableRcu.retire));
      })(),
    );
    world.run();
    expect(table.isFreed).toBe(true);
    return world;
  };

  test('a table goes while a fault is in it · after a grace period · nothing', () => {
    expect(kinds(crossing())).toEqual([]);
  });

  test('the same · at once · table-freed-early', () => {
    vi.spyOn(TableRcu.prototype, 'retire').mockImplementation((table) => {
      table.isFreed = true;
    });
    expect(kinds(crossing())).toEqual(['table-freed-early']);
  });
});

describe('pages that are given away (reference L.8)', () => {
  test('a folio is freed · zapped and flushed before · nothing', () => {
    const world = new TestWorld({ hugePages: 1 });
    world.call(zap(world, 0, 4, true));
    free(world);
    expect(kinds(world)).toEqual([]);
  });

  test('a folio is freed · zapped and not flushed · stale-tlb', () => {
    const world = new TestWorld({ hugePages: 1 });
    world.call(zap(world, 0, 4, false));
    free(world);
    expect(kinds(world)).toEqual(['stale-tlb']);
  });

  test('a section opens over what another path has zapped · without a flush · stale-tlb when its start returns', () => {
    const world = new TestWorld();
    world.call(zap(world, 0, 4, false));
    world.call(section(world), 'mm');
    expect(kinds(world)).toEqual(['stale-tlb']);
  });

  test.each([1, 2] as const)('a folio is freed · SPTEs of level %i lead to it · freed-while-translated', (mapped) => {
    const world = new TestWorld({ mapped });
    free(world);
    expect(kinds(world)).toEqual(['freed-while-translated']);
    expect(world.machine.findings.list[0]?.evidence).toMatchObject({ sptes: mapped === 1 ? 4 : 1, first: 0 });
  });

  test('freed under a guest · that writes to it afterwards · lost-write when the SPTE goes, for that page alone', () => {
    for (const stepping of [false, true]) {
      const world = new TestWorld();
      startVcpu(world, { pattern: new ScriptedPattern([2]), stepping });
      world.runUntil(5_000);
      free(world);
      world.runUntil(10_000);
      world.spawn('zap', zap(world, 0, 8, true));
      world.runUntil(20_000);
      expect(kinds(world)).toContain('lost-write');
    }
  });

  test('freed under a guest · that does nothing afterwards · no lost-write', () => {
    const world = new TestWorld();
    startVcpu(world, { pattern: new ScriptedPattern([2]), times: { ...never } });
    world.runUntil(5_000);
    free(world);
    world.runUntil(10_000);
    checkAllSptes(world.kvm);
    expect(kinds(world)).not.toContain('lost-write');
  });
});

/** A guest that has halted for ever. */
const never = { firstNs: 0, haltNs: Number.POSITIVE_INFINITY, resume: () => {}, nsTo: () => 0, dueWithin: () => 0 };

describe('waiters (design: nobody sleeps for ever)', () => {
  test('memslots change while a section is open · the last one wakes nobody · waiter-asleep', () => {
    for (const broken of [false, true]) {
      const world = new TestWorld();
      const { kvm } = world;
      if (broken) vi.spyOn(kvm.memslotsUpdateWait, 'wakeAll').mockReturnValue(0);
      world.spawn('mm', section(world, wait(5_000)));
      world.spawn(
        'ioctl',
        (function* (): Process {
          yield* until(() => kvm.invalidation.mnActiveInvalidateCount > 0);
          yield* kvm.slotsLock.acquire();
          yield* swapActiveMemslots(kvm, () => {});
          yield* kvm.slotsLock.release();
        })(),
      );
      world.runUntil(1_000_000);
      checkAllSptes(kvm);
      expect(kinds(world)).toEqual(broken ? ['waiter-asleep'] : []);
    }
  });
});
