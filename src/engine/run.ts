// What a run may use up, and how it ends: always with an outcome, never with a hang.

import type { SimTimeNs } from './sim-time.ts';

/** Times and budgets count from the start of the simulation, so a run in slices has one budget. */
export interface RunLimits {
  /** The run pauses here, after the events of this time. */
  readonly untilNs?: SimTimeNs;
  /** Budget of events, dispatched or elapsed inline. */
  readonly events?: number;
  /** Budget of simulated time. */
  readonly simulatedNs?: SimTimeNs;
  /** Where nothing is due any more and nobody but daemons waits, time passes all the same, up to untilNs. */
  readonly throughIdle?: boolean;
  /** Asked after each event. It must not change anything. */
  readonly until?: () => boolean;
}

interface WaitingTask {
  readonly task: string;
  /** Class of the lock or queue it waits for; null if it is parked by itself. */
  readonly waitingFor: string | null;
  readonly heldBy: readonly string[];
  readonly held: readonly string[];
}

export type RunOutcome =
  | { readonly kind: 'idle' }
  | { readonly kind: 'until' }
  | { readonly kind: 'event-budget'; readonly events: number }
  | { readonly kind: 'time-budget'; readonly simulatedNs: SimTimeNs }
  | { readonly kind: 'deadlock'; readonly waiting: readonly WaitingTask[] }
  | { readonly kind: 'failed'; readonly error: Error };
