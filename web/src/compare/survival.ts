// How many stalls last at least so long: what a CCDF draws.

import type { Bucket } from './hdr-histogram.ts';

export interface SurvivalPoint {
  readonly ns: number;
  /** Stall windows of this length or longer. */
  readonly atLeast: number;
}

/** One point for each length that occurs, in ascending order. No length is above `maxNs`, which is exact where buckets are not. */
export function survivalOf(buckets: readonly Bucket[], maxNs: number): readonly SurvivalPoint[] {
  const points: SurvivalPoint[] = [];
  let atLeast = 0;
  for (const { highest, count } of buckets.toReversed()) {
    atLeast += count;
    points.push({ ns: Math.min(highest, maxNs), atLeast });
  }
  return points.reverse();
}

/** Stall windows that last at least `ns`. */
export function atLeast(points: readonly SurvivalPoint[], ns: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.ns < ns) low = middle + 1;
    else high = middle;
  }
  return points[low]?.atLeast ?? 0;
}

/** Closer than that no eye tells two points of a chart of nine decades apart. */
const STEP = 1.004;

/** Fewer points that look the same: a few thousand at most, however many there were. The first and the last always stay. */
export function thinned(points: readonly SurvivalPoint[]): readonly SurvivalPoint[] {
  const kept: SurvivalPoint[] = [];
  for (const [index, point] of points.entries()) {
    const before = kept.at(-1);
    const isFar = before === undefined || point.ns > before.ns * STEP || point.atLeast * STEP < before.atLeast;
    if (isFar || index === points.length - 1) kept.push(point);
  }
  return kept;
}
