// Kernel events on the time axis of the gaps: the time-stamp counter. The kernel stamps them with CLOCK_MONOTONIC_RAW, which is
// made of that counter; two readings of both, one before and one behind the window, give the line between them.

import type { Reading } from '../clock.ts';
import type { KernelEvent, RecordedEvents } from './kernel-events.ts';

export interface TimedEvent extends Omit<KernelEvent, 'ns'> {
  /** Time stamp of the host's clock. */
  readonly at: bigint;
}

/** The events of a window. */
export interface WindowEvents {
  readonly events: readonly TimedEvent[];
  /** Events for which there was no room. */
  readonly dropped: number;
}

/** Those from `start` up to `end`. */
export function eventsWithin(
  { events, lost }: RecordedEvents,
  [before, behind]: readonly [Reading, Reading],
  { start, end }: { readonly start: bigint; readonly end: bigint },
): WindowEvents {
  const ticksPerNs = Number(behind.ticks - before.ticks) / Number(behind.ns - before.ns);
  const timed = events.map(({ ns, ...event }) => ({
    ...event,
    at: before.ticks + BigInt(Math.round(Number(ns - before.ns) * ticksPerNs)),
  }));
  return { events: timed.filter(({ at }) => at >= start && at < end), dropped: lost };
}

/** Of all windows of a measurement together. */
const KEPT_MAX = 20_000;

/** Keeps the events of the first windows whole and counts what comes when there is no room any more. */
export class EventRoom {
  #left: number;

  constructor(events = KEPT_MAX) {
    this.#left = events;
  }

  keep<W extends { readonly kernelEvents: WindowEvents | null }>(window: W): W {
    if (window.kernelEvents === null) return window;
    const { events, dropped } = window.kernelEvents;
    const kept = events.slice(0, this.#left);
    this.#left -= kept.length;
    return { ...window, kernelEvents: { events: kept, dropped: dropped + events.length - kept.length } };
  }
}
