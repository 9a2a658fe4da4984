// Migration of folios to other frames. While a folio is under way its entries are migration entries, neither present nor
// empty; whoever faults on one sleeps until the folio that it names is unlocked.

import type { WaitQueue } from '../engine/locks/wait-queue.ts';
import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from './address.ts';
import { Folio } from './folio.ts';
import { putMapping } from './free-folio.ts';
import type { PageTable } from './page-table.ts';
import { EntryKind } from './radix-table.ts';
import { addRmap, removeRmap } from './rmap.ts';
import { cpuTlbShootdown } from './tlb.ts';
import { mappedPart } from './unmap-mapping.ts';
import type { RmapTree, Vma } from './vma.ts';

/** A folio that is to move, with the reference that keeps it meanwhile, and where to look for its mappings. */
export interface Migration {
  readonly folio: Folio;
  readonly tree: RmapTree;
  /** Number of its first 4K page, as the VMAs of the tree count. */
  readonly index: number;
}

/**
 * Replaces every leaf of the folio by a migration entry: one section for each mapping of it.
 *
 * Models    try_to_migrate() and try_to_migrate_one(), mm/rmap.c. HugeTLB has hugetlb-migrate.ts.
 * Locks     The caller has locked the folio. anon_vma.rwsem (R) or i_mmap_rwsem (R) around the walk; the lock of each table.
 * Returns   Whether CPUs still have to forget what was unmapped. 6.1 tells them at each entry, under its lock; since 6.3
 *           small pages wait for the flush of the batch (TTU_BATCH_FLUSH).
 */
export function* tryToMigrate(migration: Migration): Process<boolean> {
  const { sim, costs, kernel } = migration.folio.machine;
  yield* migration.tree.rmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const deferred = yield* unmapFolio(migration, EntryKind.Migration, kernel !== '6.1');
  yield* migration.tree.rmapRwsem.releaseRead();
  return deferred;
}

/**
 * Leaves an entry of kind `left` in the place of every leaf of the folio, or none. `batches`: entries of small pages are flushed by
 * the caller. Returns whether there are any. The caller holds the lock of the rmap tree.
 */
export function* unmapFolio(page: Migration, left: EntryKind, batches: boolean): Process<boolean> {
  const { folio } = page;
  const { sim, costs, work } = folio.machine;
  let deferred = false;
  for (const { vma, start, end } of partsOf(page)) {
    const section = yield* vma.mm.notifiers.rangeStart('clear', start, end);
    for (let at = start; at < end; ) {
      const { table, index } = entryAt(vma, at);
      yield* table.ptl.acquire();
      yield* sim.spend(costs.ptlNs);
      work.ptlAcquisitions += 1;
      const frame = table.pfns[index] ?? 0;
      if (!isReachable(vma, at, table)) {
        // The entry has been split while its lock was awaited: what it has become is looked at.
        yield* table.ptl.release();
        continue;
      }
      if (table.kinds[index] === EntryKind.Leaf && isOf(folio, frame)) {
        table.clear(index, left);
        work.leafClears += 1;
        const mapNs = removeRmap(folio, frame - folio.firstPfn, table.level);
        yield* sim.spend(costs.leafXchgNs + mapNs + putMapping(folio, sim.current.cpu));
        if (!batches || table.level > 1) yield* cpuTlbShootdown(vma.mm);
        else deferred = true;
      }
      yield* table.ptl.release();
      at = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    }
    yield* vma.mm.notifiers.rangeEnd(section);
  }
  return deferred;
}

/**
 * Gives the folio's place in its file to a new one with the same contents. Null, and nothing has changed, if somebody else
 * holds a reference: GUP of a vCPU, whose page must not move under it.
 *
 * Models    move_to_new_folio(), folio_migrate_mapping(), folio_migrate_copy(), mm/migrate.c.
 * Locks     Both folios are locked: a fault that finds the new one waits until it is mapped.
 */
export function* moveToNewFolio(folio: Folio): Process<Folio | null> {
  const { machine, level, cached } = folio;
  const { sim, costs, memory } = machine;
  // The caller's reference, and that of the page cache.
  if (folio.refcount !== (cached === null ? 1 : 2)) return null;
  const target = new Folio(machine, memory.allocate(level), level, folio.hugetlb);
  target.migratable = folio.migratable;
  yield* target.lock.acquire();
  if (cached !== null) {
    cached.mapping.replace(cached.index, folio.hugetlb ? 1 : folio.pages, target, cached.index);
    target.changeRefs(1);
    yield* sim.spend(costs.pageCacheLookupNs + putMapping(folio, sim.current.cpu));
  }
  for (const watch of machine.folioWatchers) watch(folio, 'copied');
  yield* sim.spend(costs.mutexNs + folio.pages * costs.copyPageNs);
  memory.copied(folio.firstPfn, target.firstPfn, folio.pages);
  return target;
}

/**
 * Turns the migration entries that name `folio` into leaves of `target`, which may be `folio` itself: it has not moved then.
 * What was empty becomes present, so nobody is notified.
 *
 * Models    remove_migration_ptes() and remove_migration_pte(), mm/migrate.c.
 * Locks     As tryToMigrate().
 */
export function* removeMigrationPtes(migration: Migration, target: Folio): Process<void> {
  const { folio } = migration;
  const { sim, costs, work } = folio.machine;
  yield* migration.tree.rmapRwsem.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  for (const { vma, start, end } of partsOf(migration)) {
    for (let at = start; at < end; ) {
      const { table, index } = entryAt(vma, at);
      yield* table.ptl.acquire();
      yield* sim.spend(costs.ptlNs);
      work.ptlAcquisitions += 1;
      const page = (table.pfns[index] ?? 0) - folio.firstPfn;
      if (!isReachable(vma, at, table)) {
        yield* table.ptl.release();
        continue;
      }
      if (table.kinds[index] === EntryKind.Migration && isOf(folio, page + folio.firstPfn)) {
        table.setLeaf(index, target.firstPfn + page, table.writable[index] === 1);
        // The migration entry has carried the bit: fork may have come while the data moved.
        if (!folio.isAnonExclusive(page)) target.clearAnonExclusive(page, table.entryPages);
        target.changeRefs(1);
        work.refAtomics += 1;
        yield* sim.spend(costs.pteInstallNs + costs.atomicHotNs + addRmap(target, page, table.level));
      }
      yield* table.ptl.release();
      at = hva((table.firstPageOf(index) + table.entryPages) * PAGE_SIZE);
    }
  }
  yield* migration.tree.rmapRwsem.releaseRead();
}

/**
 * Sleeps until the folio that the migration entry at `address` names is unlocked. False: there is no such entry.
 *
 * Models    migration_entry_wait() and migration_entry_wait_on_locked(), mm/migrate.c, mm/filemap.c: it takes neither
 *           lock nor reference of the folio, and holds mmap_lock (R) meanwhile.
 */
export function* migrationEntryWait(vma: Vma, address: Hva): Process<boolean> {
  const { table, index } = entryAt(vma, address);
  if (table.kinds[index] !== EntryKind.Migration) return false;
  const { sim, costs, memory } = vma.mm.machine;
  yield* sim.spend(costs.slowGupNs + costs.ptlNs);
  const waiters = memory.folioOf(pfn(table.pfns[index] ?? 0))?.migrationWaiters;
  const same = table.kinds[index] === EntryKind.Migration && isReachable(vma, address, table);
  if (same && waiters !== undefined) yield* waiters.wait();
  return true;
}

/** Unlocks a folio that has been, or has not been, moved: those who wait for its entries look again, all at once. */
export function* unlockMigrated(folio: Folio): Process<void> {
  yield* folio.lock.release();
  const waiters: WaitQueue = folio.migrationWaiters;
  waiters.wakeAll();
}

export interface Part {
  readonly vma: Vma;
  readonly start: Hva;
  readonly end: Hva;
}

/** Where each mapping would show the folio. */
export function partsOf({ folio, tree, index }: Migration): Part[] {
  return tree.vmas.flatMap((vma) => {
    const part = mappedPart(vma, index, index + folio.pages);
    return part === null ? [] : [{ vma, ...part }];
  });
}

function entryAt(vma: Vma, address: Hva): { table: PageTable; index: number } {
  const table = vma.mm.pageTables.lowestTable(address, 1);
  return { table, index: table.geometry.index(pageOf(address), table.level) };
}

const isReachable = (vma: Vma, address: Hva, table: PageTable): boolean =>
  vma.mm.pageTables.lowestTable(address, 1) === table;

export const isOf = (folio: Folio, frame: number): boolean =>
  frame >= folio.firstPfn && frame < folio.firstPfn + folio.pages;
