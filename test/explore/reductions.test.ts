// What a reduction leaves out must be what another schedule shows as well. Small programs drawn at random, and small questions,
// are searched with every reduction and with none: the same ends are reached.

import { describe, expect, test } from 'vitest';
import { lockClass } from '../../src/engine/locks/lock-class.ts';
import { Mutex } from '../../src/engine/locks/mutex.ts';
import { RwSemaphore } from '../../src/engine/locks/rw-semaphore.ts';
import { WaitQueue } from '../../src/engine/locks/wait-queue.ts';
import type { Process } from '../../src/engine/process.ts';
import { RandomStream } from '../../src/engine/random.ts';
import type { Reduction } from '../../src/explore/exploration-types.ts';
import type { ExploringSimulation } from '../../src/explore/exploring-simulation.ts';
import { ask } from '../support/exploration.ts';
import { type Ends, endsOf, type ProgramRun, Variable } from '../support/program-search.ts';

type Step =
  | { readonly does: 'read' | 'write' | 'increment' | 'lock' | 'try' | 'wait' | 'wake'; readonly which: number }
  | { readonly does: 'share'; readonly which: number; readonly write: boolean };

type Program = readonly (readonly Step[])[];

function drawProgram(seed: number): Program {
  const stream = new RandomStream(seed, 'program');
  const kinds = ['read', 'write', 'increment', 'lock', 'try', 'wait', 'wake', 'share'] as const;
  const tasks = 2 + stream.integer(2);
  return Array.from({ length: tasks }, () =>
    Array.from({ length: tasks === 2 ? 4 : 2 + stream.integer(2) }, (): Step => {
      const does = kinds[stream.integer(kinds.length)] as (typeof kinds)[number];
      const which = stream.integer(2);
      return does === 'share' ? { does, which, write: stream.integer(2) === 0 } : { does, which };
    }),
  );
}

/** More are too many for a test that looks at every one of them. */
const PLAIN_MAX = 600;

/** The ends of all schedules: variables, what each task has made of what it read, and who has not come to his end. */
const endsOfProgram = (program: Program, reduction: Reduction): Ends =>
  endsOf((sim) => startProgram(program, sim), reduction, PLAIN_MAX);

function startProgram(program: Program, sim: ExploringSimulation): ProgramRun {
  const variables = [new Variable(), new Variable()];
  const mutexes = [0, 1].map((n) => new Mutex(sim, lockClass(`mutex ${n}`, 'sleeping')));
  const shared = [0, 1].map((n) => new RwSemaphore(sim, lockClass(`shared ${n}`, 'sleeping')));
  const queues = [0, 1].map((n) => new WaitQueue(sim, lockClass(`queue ${n}`, 'sleeping')));
  const learned = program.map(() => 0);
  // What a task knows when it has ended is nobody's, but for what it leaves behind.
  const left = program.map(() => new Variable());
  const perform = function* (task: number, { does, which, ...step }: Step): Process {
    const variable = variables[which] as Variable;
    const learn = (value: number): void => {
      learned[task] = (learned[task] as number) * 7 + value + 1;
    };
    switch (does) {
      case 'read':
        return learn(variable.value);
      case 'write':
        variable.value = task + 1;
        return;
      case 'increment':
        return variable.increment();
      case 'lock': {
        const mutex = mutexes[which] as Mutex;
        yield* mutex.acquire();
        learn(variable.value);
        yield 0;
        variable.value = (learned[task] as number) % 5;
        yield* mutex.release();
        return;
      }
      case 'try': {
        const mutex = mutexes[which] as Mutex;
        const taken = mutex.tryAcquire();
        learn(taken ? 1 : 0);
        yield 0;
        if (taken) yield* mutex.release();
        return;
      }
      case 'share': {
        const lock = shared[which] as RwSemaphore;
        const write = 'write' in step && step.write;
        yield* write ? lock.acquireWrite() : lock.acquireRead();
        yield 0;
        yield* (mutexes[1 - which] as Mutex).acquire();
        learn(variable.value);
        yield* (mutexes[1 - which] as Mutex).release();
        yield* write ? lock.releaseWrite() : lock.releaseRead();
        return;
      }
      case 'wait':
        return yield* (queues[which] as WaitQueue).wait();
      case 'wake':
        (queues[which] as WaitQueue).wakeAll();
        return;
    }
  };
  const run = function* (task: number, steps: readonly Step[]): Process {
    for (const step of steps) {
      yield* perform(task, step);
      yield 0;
    }
    (left[task] as Variable).value = learned[task] as number;
  };
  return {
    tasks: program.map((steps, task) => run(task, steps)),
    end() {
      const stuck = program.map((_, task) => (sim.hasEnded(task) ? '' : sim.waitsFor(task)?.what));
      return [variables.map(({ seen }) => seen), learned, stuck];
    },
  };
}

const reductions = ['state-hashing', 'partial-order', 'both'] as const;

describe('reductions', () => {
  test('120 programs drawn at random · with each reduction · the ends of all schedules', () => {
    let all = 0;
    let compared = 0;
    const left = { 'state-hashing': 0, 'partial-order': 0, both: 0 };
    for (let seed = 0; seed < 120; seed++) {
      const program = drawProgram(seed);
      const plain = endsOfProgram(program, 'none');
      if (!plain.complete) continue;
      compared += 1;
      all += plain.transitions;
      for (const reduction of reductions) {
        const { ends, transitions, complete } = endsOfProgram(program, reduction);
        expect([seed, reduction, complete, ends]).toEqual([seed, reduction, true, plain.ends]);
        left[reduction] += transitions;
      }
    }
    expect(compared).toBeGreaterThan(30);
    for (const reduction of reductions) expect(left[reduction]).toBeLessThan(all / 3);
  });

  test.each([
    { operations: ['madv-collapse'], scheme: 'range' },
    { operations: ['madv-collapse'], scheme: 'post-collapse/cut' },
    { operations: ['madv-collapse'], scheme: 'post-collapse/promote', backing: 'anonymous' },
    { operations: ['madv-collapse'], scheme: 'post-collapse/zap', backing: 'shmem' },
    { operations: ['madv-dontneed'] },
    { operations: ['munmap'] },
  ] as const)('%o · with each reduction · one verdict and the same kinds of findings', (input) => {
    const told = reductions.map((reduction) => {
      const { verdict, findings } = ask(input, { reduction });
      return JSON.stringify([verdict, findings.map(({ kind }) => kind).sort()]);
    });
    expect(new Set(told).size).toBe(1);
  });

  test.each([
    { operations: ['madv-collapse', 'truncate'], scheme: 'post-collapse/promote', hgm: { protection: 'folio-lock' } },
    { operations: ['madv-collapse', 'migrate-pages'], scheme: 'range' },
    { operations: ['madv-collapse', 'madv-dontneed'], scheme: 'post-collapse/cut' },
  ] as const)('%o · 2000 schedules drawn at random · nothing that the search to the end has not found', (input) => {
    const limits = { schedules: 2000, transitions: 10_000_000, depth: 2000 };
    const exhaustive = ask({ ...input, guest: [[]] });
    const random = ask({ ...input, guest: [[]] }, { search: 'random', limits });
    expect(exhaustive.complete).toBe(true);
    const known = exhaustive.findings.map(({ kind }) => kind);
    expect(random.findings.filter(({ kind }) => !known.includes(kind))).toEqual([]);
  });
});
