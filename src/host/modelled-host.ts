// Which of the hosts that the model knows this one is.

import type { Scenario } from '../lab/scenario.ts';
import type { HostFacts } from './host-facts.ts';

type Machine = Scenario['machine'];

export type KernelFacts = Pick<HostFacts, 'kernel' | 'kernelBuild'>;

export function modelledHost({ kernel, kernelBuild }: KernelFacts): Pick<Machine, 'kernel' | 'preemption'> {
  return { kernel: modelledKernel(kernel), preemption: preemptionOf(kernelBuild) };
}

/** The newest that is not newer than this one; the oldest for one that is older still. */
function modelledKernel(release: string): Machine['kernel'] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const version = major * 1000 + minor;
  if (version >= 6_018) return '6.18';
  return version >= 6_012 ? '6.12' : '6.1';
}

/** From `uname -v`. PREEMPT_DYNAMIC is full unless the kernel's command line says otherwise, which is not looked at. */
const preemptionOf = (build: string): Machine['preemption'] =>
  /\bPREEMPT(_DYNAMIC|_RT)?\b/.test(build) ? 'full' : 'voluntary';
