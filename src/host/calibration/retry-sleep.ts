// Whether KVM here lets a vCPU sleep whose fault keeps being sent back by an open section, as no upstream kernel does. Seen from
// outside: behind a long section its thread is given a CPU again and again, and in a longer one more often.

import { MIB } from '../../lab/units.ts';
import type { Measurement, Repetition } from '../measure.ts';
import type { MeasurementRequest } from '../measurement-plan.ts';
import { measureStep, wellEnded } from './guest-primitives.ts';
import type { Primitive } from './primitive.ts';
import { retrySleepFrom, type SleptStall } from './retry-sleep-estimate.ts';

const SHORT_BYTES = 2 * MIB;
const LONG_BYTES = 12 * MIB;

/** collapse_pte_mapped_thp(): sections of the shortest kind. */
const COLLAPSE: MeasurementRequest = {
  operation: 'madv-collapse',
  backing: 'shmem',
  folios: '2m',
  mapped: '4k',
  rangeBytes: SHORT_BYTES,
  memoryBytes: 2 * SHORT_BYTES,
};

/** `faultNs`: a fault that nothing stands in the way of. Empty: it spins. */
export async function retrySleepPrimitives(faultNs: number): Promise<Primitive[]> {
  return retrySleepFrom({
    short: await stallsBehind(SHORT_BYTES),
    long: await stallsBehind(LONG_BYTES),
    shortest: await stallsOf(COLLAPSE),
    faultNs,
    what: `stalls behind MADV_DONTNEED of ${SHORT_BYTES / MIB} and ${LONG_BYTES / MIB} MiB of shmem that the guest touches`,
  });
}

const stallsBehind = (rangeBytes: number): Promise<SleptStall[]> =>
  stallsOf({ operation: 'madv-dontneed', backing: 'shmem', rangeBytes, memoryBytes: 2 * LONG_BYTES });

async function stallsOf(request: MeasurementRequest): Promise<SleptStall[]> {
  const measurement = await measureStep({ ...request, places: ['inside'] });
  return wellEnded(measurement).map((repetition) => stallOf(repetition, measurement));
}

function stallOf({ operation }: Repetition, { ticksPerNs }: Measurement): SleptStall {
  const ticks = operation.gaps.flat().map(({ from, to }) => Number(to - from));
  return { ns: ticks.reduce((most, one) => Math.max(most, one), 0) / ticksPerNs, sleeps: operation.dispatches };
}
