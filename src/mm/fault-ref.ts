import type { Folio } from './folio.ts';
import { freeFolio } from './free-folio.ts';

/**
 * The reference that a fault holds while it waits or copies: it keeps the folio alive, and whoever wants to be its only user
 * sees it. Its atomics are part of slowGupNs.
 *
 * Models filemap_get_entry() and folio_get(), mm/filemap.c, include/linux/mm.h.
 */
export function takeFaultRef(folio: Folio): void {
  folio.changeRefs(1);
  folio.gupRefs += 1;
}

/** Pairs with takeFaultRef. The ns are those of freeing a folio that nobody else has any more; else none. */
export function dropFaultRef(folio: Folio): number {
  folio.gupRefs -= 1;
  return folio.changeRefs(-1) === 0 ? freeFolio(folio) : 0;
}
