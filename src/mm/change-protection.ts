import type { Process } from '../engine/process.ts';
import { type Hva, hva, type Level, PAGE_SIZE, pageOf, pfn } from './address.ts';
import { hugetlbChangeProtection } from './hugetlb-change-protection.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { MmuGather } from './mmu-gather.ts';
import type { NotifierSection } from './mmu-notifier.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { splitHugePmd } from './split-huge-pmd.ts';
import type { Vma } from './vma.ts';

/**
 * Gives the entries of [start, end) the permission that the mapping has by now.
 *
 * Models    change_protection() and change_protection_range(), mm/mprotect.c.
 * Context   Sleeps. The caller holds mmap_lock (W).
 * Order     Sections {PROTECTION_VMA}, opened at the first entry that is there: up to 6.11 one for each PUD entry
 *           (change_pmd_range()), since 6.12 one for each P4D entry (change_pud_range()). They open for a permission that is given
 *           as well, though nothing would be lost without them. The CPUs forget what was taken with tlb_finish_mmu(), after all
 *           sections.
 */
export function* changeProtection(gather: MmuGather, vma: Vma, start: Hva, end: Hva): Process<void> {
  if (vma instanceof HugetlbVma) {
    yield* hugetlbChangeProtection(vma, start, end);
    return;
  }
  const { geometry, kernel } = vma.mm.machine;
  const span = geometry.entryBytes(kernel === '6.1' ? 3 : 4);
  for (let at: number = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / span) + 1) * span);
    yield* changeSpan(gather, vma, hva(at), hva(next));
    at = next;
  }
}

/** Models change_pmd_range(), mm/mprotect.c, with change_pud_range() around it. */
function* changeSpan(gather: MmuGather, vma: Vma, start: Hva, end: Hva): Process<void> {
  const { mm } = vma;
  const { sim, costs, geometry } = mm.machine;
  const opensAt: Level = mm.machine.kernel === '6.1' ? 2 : 3;
  let section: NotifierSection | null = null;
  for (let at = start; at < end; ) {
    const table = mm.pageTables.lowestTable(at, 1);
    const index = geometry.index(pageOf(at), table.level);
    const kind = table.kinds[index];
    const entryEnd = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    if (section === null && (table.level < opensAt || kind !== EntryKind.None)) {
      section = yield* mm.notifiers.rangeStart('protection', at, end);
      if (!vma.writable) mm.pagesProtected(at, end);
      continue;
    }
    if (table.level === 1) {
      at = yield* changePteRange(gather, vma, table, at, end);
      yield* sim.spend(costs.condReschedNs);
    } else if (kind === EntryKind.None) at = entryEnd;
    else if (pageOf(at) !== table.firstPageOf(index) || entryEnd > end) yield* splitHugePmd(vma, table, index);
    else if (yield* changeHugePmd(gather, vma, table, index)) at = entryEnd;
  }
  if (section !== null) yield* mm.notifiers.rangeEnd(section);
}

/** Models change_pte_range(), mm/mprotect.c: one hold of the lock, one atomic for each present entry. Returns where to go on. */
function* changePteRange(gather: MmuGather, vma: Vma, table: PageTable, start: Hva, end: Hva): Process<Hva> {
  const { sim, costs, geometry, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  let at = start;
  for (let index = geometry.index(pageOf(at), 1); index < geometry.entriesPerTable && at < end; index++) {
    const ns = table.kinds[index] === EntryKind.None ? costs.entryScanNs : changeEntry(gather, vma, table, index);
    if (!sim.elapse(ns)) yield ns;
    at = hva(at + PAGE_SIZE);
  }
  yield* table.ptl.release();
  return at;
}

/**
 * False: somebody who came from the page, without mmap_lock, has split the entry while its lock was awaited.
 *
 * Models change_huge_pmd(), mm/huge_memory.c.
 */
function* changeHugePmd(gather: MmuGather, vma: Vma, table: PageTable, index: number): Process<boolean> {
  const { sim, costs, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  work.ptlAcquisitions += 1;
  const isSplit = table.kinds[index] === EntryKind.Table;
  yield* sim.spend(costs.ptlNs + (isSplit ? 0 : changeEntry(gather, vma, table, index)));
  yield* table.ptl.release();
  return !isSplit;
}

/** One entry under its lock. Returns the ns. */
function changeEntry(gather: MmuGather, vma: Vma, table: PageTable, index: number): number {
  const { costs, work } = vma.mm.machine;
  const before = table.writable[index] === 1;
  if (table.kinds[index] !== EntryKind.Leaf) {
    // Whatever the new permission is: the page comes back read-only, and a write is a fault that knows better.
    if (table.kinds[index] === EntryKind.Migration) table.writable[index] = 0;
    return costs.pteInstallNs;
  }
  table.setWritable(index, before ? vma.writable : canChangePteWritable(vma, table, index));
  work.leavesProtected += 1;
  // pte_needs_flush(): a CPU that still refuses what is allowed by now takes a fault and looks again.
  if (before && !vma.writable) gather.noteCleared();
  return costs.leafXchgNs + costs.pteInstallNs;
}

/**
 * Whether an entry that was read-only is made writable at once, or by the first write. A file here asks for no notice of writes,
 * so its permission is the mapping's. Of anonymous memory only a page that nobody else can have.
 *
 * Models can_change_pte_writable() and, since 6.2, can_change_pmd_writable(), mm/mprotect.c, mm/huge_memory.c.
 */
export function canChangePteWritable(vma: Vma, table: PageTable, index: number): boolean {
  const { kernel, memory } = vma.mm.machine;
  if (!vma.writable || table.isUffdWp(index)) return false;
  if (vma.shared) return true;
  if (table.level > 1 && kernel === '6.1') return false;
  const frame = table.pfns[index] ?? 0;
  const folio = memory.folioOf(pfn(frame));
  return folio?.isAnonExclusive(frame - folio.firstPfn) ?? false;
}
