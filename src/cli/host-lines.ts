// What stands below every table of something measured: the machine, in a line or two.

import type { HostFacts } from '../host/host-facts.ts';

export function hostLine({ kernel, cpu, virtualized, kvm }: HostFacts): string {
  const mmu = { tdp: kvm.tdpMmu ? 'TDP MMU' : 'two-dimensional paging', shadow: 'shadow paging' };
  const machine = `${cpu}${virtualized ? ' (a virtual machine)' : ''}`;
  return `kernel ${kernel}, ${machine}, ${kvm.module ?? 'KVM'}: ${kvm.mmu === null ? 'MMU unknown' : mmu[kvm.mmu]}`;
}

export const hugePagesOf = ({ thp }: HostFacts): string =>
  `transparent huge pages ${thp.enabled ?? 'none'}, of shmem ${thp.shmem ?? 'none'}`;
