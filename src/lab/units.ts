// Times and sizes as people write them. Inside the project they are integers of ns and bytes; "1.5ms" and "1GiB" exist
// only at the edge.

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const PAGE_BYTES = 4 * KIB;

export const US = 1_000;
export const MS = 1_000_000;
export const SECOND = 1_000_000_000;
export const MINUTE = 60 * SECOND;

const timeUnits: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', US],
  ['µs', US],
  ['ms', MS],
  ['s', SECOND],
  ['min', MINUTE],
]);

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', KIB],
  ['MiB', MIB],
  ['GiB', GIB],
]);

/** For JSON Schema; the parsers also refuse what is not a whole number of ns or bytes. */
export const TIME_PATTERN = '^\\d+(\\.\\d+)?(ns|us|µs|ms|s|min)$';
export const SIZE_PATTERN = '^\\d+(\\.\\d+)?(B|KiB|MiB|GiB)$';

/** "5ms" to 5000000; null where the text is not a time, or not a whole number of ns. */
export function parseTime(text: string): number | null {
  return parseQuantity(text, timeUnits);
}

/** "2MiB" to 2097152; null where the text is not a size, or not a whole number of bytes. */
export function parseSize(text: string): number | null {
  return parseQuantity(text, sizeUnits);
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | null {
  const match = /^(\d{1,16})(?:\.(\d{1,12}))?([A-Za-zµ]+)$/.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', unit = ''] = match;
  const factor = units.get(unit);
  if (factor === undefined) return null;
  // In integers: 0.1 + 0.2 has no place in a time that must be exact.
  const scale = 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * BigInt(factor);
  if (product % scale !== 0n) return null;
  const value = Number(product / scale);
  return Number.isSafeInteger(value) ? value : null;
}

/** 5000000 to "5ms": the largest unit in which the time is a whole number. */
export function formatTime(ns: number): string {
  return formatQuantity(ns, ['min', 's', 'ms', 'us', 'ns'], timeUnits);
}

/** 2097152 to "2MiB": the largest unit in which the size is a whole number. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, ['GiB', 'MiB', 'KiB', 'B'], sizeUnits);
}

function formatQuantity(value: number, names: readonly string[], units: ReadonlyMap<string, number>): string {
  const smallest = names.at(-1) ?? '';
  const fitting = names.find((name) => value !== 0 && value % (units.get(name) ?? 1) === 0) ?? smallest;
  return `${value / (units.get(fitting) ?? 1)}${fitting}`;
}
