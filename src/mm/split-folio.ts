import type { Process } from '../engine/process.ts';
import { hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import { AnonVma } from './anon-vma.ts';
import { Folio } from './folio.ts';
import { folioMapcount, putMapping } from './free-folio.ts';
import { isOf, type Migration, partsOf, unmapFolio } from './migrate.ts';
import { EntryKind } from './radix-table.ts';
import { addRmap } from './rmap.ts';
import { splitHugePmd } from './split-huge-pmd.ts';
import { cpuTlbShootdown } from './tlb.ts';

/**
 * Makes small folios of the pages of a large one, on the same frames. Anonymous pages are mapped again by small entries where
 * they were mapped; pages of a file are left to the next fault.
 *
 * Models    split_huge_page_to_list(), unmap_folio(), __split_huge_page(), remap_page(), mm/huge_memory.c.
 * Locks     The folio lock is the caller's; anon_vma.rwsem (W), or i_mmap_rwsem (R). A fault meanwhile sleeps on a migration
 *           entry, or on the folio lock.
 * Order     In each mapping a section over the folio, and inside of it one over the PMD entry that is split; one CPU flush for
 *           small entries since 6.3; then the folio is frozen, cut, and what was mapped comes back, which nobody is told of.
 * Returns   The pages, each with the reference of its page cache and mappings, the one at `pinned` with the caller's; null, with
 *           all as it was, if somebody else holds a reference, or the folio is mapped, or in its file, no more.
 * Left out  The LRU list, and memory cgroups.
 */
export function* splitFolio(page: Migration, pinned: number): Process<readonly Folio[] | null> {
  const { folio, tree } = page;
  const { sim, costs, kernel } = folio.machine;
  const anonymous: boolean = tree instanceof AnonVma;
  yield* anonymous ? tree.rmapRwsem.acquireWrite() : tree.rmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  let pages: Folio[] | null = null;
  // Moved, truncated or collapsed while its lock was awaited: there is nothing left to split.
  const isGone = anonymous ? folioMapcount(folio) === 0 : folio.cached === null;
  if (!isGone && hasOnlyOwnRefs(folio)) {
    yield* splitEntries(page);
    const left = anonymous ? EntryKind.Migration : EntryKind.None;
    const flush = yield* unmapFolio(page, left, kernel !== '6.1');
    if (flush) for (const mm of new Set(tree.vmas.map((vma) => vma.mm))) yield* cpuTlbShootdown(mm);
    // folio_ref_freeze(): from here to the small folios nobody can get hold of a page.
    if (folioMapcount(folio) === 0 && hasOnlyOwnRefs(folio)) pages = cut(folio);
    yield* sim.spend(folio.pages * costs.atomicHotNs + costs.pageCacheLookupNs);
    if (anonymous) yield* remapPage(page, pages ?? [folio]);
  }
  yield* anonymous ? tree.rmapRwsem.releaseWrite() : tree.rmapRwsem.releaseRead();
  for (const [index, small] of (pages ?? []).entries()) {
    small.migrationWaiters.wakeAll();
    // Each was held while it was made: the caller's reference stays on its page, an unmapped anonymous page is freed.
    if (index !== pinned) yield* sim.spend(putMapping(small, sim.current.cpu));
  }
  return pages;
}

/** The caller's, the page cache's, and one for each mapping. Models can_split_folio(), mm/huge_memory.c. */
const hasOnlyOwnRefs = (folio: Folio): boolean =>
  folio.refcount === 1 + (folio.cached === null ? 0 : 1) + folioMapcount(folio);

/** Models what TTU_SPLIT_HUGE_PMD asks of try_to_migrate_one() and try_to_unmap_one(). */
function* splitEntries(page: Migration): Process<void> {
  for (const { vma, start } of partsOf(page)) {
    const table = vma.mm.pageTables.lowestTable(start, 2);
    const index = table.geometry.index(pageOf(start), table.level);
    if (table.level === 2 && table.kinds[index] === EntryKind.Leaf) yield* splitHugePmd(vma, table, index, true);
  }
}

/** Nothing maps the folio, and nobody but the caller and the page cache holds it. */
function cut(folio: Folio): Folio[] {
  const { machine, cached } = folio;
  machine.memory.remove(folio);
  const pages = Array.from({ length: folio.pages }, (_, page) => {
    const small = new Folio(machine, pfn(folio.firstPfn + page), 1, false);
    if (!folio.isAnonExclusive(page)) small.clearAnonExclusive(0, 1);
    return small;
  });
  if (cached === null) return pages;
  for (const [page, small] of pages.entries()) {
    cached.mapping.replace(cached.index + page, 1, small, cached.index + page);
    small.changeRefs(1);
  }
  return pages;
}

/** Turns migration entries into leaves of the folio that their page belongs to now. Models remap_page(), mm/huge_memory.c. */
function* remapPage(page: Migration, folios: readonly Folio[]): Process<void> {
  const { folio } = page;
  const { sim, costs, work } = folio.machine;
  for (const { vma, start, end } of partsOf(page)) {
    for (let at = start; at < end; at = hva(at + PAGE_SIZE)) {
      const table = vma.mm.pageTables.lowestTable(at, 1);
      const index = table.geometry.index(pageOf(at), table.level);
      const frame = table.pfns[index] ?? 0;
      if (table.level !== 1 || table.kinds[index] !== EntryKind.Migration || !isOf(folio, frame)) continue;
      const owner = folios.length === 1 ? folio : (folios[frame - folio.firstPfn] ?? folio);
      yield* table.ptl.acquire();
      yield* sim.spend(costs.ptlNs);
      work.ptlAcquisitions += 1;
      if (table.kinds[index] === EntryKind.Migration) {
        table.setLeaf(index, frame, table.writable[index] === 1);
        owner.changeRefs(1);
        work.refAtomics += 1;
        const mapNs = addRmap(owner, frame - owner.firstPfn, 1);
        yield* sim.spend(costs.pteInstallNs + costs.atomicHotNs + mapNs);
      }
      yield* table.ptl.release();
    }
  }
}
