import { SystemCallError } from '../../src/host/host-error.ts';
import { MAP, PR_SET_THP_DISABLE } from '../../src/host/linux.ts';
import type { CallName, System } from '../../src/host/system.ts';

const ENOMEM = 12;

export interface FailingSystem {
  readonly system: System;
  /** Whether there were so many calls that one has failed. */
  readonly hasFailed: () => boolean;
  /** Mappings that were made and not given back: address and bytes. */
  readonly mapped: ReadonlyMap<number, number>;
}

/** System calls of which the n-th fails, as if memory had run out; those that give something back do not count. */
export function failingSystem(real: System, failing: number): FailingSystem {
  const mapped = new Map<number, number>();
  let count = 0;
  const attempt = (name: CallName, ...args: readonly number[]): number => {
    if (!givesBack(name, args) && ++count === failing) return -ENOMEM;
    const result = real.try(name, ...args);
    const [address = 0, bytes = 0, , flags = 0] = args;
    if (name === 'mmap' && result > 0 && (flags & MAP.fixed) === 0) mapped.set(result, bytes);
    if (name === 'munmap' && result === 0) mapped.delete(address);
    return result;
  };
  const calls: Pick<System, 'try' | 'call' | 'view' | 'invoke'> = {
    try: attempt,
    call(name, args, what = name) {
      const result = attempt(name, ...args);
      if (result < 0) throw new SystemCallError(what, -result);
      return result;
    },
    view: (address, bytes) => real.view(address, bytes),
    invoke: (address, argument) => real.invoke(address, argument),
  };
  return { system: calls as System, hasFailed: () => count >= failing, mapped };
}

function givesBack(name: CallName, [first, second]: readonly number[]): boolean {
  return name === 'munmap' || name === 'close' || (name === 'prctl' && first === PR_SET_THP_DISABLE && second === 0);
}
