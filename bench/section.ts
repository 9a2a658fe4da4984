// What a part of the project adds to `npm run bench`: a title, and what prints its rows.

export interface Section {
  readonly name: string;
  readonly title: string;
  run(print: (line: string) => void): void;
}

/** Work in slices: does about `count` units and returns how many it did. */
export type Slice = (count: number) => number;

export interface Contender {
  /** Builds the pending set, or the processes, outside of the measured time. */
  readonly prepare: () => Slice;
  /** Units of the first slice; it grows until a slice takes long enough to be measured. */
  readonly firstSlice: number;
}

const SLICE_MS = 60;
const ROUNDS = 15;

/** Units a second of each contender: the median of several rounds that take turns, so that a slow moment hits all alike. */
export function measure<Name extends string>(contenders: Readonly<Record<Name, Contender>>): Record<Name, number> {
  const names = Object.keys(contenders) as Name[];
  const prepared = names.map((name) => {
    const slice = contenders[name].prepare();
    return { name, slice, count: warmUp(slice, contenders[name].firstSlice), rates: [] as number[] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { slice, count, rates } of prepared) {
      const started = performance.now();
      const done = slice(count);
      rates.push((done * 1000) / (performance.now() - started));
    }
  }
  return Object.fromEntries(prepared.map(({ name, rates }) => [name, median(rates)])) as Record<Name, number>;
}

/** Runs slices until one takes long enough, and returns its size. */
function warmUp(slice: Slice, firstSlice: number): number {
  for (let count = firstSlice; ; count *= 2) {
    const started = performance.now();
    slice(count);
    const ms = performance.now() - started;
    if (ms >= SLICE_MS / 2) return Math.max(1, Math.round((count * SLICE_MS) / ms));
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

export const millions = (perSecond: number): string =>
  `${(perSecond / 1e6).toFixed(perSecond >= 1e6 ? 1 : perSecond >= 1e4 ? 3 : 6)} M/s`;

export const goal = (met: boolean): string => (met ? 'goal met' : 'GOAL MISSED');
