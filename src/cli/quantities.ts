// Numbers for people. JSON output has the integers.

const TIME_UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

const DIGITS = 3;

/** 1234567 to "1.23 ms"; below a microsecond as it is. */
export function showNs(ns: number): string {
  for (const [unit, factor] of TIME_UNITS) {
    if (Math.abs(ns) >= factor) return `${digits(ns / factor)} ${unit}`;
  }
  return `${digits(ns)} ns`;
}

/** Three digits, without the exponent that toPrecision would fall into. */
export function digits(value: number): string {
  if (Math.abs(value) >= 10 ** (DIGITS - 1) || Number.isInteger(value)) return String(Math.round(value));
  const rounded = value.toPrecision(DIGITS);
  // Zeros behind a decimal point say nothing; those of 100 do.
  return rounded.includes('.') ? rounded.replace(/\.?0+$/, '') : rounded;
}

export function percent(fraction: number): string {
  return `${digits(fraction * 100)} %`;
}
