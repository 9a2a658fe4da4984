// The PMD entry that a THP collapse replaces, and the two ways in which it becomes empty and full.

import type { Process } from '../../engine/process.ts';
import { type Hva, isAligned, pageOf, pfn } from '../address.ts';
import type { Folio } from '../folio.ts';
import type { Mm } from '../mm.ts';
import type { PageTable } from '../page-table.ts';
import { EntryKind } from '../radix-table.ts';
import { addRmap } from '../rmap.ts';
import { cpuTlbShootdown } from '../tlb.ts';
import type { Vma } from '../vma.ts';
import type { ScanResult } from './scan-result.ts';

/** The PMD table that covers an address, and the entry in it. */
export interface PmdEntry {
  readonly table: PageTable;
  readonly index: number;
}

/** The entry for `address`; `pmd-null` where no PMD table exists. Models mm_find_pmd(), mm/rmap.c. */
function findPmd(mm: Mm, address: Hva): PmdEntry | 'pmd-null' {
  const table = mm.pageTables.lowestTable(address, 2);
  if (table.level !== 2) return 'pmd-null';
  return { table, index: mm.machine.geometry.index(pageOf(address), 2) };
}

/**
 * The entry for `address` if it points to a PTE table, or what it is instead.
 *
 * Models find_pmd_or_thp_or_none(), mm/khugepaged.c.
 */
export function findPmdOrThpOrNone(mm: Mm, address: Hva): PmdEntry | ScanResult {
  const pmd = findPmd(mm, address);
  if (pmd === 'pmd-null') return pmd;
  switch (pmd.table.kinds[pmd.index]) {
    case EntryKind.Table:
      return pmd;
    case EntryKind.Leaf:
    case EntryKind.Invalid:
      return 'pmd-mapped';
    case EntryKind.Migration:
      return 'pmd-null';
    default:
      return 'pmd-none';
  }
}

/** The block from `address` on is aligned, in the file as well, and inside of the mapping. Models thp_vma_suitable_order(), include/linux/huge_mm.h. */
export function holdsBlock(vma: Vma, address: Hva): boolean {
  const { geometry } = vma.mm.machine;
  const bytes = geometry.entryBytes(2);
  const congruent = vma.mapping === null || isAligned(vma.pageIndex(address), geometry.pagesPer[2]);
  return isAligned(address, bytes) && congruent && address >= vma.start && address + bytes <= vma.end;
}

/**
 * Takes the PTE table out of the entry: one xchg, and every CPU that runs the mm forgets what it had below. Until an entry
 * is set again, GUP-fast finds nothing here.
 *
 * Models   pmdp_collapse_flush(), mm/pgtable-generic.c, arch/x86.
 * Locks    What keeps others from the entry is the caller's: the PMD lock, in 6.1 under mmap_lock (W) none.
 */
export function* pmdpCollapseFlush(mm: Mm, { table, index }: PmdEntry): Process<PageTable> {
  const child = table.unlink(index);
  yield* mm.machine.sim.spend(mm.machine.costs.leafXchgNs);
  yield* cpuTlbShootdown(mm);
  return child;
}

/**
 * Maps the whole folio by its PMD entry, if that is empty.
 *
 * Models    set_huge_pmd(), mm/khugepaged.c, and do_set_pmd(), mm/memory.c.
 * Locks     The PMD lock. The caller holds mmap_lock, and the folio lock.
 * Returns   succeed; pmd-mapped if a fault was faster; fail if it has put a PTE table there.
 */
export function* setHugePmd(vma: Vma, address: Hva, folio: Folio): Process<ScanResult> {
  const { mm } = vma;
  const { sim, costs, work, geometry } = mm.machine;
  const table = mm.pageTables.tableAt(address, 2);
  const index = geometry.index(pageOf(address), 2);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  let result: ScanResult = table.kinds[index] === EntryKind.Leaf ? 'pmd-mapped' : 'fail';
  if (table.kinds[index] === EntryKind.None) {
    const mapNs = addRmap(folio, 0, 2);
    folio.changeRefs(1);
    work.refAtomics += 1;
    table.setLeaf(index, pfn(folio.firstPfn), vma.writable);
    work.hugeEntriesSet += 1;
    yield* sim.spend(costs.pteInstallNs + costs.atomicHotNs + mapNs);
    result = 'succeed';
  }
  yield* table.ptl.release();
  return result;
}

/** A PTE table that nothing points to any more. Models pte_free(), pte_free_defer(), which waits for an RCU grace period. */
export function* freePteTable(mm: Mm): Process<void> {
  mm.machine.work.tablesFreed += 1;
  yield* mm.machine.sim.spend(mm.machine.costs.tableFreeNs);
}
