// Which CPUs this process may use, and putting a thread on one of them.

import { PAGE } from './linux.ts';
import { Mapping } from './mapping.ts';
import type { System } from './system.ts';

const MASK_BYTES = 1024;

/** Numbers of the CPUs that the calling thread may run on. */
export function allowedCpus(system: System): number[] {
  const mask = Mapping.anonymous(system, PAGE);
  try {
    const bytes = system.call('sched_getaffinity', [0, MASK_BYTES, mask.address]);
    const bits = new Uint8Array(mask.data.buffer, 0, bytes);
    return Array.from({ length: 8 * bytes }, (_, cpu) => cpu).filter((cpu) => hasBit(bits, cpu));
  } finally {
    mask.unmap();
  }
}

/** Keeps the calling thread on these CPUs. */
export function pinTo(system: System, ...cpus: readonly number[]): void {
  const mask = Mapping.anonymous(system, PAGE);
  try {
    const bits = new Uint8Array(mask.data.buffer);
    for (const cpu of cpus) bits[cpu >> 3] = (bits[cpu >> 3] ?? 0) | (1 << (cpu & 7));
    system.call('sched_setaffinity', [0, MASK_BYTES, mask.address]);
  } finally {
    mask.unmap();
  }
}

function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}
