// How long KVM here lets a retrying fault spin and sleep, from stalls that were seen and how often the vCPU slept in each.

import { mean, quantile } from '../../lab/statistics.ts';
import { type Primitive, primitiveOf } from './primitive.ts';

/** The longest of a repetition. */
export interface SleptStall {
  readonly ns: number;
  readonly sleeps: number;
}

export interface RetryStalls {
  /** Behind a section of the length after which the vCPU has slept as seldom as it ever does. */
  readonly short: readonly SleptStall[];
  /** Behind one that is several times as long. */
  readonly long: readonly SleptStall[];
  /** Behind sections so short that some get through without a sleep. */
  readonly shortest: readonly SleptStall[];
  /** A fault that nothing stands in the way of. */
  readonly faultNs: number;
  /** What `short` and `long` are, for people. */
  readonly what: string;
}

/** More sleeps behind the long section than behind the short one: no accident. */
const SLEEPS = 3;
/** Times the median. */
const DISTURBED = 1.5;
const NEARLY_ALL = 0.9;

/** Empty: it spins, as upstream kernels do. */
export function retrySleepFrom({ short, long, shortest, faultNs, what }: RetryStalls): Primitive[] {
  const first = undisturbed(short.filter(({ sleeps }) => sleeps > 0));
  const later = undisturbed(long);
  if (first.length === 0 || meanOf(later, 'sleeps') < meanOf(first, 'sleeps') + SLEEPS) return [];
  const fewest = meanOf(first, 'sleeps');
  const more = later.filter(({ sleeps }) => sleeps > fewest + 1);
  const each = more.map(({ ns, sleeps }) => (ns - meanOf(first, 'ns')) / (sleeps - fewest));
  const sleepNs = mean(each);
  // Whoever got through without a sleep has spun for so long at least.
  const awakeNs = shortest.filter(({ sleeps }) => sleeps === 0).map(({ ns }) => ns - faultNs);
  const longestAwakeNs = awakeNs.length === 0 ? 0 : quantile(awakeNs, NEARLY_ALL);
  return [
    primitiveOf(
      {
        name: 'retry, spinning',
        cost: 'retrySpinNs',
        method: `${what}: what of the short ones is neither sleep nor fault; and no less than what a collapse of entries stalls without a sleep`,
      },
      first.map(({ ns }) => Math.max(longestAwakeNs, ns - fewest * sleepNs - faultNs)),
    ),
    primitiveOf(
      { name: 'retry, first sleep', cost: 'retrySleepFirstNs', method: `${what}: all sleeps of the short ones` },
      each.map((ns) => fewest * ns),
    ),
    primitiveOf(
      {
        name: 'retry, later sleep',
        cost: 'retrySleepNs',
        method: `${what}: by how much the long ones are longer, for each sleep more`,
      },
      each,
    ),
  ];
}

/** Without those in which something else took the vCPU's CPU, or the operation's. */
function undisturbed(stalls: readonly SleptStall[]): SleptStall[] {
  const usual = quantile(
    stalls.map(({ ns }) => ns),
    0.5,
  );
  return stalls.filter(({ ns }) => ns < DISTURBED * usual && DISTURBED * ns > usual);
}

const meanOf = (stalls: readonly SleptStall[], field: keyof SleptStall): number =>
  mean(stalls.map((stall) => stall[field]));
