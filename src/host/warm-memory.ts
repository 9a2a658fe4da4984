import { MADV } from './linux.ts';
import { Mapping } from './mapping.ts';
import type { System } from './system.ts';

/**
 * Touches as much memory as will be used, and gives it back. In a virtual machine the host of which has not backed its memory
 * yet, the first touch of a page costs far more than any operation that is to be measured.
 */
export function warmMemory(system: System, bytes: number): void {
  const memory = Mapping.anonymous(system, bytes);
  try {
    system.try('madvise', memory.address, bytes, MADV.hugepage);
    system.call('madvise', [memory.address, bytes, MADV.populateWrite], 'MADV_POPULATE_WRITE (kernel 5.14)');
  } finally {
    memory.unmap();
  }
}
