import type { CostName } from './cost-names.ts';

/** The nanoseconds of a run, all integers. Sources and ranges stay in the file: see `CostProfileDocument`. */
export interface CostProfile {
  readonly name: string;
  readonly description: string;
  /** `as-reported`: constants fitted to a published result, with whatever contention it had folded in. */
  readonly regime: 'uncontended' | 'as-reported';
  readonly costs: Readonly<Record<CostName, number>>;
}
