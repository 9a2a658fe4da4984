import type { Process } from '../../src/engine/process.ts';
import type { Hva } from '../../src/mm/address.ts';
import type { Result } from '../../src/mm/errno.ts';
import { splitVma } from '../../src/mm/vma-split.ts';
import type { TestWorld } from './world.ts';

/** Cuts the mapping at `at`, under mmap_lock: what an operation on a part of it begins with. */
export function* cutAt(world: TestWorld, at: Hva, fresh: 'upper' | 'lower' = 'upper'): Process<Result> {
  yield* world.mm.mmapLock.acquireWrite();
  const vma = world.mm.findVma(at);
  if (vma === undefined) throw new Error(`nothing is mapped at ${at}`);
  const result = yield* splitVma(vma, at, fresh);
  yield* world.mm.mmapLock.releaseWrite();
  return result;
}
