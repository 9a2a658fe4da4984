import { assert } from '../../engine/assert.ts';
import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from '../address.ts';
import type { Folio } from '../folio.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import { closeThpSection, openThpSection } from '../notifier-schemes/thp-section.ts';
import type { AddressSpace } from '../page-cache.ts';
import { EntryKind } from '../radix-table.ts';
import { ShmemVma } from '../shmem-vma.ts';
import { tlbRemoveTableSyncOne } from '../tlb.ts';
import { userfaultFor } from '../userfaultfd.ts';
import type { CollapseControl } from './collapse-control.ts';
import { findPmdOrThpOrNone, freePteTable, holdsBlock, type PmdEntry, pmdpCollapseFlush, setHugePmd } from './pmd.ts';
import type { ScanResult } from './scan-result.ts';

export interface Retraction {
  readonly mapping: AddressSpace;
  /** Index of the block in the page cache, and the folio that is there now, locked by the caller. */
  readonly first: number;
  readonly folio: Folio;
  /** The mapping for which madvise was called, or in which khugepaged has found the block. */
  readonly target: { readonly vma: ShmemVma; readonly address: Hva };
  readonly scheme: NotifierId;
  readonly control: CollapseControl;
}

/**
 * Takes the PTE tables of a block that is no longer mapped out of all mms, so that the next fault can map its folio whole.
 *
 * Models    retract_page_tables(), mm/khugepaged.c.
 * Locks     The folio lock is the caller's: nobody can map a page of the block. 6.1: i_mmap_rwsem (W), and mmap_lock (W) by
 *           trylock in the target's mm, which fails while a vCPU sleeps in a fault; khugepaged does so in all mms. Later:
 *           i_mmap_rwsem (R), in each mm the PMD lock and under it the PTE lock.
 * Order     A section of its own in each VMA around the clear and the CPU flush. 6.1 frees the table after an IPI to all
 *           CPUs and inside of the section's locks, later kernels after an RCU grace period.
 * Returns   pte-mapped-hugepage: the caller is to map the folio. In 6.1 succeed if it was mapped here, which khugepaged leaves
 *           to the next fault: then if the target's table is gone.
 */
export function* retractPageTables(retraction: Retraction): Process<ScanResult> {
  const { kernel } = retraction.folio.machine;
  if (kernel === '6.1') return yield* retractUnderMmapLock(retraction);
  yield* retractUnderPageTableLocks(retraction);
  return 'pte-mapped-hugepage';
}

function* retractUnderMmapLock({ mapping, first, folio, target, scheme, control }: Retraction): Process<ScanResult> {
  const { sim, costs } = folio.machine;
  let result: ScanResult = 'pte-mapped-hugepage';
  yield* mapping.iMmapRwsem.acquireWrite();
  yield* sim.spend(costs.rwsemNs);
  for (const vma of mapping.vmas) {
    if (!(vma instanceof ShmemVma)) continue;
    const { mm } = vma;
    const address = vma.addressOf(first);
    const isTarget = vma === target.vma && address === target.address;
    if (!holdsBlock(vma, address) || (!isTarget && !control.isKhugepaged)) continue;
    // The table is where the protection of pages is kept that are not there.
    if (userfaultFor(mm, address, 'wp') !== null) continue;
    const pmd = findPmdOrThpOrNone(mm, address);
    if (typeof pmd === 'string' || !mm.mmapLock.tryAcquireWrite()) continue;
    yield* sim.spend(costs.rwsemNs);
    yield* collapseAndFreePmd(vma, address, pmd, scheme);
    if (isTarget) result = control.isKhugepaged ? 'succeed' : yield* setHugePmd(vma, address, folio);
    yield* mm.mmapLock.releaseWrite();
  }
  yield* mapping.iMmapRwsem.releaseWrite();
  return result;
}

/**
 * Clears a PMD entry and frees the table that it pointed to.
 *
 * Models    collapse_and_free_pmd(), mm/khugepaged.c, 6.1.
 * Locks     mmap_lock (W) and i_mmap_rwsem (W) are the caller's: only GUP-fast can still look, and the IPI waits it out.
 */
export function* collapseAndFreePmd(vma: ShmemVma, address: Hva, pmd: PmdEntry, scheme: NotifierId): Process<void> {
  const { mm } = vma;
  const end = hva(address + mm.machine.geometry.entryBytes(2));
  const section = yield* openThpSection(scheme, mm, address, end);
  yield* pmdpCollapseFlush(mm, pmd);
  yield* tlbRemoveTableSyncOne(mm);
  yield* closeThpSection(mm, section);
  yield* freePteTable(mm);
}

function* retractUnderPageTableLocks({ mapping, first, folio, scheme }: Retraction): Process<void> {
  const { sim, costs, work } = folio.machine;
  yield* mapping.iMmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  for (const vma of mapping.vmas) {
    const address = vma.addressOf(first);
    if (!(vma instanceof ShmemVma) || !holdsBlock(vma, address)) continue;
    if (userfaultFor(vma.mm, address, 'wp') !== null) continue;
    const pmd = findPmdOrThpOrNone(vma.mm, address);
    if (typeof pmd === 'string') continue;
    const { table, index } = pmd;
    const child = table.child(index);
    const section = yield* openThpSection(scheme, vma.mm, address, hva(address + folio.pages * PAGE_SIZE));
    yield* table.ptl.acquire();
    yield* child.ptl.acquire();
    yield* sim.spend(2 * costs.ptlNs);
    work.ptlAcquisitions += 2;
    const same = table.kinds[index] === EntryKind.Table && table.child(index) === child;
    if (same) {
      assert(child.leaves === 0, 'the folio lock keeps a table empty that was emptied under it');
      yield* pmdpCollapseFlush(vma.mm, pmd);
    }
    yield* child.ptl.release();
    yield* table.ptl.release();
    yield* closeThpSection(vma.mm, section);
    if (same) yield* freePteTable(vma.mm);
  }
  yield* mapping.iMmapRwsem.releaseRead();
}
