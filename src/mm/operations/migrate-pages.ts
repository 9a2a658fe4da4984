import type { Process } from '../../engine/process.ts';
import { type Hva, hva, isAligned, PAGE_SIZE, pageOf, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import type { Folio } from '../folio.ts';
import { folioMapcount, putMapping } from '../free-folio.ts';
import { type Migration, moveToNewFolio, removeMigrationPtes, tryToMigrate, unlockMigrated } from '../migrate.ts';
import type { Mm } from '../mm.ts';
import { EntryKind } from '../radix-table.ts';
import { cpuTlbShootdown } from '../tlb.ts';
import type { Vma } from '../vma.ts';
import { migrateHugetlbs } from './migrate-hugetlb.ts';

/** NR_MAX_BATCHED_MIGRATION pages are unmapped before the first of them is copied. */
const BATCH_PAGES = 512;
/** NR_MAX_MIGRATE_PAGES_RETRY. */
const PASSES = 10;

/**
 * Moves what is mapped in the range to other frames.
 *
 * Models    do_pages_move() and migrate_pages(), mm/migrate.c: unmap_and_move() for one folio after the other in 6.1;
 *           migrate_pages_batch() since 6.3, which unmaps up to 512 pages, flushes the CPUs once, and then moves them. Huge
 *           pages of hugetlb come first, one by one.
 * Context   Sleeps.
 * Locks     mmap_lock (R) while the folios are collected, not while they move. Then the lock of each folio, in a batch of
 *           all of them: tried, and awaited one by one in further passes.
 * Returns   0; -EAGAIN if folios are left, held by others, after ten passes; -EBUSY if a huge page is not to be had at all;
 *           -EINVAL if the range is not aligned. What is not mapped is passed by: the call tells it page by page.
 * Left out  The choice of a node and the allocation; isolation from the LRU; writeback.
 */
export function* migratePages(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs, kernel } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  if (!isAligned(start, PAGE_SIZE) || !isAligned(end, PAGE_SIZE)) return Errno.EINVAL;
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const found = new Map<Folio, Migration>();
  let isolated = true;
  for (let vma = mm.firstVmaIn(start, end); vma !== undefined; vma = mm.firstVmaIn(vma.end, end)) {
    const from = hva(Math.max(start, vma.start));
    if (!(yield* collect(vma, from, hva(Math.min(end, vma.end)), found))) isolated = false;
  }
  yield* mm.mmapLock.releaseRead();

  const leftHuge = yield* migrateHugetlbs([...found.values()].filter(({ folio }) => folio.hugetlb));
  let left = [...found.values()].filter(({ folio }) => !folio.hugetlb);
  if (kernel !== '6.1') {
    const failed: Migration[] = [];
    for (const batch of batches(left)) failed.push(...(yield* migrateBatch(mm, batch, false)));
    left = failed;
  }
  for (let pass = 0; pass < PASSES && left.length > 0; pass++) {
    const failed: Migration[] = [];
    for (const migration of left) failed.push(...(yield* migrateBatch(mm, [migration], true)));
    left = failed;
  }
  for (const { folio } of left) yield* sim.spend(putMapping(folio, sim.current.cpu));
  if (left.length + leftHuge > 0) return Errno.EAGAIN;
  return isolated ? 0 : Errno.EBUSY;
}

/**
 * A reference on each folio of which the range shows a page; a huge page of hugetlb once, whatever maps it, and marked as
 * under way. False: one was under way already, or is poisoned.
 *
 * Models add_page_for_migration(), mm/migrate.c, isolate_hugetlb(), mm/hugetlb.c.
 */
function* collect(vma: Vma, start: Hva, end: Hva, found: Map<Folio, Migration>): Process<boolean> {
  const { sim, costs, geometry, memory, work } = vma.mm.machine;
  let isolated = true;
  for (let at = start; at < end; ) {
    const table = vma.mm.pageTables.lowestTable(at, 1);
    const index = geometry.index(pageOf(at), table.level);
    if (!sim.elapse(costs.ptlNs)) yield costs.ptlNs;
    const frame = table.pfns[index] ?? 0;
    const folio = table.kinds[index] === EntryKind.Leaf ? memory.folioOf(pfn(frame)) : undefined;
    const first = hva(table.firstPageOf(index) * PAGE_SIZE);
    if (folio !== undefined && !found.has(folio)) {
      if (folio.hugetlb && !folio.migratable) isolated = false;
      else {
        const pageIndex = vma.pageIndex(first) - (frame - folio.firstPfn);
        found.set(folio, { folio, tree: vma.rmapTree, index: pageIndex });
        if (folio.hugetlb) folio.migratable = false;
        folio.changeRefs(1);
        work.refAtomics += 1;
        yield* sim.spend(folio.headLine.access(sim.current.cpu));
      }
    }
    at = hva(first + table.entryPages * PAGE_SIZE);
  }
  return isolated;
}

function* batches(migrations: readonly Migration[]): IterableIterator<Migration[]> {
  let batch: Migration[] = [];
  let pages = 0;
  for (const migration of migrations) {
    batch.push(migration);
    pages += migration.folio.pages;
    if (pages < BATCH_PAGES) continue;
    yield batch;
    batch = [];
    pages = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Unmaps all, flushes, moves all. Returns those that could not be locked or are held by somebody else. */
function* migrateBatch(mm: Mm, batch: readonly Migration[], waits: boolean): Process<Migration[]> {
  const { sim, costs } = mm.machine;
  const failed: Migration[] = [];
  const unmapped: Migration[] = [];
  let flush = false;
  for (const migration of batch) {
    const { folio } = migration;
    if (folio.refcount === 1) {
      // It was freed under us: only the reference that collected it is left.
      yield* sim.spend(putMapping(folio, sim.current.cpu));
      continue;
    }
    if (waits) yield* folio.lock.acquire();
    else if (!folio.lock.tryAcquire()) {
      failed.push(migration);
      continue;
    }
    yield* sim.spend(costs.mutexNs);
    // What nobody maps any more is walked to by nobody, and has no section.
    if (folioMapcount(folio) > 0 && (yield* tryToMigrate(migration))) flush = true;
    unmapped.push(migration);
  }
  if (flush) yield* cpuTlbShootdown(mm);

  for (const migration of unmapped) {
    const { folio } = migration;
    const target = yield* moveToNewFolio(folio);
    yield* removeMigrationPtes(migration, target ?? folio);
    if (target !== null) yield* target.lock.release();
    yield* unlockMigrated(folio);
    if (target === null) failed.push(migration);
    else yield* sim.spend(putMapping(target, sim.current.cpu) + putMapping(folio, sim.current.cpu));
    yield* sim.spend(costs.condReschedNs);
  }
  return failed;
}
