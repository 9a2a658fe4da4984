import { numberOf, probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, type Level, type Pfn, pfn } from './address.ts';
import { Errno } from './errno.ts';
import { handleMmFault } from './fault.ts';
import type { Folio } from './folio.ts';
import { freeFolio } from './free-folio.ts';
import { subpageIndex } from './hugetlb.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import type { Mm } from './mm.ts';
import { ShmemVma } from './shmem-vma.ts';

/** A page that GUP has taken a reference on. The caller drops it with putFolio. */
export interface GupPage {
  readonly folio: Folio;
  readonly pfn: Pfn;
  readonly writable: boolean;
}

/**
 * Walks the page tables with interrupts off and takes a reference, or finds nothing. Returns the page at once; the
 * caller spends gupFastNs before the call and what `refNs` says after it.
 *
 * Models   get_user_pages_fast_only(), mm/gup.c. Without write intent an entry that is read-only will do.
 * Context  Does not sleep, takes no lock. One atomic on the folio's head page.
 */
export function gupFast(mm: Mm, address: Hva, cpu: number, write = true): { page: GupPage; refNs: number } | null {
  const found = mm.pageTables.translate(address);
  if (found === null || (write && !found.writable)) return null;
  const folio = mm.machine.memory.folioOf(found.pfn);
  if (folio === undefined) return null;
  mm.machine.work.gupFast += 1;
  mm.machine.work.gupRefAtomics += 1;
  folio.changeRefs(1);
  folio.gupRefs += 1;
  mm.machine.memory.touch(found.pfn);
  return { page: { folio, ...found }, refNs: folio.headLine.access(cpu) };
}

/**
 * Lets the host fault handler bring the page in, then takes it. This is where a vCPU sleeps: behind whoever holds
 * mmap_lock for write, the fault mutex, the vma_lock or the folio lock.
 *
 * Models    get_user_pages_unlocked(), mm/gup.c, with FOLL_WRITE for a write; a read takes what is mapped for reading, and
 *           brings in what is not mapped as a write would.
 * Locks     mmap_lock (R) around the fault and the second look. Per-VMA locks do not help GUP.
 * Returns   The page; -EFAULT where nothing can be mapped; with `nowait` (FOLL_NOWAIT) -EAGAIN where userspace would have to
 *           be waited for. Locks are waited for all the same.
 */
export function* gupSlow(mm: Mm, address: Hva, write = true, nowait = false): Process<GupPage | Errno> {
  const { sim, costs, work } = mm.machine;
  work.gupSlow += 1;
  for (let tried = false; ; tried = true) {
    yield* mm.mmapLock.acquireRead();
    yield* sim.spend(costs.rwsemNs);
    const vma = mm.findVma(address);
    const mapped = mm.pageTables.translate(address);
    // A walk comes before every fault. The first one has just failed, as GUP-fast; after a sleep it may find the page.
    const isThere = mapped !== null && (!write || (tried && mapped.writable));
    // check_vma_flags(): a mapping that may not be written has no page for who wants to.
    const allowed = vma !== undefined && (!write || vma.writable);
    if (probe !== null) probe.enter();
    const result =
      vma === undefined || !allowed
        ? Errno.EFAULT
        : isThere
          ? 0
          : yield* handleMmFault(vma, address, { write, nowait });
    if (probe !== null) probe.leave(numberOf(result));
    const found = result === 0 ? gupFast(mm, address, sim.current.cpu, write) : null;
    if (found !== null) yield* sim.spend(found.refNs);
    yield* mm.mmapLock.releaseRead();
    if (result !== 0) return result;
    if (found !== null) return found.page;
  }
}

/** Drops the reference of a GUP. Returns the nanoseconds of the atomic, for the caller to spend. */
export function putFolio(folio: Folio, cpu: number): number {
  folio.gupRefs -= 1;
  const left = folio.changeRefs(-1);
  folio.machine.work.gupRefAtomics += 1;
  const ns = folio.headLine.access(cpu);
  // The last one: the page was unmapped, or truncated, while GUP had it.
  return left === 0 ? ns + freeFolio(folio) : ns;
}

/**
 * Size of the host mapping of `address`, by reading each level once. May be out of date at once; a size that has only
 * grown since is harmless, one that shrank is caught by a section.
 *
 * Models host_pfn_mapping_level(), arch/x86/kvm/mmu/mmu.c. Takes no mm lock: interrupts off hold up the freeing.
 */
export function hostMappingLevel(mm: Mm, address: Hva): Level {
  const level = mm.pageTables.leafLevel(address);
  return level === 0 ? 1 : level;
}

/** The frame that the page cache has for `address`, whatever the page tables say at this moment. */
export function pageCachePfn(mm: Mm, address: Hva): Pfn | null {
  const vma = mm.findVma(address);
  if (vma instanceof HugetlbVma) {
    const folio = vma.mapping.folio(vma.cacheIndex(address));
    return folio === undefined ? null : pfn(folio.firstPfn + subpageIndex(vma, address));
  }
  if (vma instanceof ShmemVma) {
    const index = vma.pageIndex(address);
    const folio = vma.mapping.folio(index);
    return folio === undefined ? null : pfn(folio.firstPfn + index - (folio.cached?.index ?? 0));
  }
  return null;
}
