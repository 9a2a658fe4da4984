// The part of virtual time that is on the screen, and its axis. Times are nanoseconds; a range may begin in the middle of one.

export interface TimeRange {
  readonly startNs: number;
  readonly endNs: number;
}

/** Closer than that there is nothing to see: the model counts whole nanoseconds. */
export const NARROWEST_NS = 20;

export const spanOf = ({ startNs, endNs }: TimeRange): number => endNs - startNs;

export const isSameRange = (a: TimeRange, b: TimeRange): boolean => a.startNs === b.startNs && a.endNs === b.endNs;

/** Both, and what lies between them. */
export const hullOf = (a: TimeRange, b: TimeRange): TimeRange => ({
  startNs: Math.min(a.startNs, b.startNs),
  endNs: Math.max(a.endNs, b.endNs),
});

/** Within `bounds`, as long as it was where that is possible. */
export function clamp({ startNs, endNs }: TimeRange, bounds: TimeRange): TimeRange {
  const length = Math.min(Math.max(endNs - startNs, NARROWEST_NS), spanOf(bounds));
  const start = Math.min(Math.max(startNs, bounds.startNs), bounds.endNs - length);
  return { startNs: start, endNs: start + length };
}

export const pan = (range: TimeRange, byNs: number, bounds: TimeRange): TimeRange =>
  clamp({ startNs: range.startNs + byNs, endNs: range.endNs + byNs }, bounds);

/** `factor` below 1 zooms in. What is at `atNs` stays where it is. */
export function zoom(range: TimeRange, factor: number, atNs: number, bounds: TimeRange): TimeRange {
  const length = Math.min(Math.max(spanOf(range) * factor, NARROWEST_NS), spanOf(bounds));
  const share = (atNs - range.startNs) / spanOf(range);
  const startNs = atNs - length * share;
  return clamp({ startNs, endNs: startNs + length }, bounds);
}

const MARGIN = 1.5;

/** A range around a span: as it is if the span is well inside and wide enough to be seen, else with room on both sides. */
export function showing(range: TimeRange, span: TimeRange, bounds: TimeRange): TimeRange {
  const length = spanOf(span);
  const isInside = span.startNs >= range.startNs && span.endNs <= range.endNs;
  if (isInside && length >= spanOf(range) / 100) return range;
  const room = Math.max(length * MARGIN, NARROWEST_NS / 2);
  return clamp({ startNs: span.startNs - room, endNs: span.endNs + room }, bounds);
}

export interface Tick {
  readonly ns: number;
  readonly label: string;
}

const STEPS = [1, 2, 5];

/** The finest 1, 2 or 5 of a power of ten that leaves `most` of them or fewer. */
function stepFor(lengthNs: number, most: number): number {
  let power = 1;
  for (;;) {
    for (const step of STEPS) if (lengthNs / (step * power) <= most) return step * power;
    power *= 10;
  }
}

const UNITS = [
  { name: 's', ns: 1e9 },
  { name: 'ms', ns: 1e6 },
  { name: 'us', ns: 1e3 },
  { name: 'ns', ns: 1 },
] as const;

/** Exact to the step, in the unit of the step: "5.02 ms", "5,022.9 us". */
export function ticksOf(range: TimeRange, most: number): Tick[] {
  const step = stepFor(spanOf(range), Math.max(1, most));
  const unit = UNITS.find(({ ns }) => step >= ns / 10) ?? UNITS[3];
  const digits = step < unit.ns ? 1 : 0;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(range.startNs / step); at * step <= range.endNs; at++) {
    ticks.push({ ns: at * step, label: `${grouped((at * step) / unit.ns, digits)} ${unit.name}` });
  }
  return ticks;
}

const grouped = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A moment to the nanosecond, in the unit that people would take: "5,022.9 us", "5.010,634 ms" is not one of them. */
export function momentText(ns: number): string {
  const rounded = Math.round(ns);
  if (Math.abs(rounded) < 1e4) return `${grouped(rounded, 0)} ns`;
  if (Math.abs(rounded) < 1e7) return `${(rounded / 1e3).toLocaleString('en-US', { maximumFractionDigits: 3 })} us`;
  return `${(rounded / 1e6).toLocaleString('en-US', { maximumFractionDigits: 6 })} ms`;
}
