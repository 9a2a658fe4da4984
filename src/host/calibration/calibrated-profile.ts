// A cost profile of this host: what was measured takes the place of what a profile from the library says, then what follows
// from it in the model, and the rest stays, marked as what it is.

import type { CostName } from '../../lab/cost-names.ts';
import { costNames } from '../../lab/cost-names.ts';
import { type CostProfileDocument, parseProfile } from '../../lab/profile.ts';
import type { HostFacts } from '../host-facts.ts';
import { type FittedCost, fittedCosts } from './fitted-costs.ts';
import type { Primitive } from './primitive.ts';

/** Of the schema of a profile. */
const LONGEST_SOURCE = 2000;
const MEASURED = 'Measured on this host';

export function calibratedProfile(
  name: string,
  base: CostProfileDocument,
  primitives: readonly Primitive[],
  host: HostFacts,
): CostProfileDocument {
  const measured = new Map(
    primitives.flatMap((primitive) => (primitive.cost === null ? [] : [[primitive.cost, measuredCost(primitive)]])),
  );
  const cost = (costName: CostName): Cost => {
    const { source, ...rest } = base.costs[costName];
    const kept = { ...rest, source: `Not measured here, as in ${base.name}: ${source}`.slice(0, LONGEST_SOURCE) };
    return measured.get(costName) ?? kept;
  };
  const alone: CostProfileDocument = {
    name,
    description: `${host.cpu}, Linux ${host.kernel}${host.virtualized ? ', itself a virtual machine' : ''}`,
    regime: 'uncontended',
    costs: Object.fromEntries(costNames.map((costName) => [costName, cost(costName)])) as Costs,
  };
  const fitted = new Map(fittedCosts(parseProfile(alone), primitives, host).map((fit) => [fit.cost, costOfFit(fit)]));
  const own = new Set([...measured.keys(), ...fitted.keys()]).size;
  return {
    ...alone,
    description:
      `${alone.description}: ${own} costs measured here, ${fitted.size} of them inside of longer steps, ` +
      `the other ${costNames.length - own} as in ${base.name}.`,
    costs: { ...alone.costs, ...Object.fromEntries(fitted) },
  };
}

type Costs = CostProfileDocument['costs'];
type Cost = Costs[CostName];

/** Alone or inside of a longer step, by the calibration that made the profile. */
export const isMeasured = ({ source }: Cost): boolean => source.startsWith(MEASURED);

function measuredCost({ p10, p50, p90, samples, method }: Primitive): Cost {
  return {
    value: Math.round(p50),
    low: Math.floor(p10),
    high: Math.ceil(p90),
    source: `${MEASURED}: ${method}; median of ${samples} samples, low and high are the lowest 10th and the highest 90th percentile of its rounds.`,
    confidence: 'H',
  };
}

function costOfFit({ value, low, high, primitive: { p50, samples, method } }: FittedCost): Cost {
  return {
    value,
    low: Math.min(low, value),
    high: Math.max(high, value),
    source:
      `${MEASURED} inside of a longer step: ${method}; ${Math.round(p50)} ns, median of ${samples} samples. With this value the ` +
      'model takes as long; low and high are those of the lowest 10th and the highest 90th percentile, and of each round.',
    confidence: 'M',
  };
}
