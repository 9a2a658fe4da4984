import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lockClass } from '../../../src/engine/locks/lock-class.ts';
import { RwSemaphore } from '../../../src/engine/locks/rw-semaphore.ts';
import { RwSpinlock } from '../../../src/engine/locks/rw-spinlock.ts';
import type { Process } from '../../../src/engine/process.ts';
import { Simulation } from '../../../src/engine/simulation.ts';

interface Visit {
  readonly write: boolean;
  readonly thinkNs: number;
  readonly holdNs: number;
  readonly tries: boolean;
}

const visits = fc.array(
  fc.array(
    fc.record({
      write: fc.boolean(),
      thinkNs: fc.integer({ min: 0, max: 20 }),
      holdNs: fc.integer({ min: 0, max: 20 }),
      tries: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  { minLength: 2, maxLength: 10 },
);

test.each([
  ['rw semaphore', (sim: Simulation) => new RwSemaphore(sim, lockClass('shared', 'sleeping'))],
  ['rw spinlock', (sim: Simulation) => new RwSpinlock(sim, lockClass('shared', 'spinning'))],
] as const)('%s: random readers and writers: never a writer beside anybody, and everybody gets in', (_name, make) => {
  fc.assert(
    fc.property(visits, fc.integer({ min: 0, max: 3 }), (plans, wakeUpNs) => {
      const sim = new Simulation({ seed: 1, wakeUpNs });
      const lock = make(sim);
      let readers = 0;
      let writers = 0;
      let visited = 0;
      const check = (): void => {
        if (writers > 1 || (writers === 1 && readers > 0))
          throw new Error(`${writers} writers beside ${readers} readers`);
        if (lock.isWriteHeld !== (writers === 1) && wakeUpNs === 0 && readers + writers > 0 && lock.waiters === 0) {
          throw new Error('isWriteHeld is wrong');
        }
      };
      function* visitor(plan: readonly Visit[]): Process {
        for (const { write, thinkNs, holdNs, tries } of plan) {
          yield* sim.spend(thinkNs);
          const entered = tries && (write ? lock.tryAcquireWrite() : lock.tryAcquireRead());
          if (!entered) yield* write ? lock.acquireWrite() : lock.acquireRead();
          if (write) writers++;
          else readers++;
          check();
          yield* sim.spend(holdNs);
          check();
          if (write) writers--;
          else readers--;
          visited++;
          yield* write ? lock.releaseWrite() : lock.releaseRead();
        }
      }
      for (const [at, plan] of plans.entries()) sim.spawn(`visitor ${at}`, visitor(plan));
      expect(sim.run()).toEqual({ kind: 'idle' });
      expect(visited).toBe(plans.flat().length);
      expect([lock.isHeld, lock.waiters]).toEqual([false, 0]);
      expect(sim.lockdep.findings).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
