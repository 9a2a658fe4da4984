// Which runs are shown: in the address, so that a link shows the same ones, at the same place.

import type { TimeRange } from './time-range.ts';

export interface Question {
  readonly comparison: string | null;
  readonly simulation: string | null;
  /** null: the first of the comparison. */
  readonly scheme: string | null;
  /** Below it; null: none. */
  readonly below: string | null;
  readonly mapcount: string | null;
  readonly repetition: number;
  /** null: as many as the service gives by itself. */
  readonly records: number | null;
}

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

export function questionIn(query: URLSearchParams): Question {
  const text = (name: string): string | null => query.get(name) || null;
  return {
    comparison: text('comparison'),
    simulation: text('simulation'),
    scheme: text('scheme'),
    below: text('below'),
    mapcount: text('mapcount'),
    repetition: wholeNumber(query.get('repetition')) ?? 0,
    records: wholeNumber(query.get('records')),
  };
}

/** Whole nanoseconds; what is wrong or upside down is not there. */
export function rangeIn(query: URLSearchParams): TimeRange | null {
  const [startNs, endNs] = [wholeNumber(query.get('from')), wholeNumber(query.get('to'))];
  return startNs === null || endNs === null || startNs >= endNs ? null : { startNs, endNs };
}

/** A stall by what it is called in every trace of the same run: pane, vCPU, start. */
export interface NamedStall {
  readonly pane: 0 | 1;
  readonly lane: string;
  readonly startNs: number;
}

export function stallIn(query: URLSearchParams): NamedStall | null {
  const [, pane, vcpu, start] = query.get('stall')?.match(/^([01])\.(\d{1,6})\.(\d{1,15})$/) ?? [];
  return start === undefined ? null : { pane: pane === '1' ? 1 : 0, lane: `vcpu ${vcpu}`, startNs: Number(start) };
}

export const stallText = ({ pane, lane, startNs }: NamedStall): string =>
  `${pane}.${lane.replace(/^vcpu /, '')}.${startNs}`;

export interface Pick {
  readonly scheme: string;
  readonly mapcount: string | undefined;
}

export function comparisonTracePath(id: string, { scheme, mapcount }: Pick, { repetition, records }: Question): string {
  const query = new URLSearchParams({ scheme, repetition: String(repetition) });
  if (mapcount !== undefined) query.set('mapcount', mapcount);
  if (records !== null) query.set('records', String(records));
  return `/v1/comparisons/${encodeURIComponent(id)}/trace?${query}`;
}

export const simulationTracePath = (id: string): string => `/v1/simulations/${encodeURIComponent(id)}/trace`;
