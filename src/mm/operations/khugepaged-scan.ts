import type { Process } from '../../engine/process.ts';
import { type Hva, hva } from '../address.ts';
import { AnonymousVma } from '../anonymous-vma.ts';
import type { Mm } from '../mm.ts';
import type { NotifierId } from '../notifier-schemes/notifier-scheme.ts';
import { thpCollapsed } from '../notifier-schemes/thp-section.ts';
import { ShmemVma } from '../shmem-vma.ts';
import type { CollapseControl } from './collapse-control.ts';
import { collapseFile, hpageCollapseScanFile } from './collapse-file.ts';
import { collapseHugePage, hpageCollapseScanPmd } from './collapse-huge-page.ts';
import { collapsePteMappedThp } from './collapse-pte-mapped-thp.ts';
import { findPmdOrThpOrNone, holdsBlock } from './pmd.ts';
import type { ScanResult } from './scan-result.ts';

/** What khugepaged is to look at, and the settings under /sys/kernel/mm/transparent_hugepage/khugepaged. */
export interface KhugepagedOptions {
  readonly mm: Mm;
  readonly start: Hva;
  readonly end: Hva;
  readonly scheme: NotifierId;
  /** PTEs of one pass; then it sleeps. */
  readonly pagesToScan: number;
  readonly scanSleepNs: number;
  readonly maxPtesNone: number;
}

/** The thread between two passes. Models struct khugepaged_scan, and of struct khugepaged_mm_slot what 6.1 puts off. */
interface Khugepaged extends KhugepagedOptions {
  readonly control: CollapseControl;
  readonly first: Hva;
  readonly last: Hva;
  address: Hva;
  readonly pteMapped: Hva[];
}

/**
 * khugepaged goes over the range once, pass by pass: it looks at every block and collapses those that are worth it.
 *
 * Models    khugepaged_do_scan(), mm/khugepaged.c.
 * Context   Sleeps between two passes.
 * Returns   0: khugepaged reports to nobody. What it has collapsed stands in the work counts.
 * Left out  Other mms in its list, and the second try of a pass on a list of one; the sleep after a failed allocation, as
 *           memory is never short.
 */
export function* khugepagedScan(options: KhugepagedOptions): Process<0> {
  const { mm, start, end, pagesToScan, scanSleepNs, maxPtesNone } = options;
  const blockBytes = mm.machine.geometry.entryBytes(2);
  const first = hva(Math.ceil(start / blockBytes) * blockBytes);
  const last = hva(Math.floor(end / blockBytes) * blockBytes);
  const control = { isKhugepaged: true, maxPtesNone };
  const khugepaged: Khugepaged = { ...options, control, first, last, address: first, pteMapped: [] };
  while (khugepaged.address < last || khugepaged.pteMapped.length > 0) {
    let progress = 0;
    while (progress < pagesToScan) {
      yield* mm.machine.sim.spend(mm.machine.costs.condReschedNs);
      const pages = yield* scanMmSlot(khugepaged, pagesToScan - progress);
      // At the end of the list the pass is over, though tables may be left that mmap_lock was not to be had for.
      if (pages === null || khugepaged.address >= last) break;
      progress += pages;
    }
    if (khugepaged.address < last || khugepaged.pteMapped.length > 0) yield scanSleepNs;
  }
  return 0;
}

/**
 * Scans until the budget is used up, or until mmap_lock had to be dropped, which every collapse does.
 *
 * Models    khugepaged_scan_mm_slot(), mm/khugepaged.c.
 * Locks     mmap_lock (R), by trylock: it does not wait behind anybody.
 * Returns   PTEs that count against the budget; null: mmap_lock was not to be had. The mm then loses its place, and is begun
 *           again when its turn comes.
 */
function* scanMmSlot(khugepaged: Khugepaged, budget: number): Process<number | null> {
  const { mm, last, scheme } = khugepaged;
  const { sim, costs, geometry, work } = mm.machine;
  const blockBytes = geometry.entryBytes(2);
  yield* collapsePteMappedThps(khugepaged);
  if (!mm.mmapLock.tryAcquireRead()) {
    khugepaged.address = khugepaged.first;
    return null;
  }
  yield* sim.spend(costs.rwsemNs);
  let progress = 1;
  let locked = true;
  while (locked && progress < budget && khugepaged.address < last) {
    const { address } = khugepaged;
    yield* sim.spend(costs.condReschedNs);
    khugepaged.address = hva(address + blockBytes);
    const vma = mm.findVma(address);
    // hugepage_vma_check(): what is no THP memory, or no whole block of it, is passed over.
    if (!(vma instanceof AnonymousVma || vma instanceof ShmemVma) || !holdsBlock(vma, address)) {
      progress += 1;
      continue;
    }
    progress += geometry.pagesPer[2];
    let result: ScanResult;
    if (vma instanceof ShmemVma) {
      yield* mm.mmapLock.releaseRead();
      locked = false;
      result = yield* scanFile(khugepaged, vma, address);
    } else {
      result = yield* hpageCollapseScanPmd(vma, address, khugepaged.control);
      locked = result !== 'succeed';
      if (!locked) result = yield* collapseHugePage(vma, address, scheme, khugepaged.control);
    }
    if (result !== 'succeed' || locked) continue;
    work.khugepagedCollapses += 1;
    yield* thpCollapsed(scheme, mm, address, hva(address + blockBytes));
  }
  if (locked) yield* mm.mmapLock.releaseRead();
  return progress;
}

/** Entered and left without mmap_lock. A block that is one folio already only loses its table. */
function* scanFile({ mm, scheme, control, pteMapped }: Khugepaged, vma: ShmemVma, address: Hva): Process<ScanResult> {
  const { sim, costs, kernel } = mm.machine;
  let result = yield* hpageCollapseScanFile(vma, address, control);
  if (result === 'succeed') {
    result = yield* collapseFile(vma, address, scheme, control);
    // Since 6.6 the tables are gone without mmap_lock; 6.1 has tried for it, and comes back for those that it did not get.
    if (result === 'pte-mapped-hugepage' && kernel === '6.1') pteMapped.push(address);
    return result === 'pte-mapped-hugepage' ? 'succeed' : result;
  }
  if (result !== 'pte-mapped-hugepage') return result;
  if (kernel === '6.1') {
    const pmd = findPmdOrThpOrNone(mm, address);
    if (typeof pmd === 'string') return pmd;
    pteMapped.push(address);
    return 'succeed';
  }
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const found = mm.findVma(address);
  const same = found instanceof ShmemVma && found.mapping === vma.mapping;
  result = same ? yield* collapsePteMappedThp(found, address, scheme, false) : 'vma-check';
  yield* mm.mmapLock.releaseRead();
  return result;
}

/**
 * Takes away the PTE tables of blocks that have become one folio, which 6.1 puts off until it gets mmap_lock.
 *
 * Models    khugepaged_collapse_pte_mapped_thps(), mm/khugepaged.c, 6.1.
 * Locks     mmap_lock (W), by trylock: what is not done now is done before the next scan.
 */
function* collapsePteMappedThps({ mm, scheme, pteMapped }: Khugepaged): Process<void> {
  if (pteMapped.length === 0 || !mm.mmapLock.tryAcquireWrite()) return;
  const { sim, costs } = mm.machine;
  yield* sim.spend(costs.rwsemNs);
  for (const address of pteMapped.splice(0)) {
    const vma = mm.findVma(address);
    if (vma instanceof ShmemVma) yield* collapsePteMappedThp(vma, address, scheme, false);
  }
  yield* mm.mmapLock.releaseWrite();
}
