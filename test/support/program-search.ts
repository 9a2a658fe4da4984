// Small programs of an exploration's own, without a model: what ends can all of their schedules have?

import { cellsFor, type Probed, probe, setProbe } from '../../src/engine/probe.ts';
import type { Process } from '../../src/engine/process.ts';
import { ExhaustiveSearch } from '../../src/explore/exhaustive-search.ts';
import type { Reduction } from '../../src/explore/exploration-types.ts';
import { ExploringSimulation } from '../../src/explore/exploring-simulation.ts';
import { Recorder } from '../../src/explore/recorder.ts';

/** A number that tasks share. */
export class Variable implements Probed {
  #value = 0;
  readonly cell = cellsFor(this, 1);

  get value(): number {
    probe?.read(this.cell, this.#value);
    return this.#value;
  }

  set value(value: number) {
    probe?.write(this.cell);
    this.#value = value;
  }

  increment(): void {
    probe?.add(this.cell);
    this.#value += 1;
  }

  /** For who looks at the end. */
  get seen(): number {
    return this.#value;
  }

  cellContent(): number {
    return this.#value;
  }
}

export interface ProgramRun {
  readonly tasks: readonly Process[];
  /** What is told of a schedule when nobody can go on. */
  end(): unknown;
}

export interface Ends {
  /** Each once, sorted. */
  readonly ends: readonly string[];
  readonly transitions: number;
  readonly complete: boolean;
}

/** The ends of all schedules of what `build` makes anew for each of them. */
export function endsOf(
  build: (sim: ExploringSimulation, recorder: Recorder) => ProgramRun,
  reduction: Reduction,
  schedules = 100_000,
): Ends {
  const recorder = new Recorder();
  setProbe(recorder);
  const ends = new Set<string>();
  const search = new ExhaustiveSearch({
    recorder,
    start() {
      recorder.startRun();
      const sim = new ExploringSimulation(recorder, false);
      const { tasks, end } = build(sim, recorder);
      for (const [task, process] of tasks.entries()) sim.spawn(`task ${task}`, process);
      sim.begun = true;
      return {
        taskCount: tasks.length,
        get enabled() {
          return sim.enabled;
        },
        position: (task) => sim.position(task),
        advance(task) {
          sim.advance(task);
          return true;
        },
        finish() {
          ends.add(JSON.stringify(end()));
        },
      };
    },
    reducesOrder: reduction === 'partial-order' || reduction === 'both',
    hashesStates: reduction === 'state-hashing' || reduction === 'both',
    limits: { schedules, transitions: 10_000_000, depth: 500 },
    stop: () => false,
  });
  const end = search.run();
  setProbe(null);
  return { ends: [...ends].sort(), transitions: search.counts.transitions, complete: end === 'complete' };
}
