// What a part of the project adds to `npm run bench`: a title, and what prints its rows.

export interface Section {
  readonly name: string;
  readonly title: string;
  run(print: (line: string) => void): void | Promise<void>;
}

/** Work in slices: does about `count` units and returns how many it did. */
export type Slice = (count: number) => number;

export interface Contender {
  /** Builds the pending set, or the processes, outside of the measured time. */
  readonly prepare: () => Slice;
  /** Units of the first slice; it grows until a slice takes long enough to be measured. */
  readonly firstSlice: number;
}

const SLICE_MS = 30;
const ROUNDS = 31;

/** Units a second of several contenders, as medians of rounds in which they take turns. */
export class Rates<Name extends string> {
  private readonly rounds: Readonly<Record<Name, readonly number[]>>;

  constructor(rounds: Readonly<Record<Name, readonly number[]>>) {
    this.rounds = rounds;
  }

  of(name: Name): number {
    return median(this.rounds[name]);
  }

  /** Round by round, and then the median: a machine that is slow for a while is slow for both. */
  ratio(name: Name, other: Name): number {
    return median(this.rounds[name].map((rate, round) => rate / (this.rounds[other][round] as number)));
  }
}

export function measure<Name extends string>(contenders: Readonly<Record<Name, Contender>>): Rates<Name> {
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
  return new Rates(Object.fromEntries(prepared.map(({ name, rates }) => [name, rates])) as Record<Name, number[]>);
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

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

export const millions = (perSecond: number): string =>
  `${(perSecond / 1e6).toFixed(perSecond >= 1e6 ? 1 : perSecond >= 1e4 ? 3 : 6)} M/s`;

export const goal = (met: boolean): string => (met ? 'goal met' : 'GOAL MISSED');
