import type { CostName } from '../../lab/cost-names.ts';
import { quantile } from '../../lab/statistics.ts';

/** One thing that this host was seen to do, again and again. */
export interface Primitive {
  readonly name: string;
  /** What was done and how its time was taken. */
  readonly method: string;
  /** The cost of a profile that it is; null: it is made of several. */
  readonly cost: CostName | null;
  readonly samples: number;
  /** ns, over the samples. */
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  /** From one touch to the next of the guest beside it. Absent: there was none. */
  readonly paceNs?: number;
}

export interface Described {
  readonly name: string;
  readonly method: string;
  readonly cost?: CostName;
}

export function primitiveOf({ name, method, cost }: Described, samplesNs: readonly number[]): Primitive {
  const at = (fraction: number): number => Number(quantile(samplesNs, fraction).toPrecision(4));
  return { name, method, cost: cost ?? null, samples: samplesNs.length, p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}
