// The pace of virtual time on a slider, and in words.

import { formatNs } from '../ui/duration.ts';

/** Powers of ten of the ratio of virtual to real time. At the upper end the machine is the limit. */
const LOWEST = -7;
const HIGHEST = 3;
const STEPS_A_DECADE = 3;

export const SLIDER_MAX = (HIGHEST - LOWEST) * STEPS_A_DECADE;
/** What the service takes at most: as fast as it can. */
export const FULL_PACE = 10 ** HIGHEST;
const NS_PER_S = 1e9;
/** A third of a decade, as people count: 1, 2, 5. */
const MANTISSAS = [1, 2, 5] as const;

export function speedAt(position: number): number {
  const decade = LOWEST + Math.floor(position / STEPS_A_DECADE);
  const mantissa = MANTISSAS[position % STEPS_A_DECADE] ?? 1;
  // A power of ten that is written is exact, where one that is multiplied is not.
  return Number(`${mantissa}e${decade}`);
}

/** The nearest position. */
export function positionOf(speed: number): number {
  const at = Array.from({ length: SLIDER_MAX + 1 }, (_, position) => position);
  const distance = (position: number): number => Math.abs(Math.log(speedAt(position) / speed));
  return at.reduce((best, position) => (distance(position) < distance(best) ? position : best), 0);
}

/** "a real second is 1 ms, a 1000th of real time". */
export function paceInWords(speed: number): string {
  if (speed >= FULL_PACE) return 'as fast as the machine can';
  return `a real second is ${formatNs(speed * NS_PER_S)}: ${ratioInWords(speed)}`;
}

export function ratioInWords(ratio: number): string {
  if (ratio === 1) return 'real time';
  const rounded = (value: number): string =>
    value.toLocaleString('en-US', { maximumSignificantDigits: 3, notation: 'standard' });
  return ratio > 1
    ? `${rounded(ratio)} times as fast as real time`
    : `${rounded(1 / ratio)} times slower than real time`;
}
