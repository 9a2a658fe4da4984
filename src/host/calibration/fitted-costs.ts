// Costs that nothing shows alone. The host was seen to do a step that is made of several; the model does the same, and the one
// cost that is known least takes the value with which both take the same time.

import type { CostName } from '../../lab/cost-names.ts';
import type { CostProfile } from '../../lab/profile.ts';
import { runScenario } from '../../lab/run.ts';
import type { RunResult } from '../../lab/run-types.ts';
import { parseScenario } from '../../lab/scenario.ts';
import { quantile } from '../../lab/statistics.ts';
import { MIB, MS, PAGE_BYTES } from '../../lab/units.ts';
import { type KernelFacts, modelledHost } from '../modelled-host.ts';
import type { Primitive } from './primitive.ts';

interface Fit {
  readonly cost: CostName;
  /** Name of the primitive. */
  readonly from: string;
  readonly vm: Readonly<Record<string, unknown>>;
  /** Absent: the guest touches one page after the other, and the step is what a touch waits for. */
  readonly operation?: Readonly<Record<string, unknown>>;
}

export interface FittedCost {
  readonly cost: CostName;
  readonly primitive: Primitive;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const BYTES = 2 * MIB;
const STEP_NS = 100;
const SETTLE_NS = 4 * MS;

/** In this order: each takes for granted what those before it have found. */
const fits: readonly Fit[] = [
  {
    cost: 'gatherNs',
    from: 'zap of an anonymous page',
    vm: { backing: 'anonymous' },
    operation: { operation: 'madv-dontneed' },
  },
  {
    cost: 'pteScanNs',
    from: 'collapse of an entry',
    vm: { backing: 'shmem', folios: '2m' },
    operation: { operation: 'madv-collapse' },
  },
  {
    cost: 'copyPageNs',
    from: 'collapse of an anonymous page',
    vm: { backing: 'anonymous' },
    operation: { operation: 'madv-collapse' },
  },
  {
    cost: 'vmExitEntryNs',
    from: 'guest fault, page in the cache',
    vm: { backing: 'shmem', mapped: 'none', folios: '4k' },
  },
];

/** Of those whose primitive has been measured; the others stay what they are. */
export function fittedCosts(
  profile: CostProfile,
  primitives: readonly Primitive[],
  host: KernelFacts,
): readonly FittedCost[] {
  const found: FittedCost[] = [];
  let { costs } = profile;
  for (const fit of fits) {
    const primitive = primitives.find(({ name }) => name === fit.from);
    if (primitive === undefined) continue;
    const valueFor = inverse(fit, { ...profile, costs }, host);
    const value = Math.round(valueFor(primitive.p50));
    // The rest of the step takes longer in the model than all of it does here: this cost is not what is wrong.
    if (value < 0) continue;
    costs = { ...costs, [fit.cost]: value };
    const [low, high] = [valueFor(primitive.p10), valueFor(primitive.p90)];
    found.push({ cost: fit.cost, primitive, value, low: Math.max(0, Math.floor(low)), high: Math.ceil(high) });
  }
  return found;
}

/** The model spends each cost a number of times, so what a step takes is a straight line over it. */
function inverse(fit: Fit, profile: CostProfile, host: KernelFacts): (ns: number) => number {
  const { cost } = fit;
  const at = (value: number): number => modelled(fit, { ...profile, costs: { ...profile.costs, [cost]: value } }, host);
  const atZero = at(0);
  const slope = (at(STEP_NS) - atZero) / STEP_NS;
  return (ns) => (ns - atZero) / slope;
}

/** What one page of the step takes in the model. */
function modelled({ vm, operation }: Fit, profile: CostProfile, host: KernelFacts): number {
  const scenario = parseScenario({
    name: 'calibration',
    machine: { ...modelledHost(host), cpus: 2 },
    vm: { vcpus: 1, memory: BYTES, sptePopulatedFraction: 0, ...vm },
    guest: { pattern: operation === undefined ? 'stride' : 'idle', stridePages: 1 },
    timeline: operation === undefined ? [] : [{ at: 0, ...operation }],
    settle: SETTLE_NS,
  });
  const result = runScenario({ scenario, profile, scheme: 'range', mapcount: scenario.mapcount, seed: 1 });
  return operation === undefined ? quantile([...result.stallsNs], 0.5) : perPage(result);
}

const perPage = ({ operations }: RunResult): number => (operations[0]?.durationNs ?? Number.NaN) / (BYTES / PAGE_BYTES);
