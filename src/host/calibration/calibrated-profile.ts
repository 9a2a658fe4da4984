// A cost profile of this host: what was measured takes the place of what a profile from the library says, and the rest
// stays, marked as what it is.

import type { CostName } from '../../lab/cost-names.ts';
import { costNames } from '../../lab/cost-names.ts';
import type { CostProfileDocument } from '../../lab/profile.ts';
import type { HostFacts } from '../host-facts.ts';
import type { Primitive } from './primitive.ts';

/** Of the schema of a profile. */
const LONGEST_SOURCE = 2000;

export function calibratedProfile(
  name: string,
  base: CostProfileDocument,
  primitives: readonly Primitive[],
  host: HostFacts,
): CostProfileDocument {
  const measured = new Map(
    primitives.flatMap((primitive) => (primitive.cost === null ? [] : [[primitive.cost, primitive]])),
  );
  const cost = (costName: CostName): CostProfileDocument['costs'][CostName] => {
    const primitive = measured.get(costName);
    const { source, ...rest } = base.costs[costName];
    if (primitive === undefined) {
      return { ...rest, source: `Not measured here, as in ${base.name}: ${source}`.slice(0, LONGEST_SOURCE) };
    }
    const { p10, p50, p90, samples, method } = primitive;
    return {
      value: Math.round(p50),
      low: Math.floor(p10),
      high: Math.ceil(p90),
      source: `Measured on this host: ${method}; median of ${samples} samples, low and high are the 10th and 90th percentile.`,
      confidence: 'H',
    };
  };
  return {
    name,
    description:
      `${host.cpu}, Linux ${host.kernel}${host.virtualized ? ', itself a virtual machine' : ''}: ` +
      `${measured.size} costs measured here, the other ${costNames.length - measured.size} as in ${base.name}.`,
    regime: 'uncontended',
    costs: Object.fromEntries(costNames.map((costName) => [costName, cost(costName)])) as CostProfileDocument['costs'],
  };
}
