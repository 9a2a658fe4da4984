// What the view draws of one run: lanes of spans, and what is known of each span. It is made in a worker and handed over whole.

import type { Spans } from './spans.ts';

export type LaneGroup = 'vcpu' | 'process' | 'notifications' | 'flushes' | 'lock' | 'userspace';

/** Page faults of a vCPU, in the order of time. */
export interface Faults {
  readonly atNs: Float64Array<ArrayBuffer>;
  readonly gfn: Float64Array<ArrayBuffer>;
  readonly laps: Uint32Array<ArrayBuffer>;
  /** Index into `outcomes` of the timeline. */
  readonly outcome: Uint8Array<ArrayBuffer>;
}

export interface Lane {
  /** Unique in the timeline and the same for the same run: "vcpu 3", "lock mmap_lock". */
  readonly id: string;
  readonly group: LaneGroup;
  readonly label: string;
  /** Of a vCPU one: its stall windows, each with the cause that took most of it. Of others as many as it takes to have them apart. */
  readonly rows: readonly Spans[];
  /** Of a vCPU: what each of its stall windows is made of. */
  readonly stretches: Spans | null;
  readonly faults: Faults | null;
}

/** What the trace has beside times and names: thread, process, section, operation, page. */
export type Note = Readonly<Record<string, unknown>>;

export interface Finding {
  readonly atNs: number;
  readonly name: string;
  readonly message: string;
}

export interface About {
  readonly scenario: string;
  readonly scheme: string;
  readonly mapcount: string;
  readonly seed: string;
  readonly recordsLeftOut: number;
}

export interface Timeline {
  readonly about: About;
  readonly startNs: number;
  readonly endNs: number;
  readonly lanes: readonly Lane[];
  readonly notes: readonly Note[];
  readonly outcomes: readonly string[];
  readonly findings: readonly Finding[];
  readonly stalls: number;
  /** By kind. */
  readonly causeNs: readonly number[];
  readonly stalledNs: number;
  /** The longest stall windows, the longest first. */
  readonly longest: readonly StallAt[];
  /** Spans that did not fit into what is kept. */
  readonly leftOut: number;
}

/** A stall window: on which lane, and the how manieth there. */
export interface StallAt {
  readonly lane: number;
  readonly index: number;
}

/** Any span that can be chosen: of a lane, of a row. */
export interface SpanAt extends StallAt {
  readonly row: number;
}

export function buffersOf({ lanes }: Timeline): ArrayBuffer[] {
  return lanes.flatMap(({ rows, stretches, faults }) =>
    [...rows, ...(stretches === null ? [] : [stretches]), ...(faults === null ? [] : [faults])].flatMap((columns) =>
      Object.values(columns as unknown as Record<string, Float64Array<ArrayBuffer>>).map(({ buffer }) => buffer),
    ),
  );
}
