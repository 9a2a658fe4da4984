// What passes between the service and the thread that goes through schedules. Types only: a worker loads this file.

import type { ExplorationQuestion } from '../explore/exploration-types.ts';
import type { StepsWanted } from '../explore/stepped.ts';

export interface StepsTask {
  readonly question: ExplorationQuestion;
  readonly schedule: readonly number[];
  readonly wanted: StepsWanted;
}

export type StepsAnswer =
  /** JSON. */
  { readonly kind: 'stepped'; readonly text: string } | { readonly kind: 'error'; readonly message: string };
