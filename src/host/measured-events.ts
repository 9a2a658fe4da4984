// Kernel events as a result shows them: on the time axis of the operation, or of the control.

import type { FieldValue } from './kernel-events/event-format.ts';
import type { KernelEventsOutcome } from './measure.ts';
import type { Window } from './window.ts';

export interface MeasuredEvent {
  readonly repetition: number;
  /** As the kernel calls it: "kvm_unmap_hva_range". */
  readonly name: string;
  /** From the start of the operation, or of the control. */
  readonly atNs: number;
  readonly cpu: number;
  /** Whose it is: "operator", "vcpu 0", or "thread 4711" of whoever woke one of them. */
  readonly task: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** Whether the kernel's events are in the result. `missing`: why they are not, although they were asked for. */
export type EventsSummary =
  | { readonly recorded: readonly string[]; readonly dropped: number; readonly missing: null }
  | { readonly recorded: null; readonly dropped: 0; readonly missing: string };

/** `dropped` counts events of all windows for which there was no room. */
export function eventsSummary(outcome: KernelEventsOutcome | null, windows: readonly Window[]): EventsSummary | null {
  if (outcome === null) return null;
  if (outcome.recorded === null) return { ...outcome, dropped: 0 };
  const dropped = windows.reduce((sum, { kernelEvents }) => sum + (kernelEvents?.dropped ?? 0), 0);
  return { recorded: outcome.recorded, dropped, missing: null };
}

export function measuredEvents(windows: readonly Window[], ticksPerNs: number): MeasuredEvent[] {
  return windows.flatMap(({ start, kernelEvents }, repetition) =>
    (kernelEvents?.events ?? []).map(({ name, at, cpu, task, fields }) => {
      const atNs = Math.round(Number(at - start) / ticksPerNs);
      return { repetition, name, atNs, cpu, task, fields };
    }),
  );
}
