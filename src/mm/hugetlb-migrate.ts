// Migration entries in the place of the leaves of a huge page, and back. With HGM one page has many, of any size.

import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from './address.ts';
import type { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import { hugetlbFullWalk, subpageIndex } from './hugetlb.ts';
import { mapLeaf, rangeUnmapped, runUnmapped, settleLookUp } from './hugetlb-rmap.ts';
import { HugetlbVma } from './hugetlb-vma.ts';
import { removeRmap } from './mapcount/mapcount-scheme.ts';
import { isOf, type Migration, partsOf } from './migrate.ts';
import { EntryKind } from './radix-table.ts';
import { cpuTlbShootdown } from './tlb.ts';

/** What try_to_migrate() and try_to_unmap() leave behind in the place of each leaf. */
export type LeftBehind = typeof EntryKind.Migration | typeof EntryKind.Poison;

/**
 * Takes every leaf of a huge page out of every mapping and leaves an entry of its size that says where the page was: one
 * section for each mapping, a CPU flush for each leaf.
 *
 * Models    try_to_migrate_one(), and try_to_unmap_one() of a poisoned page, mm/rmap.c, for hugetlb, with HGM's walk to each leaf.
 * Locks     The folio lock and i_mmap_rwsem (W) are the caller's (TTU_RMAP_LOCKED); in each mapping the vma_lock (W), only
 *           tried, as it comes before both; the lock of each leaf's table, with the flush under it (huge_ptep_clear_flush()).
 * Returns   With a mapping left alone whose vma_lock was not free, and those behind it: the page is still mapped then.
 * Left out  That the vma_lock is dropped before the entries are cleared: with HGM it has to keep their tables.
 */
export function* unmapHugePage(page: Migration, leaves: LeftBehind): Process<void> {
  for (const { vma, start, end } of partsOf(page)) {
    assert(vma instanceof HugetlbVma, 'a huge page is mapped by mappings of hugetlb');
    const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
    const locked = vma.hugetlbLock.tryAcquireWrite();
    if (locked) {
      yield* vma.mm.machine.sim.spend(vma.mm.machine.costs.rwsemNs);
      yield* unmapLeaves(vma, page.folio, start, end, leaves);
      yield* vma.hugetlbLock.releaseWrite();
    }
    yield* vma.mm.notifiers.rangeEnd(section);
    if (!locked) return;
  }
}

function* unmapLeaves(vma: HugetlbVma, folio: Folio, start: Hva, end: Hva, leaves: LeftBehind): Process<void> {
  const { mm } = vma;
  const { sim, costs, work } = mm.machine;
  const { cpu } = sim.current;
  const scheme = mm.mapcount;
  let removed = 0;
  for (let at = start; at < end; ) {
    const { table, index: first } = hugetlbFullWalk(vma, at);
    const before = removed;
    let index = first;
    while (at < end && index < table.kinds.length && table.kinds[index] !== EntryKind.Table) {
      const entry = index;
      index += 1;
      at = hva(table.firstPageOf(index) * PAGE_SIZE);
      if (!sim.elapse(costs.hgmWalkNs)) yield costs.hgmWalkNs;
      if (table.kinds[entry] !== EntryKind.Leaf) continue;
      yield* table.ptl.acquire();
      work.ptlAcquisitions += 1;
      const frame = table.pfns[entry] ?? 0;
      if (table.kinds[entry] === EntryKind.Leaf && isOf(folio, frame)) {
        table.clear(entry, leaves);
        work.leafClears += 1;
        removed += 1;
        yield* sim.spend(costs.ptlNs + costs.leafXchgNs);
        yield* cpuTlbShootdown(mm);
        if (scheme.counts === 'leaves') {
          const ns = removeRmap(scheme, folio, frame - folio.firstPfn, table.level, cpu);
          yield* sim.spend(ns + putMapping(folio, cpu));
        }
      }
      yield* table.ptl.release();
    }
    if (removed > before) yield* runUnmapped(folio, { vma, table, first, end: index });
  }
  // A page of which nothing was mapped is passed by: the walk has stopped nowhere.
  if (removed > 0) yield* rangeUnmapped(folio, { vma, start, whole: true, removed });
}

/**
 * Turns the migration entries of a huge page into leaves of `target`, each of the size that it had.
 *
 * Models    remove_migration_ptes() and remove_migration_pte(), mm/migrate.c, for hugetlb.
 * Locks     i_mmap_rwsem (R) with both folios locked: hugetlb takes them the other way round everywhere else, and the kernel
 *           does it all the same (docs/locking.md). The lock of each table.
 */
export function* removeHugetlbMigrationPtes(page: Migration, target: Folio): Process<void> {
  const { folio, tree } = page;
  const { sim, costs, work } = folio.machine;
  yield* tree.rmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  for (const { vma, start, end } of partsOf(page)) {
    assert(vma instanceof HugetlbVma, 'a huge page is mapped by mappings of hugetlb');
    for (let at = start; at < end; ) {
      const { table, index } = hugetlbFullWalk(vma, at);
      const first = hva(table.firstPageOf(index) * PAGE_SIZE);
      at = hva(first + table.entryPages * PAGE_SIZE);
      if (!sim.elapse(costs.hgmWalkNs)) yield costs.hgmWalkNs;
      if (table.kinds[index] !== EntryKind.Migration) continue;
      yield* table.ptl.acquire();
      yield* sim.spend(costs.ptlNs);
      work.ptlAcquisitions += 1;
      // Unmapped meanwhile, with its table or without.
      const names = table.kinds[index] === EntryKind.Migration && isOf(folio, table.pfns[index] ?? 0);
      if (names && hugetlbFullWalk(vma, first).table === table) {
        const created = table.level === vma.hstateLevel;
        const leaf = { vma, folio: target, table, index, created, freshTable: false, replaces: false };
        const { ns, keepsRef } = mapLeaf(leaf, sim.current.cpu);
        target.changeRefs(1);
        table.setLeaf(index, target.firstPfn + subpageIndex(vma, first), table.writable[index] === 1);
        yield* sim.spend(costs.pteInstallNs + costs.atomicHotNs + ns);
        yield* settleLookUp(target, keepsRef);
      }
      yield* table.ptl.release();
    }
  }
  yield* tree.rmapRwsem.releaseRead();
}
