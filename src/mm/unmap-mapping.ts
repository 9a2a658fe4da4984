import type { Process } from '../engine/process.ts';
import { type Hva, hva } from './address.ts';
import type { Machine } from './machine.ts';
import type { AddressSpace } from './page-cache.ts';
import type { Vma } from './vma.ts';
import { zapPageRange } from './zap-page-range.ts';

/**
 * Zaps 4K pages [first, end) of a file wherever they are mapped: a section and a flush of its own for every mapping.
 *
 * Models   unmap_mapping_range(), unmap_mapping_pages() and unmap_mapping_folio(), mm/memory.c.
 * Locks    i_mmap_rwsem (R) around all of them, so that no mapping and none of its tables goes away. The caller may hold
 *          the folio lock. Not mmap_lock: vCPUs fault beside it.
 */
export function* unmapMappingPages(machine: Machine, mapping: AddressSpace, first: number, end: number): Process<void> {
  yield* mapping.iMmapRwsem.acquireRead();
  yield* machine.sim.spend(machine.costs.rwsemNs);
  for (const vma of mapping.vmas) {
    const part = mappedPart(vma, first, end);
    if (part !== null) yield* zapPageRange(vma, part.start, part.end);
  }
  yield* mapping.iMmapRwsem.releaseRead();
}

/** Where a mapping shows 4K pages [first, end) of its file; null if it shows none of them. */
export function mappedPart(vma: Vma, first: number, end: number): { readonly start: Hva; readonly end: Hva } | null {
  const start = hva(Math.max(vma.addressOf(first), vma.start));
  const partEnd = hva(Math.min(vma.addressOf(end), vma.end));
  return start < partEnd ? { start, end: partEnd } : null;
}
