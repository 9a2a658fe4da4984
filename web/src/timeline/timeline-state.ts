// What the panes have in common: the visible range, what is chosen, where the pointer is. Signals, so that a picture is drawn again
// when one of them changes and not otherwise.

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { clamp, hullOf, type TimeRange } from './time-range.ts';
import type { SpanAt, Timeline } from './timeline.ts';

export const PANES = [0, 1] as const;
export type PaneIndex = (typeof PANES)[number];

interface Chosen {
  readonly pane: PaneIndex;
  readonly at: SpanAt;
}

export interface FocusedLane {
  readonly pane: PaneIndex;
  readonly lane: number;
}

export interface TimelineState {
  readonly timelines: Signal<readonly [Timeline | null, Timeline | null]>;
  readonly bounds: ReadonlySignal<TimeRange>;
  /** null: all of it. */
  readonly zoomed: Signal<TimeRange | null>;
  readonly range: ReadonlySignal<TimeRange>;
  readonly selected: Signal<Chosen | null>;
  readonly cursorNs: Signal<number | null>;
  /** What the pointer is at. */
  readonly hovered: Signal<Chosen | null>;
  readonly measure: Signal<TimeRange | null>;
  readonly lane: Signal<FocusedLane | null>;
}

const NOTHING_YET: TimeRange = { startNs: 0, endNs: 1_000_000 };

export function createTimelineState(zoomedTo: TimeRange | null): TimelineState {
  const timelines = signal<readonly [Timeline | null, Timeline | null]>([null, null]);
  const zoomed = signal(zoomedTo);
  const bounds = computed(() => {
    const [upper, lower] = timelines.value;
    if (upper === null) return lower ?? NOTHING_YET;
    return lower === null ? upper : hullOf(upper, lower);
  });
  return {
    timelines,
    bounds,
    zoomed,
    range: computed(() => (zoomed.value === null ? bounds.value : clamp(zoomed.value, bounds.value))),
    selected: signal(null),
    cursorNs: signal(null),
    hovered: signal(null),
    measure: signal(null),
    lane: signal(null),
  };
}
