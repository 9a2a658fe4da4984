import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { hva, pfn } from '../../src/mm/address.ts';
import { Errno } from '../../src/mm/errno.ts';
import { notifierSchemes } from '../../src/mm/notifier-schemes/index.ts';
import { madvCollapse } from '../../src/mm/operations/madv-collapse.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { truncate } from '../../src/mm/operations/truncate.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import { uffdioCopy } from '../../src/mm/operations/uffdio-copy.ts';
import { registerUserfault, UserfaultfdCtx, type UserfaultMode } from '../../src/mm/userfaultfd.ts';
import { checkUserfaultWaiters } from '../../src/mm/userfaultfd-checkers.ts';
import { userfaultfdPoll, userfaultfdRead } from '../../src/mm/userfaultfd-read.ts';
import { userfaultfdRelease, userfaultfdUnregister, userfaultfdWake } from '../../src/mm/userfaultfd-wake.ts';
import { TestMemory } from '../support/memory.ts';
import { ThpWorld, type ThpWorldOptions } from '../support/thp-world.ts';
import { callBeside, readAll, settle, touch, toucher, userfaultfd } from '../support/userfault.ts';
import { ScriptedPattern, startVcpu } from '../support/vcpu.ts';
import { TestWorld } from '../support/world.ts';

/** Two huge pages of four pages each, in the file and not mapped. */
const empty = () => new TestWorld({ mapped: 0 });
const resolve = (world: TestWorld, first: number, end: number, options = {}) =>
  uffdioContinue(world.mm, world.at(first), world.at(end), options);

function* clock(ns: number): Process {
  yield ns;
}

describe('handle_userfault: going to sleep', () => {
  test('NOWAIT: -EAGAIN, no message, no lock held', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    expect(callBeside(world, touch(world, world.at(1), true, true))).toBe(Errno.EAGAIN);
    expect([ctx.stats.events, ctx.hasWaiters, world.mmLocks()]).toEqual([0, false, '']);
  });

  test('a page of the file that is not mapped, minor: asleep without a lock, one message with its 4K address', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const task = toucher(world, 6);
    settle(world);
    expect([task.state, task.waitingFor?.lockClass.name, world.mmLocks()]).toEqual(['parked', 'userfaultfd.fault', '']);
    expect(readAll(world, ctx)).toEqual([[6, 'minor']]);
    expect(world.hostLevels()).toEqual(new Array(8).fill(0));
  });

  test('locks of the way there: mutex and vma_lock are dropped, the vma_lock is taken again to queue, mmap_lock goes last', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    const locks: string[] = [];
    const task = toucher(world, 1);
    const ended = { state: 'parked' };
    world.spawn(
      'watch',
      (function* watching(): Process {
        while (task.state !== ended.state || task.waitingFor?.lockClass.name !== 'userfaultfd.fault') {
          if (world.mmLocks() !== locks.at(-1)) locks.push(world.mmLocks());
          yield 1;
        }
        locks.push(world.mmLocks());
      })(),
    );
    settle(world);
    expect(locks).toEqual([
      'mmap:R',
      'mmap:R mutex vma:R',
      'mmap:R mutex vma:R folio',
      'mmap:R mutex vma:R',
      'mmap:R vma:R',
      '',
    ]);
  });

  test('the page comes between the fault and the sleep, at any moment: nobody sleeps for ever', () => {
    // vCPU                                  | filler
    // finds the entry empty                 |
    // queues its message                    | fills the entry
    // looks once more: filled, no sleep     | looks at the list: nobody, or somebody
    for (let delayNs = 0; delayNs < 6000; delayNs += 37) {
      const world = empty();
      const ctx = userfaultfd(world, ['minor']);
      const task = toucher(world, 1);
      world.spawn('filler', resolve(world, 1, 2), delayNs);
      settle(world);
      expect([delayNs, task.state, task.result, ctx.hasWaiters]).toEqual([delayNs, 'ended', 'there', false]);
    }
  });

  test('the page comes while the lock of the list is waited for: nobody is there to be woken, and nobody sleeps', () => {
    // vCPU                                  | filler
    // finds the entry empty                 |
    // waits for the lock of the list        | fills the entry
    //                                       | looks at the list: nobody
    // queues its message                    |
    // looks once more: filled, no sleep     |
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    world.spawn(
      'holder',
      (function* holding(): Process {
        yield* ctx.waitLock.acquire();
        yield 20_000;
        yield* ctx.waitLock.release();
      })(),
    );
    const task = toucher(world, 1);
    world.spawn('filler', resolve(world, 1, 2), 5000);
    settle(world);
    expect([task.state, task.result, ctx.hasWaiters]).toEqual(['ended', 'there', false]);
    expect([ctx.stats.events, ctx.stats.woken]).toEqual([1, 0]);
  });

  test('an fd for faults of user mode only: -EFAULT, no message', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor'], { userModeOnly: true });
    expect(callBeside(world, touch(world, world.at(1)))).toBe(Errno.EFAULT);
    expect(ctx.stats.events).toBe(0);
  });

  test('a vCPU: sleeps in its stall for the cause userfault, and runs on when the page is there', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    const { intervals, finish } = startVcpu(world, { pattern: new ScriptedPattern([1]) });
    world.spawn('filler', resolve(world, 1, 2), 50_000);
    world.spawn('clock', clock(200_000));
    settle(world);
    finish();
    const asleep = intervals.filter(({ state }) => state === 'userfault');
    expect(asleep).toHaveLength(1);
    expect(asleep[0]?.endNs).toBeGreaterThan(50_000);
    expect(intervals.at(-1)?.state).toBe('running');
    // NOWAIT and blocking: two passes; after the wake the page is found without a third.
    expect([world.work.gupSlow, world.spteLevels()[1]]).toEqual([2, 1]);
  });
});

describe('handle_userfault: what is reported', () => {
  const reported = (hgmVersion: 'rfc2' | 'v1' | 'v2', exactAddress: boolean): number | undefined => {
    const world = new TestWorld({ mapped: 0, hgmVersion });
    const ctx = userfaultfd(world, ['minor'], { exactAddress });
    toucher(world, 6);
    settle(world);
    return readAll(world, ctx)[0]?.[0];
  };

  test('MADV_SPLIT of v1 and v2: the 4K page; RFC v2: the huge page, unless the fd asks for exact addresses', () => {
    expect([reported('v1', false), reported('v2', false), reported('rfc2', false), reported('rfc2', true)]).toEqual([
      6, 6, 4, 6,
    ]);
  });

  test('a run that ends between the page and the wake: no sleeper is forgotten yet, at any moment of the ioctl', () => {
    for (let endNs = 50_000; endNs < 60_000; endNs += 20) {
      const world = new TestWorld({ mapped: 0 });
      userfaultfd(world, ['minor']);
      toucher(world, 1);
      world.spawn('filler', resolve(world, 1, 2), 50_000);
      world.spawn('clock', clock(60_000));
      world.sim.run({ untilNs: endNs });
      checkUserfaultWaiters(world.machine);
      expect(world.findingKinds()).toEqual([]);
    }
  });

  test('rounded to the huge page, a later piece is filled: nobody wakes, and the run says so; its first piece wakes', () => {
    const world = new TestWorld({ mapped: 0, hgmVersion: 'rfc2' });
    userfaultfd(world, ['minor']);
    const task = toucher(world, 6);
    settle(world);
    expect(callBeside(world, resolve(world, 6, 7))).toBe(0);
    expect(task.state).toBe('parked');
    checkUserfaultWaiters(world.machine);
    expect(world.findingKinds()).toEqual(['uffd-waiter-asleep']);
    expect(callBeside(world, resolve(world, 4, 5))).toBe(0);
    expect(task.result).toBe('there');
  });

  test('three vCPUs on one page: three messages, one wake for all', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const tasks = [0, 1, 2].map(() => toucher(world, 5));
    settle(world);
    expect(readAll(world, ctx)).toEqual([
      [5, 'minor'],
      [5, 'minor'],
      [5, 'minor'],
    ]);
    expect(callBeside(world, resolve(world, 5, 6))).toBe(0);
    expect(tasks.map(({ result }) => result)).toEqual(['there', 'there', 'there']);
    expect(ctx.stats.woken).toBe(3);
  });

  test('many at once on one fd: they queue for its lock and its line; each on an fd of its own: they do not', () => {
    const waitedNs = (fds: number) => {
      const world = empty();
      const ctxs = Array.from({ length: fds }, (_, fd) =>
        userfaultfd(world, ['missing'], { first: (8 / fds) * fd, end: (8 / fds) * (fd + 1) }),
      );
      world.mapping.remove(0);
      world.mapping.remove(1);
      for (const page of [1, 5]) toucher(world, page);
      settle(world);
      expect(ctxs.map(({ stats }) => stats.events)).toEqual(fds === 1 ? [2] : [1, 1]);
      return ctxs.reduce((ns, ctx) => ns + ctx.waitLine.accesses, 0) / fds;
    };
    expect([waitedNs(1), waitedNs(2)]).toEqual([4, 2]);
  });
});

describe('read() and poll()', () => {
  const pollingReader = function* (world: TestWorld, ctx: UserfaultfdCtx, name: string): Process<void> {
    for (let left = 1; left > 0; left--) {
      yield* userfaultfdPoll(ctx);
      const message = yield* userfaultfdRead(ctx);
      world.log(`${name} ${message === null ? 'nothing' : 'message'}`);
    }
  };

  test('two readers poll one fd and one message comes: both are woken, one finds nothing', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    for (const name of ['a', 'b']) world.spawn(name, pollingReader(world, ctx, name));
    toucher(world, 1, 5000);
    settle(world);
    expect(world.rows.map(([, , what]) => what)).toEqual(['a message', 'b nothing']);
    expect([ctx.stats.reads, ctx.stats.emptyReads]).toEqual([1, 1]);
  });

  test('a message that waits already: poll returns at once', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    toucher(world, 1);
    settle(world);
    const beforeNs = world.sim.now;
    world.spawn('a', pollingReader(world, ctx, 'a'));
    settle(world);
    expect(world.rows.map(([, , what]) => what)).toEqual(['a message']);
    expect(world.sim.now - beforeNs).toBeLessThan(world.sim.wakeUpNs * 3);
  });
});

describe('filling and waking', () => {
  test('missing hugetlb page: UFFDIO_COPY brings it into the file, maps it whole, wakes', () => {
    const world = empty();
    world.mapping.remove(1);
    const ctx = userfaultfd(world, ['missing']);
    const task = toucher(world, 4);
    settle(world);
    expect(readAll(world, ctx)).toEqual([[4, 'missing']]);
    expect(callBeside(world, uffdioCopy(world.mm, world.at(4), world.at(8)))).toBe(0);
    expect([task.result, world.hostLevels().slice(4)]).toEqual(['there', [2, 2, 2, 2]]);
    expect(callBeside(world, uffdioCopy(world.mm, world.at(4), world.at(8)))).toBe(Errno.EEXIST);
    expect(callBeside(world, uffdioCopy(world.mm, world.at(4), world.at(5)))).toBe(Errno.EINVAL);
    expect([world.folio(1).refcount, world.mmLocks()]).toEqual([2, '']);
  });

  test('missing hugetlb page without missing mode: -EFAULT', () => {
    const world = empty();
    world.mapping.remove(1);
    userfaultfd(world, ['minor']);
    expect(callBeside(world, touch(world, world.at(4)))).toBe(Errno.EFAULT);
  });

  test.each(['anonymous', 'shmem'] as const)(
    'missing page of %s memory: UFFDIO_COPY maps a small page and wakes; again: -EEXIST',
    (kind) => {
      const world = new TestWorld();
      const memory = new TestMemory(world, { kind, pages: 4, mapped: 0 });
      for (let page = 0; page < 4; page++) {
        const folio = memory.vma.mapping?.folio(page);
        memory.vma.mapping?.remove(page);
        if (folio !== undefined) world.machine.memory.remove(folio);
      }
      const ctx = new UserfaultfdCtx(world.mm);
      registerUserfault(ctx, memory.vma.start, memory.vma.end, ['missing']);
      const task = world.spawn('touch', touch(world, memory.at(2)));
      settle(world);
      expect([task.state, ctx.faultPending.length]).toEqual(['parked', 1]);
      expect(callBeside(world, uffdioCopy(world.mm, memory.at(2), memory.at(3)))).toBe(0);
      expect([task.result, memory.hostLevels()]).toEqual(['there', [0, 0, 1, 0]]);
      expect(memory.folio(2)?.refcount).toBe(kind === 'shmem' ? 2 : 1);
      const pages = [...world.machine.memory.folios()].length;
      expect(callBeside(world, uffdioCopy(world.mm, memory.at(2), memory.at(3)))).toBe(Errno.EEXIST);
      expect([...world.machine.memory.folios()]).toHaveLength(pages);
    },
  );

  test('minor page of shmem: UFFDIO_CONTINUE maps it by a PTE and wakes; what the file lacks: -EFAULT', () => {
    const world = new TestWorld();
    const memory = new TestMemory(world, { kind: 'shmem', pages: 4, mapped: 0 });
    memory.vma.mapping?.remove(3);
    const ctx = new UserfaultfdCtx(world.mm);
    registerUserfault(ctx, memory.vma.start, memory.vma.end, ['missing', 'minor']);
    const tasks = [2, 3].map((page) => world.spawn(`touch ${page}`, touch(world, memory.at(page))));
    settle(world);
    expect(readAll(world, ctx).map(([, mode]) => mode)).toEqual(['minor', 'missing']);
    expect(callBeside(world, uffdioContinue(world.mm, memory.at(2), memory.at(4)))).toBe(Errno.EFAULT);
    expect(tasks.map(({ state }) => state)).toEqual(['ended', 'parked']);
    expect([memory.hostLevels(), memory.folio(2)?.refcount]).toEqual([[0, 0, 1, 0], 2]);
  });

  test('the first piece is mapped already: -EEXIST wakes nobody; UFFDIO_WAKE does', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const task = toucher(world, 1);
    settle(world);
    world.mapHost(1, 1, 1);
    expect(callBeside(world, resolve(world, 1, 2))).toBe(Errno.EEXIST);
    expect(task.state).toBe('parked');
    callBeside(world, userfaultfdWake(ctx, world.at(1), world.at(2)));
    expect(task.result).toBe('there');
  });

  test('a later piece is mapped already: what was filled before it is woken', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    const tasks = [1, 2].map((page) => toucher(world, page));
    settle(world);
    world.mapHost(2, 1, 1);
    expect(callBeside(world, resolve(world, 1, 3))).toBe(Errno.EEXIST);
    expect(tasks.map(({ state }) => state)).toEqual(['ended', 'parked']);
  });

  test('DONTWAKE for each piece, then one WAKE: all sleep until it, and then none', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const tasks = [1, 2, 3].map((page) => toucher(world, page));
    settle(world);
    for (const page of [1, 2, 3]) expect(callBeside(world, resolve(world, page, page + 1, { dontWake: true }))).toBe(0);
    expect(tasks.map(({ state }) => state)).toEqual(['parked', 'parked', 'parked']);
    callBeside(world, userfaultfdWake(ctx, world.at(0), world.at(8)));
    expect(tasks.map(({ result }) => result)).toEqual(['there', 'there', 'there']);
  });

  test('two fds, each for a half: a call on the one fills the other half and wakes nobody there', () => {
    const world = empty();
    const [low, high] = [userfaultfd(world, ['minor'], { end: 4 }), userfaultfd(world, ['minor'], { first: 4 })];
    const tasks = [1, 5].map((page) => toucher(world, page));
    settle(world);
    expect([low.stats.events, high.stats.events]).toEqual([1, 1]);
    expect(callBeside(world, resolve(world, 5, 6, { ctx: low }))).toBe(0);
    expect(tasks.map(({ state }) => state)).toEqual(['parked', 'parked']);
    callBeside(world, userfaultfdWake(high, world.at(5), world.at(6)));
    expect(tasks.map(({ state }) => state)).toEqual(['parked', 'ended']);
  });

  test('MADV_COLLAPSE fills the hole that somebody sleeps for: it wakes nobody, and the run says so', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    world.mapHost(0, 3, 1);
    const task = toucher(world, 3);
    settle(world);
    const collapse = {
      mm: world.mm,
      start: world.at(0),
      end: world.at(4),
      scheme: notifierSchemes.range,
      chunkBytes: 1,
    };
    expect(callBeside(world, madvCollapse(collapse))).toBe(0);
    expect([world.hostLevels().slice(0, 4), task.state]).toEqual([[2, 2, 2, 2], 'parked']);
    checkUserfaultWaiters(world.machine);
    expect(world.findingKinds()).toEqual(['uffd-waiter-asleep']);
  });

  test('asleep for a page that has not come: no finding', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    toucher(world, 3);
    settle(world);
    checkUserfaultWaiters(world.machine);
    expect(world.findingKinds()).toEqual([]);
  });

  test('unregistered in part: who sleeps in the part goes on and finds the page by itself; the others sleep', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const tasks = [1, 6].map((page) => toucher(world, page));
    settle(world);
    callBeside(world, userfaultfdUnregister(ctx, world.at(0), world.at(4)));
    expect(tasks.map(({ state }) => state)).toEqual(['ended', 'parked']);
    expect(world.mm.userfaults.map(({ start, end }) => [start, end])).toEqual([[world.at(4), world.at(8)]]);
  });

  test('close: all sleepers go on, and a reader that polls too', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor']);
    const tasks = [1, 6].map((page) => toucher(world, page));
    settle(world);
    readAll(world, ctx);
    const poll = world.spawn('poll', userfaultfdPoll(ctx));
    settle(world);
    callBeside(world, userfaultfdRelease(ctx));
    expect([...tasks, poll].map(({ state }) => state)).toEqual(['ended', 'ended', 'ended']);
    expect(world.mm.userfaults).toEqual([]);
  });
});

describe('changes of the address space', () => {
  test('MADV_DONTNEED that the fd asked to hear of: -EAGAIN for who fills, until the reader has read of it', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor'], { events: ['remove'] });
    world.mapHost(0, 4, 2);
    const dontneed = world.spawn('dontneed', madvDontneed(world.mm, world.at(0), world.at(4)));
    settle(world);
    expect([dontneed.state, world.hostLevels()[0], world.mmLocks()]).toEqual(['parked', 2, '']);
    expect(callBeside(world, resolve(world, 4, 8))).toBe(Errno.EAGAIN);
    expect(readAll(world, ctx)).toEqual([[0, 'remove']]);
    expect([dontneed.result, world.hostLevels()[0]]).toEqual([0, 0]);
    expect(callBeside(world, resolve(world, 4, 8))).toBe(0);
  });

  test('munmap that the fd asked to hear of: returns when the reader has read of it; the range is registered no more', () => {
    const world = empty();
    const ctx = userfaultfd(world, ['minor'], { events: ['unmap'] });
    const unmap = world.spawn('munmap', munmap(world.mm, world.at(0), world.at(8)));
    settle(world);
    expect([unmap.state, ctx.mmapChanging, world.mm.vmas.length]).toEqual(['parked', 1, 0]);
    expect(readAll(world, ctx)).toEqual([[0, 'unmap']]);
    expect([unmap.result, ctx.mmapChanging, world.mm.userfaults]).toEqual([0, 0, []]);
  });

  test('without the feature: nobody waits', () => {
    const world = empty();
    userfaultfd(world, ['minor']);
    world.mapHost(0, 4, 2);
    expect(callBeside(world, madvDontneed(world.mm, world.at(0), world.at(4)))).toBe(0);
    expect(callBeside(world, munmap(world.mm, hva(world.at(0)), world.at(8)))).toBe(0);
  });
});

describe('a THP collapse of memory whose faults go to userspace', () => {
  const collapsed = (options: ThpWorldOptions, modes: readonly UserfaultMode[]) => {
    const world = new ThpWorld({ entries: 4, ...options });
    const ctx = new UserfaultfdCtx(world.mm);
    if (modes.length > 0) registerUserfault(ctx, world.vma.start, world.vma.end, modes);
    const result = world.collapsed();
    expect(world.findings()).toEqual([]);
    return [result, Math.max(...world.hostLevels())];
  };

  test('anonymous, all pages there: collapsed; with a hole: not, while without an fd the hole is zeroed', () => {
    expect(collapsed({ kind: 'anonymous' }, ['missing'])).toEqual([0, 2]);
    expect(collapsed({ kind: 'anonymous', pages: [0, 1, 2] }, ['missing'])).toEqual([Errno.EINVAL, 1]);
    expect(collapsed({ kind: 'anonymous', pages: [0, 1, 2] }, [])).toEqual([0, 2]);
  });

  test('shmem with a hole in the file, missing: 6.12 does not collapse it, 6.1 does', () => {
    const holed = { kind: 'shmem', pages: [0, 1, 2] } as const;
    expect(collapsed({ ...holed, kernel: '6.12' }, ['missing'])).toEqual([Errno.EINVAL, 0]);
    expect(collapsed({ ...holed, kernel: '6.1' }, ['missing'])).toEqual([0, 2]);
    expect(collapsed({ ...holed, kernel: '6.12' }, [])).toEqual([0, 2]);
  });

  test('registered for write protection: a table of shmem is not taken away', () => {
    expect(collapsed({ kind: 'shmem', folios: 2 }, ['wp'])).toEqual([Errno.EINVAL, 1]);
    expect(collapsed({ kind: 'shmem', folios: 2 }, [])).toEqual([0, 2]);
  });
});

describe('a wake beside a read', () => {
  test('at any moment of it: the sleeper goes on, whichever list it is on', () => {
    // reader                               | who has filled the page
    // takes the message off one list       |
    // copies it to userspace               | looks at both lists without the lock
    // puts the sleeper on the other list   |
    for (let delayNs = 0; delayNs < 2500; delayNs += 23) {
      const world = empty();
      const ctx = userfaultfd(world, ['minor']);
      const task = toucher(world, 1);
      settle(world);
      world.spawn('read', userfaultfdRead(ctx));
      world.spawn('wake', userfaultfdWake(ctx, world.at(0), world.at(8)), delayNs);
      settle(world);
      // Nothing was filled: woken, it has queued itself anew.
      expect([delayNs, ctx.stats.woken, ctx.stats.events]).toEqual([delayNs, 1, 2]);
      expect(task.state).toBe('parked');
    }
  });
});

describe('behind the end of the file', () => {
  const shortened = () => {
    const world = empty();
    const ctx = userfaultfd(world, ['missing']);
    callBeside(world, truncate(world.vma, world.at(4)));
    return { world, ctx };
  };

  test('a fault on hugetlb: -EFAULT, and no message; before it: a message where the page is missing', () => {
    const { world, ctx } = shortened();
    expect(callBeside(world, touch(world, world.at(5)))).toBe(Errno.EFAULT);
    expect(ctx.stats.events).toBe(0);
    world.mapping.remove(0);
    toucher(world, 2);
    settle(world);
    expect(ctx.stats.events).toBe(1);
  });

  test('UFFDIO_COPY of hugetlb: -EFAULT, nothing is added and nothing stays behind', () => {
    const { world } = shortened();
    const frame = world.machine.memory.allocate(1);
    expect(callBeside(world, uffdioCopy(world.mm, world.at(4), world.at(8)))).toBe(Errno.EFAULT);
    expect([world.mapping.folio(1), world.mmLocks(), world.hostLevels()[4]]).toEqual([undefined, '', 0]);
    // The page that was filled for it is free again.
    const last = world.machine.memory.allocate(1);
    for (let at = frame + 1; at < last; at++) {
      expect(world.machine.memory.folioOf(pfn(at))).toBeUndefined();
    }
    expect(world.findingKinds()).toEqual([]);
  });

  test('UFFDIO_COPY of hugetlb while the file is cut, at any moment: the file ends where it was cut', () => {
    for (let delayNs = 0; delayNs < 12_000; delayNs += 613) {
      const world = empty();
      userfaultfd(world, ['missing']);
      world.mapping.remove(1);
      world.spawn('copy', uffdioCopy(world.mm, world.at(4), world.at(8)));
      world.spawn('truncate', truncate(world.vma, world.at(4)), delayNs);
      settle(world);
      expect([delayNs, world.mapping.folio(1), world.hostLevels()[4]]).toEqual([delayNs, undefined, 0]);
      expect(world.findingKinds()).toEqual([]);
    }
  });
});
