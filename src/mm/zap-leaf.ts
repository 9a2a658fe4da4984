import { assert } from '../engine/assert.ts';
import { pfn } from './address.ts';
import type { Folio } from './folio.ts';
import type { PageTable } from './page-table.ts';
import type { Vma } from './vma.ts';

/** Clears a leaf, under its lock: the folio and the page of it that the leaf began with. The caller uncounts it. */
export function zapLeaf(vma: Vma, table: PageTable, index: number): { folio: Folio; page: number } {
  const frame = table.pfns[index] ?? 0;
  const folio = vma.mm.machine.memory.folioOf(pfn(frame));
  assert(folio !== undefined, 'a mapped frame belongs to a folio');
  table.clear(index);
  vma.mm.machine.work.leafClears += 1;
  return { folio, page: frame - folio.firstPfn };
}
