// What the outcome of a lap through the fault path is called in records, and what the time of the lap is a stall for.

import type { KernelVersion } from '../mm/machine.ts';
import type { FaultResult } from './page-fault.ts';
import type { StallCause } from './stall-windows.ts';

/** As the records name it: whatever sends the vCPU round once more is a retry. */
export function recordedOutcome(
  outcome: FaultResult['outcome'],
): 'fixed' | 'retry' | 'spurious' | 'efault' | 'userfault' {
  if (outcome === 'aside') return 'userfault';
  return outcome === 'fixed' || outcome === 'spurious' || outcome === 'efault' ? outcome : 'retry';
}

/** What the vCPU stood still for in a lap that ended so. */
export const causeOfLap = (outcome: FaultResult['outcome'], kernel: KernelVersion): StallCause =>
  outcome === 'retry-frozen' ? frozenCause[kernel] : lapCause[outcome];

const lapCause: Readonly<Record<Exclude<FaultResult['outcome'], 'retry-frozen'>, StallCause>> = {
  fixed: 'fault',
  spurious: 'fault',
  efault: 'fault',
  sigbus: 'fault',
  aside: 'fault',
  'retry-invalidate': 'invalidate-retry',
  'retry-lost': 'fault',
};

/** What a frozen SPTE is frozen for: in 6.1 its subtree is torn down meanwhile, later kernels only flush. */
const frozenCause: Readonly<Record<KernelVersion, StallCause>> = {
  '6.1': 'subtree-teardown',
  '6.12': 'tlb-flush',
  '6.18': 'tlb-flush',
};
