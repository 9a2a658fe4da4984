// Whether KVM here lets a vCPU sleep whose fault keeps being sent back by an open section, as no upstream kernel does. Seen from
// outside: behind a long section its thread is given a CPU again and again, and in a longer one more often.

import { mean, quantile } from '../../lab/statistics.ts';
import { MIB } from '../../lab/units.ts';
import type { Measurement, Repetition } from '../measure.ts';
import type { MeasurementRequest } from '../measurement-plan.ts';
import { measureStep, wellEnded } from './guest-primitives.ts';
import { type Primitive, primitiveOf } from './primitive.ts';

const SHORT_BYTES = 2 * MIB;
const LONG_BYTES = 12 * MIB;
/** More sleeps behind the long section than behind the short one: no accident. */
const SLEEPS = 3;
/** Times the median. */
const DISTURBED = 1.5;

/** collapse_pte_mapped_thp(): sections of the shortest kind. */
const COLLAPSE: MeasurementRequest = {
  operation: 'madv-collapse',
  backing: 'shmem',
  folios: '2m',
  mapped: '4k',
  rangeBytes: SHORT_BYTES,
  memoryBytes: 2 * SHORT_BYTES,
};
const NEARLY_ALL = 0.9;

interface Stall {
  readonly ns: number;
  readonly sleeps: number;
}

/** `faultNs`: a fault that nothing stands in the way of. Empty: it spins. */
export async function retrySleepPrimitives(faultNs: number): Promise<Primitive[]> {
  const short = undisturbed((await stallsBehind(SHORT_BYTES)).filter(({ sleeps }) => sleeps > 0));
  const long = undisturbed(await stallsBehind(LONG_BYTES));
  if (short.length === 0 || meanOf(long, 'sleeps') < meanOf(short, 'sleeps') + SLEEPS) return [];
  const fewest = meanOf(short, 'sleeps');
  const more = long.filter(({ sleeps }) => sleeps > fewest + 1);
  const each = more.map(({ ns, sleeps }) => (ns - meanOf(short, 'ns')) / (sleeps - fewest));
  const sleepNs = mean(each);
  // Whoever got through without a sleep has spun for so long at least.
  const awake = (await stallsOf(COLLAPSE)).filter(({ sleeps }) => sleeps === 0);
  const longestAwakeNs =
    awake.length === 0
      ? 0
      : quantile(
          awake.map(({ ns }) => ns),
          NEARLY_ALL,
        ) - faultNs;
  const what = `stalls behind MADV_DONTNEED of ${SHORT_BYTES / MIB} and ${LONG_BYTES / MIB} MiB of shmem that the guest touches`;
  return [
    primitiveOf(
      {
        name: 'retry, spinning',
        cost: 'retrySpinNs',
        method: `${what}: what of the short ones is neither sleep nor fault; and no less than what a collapse of entries stalls without a sleep`,
      },
      short.map(({ ns }) => Math.max(longestAwakeNs, ns - fewest * sleepNs - faultNs)),
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

const stallsBehind = (rangeBytes: number): Promise<Stall[]> =>
  stallsOf({ operation: 'madv-dontneed', backing: 'shmem', rangeBytes, memoryBytes: 2 * LONG_BYTES });

async function stallsOf(request: MeasurementRequest): Promise<Stall[]> {
  const measurement = await measureStep({ ...request, places: ['inside'] });
  return wellEnded(measurement).map((repetition) => stallOf(repetition, measurement));
}

function stallOf({ operation }: Repetition, { ticksPerNs }: Measurement): Stall {
  const ticks = operation.gaps.flat().map(({ from, to }) => Number(to - from));
  return { ns: ticks.reduce((most, one) => Math.max(most, one), 0) / ticksPerNs, sleeps: operation.dispatches };
}

/** Without those in which something else took the vCPU's CPU, or the operation's. */
function undisturbed(stalls: readonly Stall[]): Stall[] {
  const usual = quantile(
    stalls.map(({ ns }) => ns),
    0.5,
  );
  return stalls.filter(({ ns }) => ns < DISTURBED * usual && DISTURBED * ns > usual);
}

const meanOf = (stalls: readonly Stall[], field: keyof Stall): number => mean(stalls.map((stall) => stall[field]));
