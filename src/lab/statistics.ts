// Estimates over the repetitions of a comparison. Schemes run on common random numbers: repetition r of each has the
// same seed, so what is estimated is the mean of the paired differences and ratios, which vary less than either side.

export interface Estimate {
  readonly estimate: number;
  /** 95 % confidence interval of the mean; null where one repetition says nothing about it. */
  readonly ci95: readonly [low: number, high: number] | null;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample, with n - 1. */
export function standardDeviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** The value at rank ceil(fraction * n), as a percentile of a list that is small enough to be sorted. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? 0;
}

/** The mean with its 95 % confidence interval after Student. */
export function meanWithInterval(values: readonly number[]): Estimate {
  const estimate = mean(values);
  if (values.length < 2) return { estimate, ci95: null };
  const half = (studentT975(values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return { estimate, ci95: [estimate - half, estimate + half] };
}

/** Mean of `values[r] - baselines[r]`. */
export function pairedDifference(baselines: readonly number[], values: readonly number[]): Estimate {
  return meanWithInterval(values.map((value, r) => value - (baselines[r] ?? 0)));
}

/** Mean of `values[r] / baselines[r]`; null where a baseline is 0, since no ratio to it exists. */
export function pairedRatio(baselines: readonly number[], values: readonly number[]): Estimate | null {
  if (baselines.some((baseline) => baseline === 0)) return null;
  return meanWithInterval(values.map((value, r) => value / (baselines[r] ?? 0)));
}

/** The 0.975 quantile of Student's t distribution with `freedom` degrees of freedom. */
export function studentT975(freedom: number): number {
  // The probability grows with t, and t is 12.7 at most: halving finds it to the last digit that matters.
  let low = 0;
  let high = 16;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentCentralProbability(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(-t < T < t), in the closed form for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4). */
function studentCentralProbability(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine2 = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cosine2 * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
