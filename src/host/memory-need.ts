import { formatSize } from '../lab/units.ts';
import { HostError } from './host-error.ts';
import type { HostFacts } from './host-facts.ts';
import { HUGE_PAGE } from './linux.ts';
import type { MeasurementPlan } from './measurement-plan.ts';

/** All memory that the guest touches or that is operated on. */
const testBytes = ({ memoryBytes, rangeBytes }: MeasurementPlan): number => memoryBytes + rangeBytes;

/** As much again is held back while it is in use: a collapse wants free huge pages. */
export const warmBytes = (plan: MeasurementPlan): number => 2 * testBytes(plan);

/** Refuses what the host could not give without taking it from others. */
export function assertEnoughMemory(
  plan: MeasurementPlan,
  hugetlb: HostFacts['hugetlb2m'],
  availableBytes: number,
): void {
  if (warmBytes(plan) > availableBytes) {
    throw new HostError(
      `${formatSize(warmBytes(plan))} are needed, and this host has ${formatSize(availableBytes)} left`,
    );
  }
  const pages = testBytes(plan) / HUGE_PAGE;
  if (plan.kind.backing === 'hugetlb-2m' && hugetlb.free < pages) {
    throw new HostError(
      `${pages} free huge pages of 2MiB are needed, and this host has ${hugetlb.free}; vm.nr_hugepages makes more`,
    );
  }
}
