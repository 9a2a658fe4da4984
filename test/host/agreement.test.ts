import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../src/host/calibration/agreement.ts';
import { calibratedProfile } from '../../src/host/calibration/calibrated-profile.ts';
import type { Primitive } from '../../src/host/calibration/primitive.ts';
import type { HostFacts } from '../../src/host/host-facts.ts';
import type { CostName } from '../../src/lab/cost-names.ts';
import { loadProfileDocument } from '../../src/lab/library.ts';

const FACTS = { kernel: '6.18', kernelBuild: '', cpu: 'a processor', cpus: 2, virtualized: false } as HostFacts;
const primitive = (cost: CostName, p50: number): Primitive => ({
  name: cost,
  method: 'm',
  cost,
  samples: 20,
  p10: p50 - 10,
  p50,
  p90: p50 + 20,
});
const calibration = (...primitives: Primitive[]) =>
  calibratedProfile('mine', loadProfileDocument('epyc-uncontended'), primitives, FACTS);

describe('agreementOf', () => {
  const first = calibration(primitive('syscallNs', 100), primitive('sleepWakeUpNs', 30_000));

  it.each([
    [89, false],
    [90, true],
    [120, true],
    [121, false],
  ])('100 ns, 90 to 120, then %i ns: within %s', (ns, isWithin) => {
    const second = calibration(primitive('syscallNs', ns), primitive('sleepWakeUpNs', 30_000));
    const agreement = agreementOf(first, second);
    expect(agreement.map(({ cost }) => cost).toSorted()).toEqual(['sleepWakeUpNs', 'syscallNs']);
    expect(agreement.find(({ cost }) => cost === 'syscallNs')).toEqual({
      cost: 'syscallNs',
      first: { value: 100, low: 90, high: 120 },
      second: { value: ns, low: ns - 10, high: ns + 20 },
      isWithin,
    });
  });

  it('a cost that only one of them has measured: no agreement, though the base has a value', () => {
    const agreement = agreementOf(first, calibration(primitive('syscallNs', 100), primitive('atomicHotNs', 30)));
    expect(agreement.map(({ cost, first, second, isWithin }) => [cost, first?.value, second?.value, isWithin])).toEqual(
      expect.arrayContaining([
        ['syscallNs', 100, 100, true],
        ['sleepWakeUpNs', 30_000, undefined, false],
        ['atomicHotNs', undefined, 30, false],
      ]),
    );
  });

  it('profiles of the library, which nobody has measured here: nothing to compare', () => {
    const base = loadProfileDocument('epyc-uncontended');
    expect(agreementOf(base, base)).toEqual([]);
  });
});
