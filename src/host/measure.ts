// A measurement: a VM whose guest touches memory, an operation of the host on some of it, again and again, and beside each
// time a control, in which all is the same but the operation.

import { setImmediate } from 'node:timers/promises';
import { guestLead, TscClock } from './clock.ts';
import { allowedCpus, pinTo } from './cpus.ts';
import { MEMORY_AT, OTHER_AT } from './guest-memory.ts';
import { GuestVcpu, runDelayNs, type TouchedRange } from './guest-vcpu.ts';
import { HostError } from './host-error.ts';
import { hostFacts } from './host-facts.ts';
import { KernelEventRecorder } from './kernel-events/kernel-events.ts';
import { EventRoom } from './kernel-events/window-events.ts';
import { LruDrain } from './lru-drain.ts';
import type { MeasurementPlan } from './measurement-plan.ts';
import { assertEnoughMemory, warmBytes } from './memory-need.ts';
import type { HostOperation, OperationContext, OperationTime } from './operations/host-operation.ts';
import { operationsById } from './operations/index.ts';
import { type AroundBytes, memoryAround } from './process-memory.ts';
import { sleepMs } from './sleep.ts';
import { System } from './system.ts';
import { TestMemory } from './test-memory.ts';
import { TimedCalls } from './timed-call.ts';
import { takeTurn } from './turn.ts';
import { VirtualMachine } from './virtual-machine.ts';
import type { Place } from './vocabulary.ts';
import { warmMemory } from './warm-memory.ts';
import { observe, type Window, type WindowSource } from './window.ts';

/** The control and the operation of one repetition, in the order in which they were seen. */
export interface Repetition {
  readonly control: Window;
  readonly operation: Window;
  readonly time: OperationTime;
  /** How long the operating thread had to wait for a CPU while it was at it. */
  readonly operatorDelayNs: number;
}

export interface PlaceSample {
  readonly place: Place;
  readonly repetitions: readonly Repetition[];
  /** Repetitions left out, because a thread had to wait for a CPU. */
  readonly dropped: number;
}

export interface Measurement {
  readonly plan: MeasurementPlan;
  readonly samples: readonly PlaceSample[];
  readonly ticksPerNs: number;
  /** The guest's clock less the host's. */
  readonly guestLeadTicks: bigint;
  /** CPU of the operating thread and of each vCPU; null: there is only one, so nobody was kept on any. */
  readonly cpus: { readonly operator: number; readonly vcpus: readonly number[] } | null;
  /** Of the measuring process, for an operation that works on all of it; null: it does not matter. */
  readonly around: AroundBytes | null;
  readonly wallMs: number;
  /** Null: nobody asked for the kernel's events. */
  readonly kernelEvents: KernelEventsOutcome | null;
}

/** `recorded`: names of the events that this kernel has; null: none could be recorded, and `missing` says why. */
export type KernelEventsOutcome =
  | { readonly recorded: readonly string[]; readonly missing: null }
  | { readonly recorded: null; readonly missing: string };

export interface MeasureOptions {
  /** Between two repetitions it is asked whether to go on. */
  readonly signal?: AbortSignal;
  readonly onRepetition?: (done: number, total: number) => void;
}

const MEMORY_SLOT = 1;
const OTHER_SLOT = 2;
/** Makes the guest's store land in a cache line of its own for each vCPU. */
const LINE_BYTES = 64;
/** Rounds through its range after which the guest has met all faults that are none of the operation's. */
const WARM_ROUNDS = 3;
/** A wake-up costs a few microseconds of waiting for a CPU, and belongs to a stall; being put aside costs far more. */
const MOST_RUN_DELAY_NS = 100_000;
const MOST_DELAY_OF_WAKE_UP_NS = 20_000;
/** Long enough for a first idea of the clock's speed, better than 1 in 10,000. */
const CLOCK_WARM_UP_MS = 20;

export async function measure(plan: MeasurementPlan, options: MeasureOptions = {}): Promise<Measurement> {
  const startedAt = performance.now();
  assertEnoughMemory(plan, hostFacts().hugetlb2m, process.availableMemory());
  const system = await System.load();
  const cleanup = new AsyncDisposableStack();
  try {
    cleanup.defer(await takeTurn(system));
    const timed = new TimedCalls(system);
    cleanup.defer(() => timed.close());
    const clock = new TscClock(system, timed);
    const cpus = assignCpus(system, plan.vcpus, cleanup);
    warmMemory(system, warmBytes(plan));
    const machine = new VirtualMachine(system, plan.vcpus);
    cleanup.defer(() => machine.close());
    const memory = new TestMemory(system, plan.kind, plan.memoryBytes);
    cleanup.defer(() => memory.close());
    const other = new TestMemory(system, plan.kind, plan.rangeBytes);
    cleanup.defer(() => other.close());
    machine.setSlot(MEMORY_SLOT, MEMORY_AT, memory.address, memory.bytes);
    const vcpus: GuestVcpu[] = [];
    cleanup.defer(async () => void (await Promise.all(vcpus.map((vcpu) => vcpu.stop()))));
    for (const vcpu of machine.vcpus) {
      vcpus.push(await GuestVcpu.start(system, machine, { vcpu, cpu: cpus?.vcpus[vcpu.index] ?? null }));
    }
    await sleepMs(CLOCK_WARM_UP_MS);
    const leads: bigint[] = [];
    for (const vcpu of vcpus) leads.push(await guestLead(timed, vcpu));

    const drain = new LruDrain(system);
    cleanup.defer(() => drain.close());

    const { recorder, outcome: kernelEvents } = record(system, plan, vcpus);
    cleanup.defer(() => recorder?.close());

    const room = new EventRoom();
    const bench: Bench = { drain, plan, system, timed, machine, memory, other, vcpus, leads, clock, recorder, room };
    const samples: PlaceSample[] = [];
    for (const [index, place] of plan.places.entries()) {
      samples.push(
        await samplePlace(bench, place, {
          ...options,
          onRepetition: (done) =>
            options.onRepetition?.(index * plan.repetitions + done, plan.places.length * plan.repetitions),
        }),
      );
    }
    const around = plan.operation === 'fork' ? memoryAround(memory.address, memory.address + memory.bytes) : null;
    const wallMs = performance.now() - startedAt;
    const ticksPerNs = clock.ticksPerNs();
    const guestLeadTicks = leads[0] ?? 0n;
    return { plan, samples, ticksPerNs, guestLeadTicks, cpus, around, wallMs, kernelEvents };
  } finally {
    await cleanup.disposeAsync();
  }
}

interface Bench extends WindowSource {
  readonly plan: MeasurementPlan;
  readonly system: System;
  readonly memory: TestMemory;
  readonly other: TestMemory;
  readonly drain: LruDrain;
  readonly room: EventRoom;
}

/** A host that does not show its events can be measured all the same. */
function record(system: System, { kernelEvents }: MeasurementPlan, vcpus: readonly GuestVcpu[]) {
  if (!kernelEvents) return { recorder: null, outcome: null };
  try {
    const recorder = new KernelEventRecorder(system, [
      { thread: process.pid, task: 'operator' },
      ...vcpus.map(({ thread, handle }) => ({ thread, task: `vcpu ${handle.index}` })),
    ]);
    return { recorder, outcome: { recorded: recorder.names, missing: null } };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { recorder: null, outcome: { recorded: null, missing: error.message } };
  }
}

/** The operating thread on the first CPU, each vCPU on one of its own. */
function assignCpus(system: System, vcpus: number, cleanup: AsyncDisposableStack): Measurement['cpus'] {
  const allowed = allowedCpus(system);
  const [operator, ...others] = allowed;
  if (vcpus > Math.max(1, others.length)) {
    throw new HostError(
      `${vcpus} vCPUs need ${vcpus + 1} CPUs, one of them for the operation; this process may use ${allowed.length}`,
    );
  }
  if (operator === undefined || others.length === 0) return null;
  pinTo(system, operator);
  cleanup.defer(() => pinTo(system, ...allowed));
  return { operator, vcpus: others.slice(0, vcpus) };
}

async function samplePlace(bench: Bench, place: Place, options: MeasureOptions): Promise<PlaceSample> {
  const { plan, machine, memory, other, vcpus } = bench;
  const isElsewhere = place === 'other-vma' || place === 'no-slot';
  const target = isElsewhere ? other : memory;
  const whole = { offset: 0, bytes: plan.memoryBytes };
  // What the operation never touches is made ready once.
  memory.makeReady(whole);
  if (place === 'other-vma') machine.setSlot(OTHER_SLOT, OTHER_AT, other.address, other.bytes);
  try {
    const range = { offset: 0, bytes: plan.rangeBytes };
    const context: OperationContext = { system: bench.system, timed: bench.timed, memory: target, range, vcpus };
    const run = repetitionOf(bench, context, touchedAt(place, plan), place === 'other-vma');
    const wakeUps = operationsById[plan.operation].wakeUps?.(context) ?? 0;
    const mostDelayNs = MOST_RUN_DELAY_NS + wakeUps * MOST_DELAY_OF_WAKE_UP_NS;
    return await repeat(plan, { place, run, mostDelayNs, room: bench.room }, options);
  } finally {
    for (const vcpu of vcpus) await vcpu.park().catch(() => {});
    if (place === 'other-vma') machine.setSlot(OTHER_SLOT, OTHER_AT, other.address, 0);
  }
}

function touchedAt(place: Place, { rangeBytes, memoryBytes, strideBytes }: MeasurementPlan): TouchedRange {
  const first = place === 'outside' ? rangeBytes : 0;
  const bytes = place === 'whole' ? memoryBytes : rangeBytes;
  return { start: MEMORY_AT + first, end: MEMORY_AT + first + bytes, stride: strideBytes };
}

interface Repeated {
  readonly place: Place;
  readonly run: (lastNs: number) => Promise<Repetition & { readonly lastNs: number }>;
  readonly mostDelayNs: number;
  readonly room: EventRoom;
}

async function repeat(
  plan: MeasurementPlan,
  { place, run, mostDelayNs, room }: Repeated,
  { signal, onRepetition }: MeasureOptions,
): Promise<PlaceSample> {
  // The first one tells how long the control has to be, and meets what only happens once.
  let { lastNs } = await run(0);
  const deadline = performance.now() + plan.timeNs / plan.places.length / 1e6;
  const repetitions: Repetition[] = [];
  let dropped = 0;
  while (repetitions.length < plan.repetitions && performance.now() < deadline) {
    signal?.throwIfAborted();
    const repetition = await run(lastNs);
    lastNs = repetition.lastNs;
    if (isDisturbed(repetition, mostDelayNs)) {
      dropped += 1;
    } else {
      const { control, operation } = repetition;
      repetitions.push({ ...repetition, control: room.keep(control), operation: room.keep(operation) });
      onRepetition?.(repetitions.length, plan.repetitions);
    }
    await setImmediate();
  }
  if (repetitions.length === 0) {
    throw new HostError(
      `all ${dropped} repetitions were dropped: this machine is too busy to keep the threads on a CPU (place ${place})`,
    );
  }
  return { place, repetitions, dropped };
}

function isDisturbed({ control, operation, operatorDelayNs }: Repetition, mostDelayNs: number): boolean {
  return control.runDelayNs > MOST_RUN_DELAY_NS || Math.max(operation.runDelayNs, operatorDelayNs) > mostDelayNs;
}

/** One control and one operation, the memory being made ready before and the guest out of the way. */
function repetitionOf(bench: Bench, context: OperationContext, touched: TouchedRange, touchesTarget: boolean) {
  const { plan, vcpus, clock } = bench;
  const operation = operationsById[plan.operation];
  const tailMs = plan.tailNs / 1e6;
  return async (lastNs: number): Promise<Repetition & { readonly lastNs: number }> => {
    const ticksPerNs = clock.ticksPerNs();
    const threshold = BigInt(Math.round(plan.thresholdNs * ticksPerNs));
    try {
      prepare(operation, context);
      if (touchesTarget)
        await touchAll(vcpus, { ...touched, start: OTHER_AT, end: OTHER_AT + plan.rangeBytes }, threshold);
      await touchAll(vcpus, touched, threshold);
      bench.drain.run();
      const control = await observe(bench, async () => {
        await sleepMs(lastNs / 1e6 + tailMs);
        return null;
      });
      let time: OperationTime | null = null;
      let operatorDelayNs = 0;
      const window = await observe(bench, async () => {
        const delayBeforeNs = runDelayNs(process.pid);
        time = operation.run(context);
        operatorDelayNs = runDelayNs(process.pid) - delayBeforeNs;
        await sleepMs(tailMs);
        return { start: time.start, end: bench.timed.now() };
      });
      if (time === null) throw new HostError('the operation did not run');
      const { start, end } = time as OperationTime;
      return { control, operation: window, time, operatorDelayNs, lastNs: Number(end - start) / ticksPerNs };
    } finally {
      for (const vcpu of vcpus) await vcpu.park();
      operation.restore?.(context);
    }
  };
}

function prepare(operation: HostOperation, context: OperationContext): void {
  if (operation.prepare === undefined) context.memory.makeReady(context.range);
  else operation.prepare(context);
}

/** Each vCPU walks the range in cache lines of its own, until it has met all first faults. */
async function touchAll(vcpus: readonly GuestVcpu[], { start, end, stride }: TouchedRange, threshold: bigint) {
  const rounds = WARM_ROUNDS * Math.ceil((end - start) / stride);
  for (const vcpu of vcpus) {
    await vcpu.touch({ start: start + LINE_BYTES * vcpu.handle.index, end, stride }, threshold);
  }
  for (const vcpu of vcpus) await vcpu.makes(rounds);
}
