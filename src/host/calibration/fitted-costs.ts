// Costs that nothing shows alone. The host was seen to do a step that is made of several; the model does the same, and the one
// cost that is known least takes the value with which both take the same time.

import type { CostName } from '../../lab/cost-names.ts';
import type { CostProfile } from '../../lab/profile.ts';
import { runScenario } from '../../lab/run.ts';
import { quantile } from '../../lab/statistics.ts';
import { planMeasurement } from '../measurement-plan.ts';
import { faultsOf, type ModelledFacts, mmuOf, scenarioOf } from '../scenario-of-plan.ts';
import type { Primitive } from './primitive.ts';
import { type Step, steps } from './steps.ts';

export interface FittedCost {
  readonly cost: CostName;
  readonly primitive: Primitive;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Between two values of a cost, to see what it weighs. */
const STEP_NS = 1000;

/** Some steps need what others find: the second time each of them knows what all have found the first time. */
const PASSES = 3;

/** Of those whose step has been measured; the others stay what they are. */
export function fittedCosts(
  profile: CostProfile,
  primitives: readonly Primitive[],
  host: ModelledFacts,
): readonly FittedCost[] {
  let { costs } = profile;
  let found: FittedCost[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    found = onePass({ ...profile, costs }, primitives, host);
    costs = { ...costs, ...Object.fromEntries(found.map(({ cost, value }) => [cost, value])) };
  }
  // What one step shows of a cost depends on what the others have shown, at the same time.
  const rounds = Math.max(0, ...primitives.map(({ roundsNs }) => roundsNs?.length ?? 0));
  const byRound = Array.from({ length: rounds }, (_, round) => {
    const seen = primitives.map((primitive) => ({ ...primitive, p50: primitive.roundsNs?.[round] ?? primitive.p50 }));
    return onePass({ ...profile, costs }, seen, host);
  });
  return found.map((fit) => {
    const values = byRound.flatMap((fits) => fits.filter(({ cost }) => cost === fit.cost).map(({ value }) => value));
    return { ...fit, low: Math.min(fit.low, ...values), high: Math.max(fit.high, ...values) };
  });
}

/** In the order of the steps: each takes for granted what those before it have found. */
function onePass(profile: CostProfile, primitives: readonly Primitive[], host: ModelledFacts): FittedCost[] {
  const found: FittedCost[] = [];
  let { costs } = profile;
  for (const step of steps) {
    const cost = typeof step.fits === 'object' ? step.fits[mmuOf(host)] : step.fits;
    const primitive = primitives.find(({ name }) => name === step.name);
    if (cost === undefined || primitive === undefined) continue;
    const valueFor = inverse({ ...step, fits: cost }, primitive, { ...profile, costs }, host);
    const value = Math.round(valueFor(primitive.p50));
    // The rest of the step takes longer in the model than all of it does here: this cost is not what is wrong.
    if (!(value >= 0)) continue;
    costs = { ...costs, [cost]: value };
    const [low, high] = [valueFor(primitive.p10), valueFor(primitive.p90)];
    found.push({ cost, primitive, value, low: Math.max(0, Math.floor(low)), high: Math.ceil(high) });
  }
  return found;
}

/** The model spends each cost a number of times, so what a step takes is a straight line over it. */
function inverse(
  step: Step & { readonly fits: CostName },
  primitive: Primitive,
  profile: CostProfile,
  host: ModelledFacts,
): (ns: number) => number {
  const at = (value: number): number =>
    modelled(step, primitive, { ...profile, costs: { ...profile.costs, [step.fits]: value } }, host);
  const atZero = at(0);
  const slope = (at(STEP_NS) - atZero) / STEP_NS;
  return (ns) => (ns - atZero) / slope;
}

/** What the step takes in the model, ns. `paceNs`: of the guest beside it. */
export function modelled(
  { request, seen, parts }: Step,
  { paceNs = null }: { readonly paceNs?: number | null },
  profile: CostProfile,
  host: ModelledFacts,
): number {
  const scenarioFor = seen === 'faults' ? faultsOf : scenarioOf;
  const scenario = scenarioFor(planMeasurement(request), host, paceNs);
  const result = runScenario({ scenario, profile, scheme: 'range', mapcount: scenario.mapcount, seed: 1 });
  const stalls = [...result.stallsNs];
  if (seen === 'behind' || seen === 'faults') return quantile(stalls, 0.5);
  const ns =
    seen === 'beside'
      ? stalls.reduce((sum, one) => sum + one, 0)
      : result.operations.reduce((sum, { durationNs }) => sum + durationNs, 0);
  return ns / parts;
}
