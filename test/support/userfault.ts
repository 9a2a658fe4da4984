// A userfaultfd over a world built by hand, threads that fault on its range, and a reader that writes down what it reads.

import type { Process } from '../../src/engine/process.ts';
import type { Task } from '../../src/engine/simulation.ts';
import type { Hva } from '../../src/mm/address.ts';
import type { Errno } from '../../src/mm/errno.ts';
import { type GupPage, gupSlow, putFolio } from '../../src/mm/gup.ts';
import {
  registerUserfault,
  UserfaultfdCtx,
  type UserfaultfdFeatures,
  type UserfaultMode,
} from '../../src/mm/userfaultfd.ts';
import { userfaultfdRead } from '../../src/mm/userfaultfd-read.ts';
import type { TestWorld } from './world.ts';

/** An fd for [first, end) of the hugetlb memory of `world`, in pages. */
export function userfaultfd(
  world: TestWorld,
  modes: readonly UserfaultMode[],
  { first = 0, end = world.pages, ...features }: Partial<UserfaultfdFeatures> & { first?: number; end?: number } = {},
): UserfaultfdCtx {
  const ctx = new UserfaultfdCtx(world.mm, features);
  registerUserfault(ctx, world.at(first), world.at(end), modes);
  return ctx;
}

/** What a vCPU thread does for a missing page, from GUP on: takes it and lets go of it. */
export function* touch(world: TestWorld, address: Hva, write = true, nowait = false): Process<'there' | Errno> {
  const page: GupPage | Errno = yield* gupSlow(world.mm, address, write, nowait);
  if (typeof page === 'string') return page;
  yield* world.sim.spend(putFolio(page.folio, world.sim.current.cpu));
  return 'there';
}

export const toucher = (world: TestWorld, page: number, delayNs = 0, write = true): Task<'there' | Errno> =>
  world.spawn(`touch ${page}`, touch(world, world.at(page), write), delayNs);

/** Reads until there is nothing left. Addresses as page numbers of the hugetlb memory. */
export function readAll(world: TestWorld, ctx: UserfaultfdCtx): [page: number, mode: string][] {
  const read: [number, string][] = [];
  world.spawn(
    'reader',
    (function* reading(): Process {
      for (let message = yield* userfaultfdRead(ctx); message !== null; message = yield* userfaultfdRead(ctx)) {
        read.push([(message.address - world.at(0)) / 4096, message.mode]);
      }
    })(),
  );
  settle(world);
  return read;
}

/** Runs until nothing happens any more; who sleeps for good is no error here. */
export function settle(world: TestWorld): void {
  const outcome = world.sim.run({ events: 20_000_000 });
  if (outcome.kind === 'failed') throw outcome.error;
}

/** Runs one process to its end beside threads that sleep, and returns its result. */
export function callBeside<T>(world: TestWorld, process: Process<T>): T {
  const task = world.spawn('caller', process);
  settle(world);
  if (task.state !== 'ended') throw new Error('the caller has not ended');
  return task.result as T;
}
