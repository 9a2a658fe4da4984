// A state has the histories of its tasks in it. A task that forgets must not be taken for another one that goes on differently.

import { describe, expect, test } from 'vitest';
import { lockClass } from '../../src/engine/locks/lock-class.ts';
import { WaitQueue } from '../../src/engine/locks/wait-queue.ts';
import type { Process } from '../../src/engine/process.ts';
import type { Reduction } from '../../src/explore/exploration-types.ts';
import type { ExploringSimulation } from '../../src/explore/exploring-simulation.ts';
import type { Recorder } from '../../src/explore/recorder.ts';
import { Srcu } from '../../src/kvm/srcu.ts';
import { endsOf, type ProgramRun, Variable } from '../support/program-search.ts';

const leaveClass = lockClass('leave', 'sleeping');
const reductions = ['state-hashing', 'partial-order', 'both'] as const;

describe('a task that has forgotten what it read', () => {
  test.each(reductions)(
    '%s · it waits for a change of what it saw, and sees more of it later · all ends',
    (reduction) => {
      const ends = (how: Reduction) => endsOf(watchers, how).ends;
      expect(ends(reduction)).toEqual(ends('none'));
    },
  );

  test.each(reductions)(
    '%s · readers of two periods of SRCU · the updater waits for those of the first',
    (reduction) => {
      const ends = (how: Reduction) => endsOf(srcuReaders, how).ends;
      expect(ends(reduction)).toEqual(ends('none'));
    },
  );
});

/** Goes round until the gate is open, as a vCPU that is sent back; others see it going round. */
function watchers(sim: ExploringSimulation, recorder: Recorder): ProgramRun {
  const [gate, inside, laps] = [new Variable(), new Variable(), new Variable()];
  const seen: number[] = [];
  const left = new Variable();
  return {
    tasks: [opener(), goer()],
    end: () => seen,
  };

  function* opener(): Process {
    for (let opened = 1; opened <= 3; opened++) {
      gate.value = opened;
      yield 0;
      seen.push(inside.value + 10 * laps.value);
      yield 0;
    }
    left.value = seen.reduce((all, one) => all * 100 + one, 0);
  }

  function* goer(): Process {
    for (;;) {
      inside.value = 1;
      yield 0;
      const open = gate.value === 3;
      inside.value = 0;
      laps.value = 1;
      if (open) return;
      recorder.forget(0);
      yield* sim.watch([gate.cell]);
    }
  }
}

/** Two readers, both inside before either may leave, and an updater: when it goes on it looks who has left. */
function srcuReaders(sim: ExploringSimulation, recorder: Recorder): ProgramRun {
  const srcu = new Srcu(sim);
  const readers = [0, 1].map(() => ({ leaves: new WaitQueue(sim, leaveClass), left: new Variable() }));
  const entered = new Variable();
  const seen: number[] = [];
  const told = new Variable();
  return {
    tasks: [...readers.map(reader), gatekeeper(), updater()],
    end: () => seen,
  };

  function* reader({ leaves, left }: (typeof readers)[number]): Process {
    recorder.forget(0);
    yield 0;
    const period = srcu.readLock();
    entered.increment();
    yield* leaves.wait();
    left.value = 1;
    yield 0;
    srcu.readUnlock(period);
  }

  function* gatekeeper(): Process {
    while (entered.value < readers.length) {
      recorder.forget(0);
      yield* sim.watch([entered.cell]);
    }
    for (const { leaves } of readers) leaves.wakeAll();
  }

  function* updater(): Process {
    yield* srcu.synchronize();
    seen.push(...readers.map(({ left }) => left.value));
    told.value = (seen[0] as number) * 2 + (seen[1] as number);
  }
}
