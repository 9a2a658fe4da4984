// A trace as a viewer reads it, and what a viewer needs of it.

interface TraceEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid?: number;
  readonly id?: number;
  readonly name: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly cname?: string;
  readonly args: Record<string, unknown>;
}

interface Slice {
  /** Group and track. */
  readonly at: string;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly args: Record<string, unknown>;
}

interface Arrow {
  readonly name: string;
  readonly conclusion: unknown;
  readonly points: readonly { readonly at: string; readonly atNs: number }[];
}

interface ReadTrace {
  readonly about: Record<string, unknown>;
  /** "group / track", in the order of the viewer. */
  readonly tracks: readonly string[];
  readonly slices: readonly Slice[];
  readonly instants: readonly { readonly at: string; readonly name: string; readonly atNs: number }[];
  readonly arrows: readonly Arrow[];
}

const nsOf = (us: number | undefined): number => Math.round((us ?? Number.NaN) * 1e3);

export function readTrace(text: string): ReadTrace {
  const { traceEvents: events, otherData } = JSON.parse(text) as {
    traceEvents: TraceEvent[];
    otherData: Record<string, unknown>;
  };
  const named = (name: string) => events.filter((event) => event.name === name);
  const groups = new Map(named('process_name').map(({ pid, args }) => [pid, args.name]));
  const names = new Map(
    named('thread_name').map(({ pid, tid, args }) => [`${pid} ${tid}`, `${groups.get(pid)} / ${args.name}`]),
  );
  const at = ({ pid, tid }: TraceEvent): string => names.get(`${pid} ${tid}`) ?? 'nowhere';
  const flows = Map.groupBy(
    events.filter(({ ph }) => 'stf'.includes(ph)),
    ({ id }) => id,
  );
  return {
    about: otherData,
    tracks: [...names.values()],
    slices: events
      .filter(({ ph }) => ph === 'X')
      .map((event) => {
        const startNs = nsOf(event.ts);
        return { at: at(event), name: event.name, startNs, endNs: startNs + nsOf(event.dur), args: event.args };
      }),
    instants: events
      .filter(({ ph }) => ph === 'i')
      .map((event) => ({ at: at(event), name: event.name, atNs: nsOf(event.ts) })),
    arrows: [...flows.values()].map((points) => ({
      name: points[0]?.name ?? '',
      conclusion: points[0]?.args.conclusion,
      points: points.map((event) => ({ at: at(event), atNs: nsOf(event.ts) })),
    })),
  };
}

/** What is wrong with it: slices that cross or are out of order, arrows that hang in the air or go back in time. */
export function faultsOf(text: string): string[] {
  const { traceEvents } = JSON.parse(text) as { traceEvents: TraceEvent[] };
  const { slices, arrows, tracks, instants } = readTrace(text);
  const faults: string[] = [];
  if (new Set(tracks).size < tracks.length) faults.push('two tracks have one name');
  for (const [track, own] of Map.groupBy(slices, (slice) => slice.at)) {
    const open: Slice[] = [];
    let lastNs = 0;
    for (const slice of own) {
      if (slice.startNs < lastNs) faults.push(`${track}: ${slice.name} comes too late`);
      lastNs = slice.startNs;
      while (open.length > 0 && (open.at(-1)?.endNs ?? 0) <= slice.startNs) open.pop();
      if (slice.endNs > (open.at(-1)?.endNs ?? Number.POSITIVE_INFINITY))
        faults.push(`${track}: ${slice.name} crosses`);
      open.push(slice);
    }
  }
  for (const [track, own] of Map.groupBy(instants, (instant) => instant.at)) {
    if (own.some(({ atNs }, index) => atNs < (own[index - 1]?.atNs ?? 0)))
      faults.push(`${track}: instants out of order`);
  }
  for (const { name, points } of arrows) {
    if (points.length < 2) faults.push(`arrow ${name} has one end`);
    for (const [index, { at, atNs }] of points.entries()) {
      if (atNs < (points[index - 1]?.atNs ?? 0)) faults.push(`arrow ${name} goes back in time`);
      const isInside = slices.some((slice) => slice.at === at && slice.startNs <= atNs && atNs <= slice.endNs);
      if (!isInside) faults.push(`arrow ${name} ends in the air on ${at} at ${atNs}`);
    }
  }
  const flowPhases = Map.groupBy(
    traceEvents.filter(({ ph }) => 'stf'.includes(ph)),
    ({ id }) => id,
  );
  for (const [id, events] of flowPhases) {
    const phases = events.map(({ ph }) => ph).join('');
    if (!/^st*f$/.test(phases)) faults.push(`arrow ${id} is ${phases}`);
  }
  for (const { ts, dur, name } of traceEvents) {
    for (const us of [ts, dur]) {
      if (us !== undefined && (us < 0 || us * 1e3 - Math.round(us * 1e3) > 1e-3))
        faults.push(`${name}: ${us} is no ns`);
    }
  }
  return faults;
}
