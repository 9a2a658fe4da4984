import { describe, expect, it } from 'vitest';
import { calibratedProfile } from '../../src/host/calibration/calibrated-profile.ts';
import { overRounds, type Primitive, primitiveOf } from '../../src/host/calibration/primitive.ts';
import type { HostFacts } from '../../src/host/host-facts.ts';
import { calibrateInProcess } from '../../src/host/host-process.ts';
import { loadProfileDocument } from '../../src/lab/library.ts';
import { parseProfileDocument } from '../../src/lab/profile.ts';
import { CALIBRATION_TIMEOUT_MS, noSystem } from './support.ts';

const FACTS = { kernel: '6.18', cpu: 'a processor', virtualized: false } as HostFacts;

describe('primitiveOf', () => {
  it('quantiles of the samples, to four digits', () => {
    const samples = Array.from({ length: 100 }, (_, index) => (index + 1) * 1.000001);
    expect(primitiveOf({ name: 'x', method: 'y' }, samples)).toEqual({
      name: 'x',
      method: 'y',
      cost: null,
      samples: 100,
      p10: 10,
      p50: 50,
      p90: 90,
    });
  });
});

describe('overRounds', () => {
  const at = (p10: number, p50: number, p90: number): Primitive => ({
    ...primitiveOf({ name: 'x', method: 'y' }, [p50]),
    p10,
    p90,
  });

  it('three rounds that drift: the median of the medians, and a spread from the lowest to the highest', () => {
    const [only, ...others] = overRounds([[at(1, 2, 3)], [at(4, 5, 6)], [at(2, 3, 9)]]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ name: 'x', samples: 3, p10: 1, p50: 3, p90: 9, roundsNs: [2, 5, 3] });
  });

  it('what was not seen in a round: left out there, and altogether if it never was', () => {
    const never = primitiveOf({ name: 'never', method: 'y' }, []);
    expect(overRounds([[at(1, 2, 3), never], [never]]).map(({ name, roundsNs }) => [name, roundsNs])).toEqual([
      ['x', [2]],
    ]);
  });
});

describe('calibratedProfile', () => {
  const base = loadProfileDocument('epyc-uncontended');
  const measured: Primitive = {
    name: 'system call',
    method: 'gettid in a row',
    cost: 'syscallNs',
    samples: 40,
    p10: 99.6,
    p50: 100.4,
    p90: 101.2,
  };
  const compound: Primitive = { ...measured, name: 'zap', cost: null };
  const profile = calibratedProfile('mine', base, [measured, compound], FACTS);

  it('a profile that runs accept', () => {
    expect(parseProfileDocument(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(profile.description).toMatch(/1 costs measured here/);
  });

  it('what was measured: median, spread, method and sample size', () => {
    expect(profile.costs.syscallNs).toEqual({
      value: 100,
      low: 99,
      high: 102,
      source: expect.stringMatching(/^Measured on this host: gettid in a row; median of 40 samples/),
      confidence: 'H',
    });
  });

  it('what was not: as in the base, and it says so', () => {
    const { syscallNs: _, ...others } = profile.costs;
    for (const [name, { source, ...rest }] of Object.entries(others)) {
      const { source: before, ...same } = base.costs[name as keyof typeof others];
      expect([name, rest]).toEqual([name, same]);
      expect(source).toBe(`Not measured here, as in epyc-uncontended: ${before}`);
    }
  });
});

// Numbers of a busy machine: only what one step must cost beside another is held against them.
describe('calibrate', { retry: 2, timeout: CALIBRATION_TIMEOUT_MS }, () => {
  it('this host: every step has samples, and the order of what they must cost is kept', async ({ skip }) => {
    if (noSystem !== null) skip(noSystem);
    const { primitives, ticksPerNs } = await calibrateInProcess();
    const medians = Object.fromEntries(primitives.map(({ name, p50 }) => [name, p50]));
    expect(ticksPerNs).toBeGreaterThan(0);
    for (const { samples, p10, p50, p90 } of primitives) {
      expect(samples).toBeGreaterThan(0);
      expect(0 < p10 && p10 <= p50 && p50 <= p90).toBe(true);
    }
    expect(medians['system call']).toBeGreaterThan(medians['atomic, hot']!);
    expect(medians['copy of a page']).toBeGreaterThan(medians['atomic, cold']!);
    expect(medians['collapse of an anonymous page']).toBeGreaterThan(medians['protection of a page']!);
    expect(medians['zap of a huge page']).toBeGreaterThan(medians['zap of a shmem page']!);
  });
});
