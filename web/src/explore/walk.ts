// Places in a counterexample. Place 0 is the world before the first step, place n the world after step n.

import type { SteppedSchedule, SteppedStep, WorldState } from './types.ts';

export const stateAt = ({ before, steps }: SteppedSchedule, place: number): WorldState =>
  steps[place - 1]?.state ?? before;

/** A step that only looks, and that tells nobody anything. */
export const isQuiet = ({ label, effects, records, preemption }: SteppedStep): boolean =>
  label === 'looks' && effects.length === 0 && records.length === 0 && !preemption;

const tells = ({ effects }: SteppedStep, kind: string): boolean =>
  effects.some((effect) => effect.startsWith(`${kind}: `));

/** Whether a step tells of the finding. If none does, it is seen only when all is at rest. */
export const isTold = ({ steps }: SteppedSchedule, kind: string): boolean => steps.some((step) => tells(step, kind));

/**
 * The place at which a finding shows: after the step whose effects tell of it. What is seen only when nobody can go on is told
 * by no step, and shows at the end.
 */
export function placeOfFinding({ steps }: SteppedSchedule, kind: string): number {
  const index = steps.findIndex((step) => tells(step, kind));
  return index === -1 ? steps.length : index + 1;
}

/** Places at which one can stand: all, or those behind steps that are not quiet; the first and the last always. */
export function placesOf({ steps }: SteppedSchedule, skipQuiet: boolean): number[] {
  const last = steps.length;
  const places = steps.flatMap((step, index) =>
    !skipQuiet || index + 1 === last || !isQuiet(step) ? [index + 1] : [],
  );
  return [0, ...places];
}

export type Move = 'first' | 'previous' | 'next' | 'last';

/** `from` need not be one of the places: what is nearest in the direction is taken. */
export function moved(places: readonly number[], from: number, move: Move): number {
  const last = places.at(-1) ?? 0;
  switch (move) {
    case 'first':
      return 0;
    case 'last':
      return last;
    case 'previous':
      return places.findLast((place) => place < from) ?? 0;
    case 'next':
      return places.find((place) => place > from) ?? last;
  }
}

/** Places behind steps at which a task was switched away from that could have gone on. */
export const preemptionPlaces = ({ steps }: SteppedSchedule): number[] =>
  steps.flatMap(({ preemption }, index) => (preemption ? [index + 1] : []));
