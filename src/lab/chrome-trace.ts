// The trace format that Chrome, Perfetto and many other viewers read: JSON, times in microseconds from any zero.

export interface TraceTrack {
  readonly name: string;
  /** One inside of another or apart, never crosswise: a viewer draws them as a stack. */
  readonly spans: readonly TraceSpan[];
  readonly instants?: readonly TraceInstant[];
}

type Details = Readonly<Record<string, string | number | boolean | null>>;

export interface TraceSpan {
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly details?: Details;
}

export interface TraceInstant {
  readonly name: string;
  readonly atNs: number;
  readonly details?: Details;
}

const PROCESS = 1;

/** One process with a track for each thread, in this order. */
export function chromeTrace(process: string, tracks: readonly TraceTrack[]): string {
  const events = [
    { ph: 'M', pid: PROCESS, name: 'process_name', args: { name: process } },
    ...tracks.flatMap((track, index) => eventsOf(track, index + 1)),
  ];
  return `${JSON.stringify({ displayTimeUnit: 'ns', traceEvents: events })}\n`;
}

function eventsOf({ name, spans, instants = [] }: TraceTrack, thread: number): object[] {
  const place = { pid: PROCESS, tid: thread };
  return [
    { ph: 'M', ...place, name: 'thread_name', args: { name } },
    { ph: 'M', ...place, name: 'thread_sort_index', args: { sort_index: thread } },
    ...spans.map(({ name, startNs, endNs, details = {} }) => {
      const [ts, dur] = [startNs / 1e3, (endNs - startNs) / 1e3];
      return { ph: 'X', ...place, name, ts, dur, args: details };
    }),
    ...instants.map(({ name, atNs, details = {} }) => {
      return { ph: 'i', s: 't', ...place, name, ts: atNs / 1e3, args: details };
    }),
  ];
}
