// A schedule step by step, with the state of the world after each: what a person steps through.

import type { CounterexampleStep, ExplorationFinding, ExplorationQuestion } from './exploration-types.ts';
import { classOf } from './finding-classes.ts';
import { replay } from './replay.ts';
import type { SmallWorld } from './small-world.ts';
import { type StepRecord, watchRecords } from './step-records.ts';
import { type WorldState, worldState } from './world-state.ts';

/** Steps with their states that one call gives: some KiB each. */
export const STEPS_MAX = 500;

interface SteppedStep extends CounterexampleStep {
  /** Place in the schedule. */
  readonly step: number;
  /** It was taken although the task of the step before could have gone on. */
  readonly preemption: boolean;
  /** What mm and KVM published in it. */
  readonly records: readonly StepRecord[];
  /** As it has left the world. */
  readonly state: WorldState;
}

export interface SteppedSchedule {
  readonly question: ExplorationQuestion;
  readonly stepChecks: boolean;
  readonly tasks: readonly string[];
  readonly schedule: readonly number[];
  readonly preemptions: number;
  /** Steps of all of it. */
  readonly length: number;
  readonly from: number;
  /** `from` of the next part; null: this was the last one. */
  readonly next: number | null;
  /** As the world is before the first of these steps. */
  readonly before: WorldState;
  readonly steps: readonly SteppedStep[];
  /** All that the schedule shows, in order. */
  readonly findings: readonly Pick<ExplorationFinding, 'kind' | 'class' | 'message' | 'evidence'>[];
  /** At its end nobody can go on. */
  readonly atRest: boolean;
}

export interface StepsWanted {
  readonly stepChecks?: boolean;
  readonly from?: number;
  readonly limit?: number;
}

/** Throws `RangeError` where the schedule takes a task that cannot go on. Same question, same schedule: same bytes. */
export function steppedSchedule(
  question: ExplorationQuestion,
  schedule: readonly number[],
  { stepChecks = false, from = 0, limit = STEPS_MAX }: StepsWanted = {},
): SteppedSchedule {
  let world: SmallWorld | null = null;
  let before: WorldState | null = null;
  let told: StepRecord[] = [];
  const steps: SteppedStep[] = [];
  let at = 0;
  const { tasks, preemptions, found, atRest } = replay(question, schedule, stepChecks, {
    begins(made) {
      world = made;
      watchRecords(made, (record) => told.push(record));
      if (from === 0) before = worldState(made);
    },
    stepped(step, preemption) {
      const records = told;
      told = [];
      const place = at++;
      if (world === null || place < from - 1 || place >= from + limit) return;
      const state = worldState(world);
      if (place === from - 1) before = state;
      else steps.push({ step: place, ...step, preemption, records, state });
    },
  });
  if (before === null) throw new RangeError(`from: the schedule has ${at} steps, got ${from}`);
  const end = from + steps.length;
  const next = end < at ? end : null;
  const findings = found.flatMap(({ kind, message, evidence }) => {
    const of = classOf(kind, question);
    return of === null ? [] : [{ kind, class: of, message, evidence }];
  });
  return {
    question,
    stepChecks,
    tasks,
    schedule,
    preemptions,
    length: at,
    from,
    next,
    before,
    steps,
    findings,
    atRest,
  };
}
