import { describe, expect, it } from 'vitest';
import { touchNs } from '../../src/host/pace.ts';
import type { Window } from '../../src/host/window.ts';

const window = (ticks: number, touches: number, gaps: readonly (readonly number[])[]): Window =>
  ({
    start: 1_000n,
    end: 1_000n + BigInt(ticks),
    touches,
    gaps: gaps.map((lengths) => lengths.map((length) => ({ from: 2_000n, to: 2_000n + BigInt(length), address: 0 }))),
  }) as unknown as Window;

describe('touchNs', () => {
  it('one vCPU: the time that is no gap, for each touch', () => {
    expect(touchNs([window(10_000, 400, [[1_000, 1_000]])], 2)).toBe(10);
  });

  it('two vCPUs: the window counts once for each', () => {
    expect(touchNs([window(10_000, 1_000, [[4_000], [6_000]])], 1)).toBe(10);
  });

  it('several windows: their touches weigh alike, a short window little', () => {
    expect(touchNs([window(9_000, 900, [[]]), window(1_000, 50, [[]])], 1)).toBeCloseTo(10_000 / 950, 9);
  });
});
