// The runs on top of one another with all that belongs to them: axis, buttons, legend, what is chosen, the longest stalls.

import { batch, useComputed } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { writeQuery } from '../app/query-state.ts';
import { place } from '../app/router.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained, ExplainedNs } from '../ui/explained.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Axis } from './axis.tsx';
import { Details } from './details.tsx';
import { describeSpan } from './explain.ts';
import { Help, toggleHelp } from './help.tsx';
import { Legend } from './legend.tsx';
import type { LoadingTrace, TraceState } from './load-trace.ts';
import { Longest } from './longest.tsx';
import { fitAll, goToLongest, onTimelineKey, spansAt, zoomIn, zoomOut } from './moves.ts';
import { Pane } from './pane.tsx';
import { rangeIn, stallIn, stallText } from './question.ts';
import { SchemeSign } from './scheme-sign.tsx';
import { countBelow, countOf, lengthNs } from './spans.ts';
import { clamp, isSameRange, momentText, spanOf } from './time-range.ts';
import type { Timeline } from './timeline.ts';
import { createTimelineState, type FocusedLane, PANES, type PaneIndex, type TimelineState } from './timeline-state.ts';

export interface ShownRun {
  readonly name: string;
  readonly scheme: string | null;
  readonly trace: LoadingTrace;
  readonly state: TraceState;
}

const URL_PAUSE_MS = 300;

export function Shown({ runs }: { readonly runs: readonly ShownRun[] }) {
  const state = useMemo(() => createTimelineState(rangeIn(place.peek().query)), []);
  const [upper, lower] = [timelineOf(runs[0]), timelineOf(runs[1])];

  useEffect(() => {
    batch(() => {
      const chosen = state.selected.peek();
      const isGone = chosen !== null && state.timelines.peek()[chosen.pane] !== [upper, lower][chosen.pane];
      if (isGone) state.selected.value = null;
      state.timelines.value = [upper, lower];
      chooseNamed(state);
    });
  }, [state, upper, lower]);
  useEffect(() => keepInAddress(state), [state]);
  useEffect(() => state.lane.subscribe(followLane), [state]);

  const timelines = [upper, lower].filter((timeline) => timeline !== null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the lanes inside of it, which are buttons.
    <div
      class={runs.length > 1 ? 'timeline-shown timeline-two' : 'timeline-shown'}
      onKeyDown={(event) => onKey(state, event)}
    >
      <div class="timeline-main">
        {timelines.length === 0 ? null : <Tools state={state} />}
        {timelines.length === 0 ? null : <Axis state={state} />}
        {runs.map((run, at) => (
          <section key={at} class="timeline-pane" aria-label={`Run ${at + 1}: ${run.name}`}>
            <PaneHead run={run} />
            {run.state.kind === 'read' ? <Findings state={state} timeline={run.state.timeline} /> : null}
            {run.state.kind === 'read' ? (
              <Pane state={state} index={PANES[at]!} timeline={run.state.timeline} />
            ) : (
              <OnItsWay run={run} />
            )}
          </section>
        ))}
        {timelines.length === 0 ? null : <Legend timelines={timelines} />}
      </div>
      {timelines.length === 0 ? null : (
        <aside class="timeline-side" aria-label="Stalls">
          <Details state={state} />
          {runs.map((run, at) =>
            run.state.kind === 'read' ? (
              <Longest key={at} state={state} pane={PANES[at]!} timeline={run.state.timeline} name={run.name} />
            ) : null,
          )}
        </aside>
      )}
      <Spoken state={state} />
    </div>
  );
}

const timelineOf = (run: ShownRun | undefined): Timeline | null =>
  run?.state.kind === 'read' ? run.state.timeline : null;

/** The stall that the address names, as soon as its run is there. */
function chooseNamed(state: TimelineState): void {
  const named = stallIn(place.peek().query);
  const timeline = named === null ? null : state.timelines.peek()[named.pane];
  if (named === null || timeline === null || state.selected.peek() !== null) return;
  const lane = timeline.lanes.findIndex(({ id }) => id === named.lane);
  const spans = timeline.lanes[lane]?.rows[0];
  if (spans === undefined) return;
  const index = countBelow(spans.startNs, named.startNs);
  if (spans.startNs[index] === named.startNs) state.selected.value = { pane: named.pane, at: { lane, row: 0, index } };
}

/** The visible range and what is chosen go to the address when they have come to rest, and come from there when the history goes back. */
function keepInAddress(state: TimelineState): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    const zoomed = state.zoomed.peek() === null ? null : state.range.peek();
    const fields = {
      from: zoomed === null ? null : String(Math.round(zoomed.startNs)),
      to: zoomed === null ? null : String(Math.round(zoomed.endNs)),
      stall: nameOfChosen(state),
    };
    const { query } = place.peek();
    if (Object.entries(fields).some(([name, text]) => query.get(name) !== text)) writeQuery(fields);
  };
  const later = (): void => {
    if (state.timelines.peek().every((timeline) => timeline === null)) return;
    clearTimeout(timer);
    timer = setTimeout(write, URL_PAUSE_MS);
  };
  const stops = [state.zoomed.subscribe(later), state.selected.subscribe(later)];
  const goBack = (): void => {
    const range = rangeIn(place.peek().query);
    const present = state.zoomed.peek();
    if (range === null ? present !== null : present === null || !isSameRange(range, present))
      state.zoomed.value = range;
  };
  addEventListener('popstate', goBack);
  return () => {
    clearTimeout(timer);
    removeEventListener('popstate', goBack);
    for (const stop of stops) stop();
  };
}

function nameOfChosen(state: TimelineState): string | null {
  const chosen = state.selected.peek();
  const timeline = chosen === null ? null : state.timelines.peek()[chosen.pane];
  const lane = chosen === null ? undefined : timeline?.lanes[chosen.at.lane];
  if (chosen === null || lane?.group !== 'vcpu') return null;
  const startNs = lane.rows[0]?.startNs[chosen.at.index];
  return startNs === undefined ? null : stallText({ pane: chosen.pane, lane: lane.id, startNs });
}

function onKey(state: TimelineState, event: KeyboardEvent): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target === null || event.ctrlKey || event.metaKey || event.altKey) return;
  // Whatever is open in front, an explanation or the list of keys, has the key first.
  if (event.key === 'Escape' && document.querySelector(':popover-open') === null) close(state);
  if (event.key === '?') {
    event.preventDefault();
    toggleHelp();
  }
  if (!target.classList.contains('timeline-label')) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    walkLabels(target, step);
  } else if (onTimelineKey(state, event.key)) event.preventDefault();
}

/** Keys that go to another lane take the focus along, if it is on a lane. */
function followLane(lane: FocusedLane | null): void {
  const focused = document.activeElement;
  if (lane === null || !(focused instanceof HTMLElement) || !focused.classList.contains('timeline-label')) return;
  const label = document.querySelector<HTMLElement>(`[data-lane="${lane.pane} ${lane.lane}"]`);
  if (label !== focused) label?.focus({ preventScroll: true });
}

function walkLabels(from: HTMLElement, step: number): void {
  const labels = [...document.querySelectorAll<HTMLElement>('.timeline-label')];
  labels[labels.indexOf(from) + step]?.focus();
}

function close(state: TimelineState): void {
  if (state.selected.peek() !== null) state.selected.value = null;
  else state.measure.value = null;
}

function PaneHead({ run }: { readonly run: ShownRun }) {
  if (run.state.kind !== 'read') return <h2>{run.name}</h2>;
  const { about, stalls, stalledNs, leftOut } = run.state.timeline;
  return (
    <>
      <h2>
        {run.scheme === null ? null : <SchemeSign scheme={run.scheme} />} {run.name}{' '}
        <span class="timeline-about">
          {[about.scenario, run.scheme === null ? about.scheme : '', about.mapcount, about.seed && `seed ${about.seed}`]
            .filter((text) => text !== '')
            .join(', ')}
          {': '}
          <Explained
            what="Stall windows that the trace has, of all vCPUs."
            exact={formatCount(stalls)}
            source="trace: slices stall"
          >
            {formatCount(stalls)} stalls
          </Explained>
          ,{' '}
          <ExplainedNs
            ns={stalledNs}
            what="Sum of the lengths of these windows, over all vCPUs."
            source="trace: dur of the slices stall"
          />
        </span>
      </h2>
      {about.recordsLeftOut > 0 ? (
        <p class="timeline-cut">
          <Explained
            what="A trace has the first records of a run, up to a bound. What came later is not on the lanes; ask for more records above, or make the part that is of interest the run."
            exact={formatCount(about.recordsLeftOut)}
            source="trace: otherData.recordsLeftOut"
          >
            The first part of the run only
          </Explained>
          : {formatCount(about.recordsLeftOut)} records are left out.
        </p>
      ) : null}
      {leftOut > 0 ? (
        <p class="timeline-cut">
          {formatCount(leftOut)} spans of the trace are more than this page keeps, and are left out.
        </p>
      ) : null}
    </>
  );
}

const FINDINGS_SHOWN = 20;
const AROUND_NS = 2_000;

function Findings({ state, timeline: { findings } }: { readonly state: TimelineState; readonly timeline: Timeline }) {
  if (findings.length === 0) return null;
  return (
    <details class="timeline-findings">
      <summary>
        {formatCount(findings.length)} {findings.length === 1 ? 'finding' : 'findings'}, the red{' '}
        {findings.length === 1 ? 'line' : 'lines'}
      </summary>
      <ul>
        {findings.slice(0, FINDINGS_SHOWN).map(({ atNs, name, message }, at) => (
          <li key={at}>
            <button
              type="button"
              class="timeline-go"
              onClick={() => {
                const around = { startNs: atNs - AROUND_NS, endNs: atNs + AROUND_NS };
                state.zoomed.value = clamp(around, state.bounds.peek());
              }}
            >
              {momentText(atNs)}
            </button>{' '}
            <code>{name}</code> {message}
          </li>
        ))}
      </ul>
      {findings.length > FINDINGS_SHOWN ? <p>The first {FINDINGS_SHOWN} of them.</p> : null}
    </details>
  );
}

function OnItsWay({ run: { state, trace } }: { readonly run: ShownRun }) {
  if (state.kind === 'failed') {
    return (
      <>
        <ProblemNotice problem={state.problem} />
        <button type="button" onClick={() => trace.again()}>
          Try again
        </button>
      </>
    );
  }
  if (state.kind === 'cancelled') {
    return (
      <Notice kind="info" title="Cancelled">
        <button type="button" onClick={() => trace.again()}>
          Make the run after all
        </button>
      </Notice>
    );
  }
  return (
    <p class="timeline-loading" role="status">
      {state.kind === 'making' ? 'The run is made once more, observed …' : null}
      {state.kind === 'waiting' ? 'The service makes other traces; this one comes next …' : null}
      {state.kind === 'reading'
        ? `Reading: ${Math.round(state.bytes / 1e6)} MB, ${formatCount(state.stalls)} stalls so far …`
        : null}{' '}
      <button type="button" onClick={() => trace.cancel()}>
        Cancel
      </button>
    </p>
  );
}

function Tools({ state }: { readonly state: TimelineState }) {
  const pane = (): PaneIndex => state.lane.peek()?.pane ?? (state.timelines.peek()[0] === null ? 1 : 0);
  return (
    <div class="tools timeline-tools">
      <button type="button" onClick={() => zoomIn(state)}>
        Zoom in <kbd>+</kbd>
      </button>
      <button type="button" onClick={() => zoomOut(state)}>
        Zoom out <kbd>−</kbd>
      </button>
      <button type="button" onClick={() => fitAll(state)}>
        Show all <kbd>Home</kbd>
      </button>
      <button type="button" onClick={() => goToLongest(state, pane())}>
        Longest stall <kbd>m</kbd>
      </button>
      <Help />
      <Readout state={state} />
    </div>
  );
}

/** Where the pointer is and what is there; else what is visible. */
function Readout({ state }: { readonly state: TimelineState }) {
  const text = useComputed(() => {
    const { startNs, endNs } = state.range.value;
    const visible = `${momentText(startNs)} to ${momentText(endNs)}`;
    const [cursor, hovered] = [state.cursorNs.value, state.hovered.value];
    if (cursor === null) return `visible: ${visible}`;
    const timeline = hovered === null ? null : state.timelines.value[hovered.pane];
    if (hovered === null || timeline === null) return momentText(cursor);
    return `${momentText(cursor)}: ${nameOf(timeline, hovered.at)}`;
  });
  const measured = state.measure.value;
  return (
    <output class="timeline-readout" aria-live="off">
      {measured === null ? null : (
        <strong>
          <ExplainedNs ns={spanOf(measured)} what="The time that was measured by dragging with shift." />{' '}
        </strong>
      )}
      {text}
    </output>
  );
}

function nameOf(timeline: Timeline, at: Parameters<typeof describeSpan>[1]): string {
  const spans = spansAt(timeline, at);
  const lane = timeline.lanes[at.lane];
  if (spans === undefined || lane === undefined || at.index >= countOf(spans)) return '';
  const length = momentText(lengthNs(spans, at.index));
  return lane.group === 'vcpu' ? `${lane.label} stalls for ${length}` : `${describeSpan(timeline, at)}, ${length}`;
}

/** What was chosen by key, for who does not see it. */
function Spoken({ state }: { readonly state: TimelineState }) {
  const text = useComputed(() => {
    const chosen = state.selected.value;
    const timeline = chosen === null ? null : state.timelines.value[chosen.pane];
    return chosen === null || timeline === null ? '' : nameOf(timeline, chosen.at);
  });
  return (
    <p class="visually-hidden" role="status">
      {text}
    </p>
  );
}
