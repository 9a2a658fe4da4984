import type { TraceSpan, TraceTrack } from './chrome-trace.ts';

/** The spans in the order in which a track has them, and each with the number of a track on which it crosses no other. */
export function lanesOf<Span extends Pick<TraceSpan, 'startNs' | 'endNs'>>(spans: readonly Span[]): Span[][] {
  const lanes: { spans: Span[]; open: Span[] }[] = [];
  // What begins together: the longer one is outside.
  for (const span of [...spans].sort((a, b) => a.startNs - b.startNs || b.endNs - a.endNs)) {
    let lane = lanes.find(({ open }) => {
      while (open.length > 0 && (open.at(-1)?.endNs ?? 0) <= span.startNs) open.pop();
      return open.length === 0 || span.endNs <= (open.at(-1)?.endNs ?? 0);
    });
    if (lane === undefined) {
      lane = { spans: [], open: [] };
      lanes.push(lane);
    }
    lane.spans.push(span);
    lane.open.push(span);
  }
  return lanes.map((lane) => lane.spans);
}

/** One track, or as many as it takes for no two spans to cross; there is at least one. */
export const tracksOf = (
  name: string,
  spans: readonly TraceSpan[],
  instants: TraceTrack['instants'] = [],
): TraceTrack[] =>
  (spans.length === 0 ? [[]] : lanesOf(spans)).map((lane, index) => ({
    name: index === 0 ? name : `${name} (${index + 1})`,
    spans: lane,
    instants: index === 0 ? instants : [],
  }));
