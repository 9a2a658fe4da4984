import type { CostName } from '../../lab/cost-names.ts';
import { mean, quantile } from '../../lab/statistics.ts';

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
  /** Medians, where it was seen at several times. */
  readonly roundsNs?: readonly number[];
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

/**
 * The same things seen at several times. Between two of them a machine changes more than within one, so the median is that of
 * the medians, and the spread reaches from the lowest 10th percentile to the highest 90th.
 */
export function overRounds(rounds: readonly (readonly Primitive[])[]): Primitive[] {
  const names = [...new Set(rounds.flatMap((round) => round.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const seen = rounds.flatMap((round) => round.filter((one) => one.name === name && one.samples > 0));
    const [first] = seen;
    if (first === undefined) return [];
    const roundsNs = seen.map(({ p50 }) => p50);
    const paces = seen.flatMap(({ paceNs }) => paceNs ?? []);
    return [
      {
        ...first,
        samples: seen.reduce((sum, { samples }) => sum + samples, 0),
        p10: Math.min(...seen.map(({ p10 }) => p10)),
        p50: Number(quantile(roundsNs, 0.5).toPrecision(4)),
        p90: Math.max(...seen.map(({ p90 }) => p90)),
        ...(paces.length === 0 ? {} : { paceNs: mean(paces) }),
        roundsNs,
      },
    ];
  });
}
