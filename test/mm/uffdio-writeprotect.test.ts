import { describe, expect, test } from 'vitest';
import type { Process } from '../../src/engine/process.ts';
import { Errno } from '../../src/mm/errno.ts';
import { madvDontneed } from '../../src/mm/operations/madv-dontneed.ts';
import { migratePages } from '../../src/mm/operations/migrate-pages.ts';
import { uffdioWriteprotect } from '../../src/mm/operations/uffdio-writeprotect.ts';
import { EntryKind } from '../../src/mm/radix-table.ts';
import { registerUserfault, UserfaultfdCtx } from '../../src/mm/userfaultfd.ts';
import { TestMemory } from '../support/memory.ts';
import { callBeside, readAll, settle, touch, toucher, userfaultfd } from '../support/userfault.ts';
import { TestWorld, until } from '../support/world.ts';

const protect = (world: TestWorld, first: number, end: number, on = true, dontWake = false) =>
  uffdioWriteprotect(world.mm, world.at(first), world.at(end), { protect: on, dontWake });
const writable = (world: TestWorld) =>
  Array.from({ length: world.pages }, (_, page) => world.mm.pageTables.translate(world.at(page))?.writable);

describe('UFFDIO_WRITEPROTECT', () => {
  test('protect: one section, SPTEs go, entries stay and are read-only; resolve: one more, writable again', () => {
    const world = new TestWorld();
    userfaultfd(world, ['wp']);
    expect(callBeside(world, protect(world, 0, 4))).toBe(0);
    expect(world.hostLevels()).toEqual(new Array(8).fill(1));
    expect(writable(world)).toEqual([false, false, false, false, true, true, true, true]);
    expect(world.spteLevels()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect([world.mm.notifiers.stats.sections, world.mmLocks()]).toEqual([1, '']);
    expect(callBeside(world, protect(world, 0, 4, false))).toBe(0);
    expect(writable(world)).toEqual(new Array(8).fill(true));
    expect([world.mm.notifiers.stats.sections, world.findingKinds()]).toEqual([2, []]);
  });

  test('a write to a protected page: sleeps with a message; a read does not; taking it back wakes the writer', () => {
    const world = new TestWorld();
    const ctx = userfaultfd(world, ['wp']);
    callBeside(world, protect(world, 0, 4));
    const [writer, reader, other] = [toucher(world, 1), toucher(world, 2, 0, false), toucher(world, 5)];
    settle(world);
    expect([writer.state, reader.result, other.result]).toEqual(['parked', 'there', 'there']);
    expect(readAll(world, ctx)).toEqual([[1, 'wp']]);
    callBeside(world, protect(world, 0, 4, false));
    expect(writer.result).toBe('there');
  });

  test('taken back with DONTWAKE: the writer sleeps on', () => {
    const world = new TestWorld();
    userfaultfd(world, ['wp']);
    callBeside(world, protect(world, 0, 4));
    const writer = toucher(world, 1);
    settle(world);
    callBeside(world, protect(world, 0, 4, false, true));
    expect([writer.state, writable(world)[1]]).toEqual(['parked', true]);
  });

  test('taken back while the writer is on its way to sleep, at any moment: it does not sleep for ever', () => {
    for (let delayNs = 0; delayNs < 6000; delayNs += 41) {
      const world = new TestWorld();
      userfaultfd(world, ['wp']);
      callBeside(world, protect(world, 0, 4));
      const writer = toucher(world, 1);
      world.spawn('resolve', protect(world, 0, 4, false), delayNs);
      settle(world);
      expect([delayNs, writer.result]).toEqual([delayNs, 'there']);
    }
  });

  test('a hole: stays one, and what comes later is not protected', () => {
    const world = new TestWorld({ mapped: 0 });
    world.mapHost(0, 1, 1);
    userfaultfd(world, ['wp']);
    expect(callBeside(world, protect(world, 0, 4))).toBe(0);
    expect([callBeside(world, touch(world, world.at(1))), writable(world).slice(0, 2)]).toEqual([
      'there',
      [false, true],
    ]);
  });

  test('a range that is registered for something else: -ENOENT; a part of a huge page: -EINVAL; nothing has changed', () => {
    const world = new TestWorld();
    userfaultfd(world, ['minor']);
    expect(callBeside(world, protect(world, 0, 4))).toBe(Errno.ENOENT);
    const other = new TestWorld();
    userfaultfd(other, ['wp']);
    expect(callBeside(other, protect(other, 1, 4))).toBe(Errno.EINVAL);
    expect([...writable(world), ...writable(other)]).toEqual(new Array(16).fill(true));
    expect([world.mm.notifiers.stats.sections, other.mm.notifiers.stats.sections]).toEqual([0, 0]);
  });

  test('anonymous memory, the CPU flush: after the section, one for all entries', () => {
    const world = new TestWorld();
    const memory = new TestMemory(world, { kind: 'anonymous', pages: 4 });
    const ctx = new UserfaultfdCtx(world.mm);
    registerUserfault(ctx, memory.vma.start, memory.vma.end, ['wp']);
    const call = uffdioWriteprotect(world.mm, memory.at(0), memory.at(4), { protect: true });
    expect(callBeside(world, call)).toBe(0);
    expect([world.work.cpuShootdowns, memory.spteLevels()]).toEqual([1, [0, 0, 0, 0]]);
    const writer = world.spawn('writer', touch(world, memory.at(3)));
    settle(world);
    expect(writer.state).toBe('parked');
    callBeside(world, uffdioWriteprotect(world.mm, memory.at(0), memory.at(4), { protect: false }));
    expect(writer.result).toBe('there');
  });
});

describe('a protected page', () => {
  const anonymous = (huge: boolean) => {
    const world = new TestWorld({ hugePages: 1 });
    const memory = new TestMemory(world, { kind: 'anonymous', pages: 4, ...(huge ? { folios: 2, mapped: 2 } : {}) });
    const ctx = new UserfaultfdCtx(world.mm);
    registerUserfault(ctx, memory.vma.start, memory.vma.end, ['wp']);
    const protectAll = () => uffdioWriteprotect(world.mm, memory.at(0), memory.at(4), { protect: true });
    return { world, memory, protectAll };
  };
  const write = ({ world, memory }: ReturnType<typeof anonymous>, page: number) => {
    const writer = world.spawn('writer', touch(world, memory.at(page)));
    settle(world);
    return [writer.state, writer.waitingFor?.lockClass.name];
  };

  test('a huge entry of which a part goes: the pieces that stay are protected as it was', () => {
    const of = anonymous(true);
    callBeside(of.world, of.protectAll());
    callBeside(of.world, madvDontneed(of.world.mm, of.memory.at(0), of.memory.at(1)));
    expect(of.memory.hostLevels()).toEqual([0, 1, 1, 1]);
    expect(write(of, 2)).toEqual(['parked', 'userfaultfd.fault']);
  });

  for (const huge of [false, true]) {
    test(`${huge ? 'a huge page' : 'small pages'} protected while under migration: protected when they have arrived`, () => {
      const of = anonymous(huge);
      const { world, memory } = of;
      const move = world.spawn('migrate', migratePages(world.mm, memory.at(0), memory.at(4)));
      world.spawn(
        'protect',
        (function* protecting(): Process {
          yield* until(() => world.mm.pageTables.kindAt(memory.at(3)) === EntryKind.Migration);
          expect(yield* of.protectAll()).toBe(0);
        })(),
      );
      settle(world);
      expect([move.result, memory.hostLevels()]).toEqual([0, new Array(4).fill(huge ? 2 : 1)]);
      expect(write(of, 1)).toEqual(['parked', 'userfaultfd.fault']);
      expect(world.findingKinds()).toEqual([]);
    });
  }
});
