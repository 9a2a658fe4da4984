// A measurement as a trace: what the operating thread did, where each vCPU stood still, and what the kernel reported, at the
// times at which it happened. Repetitions that were dropped are gaps in it.

import { chromeTrace, type TraceInstant, type TraceSpan, type TraceTrack } from '../lab/chrome-trace.ts';
import { MEMORY_AT } from './guest-memory.ts';
import type { TimedEvent } from './kernel-events/window-events.ts';
import type { Measurement, Repetition } from './measure.ts';
import type { Place } from './vocabulary.ts';

interface Placed extends Repetition {
  readonly place: Place;
  readonly number: number;
}

export function measurementTrace({ plan, samples, ticksPerNs }: Measurement): string {
  const repetitions = samples.flatMap(({ place, repetitions }) =>
    repetitions.map((repetition, number): Placed => ({ ...repetition, place, number })),
  );
  const windows = repetitions.flatMap(({ control, operation }) => [control, operation]);
  const events = windows.flatMap(({ kernelEvents }) => kernelEvents?.events ?? []);
  const origin = earliest(windows.flatMap(({ start, gaps }) => [start, ...gaps.flat().map(({ from }) => from)]));
  const nsOf = (ticks: bigint): number => Math.round(Number(ticks - origin) / ticksPerNs);
  const instants = (task: string): TraceInstant[] =>
    events.filter((event) => event.task === task).map((event) => instantOf(event, nsOf(event.at)));

  const tasks = new Set(events.map(({ task }) => task));
  const vcpuTracks = Array.from({ length: plan.vcpus }, (_, vcpu): TraceTrack => {
    const task = `vcpu ${vcpu}`;
    tasks.delete(task);
    const stalls = windows.flatMap(({ gaps }) => gaps[vcpu] ?? []);
    const spans = stalls.map(({ from, to, address }): TraceSpan => {
      return { name: 'stall', startNs: nsOf(from), endNs: nsOf(to), details: { offset: address - MEMORY_AT } };
    });
    return { name: task, spans, instants: instants(task) };
  });
  tasks.delete('operator');
  return chromeTrace(`${plan.operation} on this host`, [
    {
      name: 'operator',
      spans: repetitions.flatMap((one) => spansOf(one, plan.operation, nsOf)),
      instants: instants('operator'),
    },
    ...vcpuTracks,
    ...[...tasks].map((task): TraceTrack => ({ name: task, spans: [], instants: instants(task) })),
  ]);
}

function spansOf(
  { control, operation, time, place, number }: Placed,
  name: string,
  nsOf: (ticks: bigint) => number,
): TraceSpan[] {
  const details = { place, repetition: number };
  return [
    { name: 'control', startNs: nsOf(control.start), endNs: nsOf(control.end), details },
    { name, startNs: nsOf(time.start), endNs: nsOf(time.end), details: { ...details, errno: time.errno } },
    { name: 'tail', startNs: nsOf(time.end), endNs: nsOf(operation.end), details },
  ];
}

const instantOf = ({ name, cpu, fields }: TimedEvent, atNs: number): TraceInstant => ({
  name,
  atNs,
  details: { cpu, ...fields },
});

const earliest = (times: readonly bigint[]): bigint => times.reduce((first, one) => (one < first ? one : first));
