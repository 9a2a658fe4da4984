// One run: its lanes with their names, as a picture that follows the range that all panes share.

import { useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatNs } from '../ui/duration.ts';
import { theme } from '../ui/theme.ts';
import { LanePainter } from './draw-lanes.ts';
import { layoutOf } from './lane-layout.ts';
import { goBy } from './moves.ts';
import { followPointer } from './pointer.ts';
import { redrawing } from './redraw.ts';
import { countOf, lengthNs } from './spans.ts';
import type { Lane, Timeline } from './timeline.ts';
import type { PaneIndex, TimelineState } from './timeline-state.ts';

export interface PaneProps {
  readonly state: TimelineState;
  readonly index: PaneIndex;
  readonly timeline: Timeline;
}

export function Pane({ state, index, timeline }: PaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useMemo(() => layoutOf(timeline.lanes), [timeline]);

  useEffect(() => {
    const [box, element] = [scroller.current!, canvas.current!];
    const painter = new LanePainter(element);
    const drawing = redrawing(
      () => [
        state.range.value,
        state.cursorNs.value,
        state.measure.value,
        state.selected.value,
        state.lane.value,
        theme.value,
      ],
      () => {
        const [selected, lane] = [state.selected.peek(), state.lane.peek()];
        painter.resize(element.clientWidth, element.clientHeight, devicePixelRatio);
        painter.draw({
          timeline,
          layout,
          range: state.range.peek(),
          scrollTop: box.scrollTop,
          theme: theme.peek(),
          marks: {
            cursorNs: state.cursorNs.peek(),
            measure: state.measure.peek(),
            selected: selected?.pane === index ? selected.at : null,
            lane: lane?.pane === index ? lane.lane : null,
          },
        });
      },
    );
    const observer = new ResizeObserver(() => drawing.request());
    observer.observe(element);
    box.addEventListener('scroll', drawing.request);
    const forget = followPointer(element, { state, index, timeline, layout, scrollTop: () => box.scrollTop });
    return () => {
      forget();
      box.removeEventListener('scroll', drawing.request);
      observer.disconnect();
      drawing.stop();
    };
  }, [state, index, timeline, layout]);

  // What is chosen by key or from a list may be on a lane that is out of sight.
  const chosenLane = useComputed(() => {
    const chosen = state.selected.value;
    return chosen?.pane === index ? chosen.at.lane : null;
  });
  useEffect(
    () =>
      chosenLane.subscribe((lane) => {
        const [box, place] = [scroller.current, lane === null ? undefined : layout.places[lane]];
        if (box === null || place === undefined) return;
        if (place.top < box.scrollTop) box.scrollTop = place.top;
        else if (place.top + place.height > box.scrollTop + box.clientHeight)
          box.scrollTop = place.top + place.height - box.clientHeight;
      }),
    [chosenLane, layout],
  );

  return (
    <div ref={scroller} class="timeline-scroller">
      <ul class="timeline-labels" style={{ height: `${layout.height}px` }}>
        {timeline.lanes.map((lane, at) => (
          <li key={lane.id} style={{ top: `${layout.places[at]!.top}px`, height: `${layout.places[at]!.height}px` }}>
            <button
              type="button"
              class="timeline-label"
              data-lane={`${index} ${at}`}
              aria-label={`${lane.label}: ${summaryOf(lane)}`}
              title={summaryOf(lane)}
              onFocus={() => {
                state.lane.value = { pane: index, lane: at };
              }}
              onClick={() => openOn(state, index, at)}
            >
              {lane.label}
            </button>
          </li>
        ))}
      </ul>
      <canvas
        ref={canvas}
        class="timeline-canvas"
        style={{ height: `${layout.height}px` }}
        role="img"
        aria-label={aboutPicture(timeline)}
      />
    </div>
  );
}

/** Enter on a lane: its chosen stall is shown again, or the first one in sight is chosen. */
function openOn(state: TimelineState, pane: PaneIndex, lane: number): void {
  const chosen = state.selected.peek();
  if (chosen?.pane === pane && chosen.at.lane === lane) state.selected.value = { ...chosen };
  else goBy(state, pane, lane, 1);
}

function summaryOf({ group, rows }: Lane): string {
  let [count, sumNs] = [0, 0];
  for (const spans of rows) {
    count += countOf(spans);
    for (let at = 0; at < countOf(spans); at++) sumNs += lengthNs(spans, at);
  }
  const [one, many] = NAMES[group];
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}, ${formatNs(sumNs)} in all`;
}

const NAMES: Readonly<Record<Lane['group'], readonly [string, string]>> = {
  vcpu: ['stall', 'stalls'],
  process: ['operation', 'operations'],
  notifications: ['section or notification', 'sections and notifications'],
  flushes: ['flush', 'flushes'],
  lock: ['wait', 'waits'],
  userspace: ['wait for a page', 'waits for pages'],
};

function aboutPicture({ about, stalls, stalledNs, lanes }: Timeline): string {
  const vcpus = lanes.filter(({ group }) => group === 'vcpu').length;
  return `Timeline of ${about.scheme === '' ? 'a run' : about.scheme}: ${stalls.toLocaleString('en-US')} stalls of ${vcpus} vCPUs, ${formatNs(stalledNs)} in all. The longest are in the table beside it.`;
}
