import type { Process } from '../engine/process.ts';
import { type Hva, hva } from './address.ts';
import { AnonymousVma } from './anonymous-vma.ts';
import { Errno, type Result } from './errno.ts';
import { dropFaultRef, takeFaultRef } from './fault-ref.ts';
import { Folio } from './folio.ts';
import { hugetlbFault } from './hugetlb-fault.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { migrationEntryWait } from './migrate.ts';
import { holdsBlock } from './operations/pmd.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { addRmap } from './rmap.ts';
import { ShmemVma } from './shmem-vma.ts';
import { userfaultFor } from './userfaultfd.ts';
import { type FaultFlags, handleUserfault, writeFault, writeProtectedFault } from './userfaultfd-wait.ts';
import type { Vma } from './vma.ts';
import { writeProtectFault } from './wp-page.ts';

/**
 * Brings in the page at `address` for writing.
 *
 * Models    handle_mm_fault(), mm/memory.c: dispatch to hugetlb_fault(), do_anonymous_page(), do_fault().
 * Context   Sleeps. The caller holds mmap_lock for read.
 * Returns   0, also if somebody else was faster, or userspace has been asked: the caller looks again. -EAGAIN if userspace
 *           would have to be asked and `flags` do not let it wait; -EHWPOISON for a poisoned page; -EFAULT where nothing can be
 *           mapped.
 */
export function* handleMmFault(vma: Vma, address: Hva, flags: FaultFlags = writeFault): Process<Result> {
  const protectedBy = flags.write ? writeProtectedFault(vma, address) : null;
  if (protectedBy !== null) {
    yield* vma.mm.machine.sim.spend(vma.mm.machine.costs.slowGupNs);
    return yield* handleUserfault(vma, address, protectedBy, 'wp', flags);
  }
  if (vma instanceof HugetlbVma) return yield* hugetlbFault(vma, address, flags);
  if (yield* migrationEntryWait(vma, address)) return 0;
  if (vma.mm.pageTables.kindAt(address) === EntryKind.Poison) return Errno.EHWPOISON;
  if (flags.write && (yield* writeProtectFault(vma, address))) return 0;
  if (vma instanceof AnonymousVma) return yield* doAnonymousPage(vma, address, flags);
  if (vma instanceof ShmemVma) return yield* shmemFault(vma, address, flags);
  return Errno.EFAULT;
}

/**
 * Models   do_anonymous_page(), mm/memory.c. Faults bring in 4K pages: THP at fault time is left out, as the collapse
 *          of small pages is the question here.
 * Locks    The page table lock around the write.
 */
function* doAnonymousPage(vma: AnonymousVma, address: Hva, flags: FaultFlags): Process<Result> {
  const { sim, costs } = vma.mm.machine;
  yield* sim.spend(costs.slowGupNs);
  const table = yield* allocatePteTable(vma, address);
  if (table === null) return 0;
  yield* sim.spend(costs.zeroPageNs);
  const missing = userfaultFor(vma.mm, address, 'missing');
  if (missing !== null) {
    // Asked only now, when the page is there that is given back unused: the entry is looked at under its lock.
    yield* sim.spend(costs.ptlNs + costs.freePageNs);
    if (vma.mm.pageTables.leafLevel(address) !== 0) return 0;
    return yield* handleUserfault(vma, address, missing, 'missing', flags);
  }
  const folio = new Folio(vma.mm.machine, vma.mm.machine.memory.allocate(1), 1, false);
  // Its first reference is the mapping's: an anonymous page has no other.
  const mapped = yield* setPte(vma, table, address, folio, 0, false);
  if (!mapped) vma.mm.machine.memory.remove(folio);
  return 0;
}

/**
 * Models   shmem_fault() and finish_fault(), mm/shmem.c, mm/memory.c: a large folio is mapped whole where its PMD entry is
 *          empty and it is aligned (do_set_pmd), else a page of it.
 * Locks    The folio lock from the look-up to the end, under it the page table lock.
 * Returns  0; -EFAULT beyond the end of the file (VM_FAULT_SIGBUS).
 */
function* shmemFault(vma: ShmemVma, address: Hva, flags: FaultFlags): Process<Result> {
  const { sim, costs, geometry, memory } = vma.mm.machine;
  const index = vma.pageIndex(address);
  for (;;) {
    if (yield* waitForHole(vma, index)) return 0;
    yield* sim.spend(costs.slowGupNs + costs.pageCacheLookupNs);
    if (index >= vma.mapping.endIndex) return Errno.EFAULT;
    let folio = vma.mapping.folio(index);
    const mode = folio === undefined ? 'missing' : 'minor';
    const registration = userfaultFor(vma.mm, address, mode);
    if (registration !== null) {
      if (vma.mm.pageTables.leafLevel(address) !== 0) return 0;
      return yield* handleUserfault(vma, address, registration, mode, flags);
    }
    if (folio === undefined) {
      yield* sim.spend(costs.zeroPageNs);
      if (vma.mapping.folio(index) !== undefined || index >= vma.mapping.endIndex) continue;
      folio = new Folio(vma.mm.machine, memory.allocate(1), 1, false);
      vma.mapping.add(index, folio);
    }
    takeFaultRef(folio);
    yield* folio.lock.acquire();
    yield* sim.spend(costs.mutexNs);
    // The look-up was before the lock: collapse_file may have put another folio there since, truncation none.
    if (vma.mapping.folio(index) !== folio) {
      yield* folio.lock.release();
      yield* sim.spend(dropFaultRef(folio));
      continue;
    }
    if (folio.poisoned) {
      yield* folio.lock.release();
      yield* sim.spend(dropFaultRef(folio));
      return Errno.EHWPOISON;
    }
    const first = folio.cached?.index ?? index;
    if (folio.level === 2) {
      const pmd = vma.mm.pageTables.tableAt(address, 2);
      const entry = geometry.index(Math.floor(address / 4096), 2);
      const block = hva(address - (address % geometry.entryBytes(2)));
      if (pmd.kinds[entry] === EntryKind.None && holdsBlock(vma, block)) {
        yield* setLeaf(vma, pmd, entry, folio, 0, true);
        yield* folio.lock.release();
        yield* sim.spend(dropFaultRef(folio));
        return 0;
      }
    }
    const table = yield* allocatePteTable(vma, address);
    if (table !== null) yield* setPte(vma, table, address, folio, index - first, true);
    yield* folio.lock.release();
    yield* sim.spend(dropFaultRef(folio));
    return 0;
  }
}

/**
 * A fault into a hole that is being punched stays out until that has come to its end, so that it cannot fill what
 * shmem_undo_range() empties. True: it has waited, without mmap_lock, and whoever faults begins again (VM_FAULT_RETRY).
 *
 * Models shmem_falloc_wait(), mm/shmem.c; in 6.1 a part of shmem_fault().
 */
function* waitForHole(vma: ShmemVma, index: number): Process<boolean> {
  const { hole } = vma.mapping;
  if (hole === null || index < hole.first || index >= hole.end) return false;
  yield* vma.mm.mmapLock.releaseRead();
  // Through since mmap_lock was dropped: who punches has woken those who slept by then. The kernel queues under i_lock first.
  if (vma.mapping.hole === hole) yield* hole.waiters.wait();
  yield* vma.mm.mmapLock.acquireRead();
  return true;
}

/** The PTE table for `address`, made where it is missing; null where a larger leaf maps the address by now. */
export function* allocatePteTable(vma: Vma, address: Hva): Process<PageTable | null> {
  const { sim, costs, geometry } = vma.mm.machine;
  const { pageTables } = vma.mm;
  for (;;) {
    const table = pageTables.lowestTable(address, 1);
    if (table.level === 1) return table;
    const index = geometry.index(Math.floor(address / 4096), table.level);
    if (table.kinds[index] !== EntryKind.None) return null;
    yield* sim.spend(costs.tableAllocNs);
    yield* table.ptl.acquire();
    yield* sim.spend(costs.ptlNs + costs.pteInstallNs);
    const same = pageTables.lowestTable(address, 1) === table && table.kinds[index] === EntryKind.None;
    if (same) table.link(index, pageTables.newTable(table, index));
    yield* table.ptl.release();
  }
}

/** Sets one PTE to a page of `folio`. False: it was not empty any more, or its table has gone. */
export function* setPte(
  vma: Vma,
  table: PageTable,
  address: Hva,
  folio: Folio,
  folioPage: number,
  takesRef: boolean,
): Process<boolean> {
  const index = vma.mm.machine.geometry.index(Math.floor(address / 4096), 1);
  if (vma.mm.pageTables.lowestTable(address, 1) !== table) return false;
  return yield* setLeaf(vma, table, index, folio, folioPage, takesRef);
}

function* setLeaf(
  vma: Vma,
  table: PageTable,
  index: number,
  folio: Folio,
  folioPage: number,
  takesRef: boolean,
): Process<boolean> {
  const { sim, costs, work } = vma.mm.machine;
  yield* table.ptl.acquire();
  yield* sim.spend(costs.ptlNs);
  work.ptlAcquisitions += 1;
  const empty = table.kinds[index] === EntryKind.None;
  if (empty) {
    const mapNs = addRmap(folio, folioPage, table.level);
    if (takesRef) {
      folio.changeRefs(1);
      work.refAtomics += 1;
    }
    table.setLeaf(index, folio.firstPfn + folioPage, vma.writable);
    yield* sim.spend(costs.pteInstallNs + mapNs + (takesRef ? costs.atomicHotNs : 0));
  }
  yield* table.ptl.release();
  return empty;
}
