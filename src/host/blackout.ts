/** A stretch of time, half open. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretches in which all of several vCPUs stand still at once. Those of one vCPU follow one another. */
export function blackouts(vcpus: readonly (readonly Stretch[])[]): Stretch[] {
  const [first = [], ...others] = vcpus;
  return others.reduce<Stretch[]>(
    (common, stretches) => common.flatMap((one) => stretches.flatMap((other) => overlap(one, other))),
    [...first],
  );
}

function overlap(one: Stretch, other: Stretch): Stretch[] {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from < to ? [{ from, to }] : [];
}
