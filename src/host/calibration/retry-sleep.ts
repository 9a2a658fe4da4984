// Whether KVM here lets a vCPU sleep whose fault keeps being sent back by an open section, as no upstream kernel does. Seen from
// outside: behind a long section its thread is given a CPU again and again, and in a longer one more often.

import { quantile } from '../../lab/statistics.ts';
import { MIB } from '../../lab/units.ts';
import type { Measurement, Repetition } from '../measure.ts';
import { measureStep, wellEnded } from './guest-primitives.ts';
import { type Primitive, primitiveOf } from './primitive.ts';

const SHORT_BYTES = 2 * MIB;
const LONG_BYTES = 12 * MIB;
/** Sleeps behind the long section, from which on they are no accident. */
const SLEEPS = 3;

interface Stall {
  readonly ns: number;
  readonly sleeps: number;
}

/** `faultNs`: a fault that nothing stands in the way of. Empty: it spins. */
export async function retrySleepPrimitives(faultNs: number): Promise<Primitive[]> {
  const long = await stallsBehind(LONG_BYTES);
  const short = (await stallsBehind(SHORT_BYTES)).filter(({ sleeps }) => sleeps > 0);
  if (short.length === 0 || median(long, 'sleeps') < SLEEPS) return [];
  const fewest = median(short, 'sleeps');
  const more = long.filter(({ sleeps }) => sleeps > fewest);
  const each = more.map(({ ns, sleeps }) => (ns - median(short, 'ns')) / (sleeps - fewest));
  const sleepNs = quantile(each, 0.5);
  const what = `stalls behind MADV_DONTNEED of ${SHORT_BYTES / MIB} and ${LONG_BYTES / MIB} MiB of shmem that the guest touches`;
  return [
    primitiveOf(
      {
        name: 'retry, spinning',
        cost: 'retrySpinNs',
        method: `${what}: what of the short ones is neither sleep nor fault`,
      },
      short.map(({ ns }) => Math.max(0, ns - fewest * sleepNs - faultNs)),
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

async function stallsBehind(rangeBytes: number): Promise<Stall[]> {
  const measurement = await measureStep({
    operation: 'madv-dontneed',
    backing: 'shmem',
    rangeBytes,
    memoryBytes: 2 * LONG_BYTES,
    places: ['inside'],
  });
  return wellEnded(measurement).map((repetition) => stallOf(repetition, measurement));
}

function stallOf({ operation }: Repetition, { ticksPerNs }: Measurement): Stall {
  const ticks = operation.gaps.flat().map(({ from, to }) => Number(to - from));
  return { ns: ticks.reduce((most, one) => Math.max(most, one), 0) / ticksPerNs, sleeps: operation.dispatches };
}

const median = (stalls: readonly Stall[], field: keyof Stall): number =>
  quantile(
    stalls.map((stall) => stall[field]),
    0.5,
  );
