import type { Process } from '../../engine/process.ts';
import { type Hva, hva, PAGE_SIZE, pageOf, pfn } from '../address.ts';
import { Errno, type Result } from '../errno.ts';
import type { Folio } from '../folio.ts';
import { putMapping } from '../free-folio.ts';
import { HugetlbVma } from '../hugetlb-vma.ts';
import { type Migration, moveToNewFolio, removeMigrationPtes, tryToMigrate, unlockMigrated } from '../migrate.ts';
import type { Mm } from '../mm.ts';
import { EntryKind } from '../radix-table.ts';
import { cpuTlbShootdown } from '../tlb.ts';
import type { Vma } from '../vma.ts';

/** NR_MAX_BATCHED_MIGRATION pages are unmapped before the first of them is copied. */
const BATCH_PAGES = 512;
/** NR_MAX_MIGRATE_PAGES_RETRY. */
const PASSES = 10;

/**
 * Moves what is mapped in the range to other frames.
 *
 * Models    do_pages_move() and migrate_pages(), mm/migrate.c: unmap_and_move() for one folio after the other in 6.1;
 *           migrate_pages_batch() since 6.3, which unmaps up to 512 pages, flushes the CPUs once, and then moves them.
 * Context   Sleeps.
 * Locks     mmap_lock (R) while the folios are collected, not while they move. Then the lock of each folio, in a batch of
 *           all of them: tried, and awaited one by one in further passes.
 * Returns   0; -EAGAIN if folios are left, held by others, after ten passes; -EINVAL outside of one mapping, and for hugetlb.
 * Left out  The choice of a node and the allocation; isolation from the LRU; writeback.
 */
export function* migratePages(mm: Mm, start: Hva, end: Hva): Process<Result> {
  const { sim, costs, kernel } = mm.machine;
  yield* sim.spend(costs.syscallNs);
  yield* mm.mmapLock.acquireRead();
  yield* sim.spend(costs.rwsemNs);
  const vma = mm.findVma(start);
  const isMovable = vma?.covers(start, end) && !(vma instanceof HugetlbVma);
  let left: Migration[] = [];
  if (vma !== undefined && isMovable) left = yield* collect(vma, start, end);
  yield* mm.mmapLock.releaseRead();
  if (!isMovable) return Errno.EINVAL;

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
  return left.length === 0 ? 0 : Errno.EAGAIN;
}

/** A reference on each folio of which the range shows a page. Models add_page_for_migration(), mm/migrate.c. */
function* collect(vma: Vma, start: Hva, end: Hva): Process<Migration[]> {
  const { sim, costs, geometry, memory, work } = vma.mm.machine;
  const found = new Map<Folio, Migration>();
  for (let at = start; at < end; ) {
    const table = vma.mm.pageTables.lowestTable(at, 1);
    const index = geometry.index(pageOf(at), table.level);
    yield* sim.spend(costs.ptlNs);
    const frame = table.pfns[index] ?? 0;
    const folio = table.kinds[index] === EntryKind.Leaf ? memory.folioOf(pfn(frame)) : undefined;
    const first = hva(table.firstPageOf(index) * PAGE_SIZE);
    if (folio !== undefined && !found.has(folio)) {
      const address = hva(first - (frame - folio.firstPfn) * PAGE_SIZE);
      found.set(folio, { folio, vma, address });
      folio.changeRefs(1);
      work.refAtomics += 1;
      yield* sim.spend(folio.headLine.access(sim.current.cpu));
    }
    at = hva(first + table.entryPages * PAGE_SIZE);
  }
  return [...found.values()];
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
    if (waits) yield* folio.lock.acquire();
    else if (!folio.lock.tryAcquire()) {
      failed.push(migration);
      continue;
    }
    yield* sim.spend(costs.mutexNs);
    if (yield* tryToMigrate(migration)) flush = true;
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
