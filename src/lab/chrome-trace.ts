// The trace format that Chrome, Perfetto and many other viewers read: JSON, times in microseconds from any zero.

export interface TraceTrack {
  readonly name: string;
  /** One inside of another or apart, never crosswise: a viewer draws them as a stack. */
  readonly spans: readonly TraceSpan[];
  readonly instants?: readonly TraceInstant[];
}

/** Tracks that belong together: a process in the words of the format. */
export interface TraceGroup {
  readonly name: string;
  readonly tracks: readonly TraceTrack[];
}

type Details = Readonly<Record<string, unknown>>;

export interface TraceSpan {
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly details?: Details;
  /** One of the names that the format reserves; viewers that have colours of their own pass it over. */
  readonly colour?: string | undefined;
}

export interface TraceInstant {
  readonly name: string;
  readonly atNs: number;
  readonly details?: Details;
}

/** A place on a track, inside of a span: what an arrow starts and ends at. */
export interface TracePoint {
  readonly track: TraceTrack;
  readonly atNs: number;
}

/** An arrow, from point to point in the order of time. */
export interface TraceFlow {
  readonly name: string;
  readonly points: readonly TracePoint[];
  readonly details?: Details;
}

export interface Trace {
  readonly groups: readonly TraceGroup[];
  readonly flows?: readonly TraceFlow[];
  /** What the trace as a whole is of. */
  readonly about?: Details;
}

const EVENTS_IN_ONE_PIECE = 1000;

/** One process with a track for each thread, in this order. */
export const chromeTrace = (process: string, tracks: readonly TraceTrack[]): string =>
  [...traceText({ groups: [{ name: process, tracks }] })].join('');

/** The trace in pieces, so that nobody needs to hold all of its text. */
export function* traceText({ groups, flows = [], about }: Trace): Generator<string> {
  const otherData = about === undefined ? '' : `"otherData":${JSON.stringify(about)},`;
  yield `{"displayTimeUnit":"ns",${otherData}"traceEvents":[`;
  let lines: string[] = [];
  let isFirst = true;
  for (const event of eventsOf(groups, flows)) {
    lines.push(JSON.stringify(event));
    if (lines.length < EVENTS_IN_ONE_PIECE) continue;
    yield `${isFirst ? '' : ','}${lines.join(',')}`;
    isFirst = false;
    lines = [];
  }
  yield `${isFirst || lines.length === 0 ? '' : ','}${lines.join(',')}]}\n`;
}

interface Place {
  readonly pid: number;
  readonly tid: number;
}

function* eventsOf(groups: readonly TraceGroup[], flows: readonly TraceFlow[]): Generator<object> {
  const places = new Map<TraceTrack, Place>();
  for (const [index, { name, tracks }] of groups.entries()) {
    const pid = index + 1;
    yield { ph: 'M', pid, name: 'process_name', args: { name } };
    if (groups.length > 1) yield { ph: 'M', pid, name: 'process_sort_index', args: { sort_index: pid } };
    for (const [thread, track] of tracks.entries()) {
      const place = { pid, tid: thread + 1 };
      places.set(track, place);
      yield* trackEvents(track, place);
    }
  }
  // Behind the spans: of what stands at one time a viewer takes the first in the file first, and an arrow needs its span.
  for (const [index, flow] of flows.entries()) yield* flowEvents(flow, index + 1, places);
}

function* trackEvents({ name, spans, instants = [] }: TraceTrack, place: Place): Generator<object> {
  yield { ph: 'M', ...place, name: 'thread_name', args: { name } };
  yield { ph: 'M', ...place, name: 'thread_sort_index', args: { sort_index: place.tid } };
  for (const { name, startNs, endNs, details = {}, colour } of spans) {
    const [ts, dur] = [startNs / 1e3, (endNs - startNs) / 1e3];
    yield { ph: 'X', ...place, name, ts, dur, ...(colour === undefined ? {} : { cname: colour }), args: details };
  }
  for (const { name, atNs, details = {} } of instants) {
    yield { ph: 'i', s: 't', ...place, name, ts: atNs / 1e3, args: details };
  }
}

function* flowEvents(
  { name, points, details = {} }: TraceFlow,
  id: number,
  places: ReadonlyMap<TraceTrack, Place>,
): Generator<object> {
  for (const [index, { track, atNs }] of points.entries()) {
    const phase = index === 0 ? { ph: 's' } : index < points.length - 1 ? { ph: 't' } : { ph: 'f', bp: 'e' };
    yield { ...phase, id, cat: 'cause', ...places.get(track), name, ts: atNs / 1e3, args: details };
  }
}
