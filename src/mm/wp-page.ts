// Writes to pages that a page table shows read-only although their mapping may be written: what fork has shared is copied,
// or taken over where nobody else has it any more.

import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import { dropFaultRef, takeFaultRef } from './fault-ref.ts';
import { Folio } from './folio.ts';
import { folioMapcount, freeFolio, putMapping } from './free-folio.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { addNewAnonRmap, removeRmap } from './rmap.ts';
import { splitHugePmd } from './split-huge-pmd.ts';
import { cpuTlbShootdown } from './tlb.ts';
import type { Vma } from './vma.ts';

/**
 * A write to a present entry that is read-only, in a mapping that may be written.
 *
 * Models    the write-protected halves of handle_pte_fault() and wp_huge_pmd(), mm/memory.c. Of files nothing here asks to
 *           be told of writes (page_mkwrite): a small page becomes writable, a huge entry goes and is faulted in again.
 * Context   Sleeps. The caller holds mmap_lock for read.
 * Returns   True: there was such an entry, and something has been done about it; whoever faults looks again.
 */
export function* writeProtectFault(vma: Vma, address: Hva): Process<boolean> {
  const table = vma.mm.pageTables.lowestTable(address, 1);
  const index = table.geometry.index(pageOf(address), table.level);
  if (!isReadOnly(table, index)) return false;
  yield* vma.mm.machine.sim.spend(vma.mm.machine.costs.slowGupNs);
  if (table.level === 1) yield* doWpPage(vma, address, table, index);
  else if (vma.kind === 'anonymous') yield* doHugePmdWpPage(vma, address, table, index);
  else yield* splitHugePmd(vma, table, index);
  return true;
}

const isReadOnly = (table: PageTable, index: number): boolean =>
  table.kinds[index] === EntryKind.Leaf && table.writable[index] === 0;

/**
 * Makes the page writable in place if it is this mapping's alone, else copies it.
 *
 * Models    do_wp_page() and wp_page_reuse(), mm/memory.c. 6.1 takes a page over once nobody holds a reference beside its one
 *           PTE; later kernels never do so with a page of a large folio, and 6.18 does if all who map the folio are this mm.
 * Locks     The PTE lock; under it the folio lock, tried.
 * Left out  KSM, the swap cache, lru_add_drain(): no page here is in a per-CPU batch.
 */
function* doWpPage(vma: Vma, address: Hva, table: PageTable, index: number): Process<void> {
  const { sim, costs, memory, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  if (vma.mm.pageTables.lowestTable(address, 1) !== table || !isReadOnly(table, index)) {
    yield* table.ptl.release();
    return;
  }
  const frame = table.pfns[index] ?? 0;
  const folio = memory.folioOf(pfn(frame));
  if (folio === undefined) throw new Error('model assertion failed: a mapped page belongs to a folio');
  const page = frame - folio.firstPfn;
  const reuse = vma.shared || folio.isAnonExclusive(page) || (yield* canReuse(vma, address, folio));
  if (reuse) {
    folio.setAnonExclusive(page, 1);
    table.setWritable(index, true);
    yield* sim.spend(costs.pteInstallNs);
    yield* table.ptl.release();
    work.cowReuses += 1;
    return;
  }
  takeFaultRef(folio);
  yield* table.ptl.release();
  yield* wpPageCopy(vma, address, folio, frame);
}

/** Models wp_can_reuse_anon_folio(), mm/memory.c, and what stood in its place in do_wp_page() up to 6.1. */
function* canReuse(vma: Vma, address: Hva, folio: Folio): Process<boolean> {
  const { sim, costs, kernel } = vma.mm.machine;
  if (folio.level > 1 && kernel === '6.12') return false;
  if (folio.level > 1 && kernel === '6.18') {
    return folio.refcount === folioMapcount(folio) && entriesIn(vma, address, folio) === folio.refcount;
  }
  if (folio.refcount !== 1 || !folio.lock.tryAcquire()) return false;
  yield* sim.spend(costs.mutexNs);
  const alone = folio.refcount === 1;
  yield* folio.lock.release();
  return alone;
}

/** Entries of this mm that map the folio. Models what folio_maybe_mapped_shared() knows by the ids of two mms. */
function entriesIn({ mm }: Vma, address: Hva, folio: Folio): number {
  const bytes = folio.pages * PAGE_SIZE;
  let entries = 0;
  // The page is somewhere in its folio, so the folio begins and ends within its size around the page.
  mm.pageTables.forEachLeaf(hva(Math.max(0, address - bytes)), hva(address + bytes), (table, index) => {
    const page = (table.pfns[index] ?? 0) - folio.firstPfn;
    if (page >= 0 && page < folio.pages) entries += 1;
  });
  return entries;
}

/**
 * Gives the mapping a page of its own with the same contents.
 *
 * Models    wp_page_copy(), mm/memory.c. In 6.1 with ptep_clear_flush_notify() and set_pte_at_notify(), whose calls find nothing
 *           to do in KVM: its SPTE has gone with range_start (reference A.4).
 * Context   Sleeps: the copy comes before any lock.
 * Order     Copy, section around one page, PTE lock, clear and CPU flush, new entry, old rmap; range_end; old reference. The
 *           section bumps KVM's sequence: the vCPU that faults here throws its own lap away, and so do those beside it.
 */
function* wpPageCopy(vma: Vma, address: Hva, old: Folio, frame: number): Process<void> {
  const { mm } = vma;
  const { sim, costs, memory, work } = mm.machine;
  const start = hva(pageOf(address) * PAGE_SIZE);
  const fresh = new Folio(mm.machine, memory.allocate(1), 1, false);
  yield* sim.spend(costs.copyPageNs);
  memory.copied(frame, fresh.firstPfn, 1);
  const section = yield* mm.notifiers.rangeStart('clear', start, hva(start + PAGE_SIZE));
  const table = mm.pageTables.lowestTable(address, 1);
  const index = table.geometry.index(pageOf(address), 1);
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const reachable = mm.pageTables.lowestTable(address, 1) === table && table.level === 1;
  const same = reachable && isReadOnly(table, index) && table.pfns[index] === frame;
  if (same) {
    mm.pagesLeave(start, hva(start + PAGE_SIZE));
    table.clear(index);
    work.leafClears += 1;
    yield* sim.spend(costs.leafXchgNs);
    yield* cpuTlbShootdown(mm);
    addNewAnonRmap(fresh);
    table.setLeaf(index, fresh.firstPfn, true);
    yield* sim.spend(costs.pteInstallNs + removeRmap(old, frame - old.firstPfn, 1));
    work.cowCopies += 1;
  }
  yield* table.ptl.release();
  yield* mm.notifiers.rangeEnd(section);
  if (same) {
    yield* sim.spend(putMapping(old, sim.current.cpu));
  } else {
    fresh.changeRefs(-1);
    yield* sim.spend(freeFolio(fresh));
  }
  yield* sim.spend(dropFaultRef(old));
}

/**
 * Makes a huge page writable in place if it is this mapping's alone; else splits its entry, and the pages are copied one by
 * one as they are written to.
 *
 * Models    do_huge_pmd_wp_page(), mm/huge_memory.c.
 * Locks     The PMD lock; the folio lock under it by trylock, or first, with a reference and a second look.
 */
function* doHugePmdWpPage(vma: Vma, address: Hva, table: PageTable, index: number): Process<void> {
  const { sim, costs, memory, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const isThere = (): boolean => vma.mm.pageTables.lowestTable(address, 1) === table && isReadOnly(table, index);
  const folio = isThere() ? memory.folioOf(pfn(table.pfns[index] ?? 0)) : undefined;
  if (folio === undefined) {
    yield* table.ptl.release();
    return;
  }
  if (!folio.isAnonExclusive(0)) {
    if (!folio.lock.tryAcquire()) {
      takeFaultRef(folio);
      yield* table.ptl.release();
      yield* folio.lock.acquire();
      yield* table.ptl.acquire();
      yield* sim.spend(costs.ptlNs + dropFaultRef(folio));
    }
    yield* sim.spend(costs.mutexNs);
    const alone = isThere() && folio.refcount === 1;
    yield* folio.lock.release();
    if (!alone) {
      yield* table.ptl.release();
      if (isThere()) yield* splitHugePmd(vma, table, index);
      return;
    }
  }
  folio.setAnonExclusive(0, folio.pages);
  table.setWritable(index, true);
  work.cowReuses += 1;
  yield* sim.spend(costs.pteInstallNs);
  yield* table.ptl.release();
}
