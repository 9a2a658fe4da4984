// What the kernel does beside a guest that runs, and what the guest pays for it.

import { controlAt } from '../guest-memory.ts';
import { CONTROL } from '../guest-program.ts';
import type { Gap } from '../guest-vcpu.ts';
import { KVM } from '../kvm-abi.ts';
import { storeWord } from '../mapping.ts';
import { type Measurement, measure, type Repetition } from '../measure.ts';
import { type MeasurementRequest, planMeasurement } from '../measurement-plan.ts';
import { touchNs } from '../pace.ts';
import { VirtualMachine } from '../virtual-machine.ts';
import { type Primitive, primitiveOf } from './primitive.ts';
import type { CalibrationBench } from './processor-primitives.ts';
import { type Step, steps } from './steps.ts';

const REPETITIONS = 20;
/** Of a step, each time that it is looked at. */
const REPETITIONS_OF_STEP = 6;
const TIME_NS = 800_000_000;
const TAIL_NS = 2_000_000;
/** Above what caches and TLBs make a touch wait, below everything that KVM does. */
const THRESHOLD_NS = 1000;
const ROUND_TRIPS = 200;

/** Each takes the turn of a measurement, so nobody may hold it. */
export async function guestPrimitives(): Promise<Primitive[]> {
  const primitives: Primitive[] = [];
  for (const step of steps) {
    const measurement = await measureStep(step.request, REPETITIONS_OF_STEP);
    const controls = wellEnded(measurement).map(({ control }) => control);
    const paceNs = touchNs(controls, measurement.ticksPerNs);
    primitives.push({ ...primitiveOf(step, samplesOf(step, measurement)), paceNs });
  }
  return primitives;
}

export function measureStep(request: MeasurementRequest, repetitions = REPETITIONS): Promise<Measurement> {
  const common = { repetitions, timeNs: TIME_NS, tailNs: TAIL_NS, thresholdNs: THRESHOLD_NS };
  return measure(planMeasurement({ ...common, ...request }));
}

export const wellEnded = ({ samples }: Measurement): Repetition[] =>
  samples.flatMap(({ repetitions }) => repetitions.filter(({ time }) => time.errno === null));

/** ns. */
function samplesOf({ seen, parts }: Step, measurement: Measurement): number[] {
  const { ticksPerNs } = measurement;
  return wellEnded(measurement).flatMap((repetition) => {
    const { time } = repetition;
    if (seen === 'operation') return [Number(time.end - time.start) / ticksPerNs / parts];
    const gaps = repetition.operation.gaps.flat();
    if (seen === 'behind' || seen === 'faults')
      return gaps.filter(({ from }) => from > time.end).map((gap) => ticksOf(gap) / ticksPerNs);
    const beside = gaps.filter(({ from, to }) => from < time.end && to > time.start);
    return [beside.reduce((sum, gap) => sum + ticksOf(gap), 0) / ticksPerNs / parts];
  });
}

const ticksOf = ({ from, to }: Gap): number => Number(to - from);

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
