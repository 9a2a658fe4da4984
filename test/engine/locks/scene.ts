// A simulation with a log, and actors that do one thing after another, for tests of locks.

import type { Operation, Process } from '../../../src/engine/process.ts';
import { Simulation, type SimulationOptions, type Task } from '../../../src/engine/simulation.ts';

export type Row = readonly [number, string];
export type Act = Operation<unknown> | number | (() => void);

export class Scene {
  readonly sim: Simulation;
  readonly log: Row[] = [];

  constructor(options: Partial<SimulationOptions> = {}) {
    this.sim = new Simulation({ seed: 1, ...options });
  }

  /** Starts at a time; each act is made when its turn comes: an operation, a duration, or a note. */
  actor(name: string, startNs: number, acts: (note: (what: string) => () => void) => readonly (() => Act)[]): Task {
    const { sim, log } = this;
    const note = (what: string) => (): void => {
      log.push([sim.now, `${name} ${what}`]);
    };
    function* process(): Process {
      for (const act of acts(note)) {
        const made = act();
        if (typeof made === 'function') made();
        else if (typeof made === 'number') yield* sim.spend(made);
        else yield* made;
      }
    }
    return sim.spawn(name, process(), { delayNs: startNs });
  }

  /** Takes something, notes it, keeps it for a time and gives it back. */
  holder(name: string, startNs: number, acquire: () => Operation, holdNs: number, release: () => Operation): Task {
    return this.actor(name, startNs, (note) => [acquire, () => note('in'), () => holdNs, release]);
  }
}
