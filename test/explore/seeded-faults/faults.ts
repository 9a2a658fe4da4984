import { kvmFaults } from './kvm-faults.ts';
import { mmFaults } from './mm-faults.ts';
import type { SeededFault } from './seeded-fault.ts';

export const seededFaults: readonly SeededFault[] = [...kvmFaults, ...mmFaults];
