import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { type CollapsedHandlerId, collapsedHandlers } from '../../src/kvm/handlers/index.ts';
import type { Level } from '../../src/mm/address.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { collapse } from '../support/collapse.ts';
import { faultOnce } from '../support/vcpu.ts';
import { TestWorld, until, type WorldOptions } from '../support/world.ts';

const handlerIds = Object.keys(collapsedHandlers) as readonly CollapsedHandlerId[];

/** The host maps with leaves of the huge page's size, KVM still with 4K: as it is when the notification comes. */
function collapsed(options: WorldOptions = {}): TestWorld {
  const world = new TestWorld({ ...options, mapped: options.hstateLevel ?? 2, sptes: false });
  world.mapSptes(0, world.pages, 1);
  return world;
}

const handle = (world: TestWorld, id: CollapsedHandlerId, first = 0, end = world.pages): Process =>
  collapsedHandlers[id](world.kvm, world.slot, world.frame(first), world.frame(end));

const levels = (world: TestWorld, level: number): number[] => new Array(world.pages).fill(level);

describe('post-collapse handlers', () => {
  test('promote: huge SPTEs in place, to the same pages, one flush for all regions', () => {
    const world = collapsed();
    world.call(handle(world, 'promote'));
    expect(world.spteLevels()).toEqual(levels(world, 2));
    expect(world.kvm.tdp.spte(world.frame(6))?.pfn).toBe(world.folio(1).firstPfn + 2);
    expect([world.work.hugeInstalls, world.work.kvmFlushes, world.work.spteTablesFreed]).toEqual([2, 1, 2]);
  });

  test('cut: no SPTE and no table left, one flush a region', () => {
    const world = collapsed();
    world.call(handle(world, 'cut'));
    expect(world.spteLevels()).toEqual(levels(world, 0));
    expect([world.work.hugeInstalls, world.work.kvmFlushes, world.work.spteTablesFreed]).toEqual([0, 2, 2]);
  });

  test('zap: no SPTE left, but its tables, one flush', () => {
    const world = collapsed();
    const tables = world.tdpTables();
    world.call(handle(world, 'zap'));
    expect(world.spteLevels()).toEqual(levels(world, 0));
    expect([world.work.spteLeavesZapped, world.work.kvmFlushes, world.work.spteTablesFreed]).toEqual([8, 1, 0]);
    expect(world.tdpTables()).toBe(tables);
  });

  test('1G page on real geometry: promote tears down 262,656 entries in 513 tables, cut as many, zap none', () => {
    const work = (id: CollapsedHandlerId) => {
      const world = collapsed({ entries: 512, hstateLevel: 3, hugePages: 1 });
      world.call(handle(world, id));
      return [world.work.spteTeardownXchg, world.work.spteTablesFreed, world.work.spteLeavesZapped];
    };
    expect(work('promote')).toEqual([262_656, 513, 0]);
    expect(work('cut')).toEqual([262_656, 513, 0]);
    expect(work('zap')).toEqual([0, 0, 262_144]);
  });

  for (const id of handlerIds) {
    test(`${id}, after it a vCPU faults: gets the huge SPTE or has it already, and all checks hold`, () => {
      const world = collapsed();
      world.call(handle(world, id));
      const { task } = faultOnce(world, 1);
      world.run();
      expect(task.result).toEqual({ outcome: id === 'promote' ? 'spurious' : 'fixed', level: 2 });
      expect(world.findingKinds()).toEqual([]);
    });

    test(`${id}, twice: the second time changes nothing and flushes nothing`, () => {
      const world = collapsed();
      world.call(handle(world, id), 'first');
      const before = {
        levels: world.spteLevels(),
        flushes: world.work.kvmFlushes,
        zapped: world.work.spteLeavesZapped,
      };
      world.call(handle(world, id), 'second');
      expect(world.spteLevels()).toEqual(before.levels);
      expect([world.work.kvmFlushes, world.work.spteLeavesZapped]).toEqual([before.flushes, before.zapped]);
    });

    test(`${id}, the host is small again: leaves every SPTE as it is`, () => {
      const world = new TestWorld();
      world.call(handle(world, id));
      expect(world.spteLevels()).toEqual(levels(world, 1));
      expect(world.work.kvmFlushes).toBe(0);
    });

    test(`${id}, SPTEs are as large as the host's leaves: leaves them, though a naive zap would take them again`, () => {
      const world = new TestWorld({ mapped: 2 });
      world.call(handle(world, id));
      expect(world.spteLevels()).toEqual(levels(world, 2));
    });

    test(`${id}, part of the range: works on the regions that it touches, and no others`, () => {
      const world = collapsed();
      world.call(handle(world, id, 4, 8));
      expect(world.spteLevels().slice(0, 4)).toEqual([1, 1, 1, 1]);
      expect(world.spteLevels().slice(4)).toEqual(new Array(4).fill(id === 'promote' ? 2 : 0));
    });

    test(`${id}, nothing has an SPTE: does nothing`, () => {
      const world = new TestWorld({ mapped: 2, sptes: false });
      world.call(handle(world, id));
      expect([world.work.kvmFlushes, world.work.hugeInstalls]).toEqual([0, 0]);
    });
  }

  test('2M first, then 1G: each is told and each is answered', () => {
    for (const id of handlerIds) {
      const world = new TestWorld({ hstateLevel: 3, hugePages: 1, handler: id });
      const reached: Level[] = [];
      for (const maxLevel of [2, 3] as const) {
        world.call(collapse(world, { scheme: 'post-collapse', maxLevel }), `to ${maxLevel}`);
        faultOnce(world, 5);
        world.run();
        reached.push(world.kvm.tdp.spte(world.frame(5))?.level ?? 1);
      }
      expect(reached).toEqual([2, 3]);
      expect(world.findingKinds()).toEqual([]);
    }
  });
});

describe('promote', () => {
  test('a section is open over a part of the region: is left small; a region beside it is promoted', () => {
    const world = collapsed();
    world.call(
      (function* mm() {
        // Over the third page only. The other SPTEs of its region survive, so nothing but the count stands in the way.
        const section = yield* world.mm.notifiers.rangeStart('clear', world.at(2), world.at(3));
        yield* handle(world, 'promote');
        expect(world.spteLevels()).toEqual([1, 1, 0, 1, 2, 2, 2, 2]);
        yield* world.mm.notifiers.rangeEnd(section);
        yield* handle(world, 'promote');
      })(),
    );
    expect(world.spteLevels()).toEqual(levels(world, 2));
    expect(world.findingKinds()).toEqual([]);
  });

  test('only the last page of the region has an SPTE: takes frame and start from it', () => {
    const world = new TestWorld({ mapped: 2, sptes: false });
    world.mapSptes(3, 1, 1);
    world.call(handle(world, 'promote'));
    expect(world.spteLevels()).toEqual([2, 2, 2, 2, 0, 0, 0, 0]);
    expect(world.kvm.tdp.spte(world.frame(0))?.pfn).toBe(world.folio().firstPfn);
  });

  test('region whose SPTEs were all zapped: is left to the next fault', () => {
    const world = collapsed();
    world.call(handle(world, 'zap'), 'zap');
    world.call(handle(world, 'promote'), 'promote');
    expect(world.spteLevels()).toEqual(levels(world, 0));
    expect(world.work.hugeInstalls).toBe(0);
  });

  test('an SPTE of the region is read-only: the permission is that of the host', () => {
    const world = collapsed();
    world.kvm.tdp.tableAt(world.frame(0), 1).setLeaf(0, world.folio().firstPfn, false);
    world.call(handle(world, 'promote'));
    expect(world.kvm.tdp.spte(world.frame(1))).toEqual({
      level: 2,
      pfn: world.folio().firstPfn + 1,
      writable: true,
    });
    expect(world.findingKinds()).toEqual([]);
  });

  test('the host maps the page read-only: so does the huge SPTE, whatever the small ones allowed', () => {
    const world = collapsed({ hugePages: 1 });
    world.mm.pageTables.tableAt(world.at(0), 2).setLeaf(0, world.folio().firstPfn, false);
    world.call(handle(world, 'promote'));
    expect(world.kvm.tdp.spte(world.frame(1))?.writable).toBe(false);
  });

  test('1G page in a slot that is congruent at 2M only: promotes to 2M', () => {
    const world = collapsed({ hstateLevel: 3, hugePages: 1, baseGfn: 4 });
    world.call(handle(world, 'promote'));
    expect(world.spteLevels()).toEqual(levels(world, 2));
  });

  test('no vCPU is in its way: every page translates at every moment', () => {
    const world = collapsed();
    const task = world.spawn('promote', handle(world, 'promote'));
    const mapped = world.watch(task, () => String(world.kvm.tdp.mappedPages(world.frame(0), world.frame(8))));
    world.run();
    expect(mapped).toEqual(['8']);
  });
});

describe('cut', () => {
  /** What others see of one region while it is cut: its entry, and whether its table has been torn down. */
  const phases = (kernel: '6.1' | '6.12') => {
    const world = collapsed({ kernel, hugePages: 1, handler: 'cut' });
    const pmd = world.kvm.tdp.tableAt(world.frame(0), 2);
    const task = world.spawn('cut', handle(world, 'cut'));
    const names = { [EntryKind.Table]: 'table', [EntryKind.Frozen]: 'frozen', [EntryKind.None]: 'none' } as const;
    const seen = world.watch(task, () => {
      const kind = names[pmd.kind(0) as keyof typeof names];
      return `${kind}${world.work.spteTablesFreed > 0 ? ', torn down' : ''}`;
    });
    world.run();
    return seen;
  };

  test('6.1: torn down while the entry is frozen: vCPUs go round for all of it', () => {
    expect(phases('6.1')).toEqual(['table', 'frozen', 'frozen, torn down', 'none, torn down']);
  });

  test('6.12: the entry is free again after the flush, and the table is torn down behind it', () => {
    expect(phases('6.12')).toEqual(['table', 'frozen', 'none', 'none, torn down']);
  });

  test('time for which a vCPU meets a frozen entry: the flush, on 6.1 also the teardown', () => {
    const frozenNs = (kernel: '6.1' | '6.12') => {
      const world = collapsed({ kernel, entries: 512, hugePages: 1 });
      // One vCPU in guest mode, so that the flush has something to wait for.
      world.kvm.vcpus.push({ isInGuest: true, kick() {}, spteCleared() {}, spteInstalled() {}, spteProtected() {} });
      const pmd = world.kvm.tdp.tableAt(world.frame(0), 2);
      let ns = 0;
      const task = world.spawn('cut', handle(world, 'cut'));
      world.watch(task, () => {
        if (pmd.kind(0) === EntryKind.Frozen) ns += 1;
        return '';
      });
      world.run();
      return ns;
    };
    const flushNs = 2000 + 1100;
    const teardownNs = 512 * (10 + 25 + 40) + 100;
    expect(frozenNs('6.12')).toBe(flushNs);
    expect(frozenNs('6.1')).toBe(flushNs + teardownNs);
  });
});

describe('handlers and mmu_lock', () => {
  /** How long a fault elsewhere in the VM takes that comes while the handler works. */
  const faultBeside = (id: CollapsedHandlerId, preemption: 'full' | 'voluntary') => {
    const world = collapsed({ entries: 64, hugePages: 2, preemption });
    // Page 64, outside of the handler's range, has lost its SPTE; its table is whole.
    world.kvm.tdp.tableAt(world.frame(64), 1).clear(0);
    world.spawn('handler', handle(world, id, 0, 64));
    let took = 0;
    world.spawn(
      'fault',
      (function* fault() {
        yield* until(() => world.kvm.mmuLock.isHeld);
        const since = world.sim.now;
        const { task } = faultOnce(world, 64);
        yield* world.sim.join(task);
        took = world.sim.now - since;
      })(),
    );
    world.run();
    return took;
  };

  test('zap holds it for write: a fault elsewhere waits for all of it, unless the kernel breaks the lock', () => {
    const waited = faultBeside('zap', 'voluntary');
    expect(waited).toBeGreaterThan(64 * (10 + 65) + 2000);
    expect(faultBeside('zap', 'full')).toBeLessThan(waited);
  });

  test('cut and promote hold it for read: a fault elsewhere goes on', () => {
    for (const id of ['cut', 'promote'] as const) {
      expect(faultBeside(id, 'voluntary')).toBeLessThan(faultBeside('zap', 'voluntary') - 2000);
    }
  });

  test('cut and promote, a writer waits: let it in between two regions', () => {
    for (const id of ['cut', 'promote'] as const) {
      const world = collapsed({ hugePages: 4 });
      const regionsLeft: number[] = [];
      world.spawn('handler', handle(world, id));
      world.spawn(
        'writer',
        (function* writer() {
          yield* until(() => world.kvm.mmuLock.isHeld);
          yield* world.kvm.writeLock();
          regionsLeft.push(4 - world.work.spteTablesFreed);
          yield* world.kvm.writeUnlock();
        })(),
      );
      world.run();
      expect(regionsLeft[0]).toBeGreaterThan(0);
      expect(world.work.lockBreaks).toBe(1);
    }
  });
});
