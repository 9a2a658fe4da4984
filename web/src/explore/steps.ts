// The steps of a counterexample with the state after each, in as many parts as the service gives them.

import { service } from '../api/service.ts';
import type { SteppedSchedule } from './types.ts';

/** A part with its states is a MiB at most. */
const PART = 250;
/** Beyond that many a person does not step, and a tab has some ten MiB of states. */
export const STEPS_SHOWN_MAX = 2_000;

/** From the first step on; `next` is not null where there are more than are shown. */
export async function loadSteps(id: string, finding: string): Promise<SteppedSchedule> {
  const part = async (from: number): Promise<SteppedSchedule> => {
    const query = { finding, from, limit: PART };
    return (await service.api.GET('/v1/explorations/{id}/steps', { params: { path: { id }, query } })).data!;
  };
  const first = await part(0);
  const steps = [...first.steps];
  let next = first.next;
  while (next !== null && steps.length < STEPS_SHOWN_MAX) {
    const more = await part(next);
    steps.push(...more.steps);
    next = more.next;
  }
  return { ...first, steps, next };
}
