// What keys and buttons do to the state: the same for both.

import { countBelow, countOf, type Spans } from './spans.ts';
import { pan, showing, spanOf, zoom } from './time-range.ts';
import type { SpanAt, Timeline } from './timeline.ts';
import type { PaneIndex, TimelineState } from './timeline-state.ts';

const PAN_SHARE = 0.15;
const ZOOM_STEP = 0.6;

function panBy(state: TimelineState, share: number): void {
  const range = state.range.peek();
  state.zoomed.value = pan(range, spanOf(range) * share, state.bounds.peek());
}

export function zoomBy(state: TimelineState, factor: number, atNs?: number): void {
  const range = state.range.peek();
  const middle = (range.startNs + range.endNs) / 2;
  const next = zoom(range, factor, atNs ?? anchorOf(state) ?? middle, state.bounds.peek());
  state.zoomed.value = spanOf(next) >= spanOf(state.bounds.peek()) ? null : next;
}

/** Who zooms by key wants to see more of what is chosen, if that is on the screen. */
function anchorOf(state: TimelineState): number | null {
  const chosen = state.selected.peek();
  const spans = chosen === null ? undefined : spansAt(state.timelines.peek()[chosen.pane], chosen.at);
  if (chosen === null || spans === undefined) return null;
  const middle = (spans.startNs[chosen.at.index]! + spans.endNs[chosen.at.index]!) / 2;
  const { startNs, endNs } = state.range.peek();
  return middle >= startNs && middle <= endNs ? middle : null;
}

export const spansAt = (timeline: Timeline | null, { lane, row }: SpanAt): Spans | undefined =>
  timeline?.lanes[lane]?.rows[row];

export function fitAll(state: TimelineState): void {
  state.zoomed.value = null;
}

/** Chooses a span and brings it into sight. */
export function goTo(state: TimelineState, pane: PaneIndex, at: SpanAt): void {
  const spans = spansAt(state.timelines.peek()[pane], at);
  if (spans === undefined || at.index >= countOf(spans)) return;
  state.selected.value = { pane, at };
  state.lane.value = { pane, lane: at.lane };
  const span = { startNs: spans.startNs[at.index]!, endNs: spans.endNs[at.index]! };
  const next = showing(state.range.peek(), span, state.bounds.peek());
  if (next !== state.range.peek()) state.zoomed.value = next;
}

/** The stall before or behind the chosen one on that lane; without a chosen one the first that is visible. */
export function goBy(state: TimelineState, pane: PaneIndex, lane: number, step: 1 | -1): void {
  const spans = spansAt(state.timelines.peek()[pane], { lane, row: 0, index: 0 });
  if (spans === undefined || countOf(spans) === 0) return;
  const chosen = state.selected.peek();
  const isHere = chosen?.pane === pane && chosen.at.lane === lane && chosen.at.row === 0;
  const { startNs, endNs } = state.range.peek();
  const edge = step === 1 ? countBelow(spans.startNs, startNs) : countBelow(spans.startNs, endNs) - 1;
  const wanted = isHere ? chosen.at.index + step : edge;
  goTo(state, pane, { lane, row: 0, index: Math.max(0, Math.min(countOf(spans) - 1, wanted)) });
}

export function goToLongest(state: TimelineState, pane: PaneIndex): void {
  const longest = state.timelines.peek()[pane]?.longest[0];
  if (longest !== undefined) goTo(state, pane, { ...longest, row: 0 });
}

/** What a key does; false: nothing, and the browser may have it. */
export function onTimelineKey(state: TimelineState, key: string): boolean {
  const focused = state.lane.peek() ?? { pane: 0 as const, lane: 0 };
  const moves: Record<string, () => void> = {
    ArrowLeft: () => panBy(state, -PAN_SHARE),
    ArrowRight: () => panBy(state, PAN_SHARE),
    PageUp: () => panBy(state, -1),
    PageDown: () => panBy(state, 1),
    '+': () => zoomBy(state, ZOOM_STEP),
    '=': () => zoomBy(state, ZOOM_STEP),
    '-': () => zoomBy(state, 1 / ZOOM_STEP),
    Home: () => fitAll(state),
    n: () => goBy(state, focused.pane, focused.lane, 1),
    p: () => goBy(state, focused.pane, focused.lane, -1),
    m: () => goToLongest(state, focused.pane),
  };
  const move = moves[key];
  move?.();
  return move !== undefined;
}

export const zoomIn = (state: TimelineState): void => zoomBy(state, ZOOM_STEP);
export const zoomOut = (state: TimelineState): void => zoomBy(state, 1 / ZOOM_STEP);
