// What a mouse, a pen or a finger does to the lanes: drag pans, drag with shift measures, click chooses, ctrl and the wheel zooms.

import { type LaneLayout, laneAt } from './lane-layout.ts';
import { zoomBy } from './moves.ts';
import { nearest } from './spans.ts';
import { pan, spanOf, type TimeRange } from './time-range.ts';
import type { SpanAt, Timeline } from './timeline.ts';
import type { PaneIndex, TimelineState } from './timeline-state.ts';

export interface Pointed {
  readonly state: TimelineState;
  readonly index: PaneIndex;
  readonly timeline: Timeline;
  readonly layout: LaneLayout;
  readonly scrollTop: () => number;
}

/** A hand is not steady: what moves less is a click. */
const STILL_PX = 4;
const REACH_PX = 4;
const WHEEL_ZOOM = 0.0015;
const PX_A_LINE = 16;

interface Grip {
  readonly x: number;
  readonly range: TimeRange;
  readonly measures: boolean;
  moved: boolean;
}

/** Returns what ends it. */
export function followPointer(canvas: HTMLCanvasElement, pointed: Pointed): () => void {
  const { state, index } = pointed;
  let grip: Grip | null = null;

  const nsAt = (x: number, range = state.range.peek()): number =>
    range.startNs + (x / Math.max(1, canvas.clientWidth)) * spanOf(range);

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    grip = { x: event.offsetX, range: state.range.peek(), measures: event.shiftKey, moved: false };
  };

  const onMove = (event: PointerEvent): void => {
    state.cursorNs.value = Math.max(0, Math.round(nsAt(event.offsetX)));
    if (grip === null) {
      const at = spanUnder(pointed, canvas, event.offsetX, event.offsetY);
      const before = state.hovered.peek();
      if (at === null ? before !== null : !isSame(before?.at, at) || before?.pane !== index) {
        state.hovered.value = at === null ? null : { pane: index, at };
      }
      return;
    }
    if (Math.abs(event.offsetX - grip.x) > STILL_PX) grip.moved = true;
    if (!grip.moved) return;
    const [a, b] = [nsAt(grip.x, grip.range), nsAt(event.offsetX, grip.range)];
    if (grip.measures) {
      state.measure.value = { startNs: Math.round(Math.min(a, b)), endNs: Math.round(Math.max(a, b)) };
    } else {
      state.zoomed.value = pan(grip.range, a - b, state.bounds.peek());
    }
  };

  const onUp = (event: PointerEvent): void => {
    const held = grip;
    grip = null;
    if (held === null || held.moved) return;
    const at = spanUnder(pointed, canvas, event.offsetX, event.offsetY);
    state.measure.value = null;
    state.selected.value = at === null ? null : { pane: index, at };
    const lane = laneAt(pointed.layout, event.offsetY + pointed.scrollTop());
    if (lane !== null) state.lane.value = { pane: index, lane: lane.lane };
  };

  const onLeave = (): void => {
    state.cursorNs.value = null;
    state.hovered.value = null;
  };

  const onDouble = (event: MouseEvent): void => zoomBy(state, 0.25, nsAt(event.offsetX));

  const onWheel = (event: WheelEvent): void => {
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? PX_A_LINE : 1;
    const [x, y] = [event.deltaX * scale, event.deltaY * scale];
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoomBy(state, Math.exp(y * WHEEL_ZOOM), nsAt(event.offsetX));
    } else if (event.shiftKey || Math.abs(x) > Math.abs(y)) {
      event.preventDefault();
      const by = ((x === 0 ? y : x) / Math.max(1, canvas.clientWidth)) * spanOf(state.range.peek());
      state.zoomed.value = pan(state.range.peek(), by, state.bounds.peek());
    }
  };

  const ending = new AbortController();
  const { signal } = ending;
  canvas.addEventListener('pointerdown', onDown, { signal });
  canvas.addEventListener('pointermove', onMove, { signal });
  canvas.addEventListener('pointerup', onUp, { signal });
  canvas.addEventListener('pointercancel', () => (grip = null), { signal });
  canvas.addEventListener('pointerleave', onLeave, { signal });
  canvas.addEventListener('dblclick', onDouble, { signal });
  // Not passive: the page must not scroll or zoom besides.
  canvas.addEventListener('wheel', onWheel, { signal, passive: false });
  return () => ending.abort();
}

const isSame = (a: SpanAt | undefined, b: SpanAt): boolean =>
  a !== undefined && a.lane === b.lane && a.row === b.row && a.index === b.index;

function spanUnder({ state, timeline, layout, scrollTop }: Pointed, canvas: HTMLCanvasElement, x: number, y: number) {
  const place = laneAt(layout, y + scrollTop());
  if (place === null) return null;
  const spans = timeline.lanes[place.lane]?.rows[place.row];
  if (spans === undefined) return null;
  const range = state.range.peek();
  const perPx = spanOf(range) / Math.max(1, canvas.clientWidth);
  const found = nearest(spans, range.startNs + x * perPx, REACH_PX * perPx);
  return found === null ? null : { ...place, index: found };
}
