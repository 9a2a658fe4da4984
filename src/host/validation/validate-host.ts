// The model held against this host, case by case: each is measured, simulated with this host's costs, and compared.

import { type InputError, InvalidInput } from '../../lab/invalid-input.ts';
import type { CostProfile } from '../../lab/profile.ts';
import { quantile } from '../../lab/statistics.ts';
import type { HostFacts } from '../host-facts.ts';
import { measureInProcess } from '../host-process.ts';
import { planMeasurement } from '../measurement-plan.ts';
import { type Validated, validated } from './validation.ts';
import { type ValidationCase, validationCases } from './validation-cases.ts';

export interface ValidationResult {
  readonly source: 'host and simulation';
  readonly profile: Pick<CostProfile, 'name' | 'description'>;
  readonly cases: readonly Validated[];
  /** Median of predicted over measured of the longest stall, over the cases in which it can be told from the noise. */
  readonly longestRatio: { readonly median: number | null; readonly cases: number };
  /** What this host does and the model does not. */
  readonly lacks: readonly string[];
  readonly host: HostFacts;
}

interface ValidationOptions {
  readonly cases: readonly ValidationCase[];
  readonly repetitions: number;
  readonly profile: CostProfile;
  readonly host: HostFacts;
  readonly onCase?: () => void;
}

/** The cases of these ids, all of them if there are none. InvalidInput names one that is not known. */
export function casesOf(ids: readonly string[] | undefined): readonly ValidationCase[] {
  if (ids === undefined) return validationCases;
  const known = validationCases.map(({ id }) => id);
  const errors = ids
    .filter((id) => !known.includes(id))
    .map((id): InputError => ({ path: 'case', message: `no such case: ${id}; there are ${known.join(', ')}` }));
  if (errors.length > 0) throw new InvalidInput('validation', errors);
  return validationCases.filter(({ id }) => ids.includes(id));
}

/** Rejects with a HostError where this host cannot measure. */
export async function validateHost(options: ValidationOptions): Promise<ValidationResult> {
  const { repetitions, profile, host } = options;
  const cases: Validated[] = [];
  for (const { id, request } of options.cases) {
    const measurement = await measureInProcess(planMeasurement({ ...request, repetitions }));
    cases.push(validated(id, measurement, host, profile));
    options.onCase?.();
  }
  const ratios = cases.flatMap(({ ratios }) => ratios.longestNs ?? []);
  return {
    source: 'host and simulation',
    profile: { name: profile.name, description: profile.description },
    cases,
    longestRatio: { median: ratios.length === 0 ? null : quantile(ratios, 0.5), cases: ratios.length },
    lacks: lacksOf(host),
    host,
  };
}

function lacksOf({ kvm, virtualized }: HostFacts): string[] {
  const always = ['an interrupt, a timer or a scheduler that takes the CPU from a vCPU: that is the control'];
  const shadow = ["what this KVM does in its own way: the model's shadow paging is that of upstream kernels"];
  const below = ['a hypervisor below: every exit and every interrupt of another CPU passes through it'];
  return [...always, ...(kvm.mmu === 'shadow' ? shadow : []), ...(virtualized ? below : [])];
}
