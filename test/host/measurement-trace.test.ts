import { describe, expect, it } from 'vitest';
import { MEMORY_AT } from '../../src/host/guest-memory.ts';
import { planMeasurement } from '../../src/host/measurement-plan.ts';
import { measurementTrace } from '../../src/host/measurement-trace.ts';
import type { Window } from '../../src/host/window.ts';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Record<string, unknown>;
}

/** Two ticks a nanosecond, from a start that does not fit into a number. */
const at = (ns: number): bigint => 2n ** 60n + 2n * BigInt(ns);

function window(start: number, end: number, more: Partial<Window> = {}): Window {
  const quiet = { lostGaps: 0, touches: 0, runDelayNs: 0, dispatches: 0, efaults: 0, kvm: null, kernelEvents: null };
  return { start: at(start), end: at(end), gaps: [[], []], ...quiet, ...more };
}

const flush = { name: 'tlb_flush', at: at(6_500), cpu: 1, task: 'vcpu 1', fields: { pages: -1 } };
const unmap = { name: 'kvm_unmap_hva_range', at: at(5_100), cpu: 0, task: 'operator', fields: { start: '0x1000' } };
const wake = { name: 'sched_waking', at: at(7_000), cpu: 0, task: 'thread 7', fields: {} };

const trace = (): TraceEvent[] => {
  const operation = window(5_000, 9_000, {
    gaps: [[], [{ from: at(5_200), to: at(6_700), address: MEMORY_AT + 8192 }]],
    kernelEvents: { events: [unmap, flush, wake], dropped: 0 },
  });
  const repetition = {
    control: window(1_000, 3_000, { gaps: [[{ from: at(900), to: at(1_200), address: MEMORY_AT }], []] }),
    operation,
    time: { start: at(5_000), end: at(6_000), errno: null },
    operatorDelayNs: 0,
  };
  const text = measurementTrace({
    plan: planMeasurement({ operation: 'madv-collapse', vcpus: 2 }),
    samples: [{ place: 'inside', repetitions: [repetition], dropped: 0 }],
    ticksPerNs: 2,
    guestLeadTicks: 0n,
    cpus: null,
    around: null,
    wallMs: 1,
    kernelEvents: { recorded: ['tlb_flush'], missing: null },
  });
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
};

describe('measurementTrace', () => {
  it('tracks: the operating thread, each vCPU, and whoever else did something', () => {
    const names = trace().filter(({ name }) => name === 'thread_name');
    expect(names.map(({ tid, args }) => [tid, args.name])).toEqual([
      [1, 'operator'],
      [2, 'vcpu 0'],
      [3, 'vcpu 1'],
      [4, 'thread 7'],
    ]);
  });

  it('spans: control, operation and tail, and each stall on the track of its vCPU, in us from the first of all', () => {
    const spans = trace().filter(({ ph }) => ph === 'X');
    expect(spans.map(({ tid, name, ts, dur }) => [tid, name, ts, dur])).toEqual([
      [1, 'control', 0.1, 2],
      [1, 'madv-collapse', 4.1, 1],
      [1, 'tail', 5.1, 3],
      [2, 'stall', 0, 0.3],
      [3, 'stall', 4.3, 1.5],
    ]);
    expect(spans[1]?.args).toEqual({ place: 'inside', repetition: 0, errno: null });
    expect(spans[4]?.args).toEqual({ offset: 8192 });
  });

  it('kernel events: instants on the track of their thread, with their fields', () => {
    const instants = trace().filter(({ ph }) => ph === 'i');
    expect(instants.map(({ tid, name, ts, args }) => [tid, name, ts, args])).toEqual([
      [1, 'kvm_unmap_hva_range', 4.2, { cpu: 0, start: '0x1000' }],
      [3, 'tlb_flush', 5.6, { cpu: 1, pages: -1 }],
      [4, 'sched_waking', 6.1, { cpu: 0 }],
    ]);
  });
});
