// Random programs for the engine: a few processes, each a list of steps, over a few locks. What they did is a list of
// rows, so that two ways to run the same program can be compared line by line.

import fc from 'fast-check';
import { lockClass } from '../../src/engine/locks/lock-class.ts';
import { Mutex } from '../../src/engine/locks/mutex.ts';
import { RwSemaphore } from '../../src/engine/locks/rw-semaphore.ts';
import { RwSpinlock } from '../../src/engine/locks/rw-spinlock.ts';
import { WaitQueue } from '../../src/engine/locks/wait-queue.ts';
import type { Process } from '../../src/engine/process.ts';
import { type RunLimits, type RunOutcome, Simulation, type Task } from '../../src/engine/simulation.ts';

type Step =
  | { readonly kind: 'yield' | 'spend' | 'elapse' | 'timer' | 'parkUntil'; readonly ns: number }
  | { readonly kind: 'mutex' | 'read' | 'write' | 'spinRead' | 'spinWrite'; readonly ns: number; readonly lock: number }
  | { readonly kind: 'retime'; readonly task: number; readonly ns: number }
  | { readonly kind: 'wake'; readonly task: number }
  | { readonly kind: 'wait' | 'wakeOne' | 'wakeAll' };

export type Program = readonly { readonly delayNs: number; readonly steps: readonly Step[] }[];

const durations = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
);
const LOCKS = 2;

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('yield', 'spend', 'elapse', 'timer', 'parkUntil'), ns: durations }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('mutex', 'read', 'write', 'spinRead', 'spinWrite'),
      ns: durations,
      lock: fc.nat({ max: LOCKS - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retime'), task: fc.nat({ max: 5 }), ns: durations }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wake'), task: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('wait', 'wakeOne', 'wakeAll') }) },
);

export const programs: fc.Arbitrary<Program> = fc.array(
  fc.record({ delayNs: durations, steps: fc.array(steps, { maxLength: 30, size: 'max' }) }),
  { minLength: 1, maxLength: 6 },
);

export interface Played {
  readonly log: readonly string[];
  readonly outcome: RunOutcome;
  readonly now: number;
  readonly events: number;
}

const sleeping = [lockClass('mutex 0', 'sleeping'), lockClass('mutex 1', 'sleeping')];
const semaphores = [lockClass('semaphore 0', 'sleeping'), lockClass('semaphore 1', 'sleeping')];
const spinning = [lockClass('rwlock 0', 'spinning'), lockClass('rwlock 1', 'spinning')];
const queueClass = lockClass('queue', 'sleeping');

export interface PlayOptions {
  readonly inlineAdvance?: boolean;
  readonly limits?: readonly RunLimits[];
  readonly wakeUpNs?: number;
  readonly prepare?: (sim: Simulation) => void;
}

export function play(program: Program, options: PlayOptions = {}): Played {
  const sim = new Simulation({
    seed: 1,
    wakeUpNs: options.wakeUpNs ?? 3,
    inlineAdvance: options.inlineAdvance ?? true,
  });
  options.prepare?.(sim);
  const log: string[] = [];
  const published = sim.records.channel<string>('log');
  const note = (what: string): void => {
    log.push(`${sim.now} ${what}`);
    if (published.observed) published.publish(what);
  };
  const mutexes = sleeping.map((cls) => new Mutex(sim, cls));
  const rwsems = semaphores.map((cls) => new RwSemaphore(sim, cls));
  const rwlocks = spinning.map((cls) => new RwSpinlock(sim, cls));
  const queue = new WaitQueue(sim, queueClass);
  const tasks: Task[] = [];
  // Who may be woken or moved from outside: those who are in a parkUntil of their own.
  const inParkUntil = new Set<Task>();

  function* process(name: string, list: readonly Step[]): Process {
    for (const [at, step] of list.entries()) {
      const label = `${name}.${at} ${step.kind}`;
      switch (step.kind) {
        case 'yield':
          yield step.ns;
          break;
        case 'spend':
          yield* sim.spend(step.ns);
          break;
        case 'elapse':
          if (!sim.elapse(step.ns)) yield step.ns;
          break;
        case 'timer':
          sim.timer(() => note(`${label} fired`)).arm(sim.now + step.ns);
          break;
        case 'parkUntil': {
          inParkUntil.add(sim.current);
          const reason = yield* sim.parkUntil(sim.now + step.ns);
          inParkUntil.delete(sim.current);
          note(`${label} ${reason}`);
          break;
        }
        case 'mutex': {
          const mutex = mutexes[step.lock] as Mutex;
          yield* mutex.acquire();
          note(`${label} in`);
          yield* sim.spend(step.ns);
          yield* mutex.release();
          break;
        }
        case 'read': {
          const rwsem = rwsems[step.lock] as RwSemaphore;
          yield* rwsem.acquireRead();
          note(`${label} in`);
          if (!sim.elapse(step.ns)) yield step.ns;
          yield* rwsem.releaseRead();
          break;
        }
        case 'write': {
          const rwsem = rwsems[step.lock] as RwSemaphore;
          yield* rwsem.acquireWrite();
          note(`${label} in`);
          yield* sim.spend(step.ns);
          if (step.ns % 2 === 1) {
            yield* rwsem.downgrade();
            yield* sim.spend(1);
            yield* rwsem.releaseRead();
          } else yield* rwsem.releaseWrite();
          break;
        }
        case 'spinRead': {
          const rwlock = rwlocks[step.lock] as RwSpinlock;
          yield* rwlock.acquireRead();
          note(`${label} in`);
          yield* sim.spend(step.ns);
          yield* rwlock.releaseRead();
          break;
        }
        case 'spinWrite': {
          const rwlock = rwlocks[step.lock] as RwSpinlock;
          yield* rwlock.acquireWrite();
          note(`${label} in`);
          yield* sim.spend(step.ns);
          note(`${label} contended: ${rwlock.isContended}`);
          yield* rwlock.releaseWrite();
          break;
        }
        case 'retime': {
          const task = tasks[step.task % tasks.length] as Task;
          if (inParkUntil.has(task) && task.state === 'parked') sim.retime(task, sim.now + step.ns);
          break;
        }
        case 'wake': {
          const task = tasks[step.task % tasks.length] as Task;
          if (inParkUntil.has(task) && task.state === 'parked') sim.wake(task);
          break;
        }
        case 'wait':
          yield* queue.wait();
          break;
        case 'wakeOne':
          queue.wakeOne();
          break;
        case 'wakeAll':
          queue.wakeAll();
          break;
      }
      note(`${label} done`);
    }
  }
  for (const [at, { delayNs, steps: list }] of program.entries()) {
    const task = sim.spawn(`p${at}`, process(`p${at}`, list), { delayNs });
    task.onWaitEnd = (cls, sinceNs, untilNs) => note(`p${at} waited for ${cls.name} from ${sinceNs} to ${untilNs}`);
    tasks.push(task);
  }
  let outcome: RunOutcome = { kind: 'idle' };
  for (const limits of options.limits ?? [{}]) {
    outcome = sim.run(limits);
    log.push(`${sim.now} ${outcome.kind}`);
  }
  return { log, outcome, now: sim.now, events: sim.events };
}
