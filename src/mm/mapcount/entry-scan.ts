// Looks into page tables that the schemes of "idea 4" need: does this table, does this VMA, map the page anywhere else?

import { type Hva, pageOf } from '../address.ts';
import type { HugetlbVma } from '../hugetlb-vma.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';

export interface Scan {
  readonly found: boolean;
  /** Entries that were read, up to and with the first leaf. */
  readonly scanned: number;
}

/** Entries of `table` that belong to the huge page whose entry `index` is: all of them below the hstate's level. */
export function ownEntries(vma: HugetlbVma, table: PageTable, index: number): { first: number; end: number } {
  if (table.level === vma.hstateLevel) return { first: index, end: index + 1 };
  return { first: 0, end: table.geometry.entriesPerTable };
}

/** The first leaf among entries [first, end) of one table, `except` left out. Tables below are not entered. */
export function scanTable(table: PageTable, first: number, end: number, except = -1): Scan {
  let scanned = 0;
  for (let index = first; index < end; index++) {
    if (index === except) continue;
    scanned += 1;
    if (table.kinds[index] === EntryKind.Leaf) return { found: true, scanned };
  }
  return { found: false, scanned };
}

/** The first leaf by which `vma` maps the huge page at `start`, from its hstate-level entry on downwards, in order. */
export function scanPage(vma: HugetlbVma, start: Hva): Scan {
  const table = vma.mm.pageTables.lowestTable(start, vma.hstateLevel);
  if (table.level !== vma.hstateLevel) return { found: false, scanned: 1 };
  let scanned = 0;
  const found = look(table, vma.mm.machine.geometry.index(pageOf(start), table.level));
  return { found, scanned };

  function look(at: PageTable, index: number): boolean {
    scanned += 1;
    if (at.kinds[index] === EntryKind.Leaf) return true;
    if (at.kinds[index] !== EntryKind.Table) return false;
    const child = at.child(index);
    for (let entry = 0; entry < child.geometry.entriesPerTable; entry++) if (look(child, entry)) return true;
    return false;
  }
}

/** Tables that hold leaves of the huge page at `start` themselves: what `folio-pairs` counts, the slow and simple way. */
export function tablesWithLeaves(vma: HugetlbVma, start: Hva): number {
  const tables = new Set<PageTable>();
  const end = (start + vma.hugePageSize) as Hva;
  vma.mm.pageTables.forEachLeaf(start, end, (table) => tables.add(table));
  return tables.size;
}

/** Leaves by which `vma` maps the huge page at `start`. */
export function leavesOf(vma: HugetlbVma, start: Hva): number {
  let leaves = 0;
  vma.mm.pageTables.forEachLeaf(start, (start + vma.hugePageSize) as Hva, () => {
    leaves += 1;
  });
  return leaves;
}

/** The hstate-level entry for `address`; null where not even its table exists. */
export function hstateEntry(vma: HugetlbVma, address: Hva): { table: PageTable; index: number } | null {
  const table = vma.mm.pageTables.lowestTable(address, vma.hstateLevel);
  if (table.level !== vma.hstateLevel) return null;
  return { table, index: vma.mm.machine.geometry.index(pageOf(address), table.level) };
}
