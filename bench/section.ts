// What a part of the project adds to `npm run bench`: a title, and what prints its rows.

export interface Section {
  readonly name: string;
  readonly title: string;
  run(print: (line: string) => void): void;
}

/** Work in slices: does about `count` units and returns how many it did. */
export type Slice = (count: number) => number;

export interface Contender {
  readonly name: string;
  /** Builds the pending set, or the processes, outside of the measured time. */
  readonly prepare: () => Slice;
  /** Units of the first slice; it grows until a slice takes long enough to be measured. */
  readonly firstSlice: number;
}

const SLICE_MS = 120;
const ROUNDS = 7;

/** Units a second of each contender: the median of several rounds that take turns, so that a slow moment hits all alike. */
export function measure(contenders: readonly Contender[]): Map<string, number> {
  const prepared = contenders.map(({ name, prepare, firstSlice }) => {
    const slice = prepare();
    return { name, slice, count: warmUp(slice, firstSlice), rates: [] as number[] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of prepared) {
      const started = performance.now();
      const done = contender.slice(contender.count);
      contender.rates.push((done * 1000) / (performance.now() - started));
    }
  }
  return new Map(prepared.map(({ name, rates }) => [name, median(rates)]));
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
