import { describe, expect, test } from 'vitest';
import { hva } from '../../src/mm/address.ts';
import { Errno } from '../../src/mm/errno.ts';
import { fork } from '../../src/mm/operations/fork.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { mremap } from '../../src/mm/operations/mremap.ts';
import { munmap } from '../../src/mm/operations/munmap.ts';
import { uffdioContinue } from '../../src/mm/operations/uffdio-continue.ts';
import type { UserfaultChange } from '../../src/mm/userfaultfd.ts';
import { userfaultfdRelease } from '../../src/mm/userfaultfd-wake.ts';
import { callBeside, readAll, settle, toucher, userfaultfd } from '../support/userfault.ts';
import { TestWorld, until } from '../support/world.ts';

/** Four huge pages of four pages each; what is moved goes behind them. */
const memory = () => new TestWorld({ hugePages: 4, mapped: 0 });
const registered = (world: TestWorld) =>
  world.mm.userfaults
    .map(({ start, end }) => [(start - world.at(0)) / 4096, (end - world.at(0)) / 4096] as const)
    .sort(([a], [b]) => a - b);
const fill = (world: TestWorld, first: number, end: number) => uffdioContinue(world.mm, world.at(first), world.at(end));
const move = (world: TestWorld, first: number, end: number, to: number) =>
  mremap(world.mm, world.at(first), world.at(end), world.at(to));

describe('mremap of memory whose faults go to userspace', () => {
  const moved = (events: readonly UserfaultChange[]) => {
    const world = memory();
    const ctx = userfaultfd(world, ['minor'], { events });
    return { world, ctx, task: world.spawn('mremap', move(world, 0, 4, 20)) };
  };

  test('the fd asks for moves: -EAGAIN for who fills until it is read, and the new place is registered', () => {
    const { world, ctx, task } = moved(['remap']);
    settle(world);
    expect([task.state, ctx.mmapChanging, world.mmLocks()]).toEqual(['parked', 1, '']);
    expect(callBeside(world, fill(world, 4, 8))).toBe(Errno.EAGAIN);
    expect(readAll(world, ctx)).toEqual([[0, 'remap']]);
    expect([task.result, ctx.mmapChanging]).toEqual([0, 0]);
    expect(registered(world)).toEqual([
      [4, 16],
      [20, 24],
    ]);
    // A fault at the new place goes to the fd.
    const sleeper = toucher(world, 21);
    settle(world);
    expect([sleeper.state, readAll(world, ctx)]).toEqual(['parked', [[21, 'minor']]]);
  });

  test('it does not: nobody waits, and what has moved is registered no more', () => {
    const { world, task } = moved([]);
    settle(world);
    expect([task.result, registered(world)]).toEqual([0, [[4, 16]]]);
  });

  test('it asks for unmaps: told of what was at the target, and of the place that was left', () => {
    const world = memory();
    const ctx = userfaultfd(world, ['minor'], { events: ['unmap'] });
    const task = world.spawn('mremap', move(world, 0, 4, 8));
    settle(world);
    expect([task.state, ctx.mmapChanging]).toEqual(['parked', 2]);
    // One after the other: the second is sent when the first has been read.
    expect([readAll(world, ctx), task.state, ctx.mmapChanging]).toEqual([[[8, 'unmap']], 'parked', 1]);
    expect(readAll(world, ctx)).toEqual([[0, 'unmap']]);
    expect([task.result, ctx.mmapChanging]).toEqual([0, 0]);
    expect(registered(world)).toEqual([
      [4, 8],
      [12, 16],
    ]);
  });

  test('refused: nobody is told', () => {
    const world = memory();
    const ctx = userfaultfd(world, ['minor'], { events: ['remap', 'unmap'] });
    expect(callBeside(world, move(world, 0, 4, 2))).toBe(Errno.EINVAL);
    expect(callBeside(world, move(world, 12, 20, 40))).toBe(Errno.EFAULT);
    expect([ctx.mmapChanging, readAll(world, ctx), registered(world)]).toEqual([0, [], [[0, 16]]]);
  });
});

describe('fork of memory whose faults go to userspace', () => {
  test('the fd asks for forks: who fills is turned away while pages are copied, without waiting for mmap_lock', () => {
    const world = new TestWorld({ hugePages: 4 });
    const ctx = userfaultfd(world, ['minor'], { events: ['fork'] });
    const task = world.spawn('fork', fork(world.mm, { copiesHugetlb: true }));
    const filler = world.spawn(
      'fill',
      (function* filling() {
        yield* until(() => world.mm.mmapLock.isWriteHeld && ctx.mmapChanging > 0);
        const result = yield* fill(world, 0, 4);
        return [result, world.mm.mmapLock.isWriteHeld];
      })(),
    );
    settle(world);
    expect([filler.result, task.state]).toEqual([[Errno.EAGAIN, true], 'parked']);
    expect(readAll(world, ctx).map(([, mode]) => mode)).toEqual(['fork']);
    expect([task.state, callBeside(world, fill(world, 0, 4))]).toEqual(['ended', Errno.EEXIST]);
  });

  test('the fd is closed instead of read: the fork goes on', () => {
    const world = memory();
    const ctx = userfaultfd(world, ['minor'], { events: ['fork'] });
    const task = world.spawn('fork', fork(world.mm, { copiesHugetlb: false }));
    settle(world);
    expect(task.state).toBe('parked');
    callBeside(world, userfaultfdRelease(ctx));
    expect([task.state, ctx.mmapChanging]).toEqual(['ended', 0]);
  });
});

describe('MADV_DONTNEED that has waited for a reader', () => {
  /** Two huge pages are mapped; while the call waits without mmap_lock, `meanwhile` happens. */
  const dropped = (meanwhile: (world: TestWorld) => void) => {
    const world = memory();
    const ctx = userfaultfd(world, ['minor'], { events: ['remove'] });
    world.mapHost(0, 8, 2);
    const task = world.spawn('dontneed', madvDontneed(world.mm, world.at(0), world.at(8)));
    settle(world);
    meanwhile(world);
    readAll(world, ctx);
    return [
      task.result,
      world
        .hostLevels()
        .slice(0, 8)
        .filter((level) => level > 0).length,
    ];
  };

  test('the mapping was cut: what lies at the start by now is dropped, as far as it reaches', () => {
    const cut = (world: TestWorld) => callBeside(world, munmap(world.mm, world.at(4), world.at(16)));
    expect(dropped(cut)).toEqual([0, 0]);
    const hole = (world: TestWorld) => callBeside(world, munmap(world.mm, world.at(8), world.at(12)));
    expect(dropped(hole)).toEqual([0, 0]);
  });

  test('the start is gone: -ENOMEM, and the rest stays', () => {
    const gone = (world: TestWorld) => callBeside(world, munmap(world.mm, world.at(0), world.at(4)));
    expect(dropped(gone)).toEqual([Errno.ENOMEM, 4]);
  });

  test('a huge page behind the end of what is left keeps its leaf', () => {
    const first = (world: TestWorld) => {
      callBeside(world, munmap(world.mm, world.at(4), world.at(8)));
      expect(world.mm.findVma(hva(world.at(8)))).toBeDefined();
    };
    expect(dropped(first)).toEqual([0, 0]);
  });
});
