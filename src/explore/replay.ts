// Goes one schedule once more, and tells what each step does.

import { setProbe } from '../engine/probe.ts';
import { describeStep, snapshotCells } from './describe-step.ts';
import type { CounterexampleStep, ExplorationQuestion } from './exploration-types.ts';
import { type Found, QuestionRun } from './explored-run.ts';
import { Recorder } from './recorder.ts';
import type { SmallWorld } from './small-world.ts';

export interface Replay {
  /** Names of all threads. */
  readonly tasks: readonly string[];
  readonly steps: readonly CounterexampleStep[];
  readonly found: readonly Found[];
  /** Nobody can go on at its end. */
  readonly atRest: boolean;
  readonly preemptions: number;
}

/** Told while a schedule is gone through. Whoever looks into the world must change nothing. */
export interface ReplayWatch {
  /** The world as it is before the first step. */
  begins(world: SmallWorld): void;
  /** A step has been made. `preempts`: the task before could have gone on. */
  stepped(step: CounterexampleStep, preempts: boolean): void;
}

/** Throws where the schedule takes a task that cannot go on: it belongs to another question, or to another version. */
export function replay(
  question: ExplorationQuestion,
  schedule: readonly number[],
  stepChecks = false,
  watch?: ReplayWatch,
): Replay {
  const recorder = new Recorder();
  setProbe(recorder);
  try {
    const found: Found[] = [];
    const run = new QuestionRun(question, recorder, (one) => found.push(one), { lockdep: true, stepChecks });
    const { sim } = run.world;
    const steps: CounterexampleStep[] = [];
    let preemptions = 0;
    let before = -1;
    watch?.begins(run.world);
    for (const [at, task] of schedule.entries()) {
      const { enabled } = run;
      if (task < 0 || (enabled & (1 << task)) === 0) {
        throw new RangeError(`schedule[${at}]: task ${task} cannot go on there; those that can: ${namesOf(enabled)}`);
      }
      const preempts = before >= 0 && before !== task && (enabled & (1 << before)) !== 0;
      if (preempts) preemptions += 1;
      before = task;
      const cells = snapshotCells(recorder);
      const soFar = found.length;
      const goesOn = run.advance(task);
      const told = found.slice(soFar).map(({ kind, message }) => `${kind}: ${message}`);
      const step = { task, ...describeStep(recorder, sim, task, cells, told) };
      steps.push(step);
      watch?.stepped(step, preempts);
      if (!goesOn) break;
    }
    const atRest = run.enabled === 0;
    if (atRest) run.finish();
    return { tasks: sim.threads.map(({ name }) => name), steps, found, atRest, preemptions };

    function namesOf(enabled: number): string {
      return sim.threads.flatMap(({ name }, id) => ((enabled & (1 << id)) === 0 ? [] : [`${id} (${name})`])).join(', ');
    }
  } finally {
    setProbe(null);
  }
}
