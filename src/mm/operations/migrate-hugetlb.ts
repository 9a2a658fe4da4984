import type { Process } from '../../engine/process.ts';
import type { Folio } from '../folio.ts';
import { folioMapcount, putMapping } from '../free-folio.ts';
import { removeHugetlbMigrationPtes, unmapHugePage } from '../hugetlb-migrate.ts';
import { type Migration, moveToNewFolio, unlockMigrated } from '../migrate.ts';
import { EntryKind } from '../radix-table.ts';

/** NR_MAX_MIGRATE_PAGES_RETRY. The first passes only try for the folio lock. */
const PASSES = 10;
const TRYING_PASSES = 3;

/** Moves huge pages one by one. Returns how many could not be moved. Models migrate_hugetlbs(), mm/migrate.c; in 6.1 a part of migrate_pages(). */
export function* migrateHugetlbs(migrations: readonly Migration[]): Process<number> {
  let left = migrations;
  for (let pass = 0; pass < PASSES && left.length > 0; pass++) {
    const failed: Migration[] = [];
    for (const migration of left) {
      const { sim, costs } = migration.folio.machine;
      if (!(yield* unmapAndMoveHugePage(migration, pass >= TRYING_PASSES))) failed.push(migration);
      yield* sim.spend(costs.condReschedNs);
    }
    left = failed;
  }
  for (const { folio } of left) yield* putback(folio);
  return left.length;
}

/**
 * Unmaps one huge page everywhere, copies it, and maps the copy as the old one was. A fault on it sleeps until that is done.
 *
 * Models    unmap_and_move_huge_page(), mm/migrate.c.
 * Locks     The folio lock; i_mmap_rwsem (W) around the unmapping, only tried, since others take it before the folio lock.
 * Returns   False (-EAGAIN): a lock was not free, somebody holds a reference, or the page still counts as mapped when all its
 *           leaves have gone, as it does under a mapcount scheme that counts the tables. What was unmapped is mapped again.
 */
function* unmapAndMoveHugePage(migration: Migration, force: boolean): Process<boolean> {
  const { folio, tree } = migration;
  const { sim, costs } = folio.machine;
  if (folio.refcount === 1) {
    // It was freed under us: only the reference that collected it is left.
    yield* putback(folio);
    return true;
  }
  if (force) yield* folio.lock.acquire();
  else if (!folio.lock.tryAcquire()) return false;
  yield* sim.spend(costs.mutexNs);
  const wasMapped = folioMapcount(folio) > 0;
  if (wasMapped && !tree.rmapRwsem.tryAcquireWrite()) {
    yield* folio.lock.release();
    return false;
  }
  if (wasMapped) {
    yield* sim.spend(costs.rwsemNs);
    yield* unmapHugePage(migration, EntryKind.Migration);
    yield* tree.rmapRwsem.releaseWrite();
  }
  const movable = folioMapcount(folio) === 0 && folio.cached !== null;
  const target = movable ? yield* moveToNewFolio(folio) : null;
  if (wasMapped) yield* removeHugetlbMigrationPtes(migration, target ?? folio);
  if (target !== null) yield* target.lock.release();
  yield* unlockMigrated(folio);
  if (target === null) return false;
  yield* putback(target);
  yield* sim.spend(putMapping(folio, sim.current.cpu));
  return true;
}

/** May be migrated, and collapsed, again. Models folio_putback_hugetlb(), mm/hugetlb.c. */
function* putback(folio: Folio): Process<void> {
  const { sim } = folio.machine;
  folio.migratable = true;
  yield* sim.spend(putMapping(folio, sim.current.cpu));
}
