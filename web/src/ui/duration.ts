// Times as people read them, and as they are.

const UNITS = [
  { name: 's', ns: 1e9 },
  { name: 'ms', ns: 1e6 },
  { name: 'us', ns: 1e3 },
] as const;
const DIGITS = 3;

/** Three significant digits in the unit that leaves one to three of them in front of the point: "43.4 ms". */
export function formatNs(ns: number): string {
  // What would be rounded up to a thousand of a unit is one of the next.
  const rounded = Number(ns.toPrecision(DIGITS));
  const unit = UNITS.find((candidate) => Math.abs(rounded) >= candidate.ns);
  return unit === undefined ? `${rounded} ns` : `${Number((rounded / unit.ns).toPrecision(DIGITS))} ${unit.name}`;
}

/** To the nanosecond: "43,412,900 ns". */
export const exactNs = (ns: number): string => `${formatCount(ns)} ns`;

/** A count, or a number that is no time: "1,596". */
export const formatCount = (count: number): string => count.toLocaleString('en-US', { maximumFractionDigits: 6 });

/** A ratio or share with three significant digits, never in powers of ten: "0.0000357". */
export const formatRatio = (ratio: number): string =>
  ratio.toLocaleString('en-US', { maximumSignificantDigits: DIGITS, useGrouping: false });
