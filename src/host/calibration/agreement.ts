// Two calibrations of a host held against each other: what the first says of its spread has to be true of the second.

import { type CostName, costNames } from '../../lab/cost-names.ts';
import type { CostProfileDocument } from '../../lab/profile.ts';
import { isMeasured } from './calibrated-profile.ts';

type Cost = CostProfileDocument['costs'][CostName];

export interface Agreement {
  readonly cost: CostName;
  /** Null: it could not be measured that time. */
  readonly first: Pick<Cost, 'value' | 'low' | 'high'> | null;
  readonly second: Pick<Cost, 'value' | 'low' | 'high'> | null;
  /** The second value lies from the first one's low to its high. */
  readonly isWithin: boolean;
}

/** Of each cost that either of them has measured. */
export function agreementOf(first: CostProfileDocument, second: CostProfileDocument): readonly Agreement[] {
  const measured = (cost: Cost): Agreement['first'] => {
    const { value, low, high } = cost;
    return isMeasured(cost) ? { value, low, high } : null;
  };
  return costNames.flatMap((cost) => {
    const [one, other] = [measured(first.costs[cost]), measured(second.costs[cost])];
    if (one === null && other === null) return [];
    const isWithin = one !== null && other !== null && one.low <= other.value && other.value <= one.high;
    return [{ cost, first: one, second: other, isWithin }];
  });
}
