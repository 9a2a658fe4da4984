// What a measurement has to say about the machine that it was made on, so that others can read its numbers.

import { readdirSync, readFileSync } from 'node:fs';
import { cpus, release, version } from 'node:os';

export interface HostFacts {
  /** As `uname -r` and `uname -v` say it: the latter names the preemption. */
  readonly kernel: string;
  readonly kernelBuild: string;
  readonly cpu: string;
  readonly cpus: number;
  /** Whether this host is a virtual machine itself. */
  readonly virtualized: boolean;
  readonly kvm: {
    /** The module that runs guests, such as kvm_intel. */
    readonly module: string | null;
    /** Two-dimensional paging of the processor, or a shadow of the guest's page tables; null: it cannot be told. */
    readonly mmu: 'tdp' | 'shadow' | null;
    /** Whether KVM uses its TDP MMU, where there is two-dimensional paging. */
    readonly tdpMmu: boolean;
    readonly nxHugePages: string | null;
  };
  readonly thp: { readonly enabled: string | null; readonly shmem: string | null; readonly defrag: string | null };
  readonly hugetlb2m: { readonly total: number; readonly free: number };
  readonly clocksource: string | null;
}

const THP = '/sys/kernel/mm/transparent_hugepage';
const HUGETLB = '/sys/kernel/mm/hugepages/hugepages-2048kB';

export function hostFacts(): HostFacts {
  const module = kvmModule();
  const mmu = kvmMmu(module);
  return {
    kernel: release(),
    kernelBuild: version(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    virtualized: /^flags\s*:.*\bhypervisor\b/m.test(textOf('/proc/cpuinfo') ?? ''),
    kvm: {
      module,
      mmu,
      tdpMmu: mmu === 'tdp' && isOn(textOf('/sys/module/kvm/parameters/tdp_mmu')),
      nxHugePages: textOf('/sys/module/kvm/parameters/nx_huge_pages'),
    },
    thp: {
      enabled: chosen(textOf(`${THP}/enabled`)),
      shmem: chosen(textOf(`${THP}/shmem_enabled`)),
      defrag: chosen(textOf(`${THP}/defrag`)),
    },
    hugetlb2m: {
      total: Number(textOf(`${HUGETLB}/nr_hugepages`) ?? 0),
      free: Number(textOf(`${HUGETLB}/free_hugepages`) ?? 0),
    },
    clocksource: textOf('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
  };
}

function kvmModule(): string | null {
  try {
    return readdirSync('/sys/module').find((name) => /^kvm_/.test(name)) ?? null;
  } catch {
    return null;
  }
}

/** Each module has a parameter of its own for two-dimensional paging; kvm_pvm never has any. */
function kvmMmu(module: string | null): HostFacts['kvm']['mmu'] {
  if (module === 'kvm_pvm') return 'shadow';
  const parameter = module === 'kvm_intel' ? 'ept' : module === 'kvm_amd' ? 'npt' : null;
  const text = parameter === null ? null : textOf(`/sys/module/${module}/parameters/${parameter}`);
  if (text === null) return null;
  return isOn(text) ? 'tdp' : 'shadow';
}

const isOn = (text: string | null): boolean => text === 'Y' || text === '1';

/** "always [madvise] never" to "madvise". */
const chosen = (text: string | null): string | null => /\[(\S+)\]/.exec(text ?? '')?.[1] ?? text;

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
