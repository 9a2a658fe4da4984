// A stretch of time in which gaps count, and what each vCPU did in it.

import type { TscClock } from './clock.ts';
import type { Gap, GuestVcpu } from './guest-vcpu.ts';
import type { KernelEventRecorder } from './kernel-events/kernel-events.ts';
import { eventsWithin, type WindowEvents } from './kernel-events/window-events.ts';
import type { KvmStats } from './kvm-stats.ts';
import type { TimedCalls } from './timed-call.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Time stamps of the host's clock, half open. */
export interface Span {
  readonly start: bigint;
  readonly end: bigint;
}

export interface Window extends Span {
  /** By vCPU; those that overlap the window. Host's clock. */
  readonly gaps: readonly (readonly Gap[])[];
  /** Gaps that the guest's ring could not keep. */
  readonly lostGaps: number;
  readonly touches: number;
  /** Of all vCPUs together: time in which a thread could have run and had no CPU. */
  readonly runDelayNs: number;
  /** How often a thread was given a CPU: each time that it had slept or had been put aside. */
  readonly dispatches: number;
  readonly efaults: number;
  /** What KVM counted, all vCPUs and the VM together; null where it does not say. */
  readonly kvm: ReadonlyMap<string, number> | null;
  /** What the kernel reported; null: nobody asked for it, or it cannot be had. */
  readonly kernelEvents: WindowEvents | null;
}

export interface WindowSource {
  readonly timed: TimedCalls;
  readonly machine: VirtualMachine;
  readonly vcpus: readonly GuestVcpu[];
  /** The guest's clock less the host's, by vCPU. */
  readonly leads: readonly bigint[];
  readonly clock: TscClock;
  readonly recorder: KernelEventRecorder | null;
}

/** Opens a window, does what is to be seen in it, and closes it. `act` may say where it starts and ends. */
export async function observe(source: WindowSource, act: () => Promise<Span | null>): Promise<Window> {
  const { timed, vcpus, leads, clock, recorder } = source;
  const firstReading = recorder === null ? null : clock.read();
  recorder?.start();
  const before = snapshot(source);
  const opened = timed.now();
  const span = await act();
  const { start, end } = span ?? { start: opened, end: timed.now() };
  // A vCPU that still stands still has a gap without an end.
  for (const [index, vcpu] of vcpus.entries()) await vcpu.passes(end + (leads[index] ?? 0n));
  // Before the recording stops, which takes long: the guest goes on meanwhile.
  const after = snapshot(source);
  const recorded = recorder?.stop() ?? null;

  const seen = vcpus.map((vcpu, index) => ({
    ...vcpu.gapsSince(before.gapCounts[index] ?? 0n),
    lead: leads[index] ?? 0n,
  }));
  return {
    start,
    end,
    gaps: seen.map(({ gaps, lead }) =>
      gaps
        .map(({ from, to, address }) => ({ from: from - lead, to: to - lead, address }))
        .filter(({ from, to }) => to > start && from < end),
    ),
    lostGaps: seen.reduce((sum, { lost }) => sum + lost, 0),
    touches: Number(after.touches - before.touches),
    runDelayNs: after.runDelayNs - before.runDelayNs,
    dispatches: after.dispatches - before.dispatches,
    efaults: after.efaults - before.efaults,
    kvm: difference(before.kvm, after.kvm),
    kernelEvents:
      recorded === null || firstReading === null
        ? null
        : eventsWithin(recorded, [firstReading, clock.read()], { start, end }),
  };
}

interface Snapshot {
  readonly gapCounts: readonly bigint[];
  readonly touches: bigint;
  readonly runDelayNs: number;
  readonly dispatches: number;
  readonly efaults: number;
  readonly kvm: ReadonlyMap<string, number> | null;
}

function snapshot({ vcpus, machine }: WindowSource): Snapshot {
  return {
    kvm: machine.stats === null ? null : sum([machine.stats.vm, ...machine.stats.vcpus]),
    runDelayNs: vcpus.reduce((total, vcpu) => total + vcpu.runDelayNs, 0),
    dispatches: vcpus.reduce((total, vcpu) => total + vcpu.dispatches, 0),
    efaults: vcpus.reduce((total, vcpu) => total + vcpu.efaults, 0),
    gapCounts: vcpus.map(({ gapCount }) => gapCount),
    touches: vcpus.reduce((total, vcpu) => total + vcpu.touches, 0n),
  };
}

function sum(stats: readonly KvmStats[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const counters of stats) {
    for (const [name, value] of counters.values()) total.set(name, (total.get(name) ?? 0) + value);
  }
  return total;
}

function difference(
  before: ReadonlyMap<string, number> | null,
  after: ReadonlyMap<string, number> | null,
): ReadonlyMap<string, number> | null {
  if (before === null || after === null) return null;
  return new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]));
}
