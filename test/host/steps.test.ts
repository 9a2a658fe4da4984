import { describe, expect, it } from 'vitest';
import { fittedCosts, modelled } from '../../src/host/calibration/fitted-costs.ts';
import { type Primitive, primitiveOf } from '../../src/host/calibration/primitive.ts';
import { type Step, steps } from '../../src/host/calibration/steps.ts';
import { planMeasurement } from '../../src/host/measurement-plan.ts';
import { mmuOf } from '../../src/host/scenario-of-plan.ts';
import { validationCases } from '../../src/host/validation/validation-cases.ts';
import type { CostName } from '../../src/lab/cost-names.ts';
import { loadProfile } from '../../src/lab/library.ts';
import type { CostProfile } from '../../src/lab/profile.ts';

const profile = loadProfile('epyc-uncontended');
const PACE_NS = 16.4;
const host = (mmu: 'tdp' | 'shadow') => ({
  kernel: '6.18.4-x',
  kernelBuild: '#1 SMP PREEMPT_DYNAMIC',
  cpus: 2,
  kvm: { mmu },
});

const fittedCost = ({ fits }: Step, mmu: 'tdp' | 'shadow'): CostName | undefined =>
  typeof fits === 'object' ? fits[mmu] : fits;
const fitting = (mmu: 'tdp' | 'shadow') =>
  steps.flatMap((step) => {
    const cost = fittedCost(step, mmu);
    return cost === undefined ? [] : [{ mmu, step, cost, name: step.name }];
  });
const withCost = (cost: CostName, ns: number): CostProfile => ({ ...profile, costs: { ...profile.costs, [cost]: ns } });
const shown = (step: Step, mmu: 'tdp' | 'shadow', made: CostProfile): Primitive => {
  const ns = modelled(step, { paceNs: PACE_NS }, made, host(mmu));
  return { ...primitiveOf(step, [ns]), p10: ns, p50: ns, p90: ns, paceNs: PACE_NS };
};

describe('steps', () => {
  it.each(steps)('$name: can be planned', ({ request }) => {
    expect(planMeasurement(request)).toMatchObject({ operation: request.operation, rangeBytes: 2 ** 21 });
  });

  it.each(['tdp', 'shadow'] as const)('%s: no two steps fit the same cost, and no name comes twice', (mmu) => {
    const costs = fitting(mmu).map(({ cost }) => cost);
    expect(new Set(costs).size).toBe(costs.length);
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
  });

  it('none is a case of the validation: another operation, size or place', () => {
    const key = (request: Step['request']): string => {
      const { operation, kind, rangeBytes, places } = planMeasurement(request);
      return JSON.stringify([operation, kind, rangeBytes, places]);
    };
    const cases = validationCases.map(({ request }) => key(request));
    expect(steps.filter(({ request }) => cases.includes(key(request)))).toEqual([]);
  });
});

describe('fittedCosts: what the model itself shows', () => {
  it.each([...fitting('tdp'), ...fitting('shadow')])(
    '$mmu, $name: a host with another $cost gives it back',
    ({ mmu, step, cost }) => {
      const ns = profile.costs[cost] + 30;
      const [fit, ...others] = fittedCosts(profile, [shown(step, mmu, withCost(cost, ns))], host(mmu));
      expect(others).toEqual([]);
      expect(fit?.cost).toBe(cost);
      expect(fit?.value).toBe(ns);
    },
  );

  it.each(['tdp', 'shadow'] as const)('%s: all steps of an invented host at once give all its costs back', (mmu) => {
    const invented = fitting(mmu).map(({ cost }, index) => [cost, profile.costs[cost] * 2 + 10 * index] as const);
    const made = { ...profile, costs: { ...profile.costs, ...Object.fromEntries(invented) } };
    const found = fittedCosts(
      profile,
      steps.map((step) => shown(step, mmu, made)),
      host(mmu),
    );
    const ratios = invented.map(
      ([cost, ns]) => [cost, found.find((fit) => fit.cost === cost)?.value ?? 0, ns] as const,
    );
    // Each rests on the others, and all of them are rounded.
    for (const [cost, value, ns] of ratios) {
      expect([cost, Math.abs(value - ns) <= Math.max(2, 0.02 * ns) ? ns : value]).toEqual([cost, ns]);
    }
  });
});

describe('mmuOf', () => {
  it('a host whose KVM is not known: two dimensions', () => {
    expect([mmuOf(host('shadow')), mmuOf({ kernel: '6.18', kernelBuild: '', cpus: 1 })]).toEqual(['shadow', 'tdp']);
  });
});
