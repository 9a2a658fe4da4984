// What a guest pays for, as it sees it: gaps between two touches, and the round trip of an exit. Each is made of several costs
// of a profile.

import { controlAt } from '../guest-memory.ts';
import { CONTROL } from '../guest-program.ts';
import type { Gap } from '../guest-vcpu.ts';
import { KVM } from '../kvm-abi.ts';
import { storeWord } from '../mapping.ts';
import { measure, type Repetition } from '../measure.ts';
import { type MeasurementRequest, planMeasurement } from '../measurement-plan.ts';
import { VirtualMachine } from '../virtual-machine.ts';
import { type Described, type Primitive, primitiveOf } from './primitive.ts';
import type { CalibrationBench } from './processor-primitives.ts';

const REPETITIONS = 6;
const BYTES = 4 * 1024 * 1024;
const TIME_NS = 800_000_000;
/** Above a touch, below everything that KVM does. */
const THRESHOLD_NS = 300;
const ROUND_TRIPS = 200;

interface Case extends Described {
  readonly request: MeasurementRequest;
  /** Behind the operation: what the guest pays to get its memory back. Beside it: what it notices of it. */
  readonly when: 'behind' | 'beside';
}

const cases: readonly Case[] = [
  {
    name: 'guest fault, page mapped',
    method:
      'gaps of a guest behind mprotect to read only and back of its anonymous memory: the host maps the page, KVM does not',
    request: { operation: 'mprotect' },
    when: 'behind',
  },
  {
    name: 'guest fault, page in the cache',
    method: 'gaps of a guest behind MADV_DONTNEED of its shmem: the page is in the page cache, nobody maps it',
    request: { operation: 'madv-dontneed', backing: 'shmem' },
    when: 'behind',
  },
  {
    name: 'guest fault, new page',
    method: 'gaps of a guest behind MADV_DONTNEED of its anonymous memory: the host zeroes a page first',
    request: { operation: 'madv-dontneed' },
    when: 'behind',
  },
  {
    name: 'guest interrupted by a shootdown',
    method: 'longest gap of a guest while mprotect works on memory of the process that the VM does not have',
    request: { operation: 'mprotect', places: ['no-slot'], repetitions: 20 },
    when: 'beside',
  },
];

/** Each takes the turn of a measurement, so nobody may hold it. */
export async function guestPrimitives(): Promise<Primitive[]> {
  const primitives: Primitive[] = [];
  for (const one of cases) {
    const common = { memoryBytes: BYTES, repetitions: REPETITIONS, timeNs: TIME_NS, thresholdNs: THRESHOLD_NS };
    const { samples, ticksPerNs } = await measure(planMeasurement({ ...common, ...one.request }));
    const gaps = samples.flatMap(({ repetitions }) =>
      repetitions.flatMap((repetition) => gapsOf(repetition, one.when)),
    );
    primitives.push(
      primitiveOf(
        one,
        gaps.map((ticks) => Number(ticks) / ticksPerNs),
      ),
    );
  }
  return primitives;
}

/** Ticks. Behind an operation all gaps, which are nearly all faults; beside it the longest of each repetition. */
function gapsOf({ operation, time }: Repetition, when: Case['when']): bigint[] {
  const gaps = operation.gaps.flat();
  const ticks = ({ from, to }: Gap): bigint => to - from;
  if (when === 'behind') return gaps.filter(({ from }) => from > time.end).map(ticks);
  const beside = gaps.filter(({ from, to }) => from < time.end && to > time.start).map(ticks);
  return beside.length === 0 ? [] : [beside.reduce((most, one) => (one > most ? one : most))];
}

/** KVM_RUN of a guest that does nothing but leave: entry, exit, and the way to userspace and back. */
export function exitPrimitive({ system, timed, ticksPerNs }: CalibrationBench): Primitive {
  const machine = new VirtualMachine(system, 1);
  try {
    const [vcpu] = machine.vcpus;
    storeWord(machine.memory.words, controlAt(0) + CONTROL.stop, 1n);
    const taken = Array.from({ length: ROUND_TRIPS + 1 }, () => timed.run('ioctl', [vcpu?.fd ?? -1, KVM.run, 0]));
    return primitiveOf(
      { name: 'exit to userspace', method: 'KVM_RUN of a guest whose next instruction is OUT' },
      taken.slice(1).map(({ start, end }) => Number(end - start) / ticksPerNs()),
    );
  } finally {
    machine.close();
  }
}
